import Schema
package import Verify

/// The report for people: what was looked at, findings by part, and a verdict in the last line.
package struct VerifyText {
    package let text: String

    package init(_ report: VerifyReport, _ terminal: Terminal) {
        var lines: [String] = []
        for part in FindingCode.Section.allCases {
            let findings = report.findings.filter { FindingCode.named($0.code)?.section == part }
            let unseen = report.unseen.filter { $0.section == part }
            guard let summary = Self.summary(part, report, findings, terminal) else { continue }
            lines.append(summary)
            for finding in findings { lines += Self.lines(finding, terminal) }
            for item in unseen {
                lines.append("  " + terminal.paint("not seen", .yellow) + "  \(item.what): \(item.reason)")
                if let fix = item.fix { lines.append("      " + fix) }
            }
        }
        if !report.ignored.isEmpty {
            lines.append(terminal.paint("ignored", .bold) + "  \(report.ignored.count)")
            for item in report.ignored {
                lines.append("  \(item.finding.code)  \(item.finding.object), until \(item.until): \(item.reason)")
            }
        }
        lines.append(Self.verdict(report, terminal))
        text = lines.joined(separator: "\n")
    }

    private static func summary(
        _ part: FindingCode.Section, _ report: VerifyReport, _ findings: [Finding], _ terminal: Terminal
    ) -> String? {
        let name = terminal.paint(part.rawValue, .bold)
        let count = findings.isEmpty ? terminal.paint("ok", .green) : plural(findings.count, "finding")
        guard let looked = report.parts.first(where: { $0.section == part }) else {
            let isMentioned = !findings.isEmpty || report.unseen.contains { $0.section == part }
            return isMentioned ? name + (findings.isEmpty ? "" : "  \(count)") : nil
        }
        return "\(name)  \(count), \(looked.checks) \(noun(part)) in \(looked.milliseconds) ms"
    }

    private static func noun(_ part: FindingCode.Section) -> String {
        switch part {
        case .layout: "facts"
        case .security: "questions"
        case .plans: "queries"
        case .probe: "attacks"
        case .ignore: "entries"
        }
    }

    private static func lines(_ finding: Finding, _ terminal: Terminal) -> [String] {
        let color: Terminal.Color = finding.severity == .error ? .red : .yellow
        let place = finding.source.map { "  \($0.file):\($0.line)" } ?? ""
        var lines = [
            "  \(terminal.paint(finding.severity.rawValue, color)) \(finding.code)  \(finding.object): \(finding.message)"
                + terminal.paint(place, .dim)
        ]
        if let expected = finding.expected { lines.append("      expected  \(expected)") }
        if let actual = finding.actual { lines.append("      found     \(actual)") }
        if let mending = finding.mending {
            // A function's text is for --fix-sql.
            let all = mending.split(separator: "\n")
            lines += all.prefix(4).enumerated().map { ($0 == 0 ? "      mend      " : "                ") + $1 }
            if all.count > 4 {
                lines.append("                ... \(all.count - 4) more lines: emaildb verify --fix-sql")
            }
        } else if let code = FindingCode.named(finding.code) {
            lines.append("      cure      \(code.cure)")
        }
        return lines
    }

    private static func verdict(_ report: VerifyReport, _ terminal: Terminal) -> String {
        let subject = "\(report.database) on PostgreSQL \(report.serverVersion)"
        let unseen = report.unseen.isEmpty ? "" : "; " + plural(report.unseen.count, "thing") + " not seen"
        guard !report.findings.isEmpty else {
            return "\(subject): " + terminal.paint("as it should be", report.unseen.isEmpty ? .green : .yellow) + unseen
        }
        let counts = [(Finding.Severity.error, "error"), (.warning, "warning")].compactMap { severity, noun in
            report.count(severity) > 0 ? plural(report.count(severity), noun) : nil
        }
        return "\(subject): " + terminal.paint(counts.joined(separator: ", "), .red) + unseen
    }

    static func plural(_ count: Int, _ noun: String) -> String { "\(count) \(noun)" + (count == 1 ? "" : "s") }
}

/// What a finding's code means.
package enum FindingCodeText {
    /// The explanation of a code, or a list of all.
    package static func explanation(of id: String) -> String {
        guard let code = FindingCode.named(id) else {
            return FindingCode.all.map { "\($0.id)  \($0.severity.rawValue.padded(7))  \($0.title)" }.joined(
                separator: "\n")
        }
        return """
            \(code.id) (\(code.severity.rawValue)): \(code.title)

            Cause: \(code.cause)
            Cure:  \(code.cure)

            \(FindingCode.page)#\(code.id)
            """
    }
}

extension String {
    /// The text, filled up with spaces.
    fileprivate func padded(_ width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
