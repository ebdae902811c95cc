import Postgres
import TestSupport

/// An installed database on a server of its own, for poolers in front of it: passwords belong to the cluster.
struct PooledDatabase: Sendable {
    static let name = "email_service"

    /// A server for most tests, and one whose connections can be counted because nobody else uses it.
    private static let shared = install()
    private static let counted = install()

    private static func install() -> Task<ConnectionSettings, any Error> {
        let server = TestServer(settings: ["log_statement": "none"])
        return Task {
            let settings = try await server.connectionSettings().database(name)
            let folder = try TemporaryFolder()
            let roles = ["email_service", "email_readonly", "email_pooler", "email_monitor", "email_backup"]
            for role in roles { try folder.write(role, password(role) + "\n") }
            let options = roles.flatMap { ["--password-file", "\($0)=\(folder.path)/\($0)"] }
            let result = try await CommandRunner.emaildb(["init"] + options, environment: settings.environment)
            guard result.status == 0 else { throw PostgresError(kind: .usage, message: result.errors) }
            return settings
        }
    }

    /// How to connect to the server itself, as its superuser.
    let superuser: ConnectionSettings

    /// The database, installed at the first call.
    /// - Parameter isCounted: whether the caller counts the server's connections; such callers come one after the other.
    init(isCounted: Bool = false) async throws {
        superuser = try await (isCounted ? Self.counted : Self.shared).value
    }

    /// The password of a role, with characters that a careless quoting breaks.
    static func password(_ role: String) -> String { "p$ \"#';% of \(role)" }

    /// Runs a body with a pooler as `emaildb pool` configures it.
    /// - Parameters:
    ///   - changing: what to do to the configuration first.
    ///   - body: gets the settings of `email_service` through the pooler.
    func pooled<Value: Sendable>(
        changing: (String) -> String = { $0 }, _ body: @escaping @Sendable (ConnectionSettings) async throws -> Value
    ) async throws -> Value {
        let folder = try TemporaryFolder()
        let password = Self.password("email_pooler").replacing("\"", with: "\"\"")
        try folder.write("users.txt", "\"email_pooler\" \"\(password)\"\n")
        let port = String(TestPort.free())
        let printed = try await CommandRunner.emaildb(
            ["pool", "--listen-port", port, "--auth-file", folder.path + "/users.txt"],
            environment: superuser.environment)
        guard printed.status == 0 else { throw PostgresError(kind: .usage, message: printed.errors) }
        var settings = superuser.user("email_service", password: Self.password("email_service"))
        settings["port"] = port
        let configuration = changing(printed.output) + "logfile = \(folder.path)/log\n"
        return try await PgBouncer.with(configuration: configuration, in: folder, reachedBy: settings, body)
    }

    /// Transaction pooling without any reset, as PgBouncer does it by default.
    @Sendable static func withoutReset(_ configuration: String) -> String {
        configuration.split(separator: "\n").filter { !$0.hasPrefix("server_reset_query") }.joined(separator: "\n")
            + "\n"
    }
}
