import Core
import Postgres
import Schema
import Verify

/// The outcome in the Static Analysis Results Interchange Format, SARIF 2.1.0 (OASIS), with its own spelling of keys.
///
/// GitHub refuses the whole file when one result has no physical location; it takes 25,000 results and shows 5,000.
enum SARIF {
    private static let most = 5000

    static func document(_ outcome: VerifyOutcome, _ anchor: ReportAnchor) -> some Encodable {
        let driver: JSONObject = [
            "name": "emaildb verify", "version": toolVersion, "semanticVersion": toolVersion,
            "informationUri": documentationAddress, "rules": FindingCode.all.map(rule),
        ]
        let (results, notifications) = contents(outcome, anchor)
        let invocation: JSONObject = [
            "executionSuccessful": isSuccessful(outcome), "exitCode": outcome.status.code,
            "exitCodeDescription": outcome.status.meaning, "toolExecutionNotifications": notifications,
        ]
        let run: JSONObject = [
            "tool": ["driver": driver] as JSONObject, "invocations": [invocation], "results": results,
            "automationDetails": ["id": "emaildb-verify/"] as JSONObject, "columnKind": "unicodeCodePoints",
        ]
        let schema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
        return ["$schema": schema, "version": "2.1.0", "runs": [run]] as JSONObject
    }

    private static func isSuccessful(_ outcome: VerifyOutcome) -> Bool {
        if case .report = outcome { true } else { false }
    }

    private static func contents(
        _ outcome: VerifyOutcome, _ anchor: ReportAnchor
    ) -> (results: [JSONObject], notifications: [JSONObject]) {
        func notification(_ level: String, _ text: String) -> JSONObject {
            ["level": level, "message": ["text": text] as JSONObject]
        }
        switch outcome {
        case .failure(let failure): return ([], [notification("error", failure.text.plain)])
        case .report(let report, _):
            let all =
                report.findings.map { (finding: $0, reason: nil as String?) }
                + report.ignored.map { (finding: $0.finding, reason: $0.reason) }
            let results = all.prefix(most).map {
                result($0.finding, at: anchor.anyPlace($0.finding), ignoredFor: $0.reason)
            }
            var notifications = report.unseen.map { notification("warning", "not seen: \($0.what): \($0.reason)") }
            if all.count > most { notifications.append(notification("warning", "\(all.count - most) findings more")) }
            return (results, notifications)
        }
    }

    private static func rule(_ code: FindingCode) -> JSONObject {
        [
            "id": code.id, "name": code.id, "shortDescription": ["text": code.title] as JSONObject,
            "fullDescription": ["text": code.cause] as JSONObject,
            "help": [
                "text": "Cause: \(code.cause)\nFix: \(code.fix)",
                "markdown": "**Cause**: \(code.cause)\n\n**Fix**: \(code.fix)\n\n`emaildb verify --explain \(code.id)`",
            ] as JSONObject,
            "helpUri": "\(documentationAddress)finding-codes.html#\(code.id)",
            "defaultConfiguration": ["level": code.severity.rawValue] as JSONObject,
            "properties": [
                "tags": tags(code), "precision": "very-high", "problem.severity": code.severity.rawValue,
                "security-severity": severity(code),
            ] as JSONObject,
        ]
    }

    private static func tags(_ code: FindingCode) -> [String] {
        let subject =
            switch code.stake {
            case .attack, .isolation: "security"
            case .design: "correctness"
            case .speed: "performance"
            }
        // Tags are different from each other.
        return [subject, "postgresql"] + (code.section.rawValue == subject ? [] : [code.section.rawValue])
    }

    /// GitHub's scale: from 9.0 on critical, from 7.0 high, from 4.0 medium; nil for what is no matter of security.
    private static func severity(_ code: FindingCode) -> String? {
        switch (code.stake, code.severity) {
        case (.attack, _): "9.8"
        case (.isolation, .error): "8.5"
        case (.isolation, .warning): "5.5"
        case (.design, _), (.speed, _): nil
        }
    }

    private static func result(
        _ finding: Finding, at place: ReportAnchor.Place, ignoredFor reason: String?
    ) -> JSONObject {
        // All findings of a code have the same place: by its own hash GitHub would take them for one.
        let key = "\(finding.code) \(finding.object)"
        let location: JSONObject = [
            "physicalLocation": [
                "artifactLocation": ["uri": uri(place.file)] as JSONObject,
                "region": ["startLine": max(1, place.line)] as JSONObject,
            ] as JSONObject,
            "logicalLocations": [["fullyQualifiedName": finding.object] as JSONObject],
        ]
        return [
            "ruleId": finding.code, "ruleIndex": FindingCode.all.firstIndex { $0.id == finding.code } ?? -1,
            "level": finding.severity.rawValue,
            "message": ["text": ([finding.summary] + finding.details).joined(separator: "\n")] as JSONObject,
            "locations": [location],
            "partialFingerprints": [
                "primaryLocationLineHash": SHA256.hexadecimal(key).prefix(16) + ":1", "codeAndObject/v1": key,
            ] as JSONObject,
            "suppressions": reason.map { [["kind": "external", "justification": $0] as JSONObject] },
            "properties": finding.source.map { ["source": "\($0.file):\($0.line)"] as JSONObject },
        ]
    }

    /// A path as the reference of a URI (RFC 3986).
    private static func uri(_ path: String) -> String {
        let digits = Array("0123456789ABCDEF".unicodeScalars)
        var text = String.UnicodeScalarView()
        for byte in path.utf8 {
            let scalar = Unicode.Scalar(byte)
            let isPlain =
                scalar.isASCII && (scalar.properties.isAlphabetic || "0123456789-._~/".unicodeScalars.contains(scalar))
            if isPlain { text.append(scalar) } else { text += ["%", digits[Int(byte >> 4)], digits[Int(byte & 15)]] }
        }
        return String(text)
    }
}

/// A JSON object by its keys, for formats of others; a nil value leaves its key out.
struct JSONObject: Encodable, ExpressibleByDictionaryLiteral {
    private struct Member: Encodable {
        let value: any Encodable
        func encode(to encoder: any Encoder) throws { try value.encode(to: encoder) }
    }

    private let values: [String: Member]

    init(dictionaryLiteral members: (String, (any Encodable)?)...) {
        values = Dictionary(
            uniqueKeysWithValues: members.compactMap { key, value in value.map { (key, Member(value: $0)) } })
    }

    func encode(to encoder: any Encoder) throws { try values.encode(to: encoder) }
}
