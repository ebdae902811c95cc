import FoundationEssentials
import Postgres
import Server
import TestSupport
import Testing

/// A server whose command line leaves its configuration files the last word, and `emaildb tune` on it.
struct TuneServer: Sendable {
    let server: TestServer

    init(settings: [String: String] = [:]) { server = TestServer(settings: settings, isPlain: true) }

    /// Runs `emaildb tune` as the superuser, on 8 GB and 2 processors unless told otherwise.
    func tune(_ arguments: String...) async throws -> CommandResult { try await run(arguments) }

    /// The same with a list.
    /// - Parameter isUp: whether there is a server to connect to.
    func run(_ arguments: [String], isUp: Bool = true) async throws -> CommandResult {
        let environment = isUp ? try await server.connectionSettings().environment : [:]
        return try await CommandRunner.emaildb(["tune"] + arguments, environment: environment)
    }

    /// Applies a profile for 8 GB.
    func apply(_ profile: String, _ arguments: String...) async throws -> CommandResult {
        try await run(["--profile", profile, "--memory", "8GB", "--cpus", "2", "--yes"] + arguments)
    }

    /// A superuser's session.
    func connect() async throws -> Connection { try Connection(try await server.connectionSettings()) }

    /// The path of its data directory.
    func data() async throws -> String { try await server.server().directory + "/data" }

    /// The text of postgresql.auto.conf.
    func configuration() async throws -> String {
        try String(contentsOfFile: try await data() + "/postgresql.auto.conf", encoding: .utf8)
    }

    /// Replaces postgresql.auto.conf, keeping its owner.
    func writeConfiguration(_ text: String) async throws {
        // Not atomically: a new file would belong to this process's user.
        try text.write(toFile: try await data() + "/postgresql.auto.conf", atomically: false, encoding: .utf8)
    }

    /// Back to what initdb made, as far as postgresql.auto.conf goes.
    func reset() async throws {
        let connection = try await connect()
        try connection.query("ALTER SYSTEM RESET ALL")
        try connection.query("SELECT pg_reload_conf()")
    }
}

/// What a run of `tune --format json` says.
struct TuneOutcome: Decodable {
    struct Item: Decodable {
        let setting: String
        let now: String
        let proposed: String?
        let source: String
        let effect: String
        let action: String
        let why: String
        let document: String?
    }
    struct Plan: Decodable {
        let items: [Item]
    }
    let plan: Plan

    static func plan(_ result: CommandResult) throws -> [String: Item] {
        let outcome = try result.json(TuneOutcome.self)
        return Dictionary(outcome.plan.items.map { ($0.setting, $0) }, uniquingKeysWith: { first, _ in first })
    }
}
