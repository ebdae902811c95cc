import Install
import Postgres
import Schema
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
        let name = TestDatabase.uniqueName()
        let settings = try await server.connectionSettings().database(name)
        _ = try Installer(settings: settings, database: name, source: .embedded()).run()
        let connection = try Connection(settings)
        for role in ["email_service", "email_readonly", "email_worker", "email_backup", "email_monitor"] {
            let verifier = try connection.encryptPassword(password, user: role)
            try connection.query("ALTER ROLE \(role) PASSWORD \(SQL.literal(verifier))")
        }
        return MailDatabase(superuser: settings)
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

    /// A new session of the application, serving nobody.
    func application() throws -> Connection { try Connection(user()) }
}

extension Connection {
    /// Makes the session serve a tenant, as tests do and applications must not.
    func serve(_ tenant: String?, account: String? = nil) throws {
        try query("SELECT set_config('app.current_tenant_id', $1, false)", [tenant ?? ""])
        try query("SELECT set_config('app.current_account_id', $1, false)", [account ?? ""])
    }

    /// The first column of all rows.
    func column(_ sql: String, _ parameters: [String?] = []) throws -> [String] {
        try query(sql, parameters).map { $0[0] ?? "" }
    }

    /// The first column of the first row; empty when there is none.
    func value(_ sql: String, _ parameters: [String?] = []) throws -> String {
        try query(sql, parameters).first?[0] ?? ""
    }
}
