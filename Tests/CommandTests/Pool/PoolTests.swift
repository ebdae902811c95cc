import Postgres
import TestSupport
import Testing

/// `emaildb pool` prints what PgBouncer starts with and what keeps clients apart; `--probe` tells such a pooler from others.
@Suite(.needsServer, .serialized) struct PoolTests {
    // MARK: - The printed configuration

    @Test func itServesTheApplicationsRolesAndNobodyElse() async throws {
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
    @Test(arguments: ["SUPERUSER", "REPLICATION", "BYPASSRLS", "CREATEROLE", "CREATEDB", "VALID UNTIL '2001-01-01'"])
    func aRoleThatBecameMoreThanTheApplicationIsNotLookedUp(_ attribute: String) async throws {
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

    @Test func whatPgBouncerCannotBeToldIsRefused() async throws {
        for (arguments, reason) in [
            (["-d", "em\"ail"], "takes database names of"), (["-d", "größe"], "takes database names of"),
            (["-d", "dbname='e mail'"], "takes database names of"), (["-d", "pgbouncer"], "keeps the database name"),
            (["-h", "a,b"], "is not one host name"), (["-p", "5432,5433"], "is not one port"),
            (["--listen", "127.0.0.1\nadmin_users = x"], "is not an address"),
            (["--auth-file", "/x\nadmin_users = x"], "control character"),
        ] {
            let result = try await CommandRunner.emaildb(["pool"] + arguments)
            #expect(result.status == 4, "\(arguments): \(result)")
            #expect(result.errors.contains(reason), "\(arguments): \(result)")
            #expect(result.output.isEmpty, "\(arguments)")
        }
        for arguments in [
            ["--tls-key", "x"], ["--pooler-version", "1.17"], ["--pooler-version", "new"], ["--format", "json"],
            ["--probe", "--listen", "::1"], ["--listen-port", "0"],
        ] {
            #expect(try await CommandRunner.emaildb(["pool"] + arguments).status == 64, "\(arguments)")
        }
    }

    @Test func itSaysWhatTheOptionsAskFor() async throws {
        let result = try await CommandRunner.emaildb([
            "pool", "--host", "db.internal", "--listen", "*", "--pooler-version", "1.24.1", "--server-ca", "/ca.pem",
        ])
        let lines = result.output.split(separator: "\n").map(String.init)
        for line in [
            "email_service = host=db.internal port=5432", "listen_addr = *", "max_prepared_statements = 200",
            "server_tls_sslmode = verify-full", "server_tls_ca_file = /ca.pem", "max_client_conn = 1000",
            "default_pool_size = 25", "reserve_pool_size = 5", "max_db_connections = 30",
            "max_user_connections = 29", "pool_mode = transaction",
        ] {
            #expect(lines.contains(line), "\(line)")
        }
        #expect(result.errors.contains("not encrypted"))
        let encrypted = try await CommandRunner.emaildb([
            "pool", "--listen", "*", "--tls-certificate", "/c.pem", "--tls-key", "/k.pem",
        ])
        #expect(encrypted.output.contains("client_tls_sslmode = require\n") && encrypted.errors.isEmpty)
    }

    // MARK: - The probe

    @Test func thePrintedConfigurationIsSafe() async throws {
        let database = try await PooledDatabase()
        let result = try await database.pooled { settings in
            try await CommandRunner.emaildb(["pool", "--probe", "--format", "json"], environment: settings.environment)
        }
        #expect(result.status == 0, "\(result)")
        #expect(result.output.contains("\"leaks\" : [\n\n  ]"), "\(result)")
    }

    @Test func transactionPoolingWithoutResetsLeaksEverythingButWhatIsLocal() async throws {
        let database = try await PooledDatabase()
        let result = try await database.pooled(changing: PooledDatabase.withoutReset) { settings in
            try await CommandRunner.emaildb(["pool", "--probe"], environment: settings.environment)
        }
        #expect(result.status == 1, "\(result)")
        for leak in [
            "app.current_tenant_id", "app.current_user_id", "cursor WITH HOLD", "advisory lock", "PREPARE",
        ] {
            #expect(result.output.contains(leak), "\(leak): \(result)")
        }
        #expect(!result.output.contains("set_config(.., true)"), "\(result)")
        #expect(result.errors.contains("server_reset_query_always = 1"), "\(result)")
    }

    @Test func aResetOfTheTenantAloneLeavesTheRest() async throws {
        let database = try await PooledDatabase()
        let result = try await database.pooled { configuration in
            configuration.replacing("DISCARD ALL", with: "RESET app.current_tenant_id")
        } _: { settings in
            try await CommandRunner.emaildb(["pool", "--probe", "--format", "json"], environment: settings.environment)
        }
        #expect(result.status == 1, "\(result)")
        #expect(!result.output.contains("\"tenant\""), "\(result)")
        #expect(result.output.contains("\"actor\"") && result.output.contains("\"cursor\""), "\(result)")
    }

    @Test func theServerItselfIsNoPooler() async throws {
        let database = try await PooledDatabase()
        let service = database.superuser.user("email_service", password: PooledDatabase.password("email_service"))
        let result = try await CommandRunner.emaildb(["pool", "--probe"], environment: service.environment)
        #expect(result.status == 4, "\(result)")
        #expect(result.errors.contains("leads to the server itself"), "\(result)")
        let absent = try await CommandRunner.emaildb([
            "pool", "--probe", "-h", "127.0.0.1", "-p", String(TestPort.free()),
        ])
        #expect(absent.status == 3, "\(absent)")
    }
}
