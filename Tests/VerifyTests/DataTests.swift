import Postgres
import Schema
import TestSupport
import Testing
import Verify

/// Rows that contradict each other are found, named and repaired, and rows that are right are left alone.
@Suite(.needsServer) struct DataTests {
    struct Damage: Sendable, CustomTestStringConvertible {
        let code: String
        let object: String
        let sql: String
        /// Whether a statement of ours repairs it.
        var isRepaired = true
        var testDescription: String { "\(code) \(sql.prefix(90))" }

        init(_ code: String, _ object: String, _ sql: String, isRepaired: Bool = true) {
            (self.code, self.object, self.sql, self.isRepaired) = (code, object, sql, isRepaired)
        }
    }

    static let damages = [
        Damage(
            "EDB-D001", "table email_message_search",
            "DELETE FROM public.email_message_search WHERE message_id = md5('m11')::uuid"),
        Damage("EDB-D001", "table email_message_search", "TRUNCATE public.email_message_search"),
        Damage(
            "EDB-D002", "table email_message_search",
            "INSERT INTO public.email_message_search VALUES (md5('t1')::uuid, gen_random_uuid(), md5('a1')::uuid, 1, '')"
        ),
        Damage(
            "EDB-D002", "table email_message_search",
            "INSERT INTO public.email_message_search VALUES (md5('t9')::uuid, gen_random_uuid(), md5('a9')::uuid, 1, '')"
        ),
        Damage(
            "EDB-D003", "table email_message_search",
            "UPDATE public.email_message_search SET tenant_id = md5('t2')::uuid WHERE message_id = md5('m11')::uuid"),
        Damage(
            "EDB-D003", "table email_message_search",
            "UPDATE public.email_message_search SET account_id = md5('a2')::uuid WHERE message_id = md5('m11')::uuid"),
        Damage(
            "EDB-D003", "table email_message_search",
            "UPDATE public.email_message_search SET received_at = 5 WHERE message_id = md5('m11')::uuid"),
        Damage(
            "EDB-D003", "table email_message_search",
            "UPDATE public.email_messages SET subject = 'other words' WHERE id = md5('m11')::uuid"),
        Damage(
            "EDB-D004", "table email_folders",
            "UPDATE public.email_folders SET total_count = 7 WHERE id = md5('f11')::uuid"),
        Damage(
            "EDB-D004", "table email_folders",
            "UPDATE public.email_folders SET unread_count = NULL WHERE id = md5('f21')::uuid"),
        Damage(
            "EDB-D004", "table email_folders",
            "DELETE FROM public.email_messages WHERE id = md5('m17')::uuid;"
                + " DELETE FROM public.email_message_search WHERE message_id = md5('m17')::uuid"),
        Damage(
            "EDB-D005", "table email_messages",
            "UPDATE public.email_messages SET has_attachments = false WHERE id = md5('m13')::uuid"),
        Damage(
            "EDB-D006", "table email_messages",
            "ALTER TABLE public.email_messages DROP CONSTRAINT email_messages_deleted_check;"
                + " UPDATE public.email_messages SET deleted_at = NULL WHERE is_deleted"),
        Damage(
            "EDB-D006", "table email_accounts",
            "ALTER TABLE public.email_accounts DROP CONSTRAINT email_accounts_deleted_check;"
                + " UPDATE public.email_accounts SET deleted_at = 5"),
        Damage(
            "EDB-D007", "table email_messages",
            "UPDATE public.email_messages SET is_flagged = NULL WHERE id = md5('m13')::uuid"),
        Damage(
            "EDB-D008", "table email_messages",
            "UPDATE public.email_messages SET folder_id = md5('f21')::uuid WHERE id = md5('m13')::uuid;"
                + " UPDATE public.email_messages SET folder_id = gen_random_uuid() WHERE id = md5('m14')::uuid"),
        Damage(
            "EDB-D008", "table email_messages",
            "ALTER TABLE public.email_messages DROP CONSTRAINT email_messages_folder_fkey;"
                + " DELETE FROM public.email_folders WHERE id = md5('f11')::uuid"),
        Damage(
            "EDB-D009", "table email_messages",
            "UPDATE public.email_messages SET account_id = gen_random_uuid() WHERE id = md5('m13')::uuid",
            isRepaired: false),
        Damage(
            "EDB-D009", "table email_attachments",
            "UPDATE public.email_attachments SET message_id = md5('m26')::uuid WHERE id = md5('x13')::uuid",
            isRepaired: false),
        Damage(
            "EDB-D009", "table email_folders",
            "UPDATE public.email_folders SET account_id = md5('a2')::uuid WHERE id = md5('f11')::uuid",
            isRepaired: false),
        Damage(
            "EDB-D010", "table email_messages",
            "UPDATE public.email_messages SET thread_id = md5('c11')::uuid WHERE id IN (md5('m27')::uuid, md5('m28')::uuid)"
        ),
        Damage(
            "EDB-D011", "table email_message_tombstones",
            "INSERT INTO public.email_message_tombstones (tenant_id, account_id, folder_id, message_id, is_gone)"
                + " VALUES (md5('t1')::uuid, gen_random_uuid(), md5('f11')::uuid, gen_random_uuid(), true)"),
        Damage(
            "EDB-D011", "table email_message_tombstones",
            "INSERT INTO public.email_message_tombstones (tenant_id, account_id, folder_id, message_id, is_gone)"
                + " VALUES (md5('t1')::uuid, md5('a1')::uuid, md5('f11')::uuid, md5('m13')::uuid, true)"),
        Damage("EDB-D012", "sequence email_message_change_seq", "SELECT setval('public.email_message_change_seq', 1)"),
        Damage(
            "EDB-D012", "sequence email_message_change_seq",
            "UPDATE public.email_accounts SET changes_floor = 1000000 WHERE id = md5('a1')::uuid"),
    ]

    /// Who sees what each tenant has: headers and where they are, not what is derived.
    private static let mail = """
        SELECT string_agg(concat_ws('|', id, tenant_id, account_id, message_id, subject, is_read, is_deleted), E'\\n' ORDER BY id)
        FROM public.email_messages
        """

    @Test("Each damage is found and repaired", arguments: damages) func damage(_ damage: Damage) async throws {
        try await TestDatabase.withSchema { settings in
            let connection = try Connection(settings)
            try connection.script(DataRows.sql)
            let healthy = try VerifyReport.of(settings, [.layout, .data])
            #expect(healthy.findings.isEmpty && healthy.unseen.isEmpty, "\(healthy.summary) \(healthy.unseen)")
            try connection.script(
                "SET session_replication_role = replica; \(damage.sql); RESET session_replication_role")
            let before = try connection.value(Self.mail)
            let report = try VerifyReport.of(settings, [.layout, .data])
            #expect(
                report.findings.contains { $0.code == damage.code && $0.object == damage.object }, "\(report.summary)")
            guard let script = report.fixScript, damage.isRepaired else {
                #expect(!damage.isRepaired)
                return
            }
            try connection.runFix(script)
            let after = try VerifyReport.of(settings, [.layout, .data])
            #expect(after.findings.isEmpty, "\(script)\n\(after.summary)")
            #expect(try connection.value(Self.mail) == before)
        }
    }

    @Test("Clients hear of what a repair changed, and of nothing else") func onlyWhatIsWrongIsWritten() async throws {
        try await TestDatabase.withSchema { settings in
            let connection = try Connection(settings)
            try connection.script(DataRows.sql)
            let state = try connection.value("SELECT last_value FROM public.email_message_change_seq")
            try connection.script(
                "SET session_replication_role = replica; UPDATE public.email_messages SET is_flagged = NULL WHERE id = md5('m13')::uuid;"
                    + "RESET session_replication_role")
            for part in ["messages", "leftovers", "counters"] {
                try connection.query("CALL public.email_repair('\(part)')")
            }
            let changed = try connection.query(
                "SELECT id FROM public.email_messages WHERE change_seq > $1::bigint", [state])
            #expect(try changed.map { $0[0] } == [connection.value("SELECT md5('m13')::uuid")])
            #expect(try VerifyReport.of(settings, [.data]).findings.isEmpty)
        }
    }

    @Test("Writers of other tenants go on while a tenant is repaired") func othersGoOn() async throws {
        try await TestDatabase.withSchema { settings in
            let connection = try Connection(settings)
            try connection.script(DataRows.sql)
            try connection.script("BEGIN; SELECT set_config('app.current_tenant_id', md5('t1')::uuid::text, true)")
            try connection.query("SELECT public.email_repair_messages()")
            let other = try Connection(settings)
            try other.script(
                "SET lock_timeout = '2s'; SELECT set_config('app.current_tenant_id', md5('t2')::uuid::text, false)")
            try other.query("UPDATE public.email_messages SET is_flagged = true WHERE tenant_id = md5('t2')::uuid")
            try other.script("SELECT set_config('app.current_tenant_id', md5('t1')::uuid::text, false)")
            let error = #expect(throws: PostgresError.self) {
                try other.query("UPDATE public.email_messages SET is_flagged = true WHERE tenant_id = md5('t1')::uuid")
            }
            #expect(error?.sqlState == .lockNotAvailable)
        }
    }

    @Test("Of a big database a sample is read, and that is said") func sample() async throws {
        try await TestDatabase.withSchema { settings in
            let connection = try Connection(settings)
            try connection.script(DataRows.sql + "ANALYZE public.email_messages")
            var verifier = Verifier(settings: settings, database: settings["dbname"] ?? "", source: .embedded())
            verifier.sections = [.data]
            verifier.messages = 10
            let part = try #require(try verifier.run().parts.first)
            #expect(part.sample == "about 10 of 78 messages were looked at")
            verifier.messages = 78
            #expect(try verifier.run().parts.first?.sample == nil)
        }
    }

    @Test("Who sees no rows says so, and no function of others is run") func gates() async throws {
        try await TestDatabase.withSchema { settings in
            let connection = try Connection(settings)
            try connection.script(DataRows.sql)
            try TestRole.with(password: "secret", attributes: "LOGIN", enters: true, connection) { role in
                let report = try VerifyReport.of(settings.user(role, password: "secret"), [.data])
                #expect(
                    report.findings.isEmpty && report.unseen.first?.reason.contains("may not read every row") == true)
            }
            try connection.script(
                """
                CREATE OR REPLACE FUNCTION public.email_search_cut(value text, bytes integer) RETURNS text
                LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$ BEGIN RAISE EXCEPTION 'code of others was run'; END $$
                """)
            let changed = try VerifyReport.of(settings, [.data])
            #expect(changed.findings.isEmpty, "\(changed.summary)")
            #expect(changed.unseen.map(\.what) == ["documents"], "\(changed.unseen)")
            try connection.script(
                """
                CREATE FUNCTION public.evil(a integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
                CREATE INDEX ON public.email_messages (id) WHERE public.evil(1)
                """)
            // The planner runs it, with the rights of who reads.
            try connection.script(
                """
                CREATE OR REPLACE FUNCTION public.evil(a integer) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$
                BEGIN RAISE EXCEPTION 'code of others was run'; END $$
                """)
            let error = #expect(throws: PostgresError.self) {
                try connection.query("SELECT id FROM public.email_messages")
            }
            #expect(error?.message == "code of others was run")
            let gated = try VerifyReport.of(settings, [.data])
            #expect(gated.unseen.first?.reason.contains("evil") == true, "\(gated.unseen)")
        }
    }
}
