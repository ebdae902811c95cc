import Postgres
import TestSupport
import Testing
import Verify

/// Scripts of fixes delete no row and cut no value, whatever was added to the design or changed in it.
@Suite(.needsServer) struct KeptDataTests {
    private static let mail = """
        INSERT INTO public.email_accounts (id, tenant_id, user_id, email_address, protocol, username)
        VALUES ('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000001', gen_random_uuid(), 'a@example.com',
          'imap', repeat('u', 255));
        """

    /// What somebody does to the design, and what then must still be there: a query of one number, above 0.
    struct Case: Sendable, CustomTestStringConvertible {
        let sql: String
        let kept: String
        /// A statement of the fix that would delete it.
        let statement: String
        /// What empties it, so that the same statement deletes nothing.
        let empties: String
        var testDescription: String { sql }

        init(_ sql: String, kept: String, _ statement: String, empties: String) {
            (self.sql, self.kept, self.statement, self.empties) = (sql, kept, statement, empties)
        }
    }

    static let cases: [Case] = [
        Case(
            "CREATE TABLE emaildb.notes (note text); INSERT INTO emaildb.notes VALUES ('kept'), ('too')",
            kept: "SELECT count(*) FROM emaildb.notes", "DROP TABLE emaildb.notes", empties: "DELETE FROM emaildb.notes"
        ),
        Case(
            "CREATE TABLE emaildb.\"a\n$emaildb$; DROP TABLE x\" AS SELECT 1 AS one",
            kept: "SELECT count(*) FROM emaildb.\"a\n$emaildb$; DROP TABLE x\"", "DROP TABLE emaildb.U&",
            empties: "DELETE FROM emaildb.\"a\n$emaildb$; DROP TABLE x\""),
        Case(
            "ALTER TABLE public.email_accounts ADD COLUMN colour text DEFAULT 'red'",
            kept: "SELECT count(colour) FROM public.email_accounts", "DROP COLUMN colour",
            empties: "UPDATE public.email_accounts SET colour = NULL"),
        Case(
            "ALTER TABLE public.email_accounts ALTER username TYPE text;"
                + " UPDATE public.email_accounts SET username = repeat('x', 300)",
            kept: "SELECT count(*) FROM public.email_accounts WHERE length(username) = 300",
            "ALTER COLUMN username TYPE character varying(255)",
            empties: "UPDATE public.email_accounts SET username = 'short'"),
        Case(
            "CREATE DOMAIN public.cut AS text; ALTER TABLE public.email_accounts ALTER username TYPE public.cut",
            kept: "SELECT count(*) FROM public.email_accounts WHERE length(username) = 255",
            "ALTER COLUMN username TYPE character varying(255)",
            empties: "UPDATE public.email_accounts SET username = NULL"),
        Case(
            "CREATE MATERIALIZED VIEW emaildb.summary AS SELECT id FROM public.email_accounts",
            kept: "SELECT count(*) FROM emaildb.summary", "DROP MATERIALIZED VIEW IF EXISTS emaildb.summary",
            empties: "DELETE FROM public.email_accounts; REFRESH MATERIALIZED VIEW emaildb.summary"),
        Case(
            "CREATE SCHEMA others; CREATE MATERIALIZED VIEW others.copy AS SELECT id FROM public.email_accounts",
            kept: "SELECT count(*) FROM others.copy", "DROP MATERIALIZED VIEW IF EXISTS others.copy",
            empties: "DELETE FROM public.email_accounts; REFRESH MATERIALIZED VIEW others.copy"),
        Case(
            "ALTER TABLE public.email_messages DROP COLUMN from_address CASCADE;"
                + " ALTER TABLE public.email_messages ADD COLUMN from_address text;"
                + "INSERT INTO public.email_folders (id, tenant_id, account_id, name, path, type) SELECT id, tenant_id, id, 'INBOX', 'INBOX',"
                + " 'inbox' FROM public.email_accounts; INSERT INTO public.email_messages (tenant_id, account_id, folder_id, message_id,"
                + " received_at, from_address) SELECT tenant_id, id, id, '<1@example.com>', 1, 'by hand' FROM public.email_accounts",
            kept: "SELECT count(*) FROM public.email_messages WHERE from_address = 'by hand'",
            "DROP COLUMN from_address", empties: "UPDATE public.email_messages SET from_address = NULL"),
    ]

    @Test(arguments: cases) func whatHasDataIsAComment(_ change: Case) async throws {
        try await TestDatabase.withSchema { settings in
            let connection = try Connection(settings)
            try connection.script(Self.mail + change.sql)
            let script = try #require(try VerifyReport.of(settings).fixScript)
            let lines = script.split(separator: "\n").filter { $0.contains(change.statement) }
            #expect(!lines.isEmpty && lines.allSatisfy { $0.hasPrefix("--   ") }, "\(script)")
            #expect(
                script.contains("NOT RUN, because it would delete 1 ") || script.contains("would delete 2 "),
                "\(script)")
            try connection.runFix(script)
            #expect(try connection.query(change.kept).first?.integer("count") ?? 0 > 0)

            // The same where there is nothing to lose; but not when something came meanwhile.
            try connection.script(change.empties)
            let guarded = try #require(try VerifyReport.of(settings).fixScript)
            #expect(guarded.split(separator: "\n").contains { $0.contains(change.statement) && !$0.hasPrefix("--") })
            #expect(!guarded.contains("NOT RUN"), "\(guarded)")
            try connection.runFix(guarded)
            let fixed = try VerifyReport.of(settings)
            #expect(fixed.findings.filter { !$0.object.contains("cut") }.isEmpty, "\(fixed.summary)")
        }
    }

    @Test("What is not empty any longer is not deleted by a script of before") func rowsThatCameMeanwhile() async throws
    {
        try await TestDatabase.withSchema { settings in
            let connection = try Connection(settings)
            try connection.script("CREATE TABLE emaildb.notes (note text)")
            let script = try #require(try VerifyReport.of(settings).fixScript)
            try connection.script("INSERT INTO emaildb.notes VALUES ('came later')")
            let error = #expect(throws: PostgresError.self) { try connection.runFix(script) }
            #expect(error?.message == "there are rows of emaildb.notes by now; run emaildb verify --fix-sql again")
            try connection.query("ROLLBACK")
            #expect(try connection.query("SELECT count(*) FROM emaildb.notes").first?[0] == "1")
        }
    }

    @Test("Rows that may not be counted are taken to be there") func uncounted() async throws {
        try await TestDatabase.withSchema { settings in
            let connection = try Connection(settings)
            try connection.script("CREATE TABLE emaildb.notes (note text)")
            let script = try TestRole.with(password: "secret", enters: true, connection) {
                role in
                try #require(try VerifyReport.of(settings.user(role, password: "secret"), [.layout]).fixScript)
            }
            #expect(
                script.contains(
                    "would delete an unknown number (permission denied for schema emaildb) of rows of emaildb.notes"),
                "\(script)")
        }
    }
}
