import Schema
import Verify

/// The report as annotations of a GitHub Actions job.
enum GitHub {
    static func text(_ report: VerifyReport) -> String {
        let findings = report.findings.map { finding in
            var properties = ["title=\(escape("\(finding.code) \(finding.object)", inProperty: true))"]
            if let source = finding.source {
                properties = ["file=\(escape(source.file, inProperty: true))", "line=\(source.line)"] + properties
            }
            return "::\(finding.severity.rawValue) \(properties.joined(separator: ","))::"
                + escape(([finding.message] + [finding.details].filter { !$0.isEmpty }).joined(separator: "\n"))
        }
        let unseen = report.unseen.map { item in
            "::notice title=\(escape("not seen: \(item.what)", inProperty: true))::\(escape(item.reason))"
        }
        return (findings + unseen + [report.verdict.plain]).joined(separator: "\n")
    }

    /// Percent-escapes what would end a command, or in a property end that; other control characters become visible.
    private static func escape(_ text: String, inProperty: Bool = false) -> String {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { String($0).visible }
        let escaped = lines.joined(separator: "\n").replacing("%", with: "%25").replacing("\n", with: "%0A")
        return inProperty ? escaped.replacing(":", with: "%3A").replacing(",", with: "%2C") : escaped
    }
}
