import Postgres
import TestSupport
import Testing

/// `emaildb pool` prints what PgBouncer starts with; `--probe` tells such a pooler from others.
@Suite(.needsServer, .serialized) struct PoolTests {
    @Test(arguments: [
        (["-d", "em\"ail"], "takes database names of"), (["-d", "größe"], "takes database names of"),
        (["-d", "dbname='e mail'"], "takes database names of"), (["-d", "pgbouncer"], "keeps the database name"),
        (["-h", "a,b"], "is not one host name"), (["-p", "5432,5433"], "is not one port"),
        (["--listen", "127.0.0.1\nadmin_users = x"], "is not an address"),
        (["--auth-file", "/x\nadmin_users = x"], "control character"),
    ])
    func whatPgBouncerCannotBeToldIsRefused(_ arguments: [String], _ reason: String) async throws {
        let result = try await CommandRunner.emaildb(["pool"] + arguments)
        #expect(result.status == 4, "\(result)")
        #expect(result.errors.contains(reason), "\(result)")
        #expect(result.output.isEmpty)
    }

    @Test(arguments: [
        ["--tls-key", "x"], ["--pooler-version", "1.17"], ["--pooler-version", "new"], ["--format", "json"],
        ["--probe", "--listen", "::1"], ["--listen-port", "0"],
    ])
    func wrongUsageIsStatusSixtyFour(_ arguments: [String]) async throws {
        #expect(try await CommandRunner.emaildb(["pool"] + arguments).status == 64)
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

    @Test("Transaction pooling without resets leaks everything but what is local") func leaks() async throws {
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

    @Test func aSafePoolerIsStatusZero() async throws {
        let result = try await PooledDatabase().pooled { settings in
            try await CommandRunner.emaildb(["pool", "--probe", "--format", "json"], environment: settings.environment)
        }
        #expect(result.status == 0, "\(result)")
        #expect(result.output.contains("\"leaks\" : [\n\n  ]"), "\(result)")
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
