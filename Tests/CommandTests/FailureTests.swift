import Core
import Postgres
import TestSupport
import Testing

/// Every command fails in one way: a status, the next command to type, and with `--format json` one JSON value.
@Suite struct FailureTests {
    private struct Printed: Decodable {
        let outcome: String
        let message: String
        let problems: [Problem]
        let exitStatus: Int32
    }

    static let commands = [
        ["init"], ["status"], ["verify"], ["tune", "--profile", "production", "--plan"], ["ready"],
        ["pool", "--probe"], ["bench"],
    ]

    static let connections = [["--host", "127.0.0.1", "--port", "1"], ["-d", "postgresql://u:sentinel%zz@h/x"]]

    /// Runs a command as text and as JSON, and holds both against each other.
    private func expectFailure(
        _ arguments: [String], _ status: Core.ExitStatus, fix: String, environment: [String: String] = [:]
    ) async throws {
        let text = try await CommandRunner.emaildb(arguments, environment: environment)
        let json = try await CommandRunner.emaildb(arguments + ["--format", "json"], environment: environment)
        #expect(text.status == status.code && json.status == status.code, "\(text) \(json)")
        #expect(text.output.isEmpty && text.errors.contains(fix), "\(text)")
        #expect(text.errors.hasPrefix("error: ") && !text.errors.contains("\\t"), "\(text)")
        let report: Printed = try json.json()
        #expect(report.outcome == status.name && report.exitStatus == status.code)
        #expect(report.message.hasPrefix(text.errors.dropFirst(7).prefix { $0 != "\n" }), "\(report) \(text)")
        #expect(report.problems.contains { $0.fix?.contains(fix) == true }, "\(report)")
        let said = text.errors + json.output + json.errors
        for word in ["sentinel", "cannot be set up", "remedy", "advice"] { #expect(!said.contains(word), "\(said)") }
    }

    @Test(arguments: commands)
    func withoutAServer(_ command: [String]) async throws {
        try await expectFailure(command + Self.connections[0], .cannotConnect, fix: "emaildb dev start")
    }

    @Test(arguments: commands)
    func withMalformedSettings(_ command: [String]) async throws {
        try await expectFailure(command + Self.connections[1], .cannotConnect, fix: "env | grep")
    }

    @Test(.needsServer, arguments: [["verify"], ["ready"], ["pool", "--probe"]])
    func withoutTheDatabase(_ command: [String]) async throws {
        let settings = try await TestServer.shared.connectionSettings().database(TestDatabase.uniqueName())
        try await expectFailure(command, .cannotConnect, fix: "emaildb init", environment: settings.environment)
    }

    @Test func aSocketIsNoProofOfReadiness() async throws {
        try await expectFailure(["ready", "--host", "/tmp"], .refused, fix: "emaildb ready --host 127.0.0.1")
    }

    // MARK: - Names of others

    private static let hostile = "a\u{1B}[2J\nnot ok 1\r\u{202E}b\tc"

    @Test(.needsServer) func aTableWithAHostileNameIsOneLineOfTextAndTAP() async throws {
        try await TestDatabase.withSchema { settings in
            let name = "emaildb.\(SQL.identifier(Self.hostile))"
            try Connection(settings).script("CREATE TABLE \(name) (id int)")
            for format in ["text", "tap"] {
                let result = try await CommandRunner.emaildb(
                    ["verify", "--only", "layout", "--format", format], environment: settings.environment)
                #expect(result.status == 1, "\(result)")
                let escapes = result.output.unicodeScalars.filter { $0.value < 0x20 && $0 != "\n" || $0 == "\u{202E}" }
                #expect(escapes.isEmpty, "\(result)")
                #expect(result.output.contains(#"U&"a\001B[2J\000Anot ok 1\000D\202Eb\0009c""#), "\(result)")
                #expect(!result.output.holds("\nnot ok 1\r"), "\(result)")
            }
        }
    }
}
