import Postgres
import TestSupport

/// A database with the whole schema on the server of these tests, and how its users log in: over TCP, with passwords.
struct MailDatabase: Sendable {
    /// Their own server, because its roles have passwords that no other test shall meet.
    static let server = TestServer(settings: ["log_statement": "none"])

    private static let password = "correct horse \(UInt64.random(in: 0...UInt64.max))"
    private static let common = Task { try await install() }
    private static let target = Task {
        _ = try await common.value
        return try await install()
    }

    private static func install() async throws -> MailDatabase {
        let roles = ["email_service", "email_readonly", "email_worker", "email_backup", "email_monitor"]
        let passwords = Dictionary(uniqueKeysWithValues: roles.map { ($0, password) })
        return MailDatabase(superuser: try await server.installed(TestDatabase.uniqueName(), passwords: passwords))
    }

    /// The database that most tests share: each has tenants of its own, which never see each other.
    static var shared: MailDatabase { get async throws { try await common.value } }

    /// The database of the attacks: their controls change tables, which would meet the writers of other tests.
    static var attacked: MailDatabase { get async throws { try await target.value } }

    /// A database of one's own, for what looks at all tenants.
    static func withOwn<Value>(_ body: (MailDatabase) async throws -> Value) async throws -> Value {
        _ = try await shared
        return try await TestDatabase.withSchema(on: server) { try await body(MailDatabase(superuser: $0)) }
    }

    /// Runs a body as the application, in the shared database, for a tenant of its own.
    static func withMailbox(
        ofOneAccount: Bool = true, _ body: (_ application: borrowing Connection, _ tenant: Tenant) throws -> Void
    ) async throws {
        let database = try await shared
        let tenant = try Tenant(Connection(database.superuser))
        let application = try database.application()
        try application.serve(tenant.id, account: ofOneAccount ? tenant.account : nil)
        try body(application, tenant)
    }

    /// How the superuser connects.
    let superuser: ConnectionSettings

    /// How one of the login roles connects.
    func user(_ role: String = "email_service") -> ConnectionSettings { superuser.user(role, password: Self.password) }

    /// A new session of the application, serving no tenant.
    func application() throws -> Connection { try Connection(user()) }
}
