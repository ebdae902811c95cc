import FoundationEssentials
import Schema

/// Findings that are known and accepted for a time: one line each, `code | object | last day | reason`.
///
///     EDB-L163 | index idx_of_ours | 2026-12-31 | the reporting team needs it until their own database is there
package struct IgnoreFile: Sendable, Hashable {
    package struct Entry: Sendable, Hashable {
        package let line: Int
        package let code: String
        /// The finding's object, as it is printed.
        package let object: String
        /// The last day on which it holds, ISO 8601.
        package let until: String
        package let reason: String
    }

    /// Why a file cannot be used: the bad lines, the first 100 of them, and what is wrong with each.
    package struct Malformed: Error, Sendable, Hashable, CustomStringConvertible {
        package let description: String
    }

    /// The name by which findings about the file call it.
    package let name: String
    package let entries: [Entry]

    /// Reads the text of a file; empty lines and lines that start with `#` are comments.
    /// - Throws: ``Malformed`` with the problems of 100 lines at once.
    package init(name: String, text: String) throws(Malformed) {
        var entries: [Entry] = []
        var problems: [String] = []
        var badLines = 0
        let lines = text.unicodeScalars.split(omittingEmptySubsequences: false) { $0 == "\n" }
        for (index, line) in lines.enumerated() {
            if line.first == "#" || line.allSatisfy(\.properties.isWhitespace) { continue }
            let cells = line.split(separator: "|", maxSplits: 3, omittingEmptySubsequences: false).map { cell in
                let end = cell.lastIndex { !$0.properties.isWhitespace }.map { cell.index(after: $0) }
                return String(cell[..<(end ?? cell.startIndex)].drop(while: \.properties.isWhitespace))
            }
            func refuse(_ problem: String) {
                badLines += 1
                // Another kind of file has as many bad lines as it has lines.
                if badLines <= 100 { problems.append("\(name):\(index + 1): \(problem)") }
            }
            guard cells.count == 4, cells.allSatisfy({ !$0.isEmpty }) else {
                refuse("expected `code | object | YYYY-MM-DD | reason`")
                continue
            }
            guard FindingCode.named(cells[0]) != nil else {
                refuse("there is no code \(cells[0]); emaildb verify --explain all lists them")
                continue
            }
            guard Self.isDate(cells[2]) else {
                refuse("\(cells[2]) is no date; write it as YYYY-MM-DD")
                continue
            }
            entries.append(Entry(line: index + 1, code: cells[0], object: cells[1], until: cells[2], reason: cells[3]))
        }
        if badLines > problems.count { problems.append("and \(badLines - problems.count) lines more") }
        if !problems.isEmpty { throw Malformed(description: problems.joined(separator: "\n")) }
        self.name = name
        self.entries = entries
    }

    /// Moves what the entries cover out of a report's findings, and adds findings about the entries themselves.
    /// - Parameter sections: the parts that ran to their end: only there can an entry be without use.
    func apply(to report: inout VerifyReport, sections: Set<FindingCode.Section>) {
        let today = Date.now.formatted(Self.day)
        func key(_ code: String, _ object: String) -> String { code + " " + object }
        var findings: [Finding?] = []
        // Where the findings of a code and object are: a file may have as many entries as there are findings.
        var places: [String: [Int]] = [:]
        func add(_ finding: Finding) {
            places[key(finding.code, finding.object), default: []].append(findings.count)
            findings.append(finding)
        }
        for finding in report.findings { add(finding) }
        for entry in entries {
            let source = SourceLine(file: name, line: entry.line)
            let object = key(entry.code, entry.object)
            if entry.until < today {
                add(
                    Finding(
                        .expired, object: object, expected: "a day from \(today) on", actual: entry.until,
                        source: source))
            } else if let covered = places.removeValue(forKey: object) {
                for place in covered {
                    guard let finding = findings[place] else { continue }
                    report.ignored.append(
                        VerifyReport.Ignored(finding: finding, reason: entry.reason, until: entry.until))
                    findings[place] = nil
                }
            } else if let section = FindingCode.named(entry.code)?.section, sections.contains(section) {
                add(Finding(.unused, object: object, actual: "no such finding", source: source))
            }
        }
        report.findings = findings.compactMap(\.self)
    }

    /// ISO 8601, in UTC.
    private static let day = Date.ISO8601FormatStyle().year().month().day()

    private static func isDate(_ text: String) -> Bool { (try? Date(text, strategy: day))?.formatted(day) == text }
}
