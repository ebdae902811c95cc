import Core
import Glibc
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
        let fix = command.first == "pool" ? "Is PgBouncer running there?" : "emaildb dev start"
        try await expectFailure(command + Self.connections[0], .cannotConnect, fix: fix)
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

    // MARK: - One answer for each kind of failure

    @Test("Without a password it says where to put it, with a wrong one the same", .needsServer)
    func noPassword() async throws {
        let settings = try await TestServer.shared.connectionSettings().database("postgres")
        let superuser = try Connection(settings)
        let name = "odd:role" + TestDatabase.uniqueName()
        try superuser.script("CREATE ROLE \(SQL.identifier(name)) LOGIN PASSWORD 'right'")
        for password in [nil, "wrong"] {
            let login = settings.user(name, password: password).environment.merging(["PGPASSFILE": "/nonexistent"]) {
                $1
            }
            let line =
                "PGPASSWORD, or this line into ~/.pgpass (chmod 600): 127.0.0.1:\(settings["port"] ?? ""):postgres:odd"
            try await expectFailure(["status"], .cannotConnect, fix: line, environment: login)
        }
        // The line it prints is one that libpq takes.
        var environment = settings.user(name).environment.merging(["PGPASSFILE": "/nonexistent"]) { $1 }
        let told = try await CommandRunner.emaildb(["status"], environment: environment)
        let line = try #require(told.errors.split(separator: "(chmod 600): ").last?.split(separator: "\n").first)
        let folder = try TemporaryFolder()
        try folder.write("pgpass", line.replacing("PASSWORD", with: "right") + "\n")
        chmod(folder.path + "/pgpass", 0o600)
        environment["PGPASSFILE"] = folder.path + "/pgpass"
        let result = try await CommandRunner.emaildb(["status"], environment: environment)
        #expect(result.status == 0, "\(result)")
        try superuser.query("DROP ROLE \(SQL.identifier(name))")
    }

    @Test("Without CONNECT it prints the GRANT, which works", .needsServer) func noConnect() async throws {
        try await TestDatabase.withSchema { settings in
            let superuser = try Connection(settings)
            let name = "odd \"role\" " + TestDatabase.uniqueName()
            let role = SQL.identifier(name)
            try superuser.script("CREATE ROLE \(role) LOGIN PASSWORD 'x'")
            let login = settings.user(name, password: "x").environment
            try await expectFailure(["ready"], .cannotConnect, fix: "GRANT CONNECT ON DATABASE", environment: login)
            let told = try await CommandRunner.emaildb(["ready"], environment: login)
            let grant = try #require(told.errors.split(separator: "\n").first { $0.contains("GRANT CONNECT") })
            try superuser.script(String(grant))
            let granted = try await CommandRunner.emaildb(["ready"], environment: login)
            #expect(granted.status != 3, "\(granted)")
            try superuser.script("DROP OWNED BY \(role); DROP ROLE \(role)")
        }
    }

    @Test(.needsServer) func noPooler() async throws {
        let settings = try await TestServer.shared.connectionSettings()
        try await expectFailure(
            ["pool", "--probe"], .refused, fix: "emaildb pool --probe --host POOLER --port 6432",
            environment: settings.database("postgres").environment)
    }

    @Test(arguments: [["--port", "0"], ["--port", "65536"], ["--port", "-p"], ["-d", "postgresql://h:70000/x"]])
    func aPortOutOfRangeNamesWhereItStands(_ words: [String]) async throws {
        let result = try await CommandRunner.emaildb(["status"] + words)
        #expect(result.status == 64 && result.errors.contains(words[0] == "-d" ? "--dbname: " : "--port"), "\(result)")
        let variable = try await CommandRunner.emaildb(["status"], environment: ["PGPORT": "70000"])
        #expect(variable.status == 64 && variable.errors.contains("PGPORT: "), "\(variable)")
    }

    @Test(arguments: [
        ["verify", "--ignore"], ["init", "--app-password-file"], ["init", "--password-file"], ["bench", "--compare"],
    ])
    func aFileThatCannotBeReadIsTheSystemsReason(_ words: [String]) async throws {
        let folder = try TemporaryFolder()
        for (path, reason) in [(folder.path, "Is a directory"), (folder.path + "/none", "No such file or directory")] {
            let value = words[1] == "--password-file" ? "email_pooler=" + path : path
            let result = try await CommandRunner.emaildb(words + [value, "--host", "127.0.0.1", "--port", "1"])
            #expect(result.status == 64 && result.errors.contains("cannot be read: " + reason), "\(result)")
        }
    }

    @Test("Full or closed output is status 2, with a sentence", arguments: [">/dev/full", ">&-", "| true"])
    func outputThatCannotBeWritten(_ redirection: String) async throws {
        let program = "'\(CommandRunner.emaildb)' help finding-codes"
        let unread = "coproc read; exec 3>&\"${COPROC[1]}\"; echo >&3; wait; \(program) >&3"
        let command = redirection == "| true" ? unread : "\(program) \(redirection)"
        let result = try await CommandRunner.run("bash", ["-c", command])
        #expect(result.status == 2 && result.errors.contains("standard output cannot be written: "), "\(result)")
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
