import Postgres
import TestSupport
import Testing

/// The view of slow statements, where they are counted and where they are not.
@Suite struct SlowQueryTests {
    @Test func slowStatementsAreShownToTheMonitorAlone() async throws {
        try await TestDatabase.withSchema { settings in
            let superuser = try Connection(settings)
            try superuser.query("SELECT pg_sleep(0.11), 'a secret literal'")
            try superuser.query("SELECT 'quick'")
            let monitor = try Connection(settings)
            try monitor.script("SET ROLE email_monitor; SET emaildb.long_query_ms = 100")
            // As the founding document asks for it, on the view instead.
            let rows = try monitor.query("SELECT query, calls, mean_exec_time FROM email_slow_queries")
            let slow = rows.filter { $0.text("query").contains("pg_sleep") }
            #expect(slow.count == 1 && slow.first?.integer("calls") == 1)
            #expect(slow.first?.text("query").contains("secret") == false, "literals are replaced")
            #expect(!rows.contains { $0.text("query").contains("quick") })
            let application = try Connection(settings)
            try application.script("SET ROLE email_service")
            let error = try failure { try application.query("SELECT * FROM email_slow_queries") }
            #expect(error.sqlState == .insufficientPrivilege)
        }
    }

    @Test("Without the extension the schema is the same, and the view says what to do")
    func noExtension() async throws {
        // Not preloaded: init leaves the extension out.
        let server = TestServer(settings: ["shared_preload_libraries": ""])
        let connection = try Connection(await server.installed())
        let absent = try failure { try connection.query("SELECT * FROM email_slow_queries") }
        #expect(
            absent.sqlState?.rawValue == "55000" && absent.hint?.contains("CALL emaildb.count_statements()") == true)
        try connection.query("CALL emaildb.count_statements()")
        let unloaded = try failure { try connection.query("SELECT * FROM email_slow_queries") }
        #expect(unloaded.message.contains("not preloaded"), "\(unloaded)")
        let readable = try connection.query(
            "SELECT has_table_privilege('public', 'pg_stat_statements', 'SELECT')::text")
        #expect(readable.first?[0] == "false", "the procedure closes what CREATE EXTENSION opens to PUBLIC")
        try connection.query("DROP EXTENSION pg_stat_statements")
        try await server.stop()
    }
}
