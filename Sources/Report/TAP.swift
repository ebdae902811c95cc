import Postgres
import Verify

/// The report in the Test Anything Protocol, version 13: one line for each code of the sections that were checked.
enum TAP {
    static func text(_ report: VerifyReport) -> String {
        var lines: [String] = []
        var count = 0
        for section in report.checkedSections {
            for (code, findings) in section.codes {
                count += 1
                lines.append("\(findings.isEmpty ? "ok" : "not ok") \(count) - \(escape("\(code.id) \(code.title)"))")
                for finding in findings {
                    lines.append("# \(finding.summary.visible)")
                    lines += finding.details.flatMap { $0.splitScalars("\n") }.map { "#   \($0.visible)" }
                }
            }
            for item in section.unseen {
                count += 1
                lines.append("ok \(count) - \(escape(item.what)) # SKIP \(item.reason.visible)")
            }
        }
        return (["TAP version 13", "1..\(count)"] + lines).joined(separator: "\n")
    }

    /// A description: what would begin a directive, or another line, is escaped.
    private static func escape(_ text: String) -> String { text.replacingScalars { $0 == "#" ? "\\#" : $0.visible } }
}
