import Postgres
import TestSupport
import Testing
import Verify

/// Findings that need a server or rows of their own.
@Suite(.needsServer) struct ReachTests {
    @Test("What the server presets for every session is found") func presets() async throws {
        let hostile = [
            "search_path": "public", "transform_null_equals": "on", "enable_hashjoin": "off",
            "lo_compat_privileges": "on",
            "app.current_tenant_id": "00000000-0000-0000-0000-000000000001",
        ]
        let server = TestServer(settings: hostile)
        let settings = try await server.installed()
        let found = try VerifyReport.of(settings).findings.filter { $0.code == "EDB-S025" }.map(\.object)
        #expect(found.count == hostile.count, "\(found)")
        for name in hostile.keys { #expect(found.contains { $0.contains(name) }, "\(name): \(found)") }
        try await server.stop()
    }

    @Test("A role that may have one session only sees the same") func oneSession() async throws {
        try await TestDatabase.withSchema { settings in
            let connection = try Connection(settings)
            try connection.query("GRANT TRUNCATE ON public.email_folders TO email_service")
            let findings = try ["", " CONNECTION LIMIT 1"].map { limit in
                try TestRole.with(password: "secret", attributes: "LOGIN\(limit)", enters: true, connection) {
                    role in
                    try VerifyReport.of(settings.user(role, password: "secret")).findings.map(\.code)
                }
            }
            #expect(findings[0].contains("EDB-S003") && findings[0] == findings[1], "\(findings)")
        }
    }

    @Test("A sequence that is made anew goes on above the numbers that rows have") func sequenceMadeAnew() async throws
    {
        try await TestDatabase.withSchema { settings in
            let connection = try Connection(settings)
            try connection.script(DataRows.sql)
            let highest = try connection.value("SELECT max(change_seq) FROM public.email_messages")
            try connection.query("DROP SEQUENCE public.email_message_change_seq CASCADE")
            let script = try VerifyReport.of(settings, [.layout]).fixScript
            try connection.runFix(try #require(script))
            #expect(try VerifyReport.of(settings, [.layout]).findings.isEmpty)
            let next = try connection.value("SELECT nextval('public.email_message_change_seq')")
            #expect(try #require(Int(next)) > (try #require(Int(highest))), "\(next)")
        }
    }

    @Test("Where a table is gone, what could not be seen is said") func aMissingTable() async throws {
        try await TestDatabase.withSchema { settings in
            try Connection(settings).query("DROP TABLE public.email_message_search CASCADE")
            let report = try VerifyReport.of(settings, [.data])
            #expect(report.unseen.first?.reason.contains("email_message_search") == true, "\(report)")
        }
    }

    @Test("A publication does not upset the probe, and another database is no finding") func noFalseAlarms()
        async throws
    {
        let server = TestServer(settings: ["wal_level": "logical"])
        let settings = try await server.installed()
        _ = try await server.installed("second")
        try Connection(settings).script(
            "CREATE SCHEMA others; CREATE TABLE others.log (a integer); CREATE PUBLICATION p FOR TABLE others.log")
        #expect(try VerifyReport.of(settings, [.layout, .security, .plans, .probe]).findings.isEmpty)
        try Connection(settings).script("CREATE PUBLICATION everything FOR ALL TABLES")
        let report = try VerifyReport.of(settings, [.layout, .security, .plans, .probe])
        #expect(report.findings.map(\.code) == ["EDB-S022"], "\(report.summary)")
        try await server.stop()
    }

    @Test("A script of fixes runs only where it was written for") func theScriptKnowsItsPlace() async throws {
        try await TestDatabase.withSchema { settings in
            let connection = try Connection(settings)
            try connection.query("DROP INDEX public.idx_email_messages_thread_id")
            let script = try #require(try VerifyReport.of(settings).fixScript)
            try await TestDatabase.withSchema { other in
                let elsewhere = try Connection(other)
                #expect(throws: PostgresError.self) { try elsewhere.runFix(script) }
            }
            try connection.query(
                "INSERT INTO emaildb.ledger SELECT 999, 'later', hash, chain, kind, state, started_at, finished_at,"
                    + " duration_ms, applied_by, server_version, tool_version FROM emaildb.ledger WHERE step = 1")
            #expect(throws: PostgresError.self) { try Connection(settings).runFix(script) }
            try connection.query("DELETE FROM emaildb.ledger WHERE step = 999")
            try Connection(settings).runFix(script)
            #expect(try VerifyReport.of(settings).findings.isEmpty)
        }
    }
}
