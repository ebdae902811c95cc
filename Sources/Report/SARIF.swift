import Schema
import Verify

/// The report in the Static Analysis Results Interchange Format, SARIF 2.1.0 (OASIS), with its own spelling of keys.
struct SARIF: Encodable {
    let schema = "https://json.schemastore.org/sarif-2.1.0.json"
    let version = "2.1.0"
    let runs: [Run]

    enum CodingKeys: String, CodingKey {
        case schema = "$schema"
        case version, runs
    }

    struct Run: Encodable {
        let tool: Tool
        let invocations: [Invocation]
        let results: [Result]
    }

    struct Tool: Encodable {
        let driver: Driver
    }

    struct Driver: Encodable {
        let name = "emaildb verify"
        let version: String
        let rules: [Rule]
    }

    struct Text: Encodable {
        let text: String
    }

    struct Rule: Encodable {
        let id: String
        let shortDescription: Text
        let fullDescription: Text
        let help: Text
        let defaultConfiguration: Configuration
    }

    struct Configuration: Encodable {
        let level: String
    }

    struct Invocation: Encodable {
        let executionSuccessful: Bool
        let toolExecutionNotifications: [Notification]
    }

    struct Notification: Encodable {
        let level = "warning"
        let message: Text
    }

    struct Result: Encodable {
        let ruleId: String
        let ruleIndex: Int
        let level: String
        let message: Text
        let locations: [Location]
        let partialFingerprints: [String: String]
        let suppressions: [Suppression]?
    }

    struct Suppression: Encodable {
        let kind = "external"
        let justification: String
    }

    struct Location: Encodable {
        let physicalLocation: Physical?
        let logicalLocations: [Logical]
    }

    struct Physical: Encodable {
        let artifactLocation: Artifact
        let region: Region
    }

    struct Artifact: Encodable {
        let uri: String
    }

    struct Region: Encodable {
        let startLine: Int
    }

    struct Logical: Encodable {
        let fullyQualifiedName: String
    }

    init(_ report: VerifyReport) {
        let codes = FindingCode.all
        let rules = codes.map { code in
            Rule(
                id: code.id, shortDescription: Text(text: code.title), fullDescription: Text(text: code.cause),
                help: Text(text: code.fix), defaultConfiguration: Configuration(level: code.severity.rawValue))
        }
        func result(_ finding: Finding, reason: String? = nil) -> Result {
            let physical = finding.source.map {
                Physical(artifactLocation: Artifact(uri: $0.file), region: Region(startLine: $0.line))
            }
            return Result(
                ruleId: finding.code, ruleIndex: codes.firstIndex { $0.id == finding.code } ?? -1,
                level: finding.severity.rawValue,
                message: Text(
                    text: [finding.summary, finding.details].filter { !$0.isEmpty }.joined(separator: "\n")),
                locations: [
                    Location(
                        physicalLocation: physical, logicalLocations: [Logical(fullyQualifiedName: finding.object)])
                ],
                partialFingerprints: ["codeAndObject/v1": "\(finding.code) \(finding.object)"],
                suppressions: reason.map { [Suppression(justification: $0)] })
        }
        let notifications = report.unseen.map {
            Notification(message: Text(text: "not seen: \($0.what): \($0.reason)"))
        }
        runs = [
            Run(
                tool: Tool(driver: Driver(version: report.toolVersion, rules: rules)),
                invocations: [Invocation(executionSuccessful: true, toolExecutionNotifications: notifications)],
                results: report.findings.map { result($0) }
                    + report.ignored.map { result($0.finding, reason: $0.reason) })
        ]
    }
}
