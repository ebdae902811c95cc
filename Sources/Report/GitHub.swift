import Core
import Postgres
import Schema
import Verify

/// The outcome as annotations of a GitHub Actions job.
///
/// GitHub shows ten errors, ten warnings and ten notices of a step. So a code gets one annotation, whatever the number of its
/// findings, the worst first, and the last one says how many codes are left.
enum GitHub {
    private static let most = 10
    /// Bytes of a message: much longer ones are cut where GitHub shows them.
    private static let longest = 4000

    static func text(_ outcome: VerifyOutcome, _ anchor: ReportAnchor) -> String {
        switch outcome {
        case .report(let report, _): text(report, anchor)
        case .failure(let failure):
            command("error", title: "emaildb verify: \(failure.status.name)", failure.text.plain)
        }
    }

    private static func text(_ report: VerifyReport, _ anchor: ReportAnchor) -> String {
        let severities = [Finding.Severity.error, .warning]
        let annotations = severities.flatMap { severity in
            let findings = report.findings.filter { $0.severity == severity }
            var codes: [String] = []
            for finding in findings where !codes.contains(finding.code) { codes.append(finding.code) }
            let shown = codes.count > most ? codes.prefix(most - 1) : codes[...]
            let lines = shown.map { code in annotation(findings.filter { $0.code == code }, anchor) }
            if shown.count == codes.count { return lines }
            let rest = codes.dropFirst(shown.count)
            return lines + [
                command(
                    severity.rawValue, title: "\(rest.count) codes more", rest.joined(separator: ", "))
            ]
        }
        let unseen = report.unseen.map { "\($0.what): \($0.reason)" }
        let notice =
            unseen.isEmpty
            ? []
            : [command("notice", title: "\(plural(unseen.count, "thing")) not seen", unseen.joined(separator: "\n"))]
        // A database may be named like a command: no line begins with its name.
        return (annotations + notice + ["emaildb verify: " + report.verdict.plain]).joined(separator: "\n")
    }

    private static func annotation(_ findings: [Finding], _ anchor: ReportAnchor) -> String {
        let first = findings[0]
        let title = FindingCode.named(first.code)?.title ?? first.message
        let count = findings.count > 1 ? " (\(findings.count))" : ""
        let details = findings.count > 1 ? findings.map(\.summary) : [first.summary] + first.details
        return command(
            first.severity.rawValue, at: anchor.place(first), title: "\(first.code)\(count) \(title)",
            (details + [first.documentation]).joined(separator: "\n"))
    }

    private static func command(
        _ name: String, at place: ReportAnchor.Place? = nil, title: String, _ message: String
    ) -> String {
        var properties = ["title=\(escape(cut(title, 255), inProperty: true))"]
        if let place {
            properties = ["file=\(escape(place.file, inProperty: true))", "line=\(place.line)"] + properties
        }
        return "::\(name) \(properties.joined(separator: ","))::" + escape(cut(message, longest))
    }

    private static func cut(_ text: String, _ limit: Int) -> String {
        text.utf8.count <= limit ? text : String(decoding: text.utf8.prefix(limit - 8), as: UTF8.self) + " .."
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
