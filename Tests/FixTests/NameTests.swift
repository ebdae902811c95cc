import FoundationEssentials
import Postgres
import TestSupport
import Testing
import Verify

/// Names that an object may have are found, shown on one line, and fixed with the right object, whatever is in them.
@Suite(.needsServer, .serialized) struct NameTests {
    /// One of its own: roles belong to the whole cluster.
    private static let database = SequentialDatabase()

    /// Something extra in an installed database, for an object of any name.
    struct Drift: Sendable, CustomTestStringConvertible {
        let kind: String
        /// The finding, as it is printed; `{}` stands for the name, as findings write it.
        let finding: String
        /// `{}` stands for the name, quoted, `{'}` for the name as a text.
        let sql: String
        /// A query that has a row as long as the object of a name is there.
        let exists: String
        /// What takes away what no fix does.
        var undo = ""

        var testDescription: String { kind }
    }

    static let drifts = [
        Drift(
            kind: "grantee", finding: "EDB-L263 grant table email_messages to {}",
            sql: "CREATE ROLE {}; GRANT SELECT, UPDATE ON email_messages TO {}",
            exists:
                "SELECT FROM information_schema.role_table_grants WHERE grantee = {'} AND table_name = 'email_messages'",
            undo: "DROP OWNED BY {}; DROP ROLE {}"),
        Drift(
            kind: "member", finding: "EDB-L043 membership {} in email_service",
            sql: "CREATE ROLE {}; GRANT email_service TO {}",
            exists: "SELECT FROM pg_auth_members WHERE member = {'}::regrole", undo: "DROP ROLE {}"),
        Drift(
            kind: "group", finding: "EDB-L043 membership email_worker in {}",
            sql: "CREATE ROLE {}; GRANT {} TO email_worker",
            exists: "SELECT FROM pg_auth_members WHERE roleid = {'}::regrole", undo: "DROP ROLE {}"),
        Drift(
            kind: "default privileges", finding: "EDB-L273 default-privileges {} on TABLES",
            sql: "CREATE ROLE {}; ALTER DEFAULT PRIVILEGES FOR ROLE {} GRANT SELECT ON TABLES TO email_service",
            exists: "SELECT FROM pg_default_acl WHERE defaclrole = {'}::regrole", undo: "DROP OWNED BY {}; DROP ROLE {}"
        ),
        Drift(
            kind: "table", finding: "EDB-L063 table emaildb.{}", sql: "CREATE TABLE emaildb.{} (a integer)",
            exists: "SELECT FROM pg_class WHERE relname = {'} AND relnamespace = 'emaildb'::regnamespace"),
        Drift(
            kind: "view", finding: "EDB-L173 view emaildb.{}", sql: "CREATE VIEW emaildb.{} AS SELECT 1 AS a",
            exists: "SELECT FROM pg_class WHERE relname = {'} AND relnamespace = 'emaildb'::regnamespace"),
        Drift(
            kind: "column", finding: "EDB-L073 column email_folders.{}",
            sql: "ALTER TABLE email_folders ADD COLUMN {} text",
            exists: "SELECT FROM pg_attribute WHERE attrelid = 'email_folders'::regclass AND attname = {'}"),
        Drift(
            kind: "policy", finding: "EDB-L243 policy email_messages.{}",
            sql: "CREATE POLICY {} ON email_messages FOR SELECT TO PUBLIC USING (true)",
            exists: "SELECT FROM pg_policy WHERE polname = {'}"),
        Drift(
            kind: "trigger", finding: "EDB-L213 trigger email_messages.{}",
            sql: "CREATE TRIGGER {} AFTER INSERT ON email_messages FOR EACH ROW EXECUTE FUNCTION email_touch_row()",
            exists: "SELECT FROM pg_trigger WHERE tgname = {'}"),
        Drift(
            kind: "constraint", finding: "EDB-L153 constraint email_folders.{}",
            sql: "ALTER TABLE email_folders ADD CONSTRAINT {} CHECK (length(name) < 50)",
            exists: "SELECT FROM pg_constraint WHERE conname = {'}"),
        Drift(
            kind: "index", finding: "EDB-L163 index {}", sql: "CREATE INDEX {} ON email_messages (subject)",
            exists: "SELECT FROM pg_class WHERE relname = {'}"),
        Drift(
            kind: "function", finding: "EDB-L193 function emaildb.{}()",
            sql: "CREATE FUNCTION emaildb.{}() RETURNS void LANGUAGE sql AS ''",
            exists: "SELECT FROM pg_proc WHERE proname = {'}"),
        Drift(
            kind: "schema", finding: "EDB-L153 constraint {}.notes.notes_fkey",
            sql:
                "CREATE SCHEMA {}; CREATE TABLE {}.notes (tenant_id uuid, id uuid, CONSTRAINT notes_fkey FOREIGN KEY (tenant_id, id)"
                + " REFERENCES email_messages (tenant_id, id))",
            exists: "SELECT FROM pg_constraint WHERE connamespace = {'}::regnamespace AND contype = 'f'",
            undo: "DROP SCHEMA {} CASCADE"),
    ]

    static let hostile = [
        "a b", "x.y", "we\"ird", "q\"\u{301}e", "naïve", "new\nline", "tab\there", "$$", "--", "$emaildb$",
        "a'\u{301}b",
        "=\u{301}\\'\u{301}\n",
    ]

    private static func random(_ generator: inout SeededGenerator) -> String {
        let characters = Array("ab z.\"'$-/*;,()\\\n\r\t\u{B}\u{85}\u{2028}\u{202E}é😀\u{301}=|#%{".unicodeScalars)
        var name = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 1...12, using: &generator) {
            name.append(characters.randomElement(using: &generator) ?? "a")
        }
        return String(name)
    }

    private static func filled(_ text: String, _ name: String) -> String {
        text.replacingScalars("{'}", with: "\u{1}").replacingScalars("{}", with: SQL.identifier(name))
            .replacingScalars(
                "\u{1}::reg", with: SQL.literal("\"" + name.replacingScalars("\"", with: "\"\"") + "\"") + "::reg"
            )
            .replacingScalars("\u{1}", with: SQL.literal(name))
    }

    /// Makes an object of a name and one of a similar name, fixes the former alone, and looks at both.
    private func check(_ drift: Drift, _ name: String) async throws {
        let label = "\(drift.kind) \(name.debugDescription)"
        try await Self.database.with { settings in
            let connection = try Connection(settings)
            try connection.script(Self.filled(drift.sql, name))
            let before = try VerifyReport.of(settings)
            let shown = Self.filled(drift.finding.replacing("{}", with: "\u{2}"), name)
                .replacingScalars("\u{2}", with: SQL.isPlain(name) ? name : SQL.identifier(name))
            let found = before.findings.map { "\($0.code) \($0.object)" }
            #expect(found.contains(shown), "\(label): \(shown) is not among \(found)")
            for finding in before.findings {
                let lines = [finding.object, finding.expected ?? "", finding.actual ?? ""]
                #expect(!lines.joined().unicodeScalars.contains(where: SQL.isHidden), "\(finding)")
            }

            let folder = try TemporaryFolder()
            try folder.write("fix.sql", try #require(before.fixScript))
            // A similar object that comes later stays.
            let similar = name + "x"
            try connection.script(Self.filled(drift.sql, similar))
            let psql = try await CommandRunner.run(
                "psql", ["-X", "-q", "-f", folder.path + "/fix.sql"], environment: settings.environment)
            #expect(psql.status == 0, "\(label): \(psql.errors)\n\(before.fixScript ?? "")")
            #expect(try connection.query(Self.filled(drift.exists, name)).isEmpty, "\(label)")
            #expect(try !connection.query(Self.filled(drift.exists, similar)).isEmpty, "\(label) and x")

            try connection.runFix(try #require(VerifyReport.of(settings).fixScript))
            if !drift.undo.isEmpty {
                try connection.script(Self.filled(drift.undo, name) + ";" + Self.filled(drift.undo, similar))
            }
            let after = try VerifyReport.of(settings)
            #expect(after.findings.isEmpty, "\(label): \(after.summary)")
            return after.findings.isEmpty
        }
    }

    @Test(arguments: drifts, hostile) func anyObjectMayHaveAnyName(_ drift: Drift, _ name: String) async throws {
        try await check(drift, name)
    }

    @Test func fiftyRandomNames() async throws {
        var generator = SeededGenerator(printing: "names")
        for _ in 0..<50 {
            let name = Self.random(&generator)
            try await check(try #require(Self.drifts.randomElement(using: &generator)), name)
        }
    }

    @Test(arguments: hostile) func aDatabaseMayHaveAnyName(_ name: String) async throws {
        let unique = name + TestDatabase.uniqueName()
        // Made by hand: init does not make one whose name looks like a mistake.
        let maintenance = try Connection(await TestServer.shared.connectionSettings().database("postgres"))
        try maintenance.query("CREATE DATABASE \(SQL.identifier(unique)) TEMPLATE template0 ENCODING 'UTF8'")
        let settings = try await TestServer.shared.installed(unique)
        defer { _ = try? maintenance.query("DROP DATABASE \(SQL.identifier(unique)) WITH (FORCE)") }
        try Connection(settings).script("GRANT CONNECT ON DATABASE \(SQL.identifier(unique)) TO PUBLIC")
        let script = try #require(try VerifyReport.of(settings).fixScript)
        #expect(script.split(separator: "\n").prefix(2).allSatisfy { $0.hasPrefix("-- ") })
        // The command of its second line, in a shell.
        let folder = try TemporaryFolder()
        try folder.write("fix.sql", script)
        let line = script.split(separator: "\n")[1]
        let command = String(line[(try #require(line.firstRange(of: "psql"))).lowerBound...])
            .replacing("FILE", with: folder.path + "/fix.sql")
        var environment = settings.environment
        environment["PGDATABASE"] = nil
        let result = try await CommandRunner.run("bash", ["-c", command], environment: environment)
        #expect(result.status == 0, "\(command): \(result.errors)")
        #expect(try VerifyReport.of(settings).findings.isEmpty)
    }
}
