import Pooler
import Postgres
import TestSupport
import Testing

/// A real PgBouncer with the configuration: who gets in, and what keeps clients apart.
@Suite(.needsServer, .serialized) struct PoolerConfigurationTests {
    @Test func itServesOnlyTheApplicationsRoles() async throws {
        let database = try await PooledDatabase()
        let direct = try Connection(database.superuser)
        try direct.script("DROP ROLE IF EXISTS chief; CREATE ROLE chief SUPERUSER LOGIN PASSWORD 'chief'")
        try await database.pooled { service in
            let connection = try Connection(service)
            let usedPassword = connection.usedPassword
            #expect(usedPassword, "PgBouncer asks for a password")
            #expect(try connection.query("SELECT current_user::text").first?[0] == "email_service")
            let readonly = service.user("email_readonly", password: PooledDatabase.password("email_readonly"))
            #expect(try Connection(readonly).query("SELECT current_user::text").first?[0] == "email_readonly")
            #expect(throws: PostgresError.self) { _ = try Connection(service.user("email_service", password: "wrong")) }
            for (role, password) in [
                ("chief", "chief"), ("email_backup", PooledDatabase.password("email_backup")),
                ("email_monitor", PooledDatabase.password("email_monitor")),
            ] {
                let itself = database.superuser.user(role, password: password)
                #expect(throws: Never.self, "the control: \(role) can log in to the server") {
                    _ = try Connection(itself)
                }
                #expect(throws: PostgresError.self, "\(role)") {
                    _ = try Connection(service.user(role, password: password))
                }
            }
            let pooler = service.user("email_pooler", password: PooledDatabase.password("email_pooler"))
            try Connection(pooler.database("pgbouncer")).script("SHOW POOLS")
        }
        try direct.query("DROP ROLE chief")
    }

    @Test func aNewPasswordIsKnownAtTheNextLogin() async throws {
        let database = try await PooledDatabase()
        try await database.pooled { service in
            let old = PooledDatabase.password("email_readonly")
            func user(_ connection: borrowing Connection) throws -> String? {
                try connection.query("SELECT current_user::text").first?[0]
            }
            #expect(try user(Connection(service.user("email_readonly", password: old))) == "email_readonly")
            let direct = try Connection(database.superuser)
            try direct.query("ALTER ROLE email_readonly PASSWORD 'new'")
            // The pool's own connections end some time, too: its next ones need the new keys.
            try direct.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'email_readonly'")
            #expect(try user(Connection(service.user("email_readonly", password: "new"))) == "email_readonly")
            #expect(throws: PostgresError.self) { _ = try Connection(service.user("email_readonly", password: old)) }
            try direct.query("ALTER ROLE email_readonly PASSWORD \(SQL.literal(old))")
        }
    }

    // What the name allows, attributes must not undo.
    @Test(
        "A role that may do more than the application is not looked up",
        arguments: ["SUPERUSER", "REPLICATION", "BYPASSRLS", "CREATEROLE", "CREATEDB", "VALID UNTIL '2001-01-01'"])
    func attributes(_ attribute: String) async throws {
        let connection = try Connection(try await PooledDatabase().superuser)
        func verifiers() throws -> Int {
            try connection.transaction {
                try connection.query("SET LOCAL ROLE email_pooler")
                return try connection.query("SELECT * FROM public.email_pooler_lookup('email_readonly')").count
            }
        }
        #expect(try verifiers() == 1, "the control")
        try connection.query("ALTER ROLE email_readonly \(attribute)")
        #expect(try verifiers() == 0)
        let undo = attribute.hasPrefix("VALID") ? "VALID UNTIL 'infinity'" : "NO" + attribute
        try connection.query("ALTER ROLE email_readonly \(undo)")
        #expect(try verifiers() == 1)
    }

    @Test func onlyThePoolerMayLookUp() async throws {
        let connection = try Connection(try await PooledDatabase().superuser)
        for role in ["email_service", "email_readonly", "email_monitor", "email_worker", "email_backup"] {
            let error = try failure {
                try connection.transaction {
                    try connection.query("SET LOCAL ROLE \(role)")
                    try connection.query("SELECT * FROM public.email_pooler_lookup('email_service')")
                }
            }
            #expect(error.sqlState == .insufficientPrivilege, "\(role)")
        }
        let verifiers = try failure {
            try connection.transaction {
                try connection.query("SET LOCAL ROLE email_pooler")
                try connection.query("SELECT rolpassword FROM pg_authid")
            }
        }
        #expect(verifiers.sqlState == .insufficientPrivilege)
    }

    // MARK: - The probe

    @Test func theConfigurationIsSafe() async throws {
        let probe = try await PooledDatabase().pooled { try PoolerProbe.run($0) }
        #expect(probe.leaks.isEmpty && probe.meetings > 0)
    }

    @Test func aResetOfTheTenantAloneLeavesTheRest() async throws {
        let probe = try await PooledDatabase().pooled { configuration in
            configuration.replacing("DISCARD ALL", with: "RESET app.current_tenant_id")
        } _: {
            try PoolerProbe.run($0)
        }
        #expect(!probe.leaks.contains(.tenant))
        #expect(probe.leaks.contains(.actor) && probe.leaks.contains(.cursor), "\(probe.leaks)")
    }
}
