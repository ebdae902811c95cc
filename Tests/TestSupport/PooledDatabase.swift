import Pooler
package import Postgres

/// An installed database on a server of its own, for poolers in front of it: passwords belong to the cluster.
package struct PooledDatabase: Sendable {
    /// A server for most tests, and one whose connections can be counted because no other test uses it.
    private static let shared = install()
    private static let counted = install()

    private static func install() -> Task<ConnectionSettings, any Error> {
        let server = TestServer(settings: ["log_statement": "none"])
        let roles = ["email_service", "email_readonly", "email_pooler", "email_monitor", "email_backup"]
        return Task {
            try await server.installed(passwords: Dictionary(uniqueKeysWithValues: roles.map { ($0, password($0)) }))
        }
    }

    /// How to connect to the server itself, as its superuser.
    package let superuser: ConnectionSettings

    /// The database, installed at the first call.
    /// - Parameter isCounted: whether the caller counts the server's connections; such callers come one after the other.
    package init(isCounted: Bool = false) async throws {
        superuser = try await (isCounted ? Self.counted : Self.shared).value
    }

    /// The password of a role, with characters that a careless quoting breaks.
    package static func password(_ role: String) -> String { "p$ \"#';% of \(role)" }

    /// Runs a body with a pooler as `emaildb pool` configures it.
    /// - Parameters:
    ///   - changing: what to do to the configuration first.
    ///   - body: gets the settings of `email_service` through the pooler.
    package func pooled<Value: Sendable>(
        changing: (String) -> String = { $0 }, _ body: @escaping @Sendable (ConnectionSettings) async throws -> Value
    ) async throws -> Value {
        let folder = try TemporaryFolder()
        let password = Self.password("email_pooler").replacingScalars("\"", with: "\"\"")
        try folder.write("users.txt", "\"email_pooler\" \"\(password)\"\n")
        var configuration = PoolerConfiguration(
            serverHost: superuser["host"] ?? "", serverPort: superuser["port"] ?? "",
            database: superuser["dbname"] ?? "")
        configuration.listenPort = TestPort.free()
        configuration.authenticationFile = folder.path + "/users.txt"
        var settings = superuser.user("email_service", password: Self.password("email_service"))
        settings["port"] = String(configuration.listenPort)
        let text = changing(try configuration.text()) + "logfile = \(folder.path)/log\n"
        return try await PgBouncer.with(configuration: text, in: folder, reachedBy: settings, body)
    }

    /// Transaction pooling without any reset, as PgBouncer does it by default.
    @Sendable package static func withoutReset(_ configuration: String) -> String {
        configuration.split(separator: "\n").filter { !$0.hasPrefix("server_reset_query") }.joined(separator: "\n")
            + "\n"
    }
}
