import Schema
import Verify

/// The report in the Static Analysis Results Interchange Format, SARIF 2.1.0 (OASIS), with its own spelling of keys.
enum SARIF {
    static func document(_ report: VerifyReport) -> some Encodable {
        let driver: JSONObject = [
            "name": "emaildb verify", "version": report.toolVersion, "rules": FindingCode.all.map(rule),
        ]
        let invocation: JSONObject = [
            "executionSuccessful": true,
            "toolExecutionNotifications": report.unseen.map { item in
                ["level": "warning", "message": ["text": "not seen: \(item.what): \(item.reason)"]] as JSONObject
            },
        ]
        let results =
            report.findings.map { result($0) } + report.ignored.map { result($0.finding, ignoredFor: $0.reason) }
        let run: JSONObject = ["tool": ["driver": driver], "invocations": [invocation], "results": results]
        let schema = "https://json.schemastore.org/sarif-2.1.0.json"
        return ["$schema": schema, "version": "2.1.0", "runs": [run]] as JSONObject
    }

    private static func rule(_ code: FindingCode) -> JSONObject {
        [
            "id": code.id, "shortDescription": ["text": code.title], "fullDescription": ["text": code.cause],
            "help": ["text": code.fix], "defaultConfiguration": ["level": code.severity.rawValue],
        ]
    }

    private static func result(_ finding: Finding, ignoredFor reason: String? = nil) -> JSONObject {
        [
            "ruleId": finding.code, "ruleIndex": FindingCode.all.firstIndex { $0.id == finding.code } ?? -1,
            "level": finding.severity.rawValue,
            "message": ["text": ([finding.summary] + finding.details).joined(separator: "\n")],
            "locations": [location(finding)],
            "partialFingerprints": ["codeAndObject/v1": "\(finding.code) \(finding.object)"],
            "suppressions": reason.map { [["kind": "external", "justification": $0]] },
        ]
    }

    private static func location(_ finding: Finding) -> JSONObject {
        let place = finding.source.map { source in
            ["artifactLocation": ["uri": source.file], "region": ["startLine": source.line]] as JSONObject
        }
        return ["physicalLocation": place, "logicalLocations": [["fullyQualifiedName": finding.object]]]
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
