import Core
import Postgres
import Verify

/// The outcome in the Test Anything Protocol, version 13: the cases of the sections that were checked, or a bail-out.
enum TAP {
    static func text(_ outcome: VerifyOutcome) -> String {
        switch outcome {
        case .report(let report, _): text(report)
        case .failure(let failure):
            (["TAP version 13", "Bail out!  \(failure.message.visible)"] + comments(failure.text.plain))
                .joined(separator: "\n")
        }
    }

    private static func text(_ report: VerifyReport) -> String {
        var lines: [String] = []
        var count = 0
        for item in report.checkedSections.flatMap(report.cases) {
            count += 1
            let isOK = item.finding == nil
            let skip = item.skipped.map { " # SKIP \($0.visible)" } ?? ""
            lines.append("\(isOK ? "ok" : "not ok") \(count) - \(escape(item.title))\(skip)")
            if let finding = item.finding {
                lines.append("# \(finding.summary.visible)")
                lines += finding.details.flatMap(comments)
            }
        }
        return (["TAP version 13", "1..\(count)"] + lines).joined(separator: "\n")
    }

    private static func comments(_ text: String) -> [String] { text.splitScalars("\n").map { "#   \($0.visible)" } }

    /// A description: what would begin a directive, or another line, is escaped.
    private static func escape(_ text: String) -> String { text.replacingScalars { $0 == "#" ? "\\#" : $0.visible } }
}
