import Core
import Postgres
import Verify

/// The outcome for a page in Markdown, such as the summary of a GitHub job, which takes 1 MiB.
enum Markdown {
    private static let longest = 1 << 20
    /// Findings that are shown, the worst ones.
    private static let most = 200

    static func text(_ outcome: VerifyOutcome) -> String {
        switch outcome {
        case .report(let report, _): text(report)
        case .failure(let failure):
            "## emaildb verify: \(failure.status.name)\n\n" + block(failure.text.plain)
        }
    }

    private static func text(_ report: VerifyReport) -> String {
        var lines = ["## emaildb verify: \(escape(report.verdict.plain))", ""]
        lines += ["| part | checked | time | result |", "| --- | ---: | ---: | --- |"]
        for section in report.checkedSections {
            let count = section.findings.isEmpty ? "ok" : plural(section.findings.count, "finding")
            let time = section.part.map { "\($0.milliseconds) ms" } ?? ""
            lines.append("| \(section.section.rawValue) | \(section.part?.checks ?? 0) | \(time) | \(count) |")
        }
        lines.append("")
        if !report.findings.isEmpty {
            lines += ["| | code | object | what | found |", "| --- | --- | --- | --- | --- |"]
            lines += report.findings.prefix(most).map { finding in
                let cells = [
                    finding.severity.rawValue, finding.code, code(finding.object, 200),
                    escape(cut(finding.message, 300)),
                    finding.actual.map { code($0, 300) } ?? "",
                ]
                return "| " + cells.joined(separator: " | ") + " |"
            }
            let rest = report.findings.count - most
            lines += rest > 0 ? ["", "and \(plural(rest, "finding")) more"] : []
            lines += [
                "",
                "`emaildb verify --explain CODE` says what a code means, `emaildb verify --fix-sql` prints the SQL.",
            ]
        }
        lines += report.unseen.map { "- not seen: \(escape($0.what)): \(escape($0.reason))" }
        lines += report.ignored.prefix(most).map { item in
            "- ignored until \(item.until): \(item.finding.code) \(code(item.finding.object, 200)): \(escape(item.reason))"
        }
        let text = lines.joined(separator: "\n")
        return text.utf8.count <= longest - 1 ? text : cut(text, longest - 100)
    }

    private static func cut(_ text: String, _ limit: Int) -> String {
        text.utf8.count <= limit ? text : String(decoding: text.utf8.prefix(limit), as: UTF8.self) + " .."
    }

    private static func code(_ text: String, _ limit: Int) -> String { "<code>\(escape(cut(text, limit)))</code>" }

    /// Several lines as they are; no line of the text can end the block.
    private static func block(_ text: String) -> String {
        text.splitScalars("\n").map { "    " + $0.visible }.joined(separator: "\n")
    }

    /// Every character that Markdown or HTML could read as something else is an entity.
    private static func escape(_ text: String) -> String {
        text.replacingScalars { scalar in
            if let visible = scalar.visible { return visible.replacing("\\", with: "&#92;") }
            let isPlain = scalar.value > 127 || scalar.properties.isAlphabetic || scalar.properties.numericType != nil
            return isPlain || " .,;()/'=-+".unicodeScalars.contains(scalar) ? nil : "&#\(scalar.value);"
        }
    }
}
