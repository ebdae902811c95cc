import FoundationEssentials
import Postgres
import TestSupport
import Testing

@testable import EmailDatabase

@Suite struct LayoutTests {
    // MARK: - The text form

    @Test func aChangeIsReadBackAsItWasWritten() throws {
        let change = LayoutChange(
            present: [
                Fact(kind: "table", object: "t", value: "owner x"),
                Fact(kind: "setting", object: "email_service lock_timeout", value: "5s"),
                Fact(kind: "function", object: "f(a text, b integer)", value: "a = b = c"),
                Fact(kind: "column", object: "zwölf.größe", value: ""),
            ], absent: ["grant database to public", "index i"])
        #expect(
            change.text == """
                - grant database to public
                - index i
                column zwölf.größe = \n\
                function f(a text, b integer) = a = b = c
                setting email_service lock_timeout = 5s
                table t = owner x

                """)
        let read = try LayoutChange(parsing: "# comment\n\n" + change.text)
        #expect(read == change)
    }

    @Test func everyCommittedLayoutIsReadBackAsItWasWritten() {
        for step in SchemaSource.embedded().steps {
            let layout = step.layout
            #expect(layout != nil)
            #expect(layout == (try? LayoutChange(parsing: layout?.text ?? "")))
        }
    }

    @Test func aChangeIsWhatDiffers() {
        let same = Fact(kind: "table", object: "same", value: "1")
        let before = [
            same, Fact(kind: "table", object: "gone", value: "1"), Fact(kind: "table", object: "t", value: "1"),
        ]
        let after = [
            same, Fact(kind: "table", object: "new", value: "1"), Fact(kind: "table", object: "t", value: "2"),
        ]
        let change = LayoutChange(from: before, to: after)
        #expect(change.present.map(\.object) == ["new", "t"])
        #expect(change.absent == ["table gone"])
        #expect(LayoutChange(from: after, to: after) == LayoutChange(present: [], absent: []))
    }

    // MARK: - Staleness

    // A server of its own: what the steps do to roles can only be seen in a cluster that has none of them.
    @Test func committedLayoutsAreWhatAFreshInstallGives() async throws {
        let server = TestServer()
        let source = try SchemaSource.directory("sql")
        let changes = try LayoutGenerator.changes(
            settings: await server.connectionSettings(), database: "layout", source: source)
        #expect(changes.map(\.step) == source.steps.map(\.name))
        for (step, change) in zip(source.steps, changes.map(\.change)) {
            let committed = try #require(FileManager.default.contents(atPath: "sql/layout/\(step.name).txt"))
            let lines = String(decoding: committed, as: UTF8.self).split(separator: "\n").map(String.init)
            let fresh = change.text.split(separator: "\n").map(String.init)
            let difference = fresh.difference(from: lines.filter { !$0.hasPrefix("#") })
            #expect(difference.isEmpty, "sql/layout/\(step.name).txt is stale: run make layout")
        }
        try await server.stop()
    }

    // MARK: - Mismatches

    /// What must hold in the end: each fact as its last step says.
    private static let expected: LayoutChange = {
        var present: [String: Fact] = [:]
        var absent: Set<String> = []
        for layout in SchemaSource.embedded().steps.compactMap(\.layout) {
            for key in layout.absent {
                present[key] = nil
                absent.insert(key)
            }
            for fact in layout.present {
                present[fact.key] = fact
                absent.remove(fact.key)
            }
        }
        return LayoutChange(present: Array(present.values), absent: Array(absent))
    }()

    private struct Mutation: Sendable {
        let sql: String
        /// Kind and object of the fact that no longer holds.
        let key: String
        /// What is found instead: nothing, something, or a text in it.
        let found: Found

        enum Found: Sendable {
            case nothing
            case text(String)
        }

        init(_ sql: String, _ key: String, _ found: Found) {
            self.sql = sql
            self.key = key
            self.found = found
        }
    }

    private static let mutations = [
        Mutation(
            "DROP POLICY email_messages_tenant_policy ON email_messages",
            "policy email_messages.email_messages_tenant_policy", .nothing),
        Mutation(
            "ALTER POLICY email_folders_tenant_policy ON email_folders USING (true)",
            "policy email_folders.email_folders_tenant_policy", .text("using (true)")),
        Mutation(
            "ALTER POLICY email_folders_tenant_policy ON email_folders TO PUBLIC",
            "policy email_folders.email_folders_tenant_policy", .text("to public")),
        Mutation(
            "ALTER TABLE email_accounts DISABLE ROW LEVEL SECURITY", "table email_accounts",
            .text("owner email_owner, forced")),
        Mutation(
            "ALTER TABLE email_accounts NO FORCE ROW LEVEL SECURITY", "table email_accounts",
            .text("row security, fill")
        ),
        Mutation("ALTER TABLE email_messages OWNER TO email_audit", "table email_messages", .text("owner email_audit")),
        Mutation("ALTER TABLE email_folders SET (fillfactor = 51)", "table email_folders", .text("fillfactor=51")),
        Mutation("ALTER TABLE email_folders RESET (fillfactor)", "table email_folders", .text("owner email_owner")),
        Mutation(
            "ALTER TABLE email_messages RESET (toast.autovacuum_vacuum_scale_factor)", "table email_messages",
            .text("fillfactor=90")),
        Mutation(
            "ALTER TABLE email_accounts ALTER sync_interval DROP DEFAULT", "column email_accounts.sync_interval",
            .text("integer")),
        Mutation(
            "ALTER TABLE email_accounts ALTER user_id DROP NOT NULL", "column email_accounts.user_id", .text("uuid")),
        Mutation(
            "ALTER TABLE email_accounts ALTER hostname TYPE varchar(254)", "column email_accounts.hostname",
            .text("character varying(254), statistics 0")),
        Mutation(
            "ALTER TABLE email_messages ALTER subject SET STATISTICS 100", "column email_messages.subject",
            .text("character varying(500), statistics 100")),
        Mutation(
            "ALTER TABLE email_messages ALTER html_body SET STORAGE EXTERNAL", "column email_messages.html_body",
            .text("storage e")),
        Mutation("ALTER TABLE email_messages DROP COLUMN reply_to", "column email_messages.reply_to", .nothing),
        Mutation(
            "ALTER TABLE email_folders DROP CONSTRAINT email_folders_type_check",
            "constraint email_folders.email_folders_type_check", .nothing),
        Mutation(
            "ALTER TABLE email_folders DROP CONSTRAINT email_folders_type_check, ADD CONSTRAINT email_folders_type_check"
                + " CHECK (type IN ('inbox', 'sent', 'drafts', 'trash', 'spam', 'archive', 'custom')) NOT VALID",
            "constraint email_folders.email_folders_type_check", .text("not validated")),
        Mutation("DROP INDEX idx_email_messages_thread_id", "index idx_email_messages_thread_id", .nothing),
        Mutation(
            "DROP INDEX idx_email_folders_account_type;"
                + " CREATE INDEX idx_email_folders_account_type ON email_folders (type, account_id)",
            "index idx_email_folders_account_type", .text("(type, account_id)")),
        Mutation(
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'idx_email_messages_thread_id'::regclass",
            "index idx_email_messages_thread_id", .text("INVALID")),
        Mutation(
            "ALTER TABLE email_messages DISABLE TRIGGER email_messages_touch",
            "trigger email_messages.email_messages_touch", .text(", disabled")),
        Mutation(
            "DROP TRIGGER email_folders_identity ON email_folders", "trigger email_folders.email_folders_identity",
            .nothing),
        Mutation(
            "CREATE OR REPLACE FUNCTION public.email_touch_row() RETURNS trigger LANGUAGE plpgsql"
                + " AS $$ BEGIN RETURN NEW; END $$",
            "function email_touch_row()", .text("body ")),
        Mutation("ALTER FUNCTION email_touch_row() SECURITY DEFINER", "function email_touch_row()", .text("definer")),
        Mutation("DROP VIEW pg_long_queries", "view pg_long_queries", .nothing),
        Mutation(
            "ALTER VIEW pg_long_queries RESET (security_invoker)", "view pg_long_queries", .text("owner email_owner")),
        Mutation(
            "REVOKE DELETE ON email_folders FROM email_service", "grant table email_folders to email_service",
            .text("INSERT, SELECT, UPDATE")),
        Mutation(
            "GRANT TRUNCATE ON email_folders TO email_service", "grant table email_folders to email_service",
            .text("TRUNCATE")),
        Mutation(
            "DO $$ BEGIN EXECUTE format('GRANT CONNECT ON DATABASE %I TO PUBLIC', current_database()); END $$",
            "grant database to public", .text("CONNECT")),
        Mutation(
            "GRANT EXECUTE ON FUNCTION pg_terminate_backend(integer, bigint) TO PUBLIC",
            "system-functions pg_terminate_backend", .text("open to public")),
        Mutation("ALTER ROLE email_readonly NOLOGIN", "role email_readonly", .text("nologin")),
        Mutation("ALTER ROLE email_service BYPASSRLS", "role email_service", .text("login, bypassrls")),
        Mutation("REVOKE pg_monitor FROM email_monitor", "membership email_monitor in pg_monitor", .nothing),
        Mutation(
            "DO $$ BEGIN EXECUTE format('ALTER ROLE email_service IN DATABASE %I SET lock_timeout = %L',"
                + " current_database(), '6s'); END $$",
            "setting email_service lock_timeout", .text("6s")),
        Mutation("DROP EXTENSION pgcrypto", "extension pgcrypto", .nothing),
        Mutation("ALTER SCHEMA emaildb RENAME TO elsewhere", "schema emaildb", .nothing),
    ]

    /// A pinned session in a database that was installed for this test.
    private func withInstalled(_ body: (borrowing Connection) throws -> Void) async throws {
        try await TestDatabase.withSchema { settings in
            let connection = try Connection(settings)
            try Session.pin(connection)
            try LiveCatalog.prepare(connection)
            try body(connection)
        }
    }

    @Test func aFreshDatabaseHasNoMismatch() async throws {
        #expect(Self.expected.present.count > 300, "there is something to compare")
        try await withInstalled { connection in
            let mismatches = try LiveCatalog.mismatches(Self.expected, connection)
            #expect(mismatches == [])
            let nothing = try LiveCatalog.mismatches(LayoutChange(present: [], absent: []), connection)
            #expect(nothing == [])
        }
    }

    @Test func everyMutationIsFoundUnderItsName() async throws {
        try await withInstalled { connection in
            for mutation in Self.mutations {
                // Roles belong to the whole cluster, which other tests use meanwhile; hence never committed.
                try connection.query("BEGIN")
                try connection.script(mutation.sql)
                let mismatches = try LiveCatalog.mismatches(Self.expected, connection)
                try connection.query("ROLLBACK")
                let found = mismatches.first { $0.expected.key == mutation.key }
                #expect(found != nil, "\(mutation.sql): \(mismatches)")
                guard let found else { continue }
                switch mutation.found {
                case .nothing: #expect(found.actual == nil, "\(mutation.sql)")
                case .text(let text):
                    #expect(found.actual?.contains(text) == true, "\(mutation.sql): \(found)")
                    #expect(found.actual != found.expected.value, "\(mutation.sql)")
                }
            }
            #expect(try LiveCatalog.mismatches(Self.expected, connection) == [], "all taken back")
        }
    }

    // A step is checked alone, and only what it speaks of is read.
    @Test func oneStepIsCheckedAlone() async throws {
        try await withInstalled { connection in
            try connection.query("BEGIN")
            try connection.query("DROP POLICY email_messages_tenant_policy ON public.email_messages")
            let broken = try SchemaSource.embedded().steps.filter { step in
                let layout = try #require(step.layout)
                return try LiveCatalog.mismatches(layout, connection).contains { $0.expected.kind == "policy" }
            }
            try connection.query("ROLLBACK")
            #expect(broken.map(\.name) == ["0012_row_security"])
        }
    }
}
