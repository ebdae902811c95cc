import Postgres
import Schema
import TestSupport
import Testing

@testable import Doctor

/// What happens to tables, indexes and rows: each is provoked, found, and gone once the fix was typed.
@Suite(.needsServer) struct TableCheckTests {
    @Test("All that is done to one database is found, and is gone in the end") func database() async throws {
        let server = TestServer(settings: Patient.healthy)
        let patient = try await Patient(server)
        let settings = patient.superuser
        let connection = try Connection(settings)
        func table(_ name: String, rows: Int) -> String {
            """
            CREATE TABLE public.\(SQL.identifier(name)) (id int, pad text) WITH (autovacuum_enabled = off);
            INSERT INTO public.\(SQL.identifier(name)) SELECT n, repeat('x', 100) FROM generate_series(1, \(rows)) n;
            """
        }
        // A name that would break out of a quotation, and of a line.
        let dead = "dead\"; DROP TABLE public.email_messages; --\n'x'"
        try await patient.treat("dead-rows", "dead-rows-least = 500") {
            try connection.script(
                table(dead, rows: 2000) + "DELETE FROM public.\(SQL.identifier(dead)) WHERE id % 2 = 0;")
        }
        try await patient.treat("bloat", "bloat = 64kB, 1GB") {
            try connection.script(table("bloated", rows: 2000) + "ANALYZE public.bloated")
            try connection.script("DELETE FROM public.bloated WHERE id % 2 = 0")
        }
        try await patient.treat("no-statistics") { try connection.script(table("new", rows: 20_000)) }
        try await patient.treat("sequence", as: settings) {
            try connection.script(
                """
                CREATE TABLE public.numbered (id smallint GENERATED ALWAYS AS IDENTITY, other serial);
                SELECT setval('public.numbered_id_seq', 26000); SELECT setval('public.numbered_other_seq', 1800000000);
                CREATE SEQUENCE public.alone AS smallint; SELECT setval('public.alone', 26000)
                """)
        }
        let types = try connection.column(
            "SELECT data_type FROM pg_sequences WHERE sequencename ~ '^(numbered|alone)' ORDER BY 1")
        #expect(types == ["bigint", "bigint", "bigint"])

        try await indexes(patient)
        try await patient.treat("wraparound", "wraparound = \(try age(connection) + 0.0001)%, 90%") {
            // Two thousand transactions of their own.
            try connection.query(
                "DO $$ BEGIN FOR i IN 1..5000 LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END $$")
        }
        try await patient.treat("collation", "", .critical) {
            try connection.query(
                "UPDATE pg_database SET datcollversion = '0.1' WHERE datname = 'email_service'")
        }
        try await rows(patient)
        try await patient.treat("row-security", "", .critical) {
            try connection.query("ALTER TABLE public.email_messages NO FORCE ROW LEVEL SECURITY")
        }
        try await patient.treat("row-security", "", .warning) {
            try connection.query("CREATE INDEX somebodys ON public.email_folders (updated_at)")
        } afterwards: {
            // What is not of the design is dropped by hand only.
            try connection.query("DROP INDEX IF EXISTS public.somebodys")
        }
        let report = try patient.examine(isDeep: true)
        #expect(report.findings == [], "all is well again")
        try await server.stop()
    }

    private func age(_ connection: borrowing Connection) throws -> Double {
        let text = try connection.value(
            "SELECT max(age(datfrozenxid)) * 100.0 / 2147483648 FROM pg_database WHERE datallowconn")
        return try #require(Double(text))
    }

    private func indexes(_ patient: Patient) async throws {
        let settings = patient.superuser
        let connection = try Connection(settings)
        try connection.script(
            "CREATE TABLE public.indexed (id int, word text); INSERT INTO public.indexed VALUES (1, 'x')")
        try await patient.treat("invalid-index") {
            let snapshot = try Session(settings, "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT pg_current_xact_id()")
            // It waits for the transaction, and leaves behind what is there so far.
            let builder = try Connection(settings)
            try builder.query("SET statement_timeout = '500ms'")
            _ = try? builder.query("CREATE INDEX CONCURRENTLY half ON public.indexed (word)")
            withExtendedLifetime(snapshot) {}
        }
        try await patient.treat("duplicate-index") {
            try connection.script(
                """
                DROP INDEX public.half;
                CREATE INDEX one ON public.indexed (lower(word)) WHERE id > 0;
                CREATE INDEX    two ON public.indexed (  lower(word)) WHERE id > 0;
                CREATE INDEX other ON public.indexed (lower(word)) WHERE id > 1;
                ALTER TABLE public.indexed ADD PRIMARY KEY (id);
                CREATE INDEX third ON public.indexed (id)
                """)
        }
        let left = try connection.column(
            "SELECT indexrelid::regclass FROM pg_index WHERE indrelid = 'public.indexed'::regclass ORDER BY 1::text")
        #expect(left.map { String($0.split(separator: ".").last ?? "") }.sorted() == ["indexed_pkey", "one", "other"])
        try connection.script("DROP INDEX public.one, public.other")
        try await patient.treat("unused-index", "unused-index-age = 0s\nunused-index-size = 0B") {
            try connection.script("CREATE INDEX unused ON public.indexed (word)")
        }
        // Statistics of an hour say nothing of an index.
        let young = try patient.examine()
        #expect(young.unseen.contains { $0.check == "unused-index" && $0.what.hasPrefix("the statistics are only") })
        #expect(young.checks.contains { $0.check == "unused-index" && $0.state == .notSeen })
    }

    private func rows(_ patient: Patient) async throws {
        let settings = patient.superuser
        let connection = try Connection(settings)
        let tenant = try Tenant(connection)
        let deep = settings
        try await patient.treat("counters", as: deep, isDeep: true) {
            try connection.script(
                "SET session_replication_role = replica; UPDATE public.email_folders SET unread_count = 77 WHERE id = '\(tenant.inbox)'; RESET session_replication_role"
            )
        }
        try await patient.treat("search-rows", "", .critical, as: deep, isDeep: true) {
            try connection.query("DELETE FROM public.email_message_search")
        }
        try await patient.treat("search-rows", "", .critical, as: deep, isDeep: true) {
            try connection.script(
                "INSERT INTO public.email_message_search SELECT tenant_id, gen_random_uuid(), account_id, received_at, search_vector FROM public.email_message_search"
            )
        }
        let found = try connection.value(
            "SELECT count(*) FROM public.email_message_search WHERE message_id = $1", [tenant.message])
        #expect(found == "1")
        // Who sees no rows says so.
        let blind = try patient.examine(isDeep: true)
        let unseen = blind.unseen.filter { ["counters", "search-rows"].contains($0.check) }
        #expect(unseen.map(\.what) == Array(repeating: "email_monitor does not see the rows of all tenants", count: 2))
    }

    @Test func aDatabaseWithoutTheSchema() async throws {
        try await TestDatabase.withEmpty { settings in
            let patient = Patient(.shared, settings)
            let found = try patient.findings("schema", "", as: settings)
            #expect(found.map(\.fix) == ["emaildb init -d \(patient.database)"] && found[0].severity == .critical)
            try await patient.type(found[0], found[0].fix)
            #expect(try patient.findings("schema", "", as: settings) == [])
        }
    }
}
