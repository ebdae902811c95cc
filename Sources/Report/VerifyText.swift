import Postgres
import Schema
package import Verify

extension VerifyReport {
    /// For people: the findings, the worst first, then what was checked, and a verdict in the last line, with findings before
    /// what to type next.
    package var text: StyledText { text(isVerbose: false) }

    package func text(isVerbose: Bool) -> StyledText {
        var lines = findings.map { $0.text(isVerbose: isVerbose) }
        for section in checkedSections {
            lines.append(section.heading)
            if isVerbose { lines += cases(section).filter { $0.finding == nil && $0.skipped == nil }.map(\.text) }
            for item in section.unseen {
                lines.append("  \("not seen", .yellow)  \(item.what): \(item.reason)")
                if let fix = item.fix { lines.append("      \(fix)") }
            }
        }
        if !ignored.isEmpty {
            lines.append("\("ignored", .bold)  \(ignored.count)")
            lines += ignored.map { "  \($0.finding.code)  \($0.finding.object), until \($0.until): \($0.reason)" }
        }
        return (lines + [verdict] + next).joined()
    }

    /// A line for each finding, and the verdict.
    package var brief: StyledText { (findings.map { $0.head(isPlaced: false) } + [verdict]).joined() }

    /// What to type about the findings.
    private var next: [StyledText] {
        guard let worst = findings.first else { return [] }
        guard findings.contains(where: { $0.fix != nil }) else {
            return ["Next: emaildb verify --explain \(worst.code)   # what it means, and what to do"]
        }
        return [
            "Next: emaildb verify --fix-sql > fix.sql   # read it, then: psql -X -d \(Shell.database(database)) -f fix.sql"
        ]
    }

    var verdict: StyledText {
        let subject = "\(database) on PostgreSQL \(serverVersion)"
        let rest = unseen.isEmpty ? "" : "; \(plural(unseen.count, "thing")) not seen"
        guard !findings.isEmpty else {
            return "\(subject): \("no findings", unseen.isEmpty ? .green : .yellow)\(rest)"
        }
        let counts = [(Finding.Severity.error, "error"), (.warning, "warning")].compactMap { severity, noun in
            count(severity) > 0 ? plural(count(severity), noun) : nil
        }
        return "\(subject): \(counts.joined(separator: ", "), .red)\(rest)"
    }

    /// A section that was checked, or has findings or something unseen.
    struct CheckedSection {
        let section: FindingCode.Section
        let part: SectionResult?
        let findings: [Finding]
        let unseen: [Unseen]

        /// Its codes, each with its findings.
        var codes: [(code: FindingCode, findings: [Finding])] {
            FindingCode.all.filter { $0.section == section }.map { code in
                (code, findings.filter { $0.code == code.id })
            }
        }

        fileprivate var heading: StyledText {
            let name: StyledText = "\(section.rawValue, .bold)"
            let count: StyledText = findings.isEmpty ? "\("ok", .green)" : "\(plural(findings.count, "finding"))"
            guard let part else { return findings.isEmpty ? name : name + "  " + count }
            return name
                + "  \(count), \(part.checks) \(section.unit) in \(part.milliseconds) ms\(part.sample.map { "; " + $0 } ?? "")"
        }
    }

    var checkedSections: [CheckedSection] {
        FindingCode.Section.allCases.map { section in
            CheckedSection(
                section: section, part: parts.first { $0.section == section },
                findings: findings.filter { FindingCode.named($0.code)?.section == section },
                unseen: unseen.filter { $0.section == section })
        }.filter { $0.part != nil || !$0.findings.isEmpty || !$0.unseen.isEmpty }
    }
}

extension FindingCode.Section {
    /// What its checks are counted in.
    fileprivate var unit: String {
        switch self {
        case .layout: "facts"
        case .security: "checks"
        case .plans: "queries"
        case .probe: "attacks"
        case .data: "reads"
        case .ignore: "entries"
        }
    }
}

extension VerifyCase {
    /// What was looked at and was right.
    fileprivate var text: StyledText {
        // The name of a code says what would be wrong.
        "  \(title.hasPrefix("EDB-") ? "none of" : "ok", .green)  \(title)\(milliseconds.map { ", \($0.short) ms" } ?? "")"
    }
}

extension Finding {
    fileprivate func head(isPlaced: Bool) -> StyledText {
        let style: StyledText.Style = severity == .error ? .red : .yellow
        let place = isPlaced ? source.map { "  \($0.file):\($0.line)" } ?? "" : ""
        return "  \(severity.rawValue, style) \(code)  \(summary)\(place, .dim)"
    }

    fileprivate func text(isVerbose: Bool) -> StyledText {
        var lines = [head(isPlaced: true)]
        if let expected { lines.append("      expected  \(expected)") }
        if let actual { lines.append("      found     \(actual)") }
        if let fix {
            // A function's text is for --fix-sql.
            let all = fix.splitScalars("\n")
            let most = isVerbose ? all.count : 4
            lines.append("      fix       \(lines: all.prefix(most).joined(separator: "\n"), indent: 16)")
            if all.count > most {
                lines.append("                ... \(all.count - 4) more lines: emaildb verify --fix-sql")
            }
        } else if let code = FindingCode.named(code) {
            lines.append("      fix       \(code.fix)")
        }
        return lines.joined()
    }

    var summary: String { "\(object): \(message)" }

    /// Expected, found and the fix.
    var details: [String] {
        [expected.map { "expected: \($0)" }, actual.map { "found: \($0)" }, fix.map { "fix: \($0)" }].compactMap(\.self)
    }
}

extension FindingCode {
    /// What a code means; for `all`, a list of them.
    package static func explanation(of id: String) -> StyledText {
        guard let code = named(id) else {
            var table = Table(["code", "severity", "finding"])
            for code in all { table.add([code.id, code.severity.rawValue, code.title]) }
            return table.text
        }
        return """
            \(code.id) (\(code.severity.rawValue)): \(code.title)

            Cause: \(code.cause)
            Fix:   \(code.fix)

            All codes: emaildb help finding-codes
            """
    }
}

func plural(_ count: Int, _ noun: String) -> String { "\(count) \(noun)" + (count == 1 ? "" : "s") }
