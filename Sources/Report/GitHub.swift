import Postgres
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
                + escape(([finding.message] + finding.details).joined(separator: "\n"))
        }
        let unseen = report.unseen.map { item in
            "::notice title=\(escape("not seen: \(item.what)", inProperty: true))::\(escape(item.reason))"
        }
        return (findings + unseen + [report.verdict.plain]).joined(separator: "\n")
    }

    /// Percent-escapes what would end a command, or in a property end that; other control characters become visible.
    private static func escape(_ text: String, inProperty: Bool = false) -> String {
        text.replacingScalars { scalar in
            switch scalar {
            case "%": "%25"
            case "\n": "%0A"
            case ":" where inProperty: "%3A"
            case "," where inProperty: "%2C"
            default: scalar.visible
            }
        }
    }
}
