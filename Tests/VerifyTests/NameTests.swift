import Core
import Fix
import FoundationEssentials
import Install
import Postgres
import Schema
import TestSupport
import Testing
import Verify

/// Names that an object may have are found, shown on one line, and fixed with the right object, whatever is in them.
@Suite(.needsServer, .serialized) struct NameTests {
    /// Something extra in an installed database, for an object of any name.
    private struct Drift {
        let kind: String
        /// The finding, as it is printed; `{}` stands for the name, as findings write it.
        let finding: String
        /// `{}` stands for the name, quoted, `{'}` for the name as a literal.
        let sql: String
        /// A query that has a row as long as the object of a name is there.
        let exists: String
        /// What takes away what no fix does.
        var undo = ""
    }

    private static let drifts = [
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

    private static let hostile = ["a b", "x.y", "we\"ird", "naïve", "new\nline", "tab\there", "$$", "--"]

    private static func random(_ generator: inout SeededGenerator) -> String {
        let characters = Array("ab z.\"'$-/*;,()\\\n\r\t\u{B}\u{85}\u{2028}\u{202E}é😀\u{301}=|#%{".unicodeScalars)
        var name = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 1...12, using: &generator) {
            name.append(characters.randomElement(using: &generator) ?? "a")
        }
        return String(name)
    }

    private static func filled(_ text: String, _ name: String) -> String {
        text.replacing("{'}", with: "\u{1}").replacing("{}", with: SQL.identifier(name))
            .replacing("\u{1}::reg", with: SQL.literal("\"\(name.replacing("\"", with: "\"\""))\"") + "::reg")
            .replacing("\u{1}", with: SQL.literal(name))
    }

    private func report(_ settings: ConnectionSettings) throws -> VerifyReport {
        var verifier = Verifier(settings: settings, database: settings["dbname"] ?? "", source: .embedded())
        verifier.sections = [.layout, .security]
        return try verifier.run()
    }

    /// Makes an object of a name and one of a similar name, fixes the former alone, and looks at both.
    private func check(_ drift: Drift, _ name: String, _ settings: ConnectionSettings) async throws {
        let connection = try Connection(settings)
        try connection.script(Self.filled(drift.sql, name))
        let before = try report(settings)
        let shown = Self.filled(drift.finding.replacing("{}", with: "\u{2}"), name)
            .replacing("\u{2}", with: SQL.isPlain(name) ? name : SQL.identifier(name))
        let found = before.findings.map { "\($0.code) \($0.object)" }
        #expect(found.contains(shown), "\(drift.kind) \(name.debugDescription): \(shown) is not among \(found)")
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
        #expect(psql.status == 0, "\(drift.kind) \(name.debugDescription): \(psql.errors)\n\(before.fixScript ?? "")")
        #expect(try connection.query(Self.filled(drift.exists, name)).isEmpty, "\(drift.kind) \(name.debugDescription)")
        #expect(
            try !connection.query(Self.filled(drift.exists, similar)).isEmpty,
            "\(drift.kind) \(similar.debugDescription)")

        try connection.script(try #require(report(settings).fixScript).replacing("\\set ON_ERROR_STOP on", with: ""))
        if !drift.undo.isEmpty {
            try connection.script(Self.filled(drift.undo, name) + ";" + Self.filled(drift.undo, similar))
        }
        let after = try report(settings)
        #expect(after.findings.isEmpty, "\(drift.kind) \(name.debugDescription): \(after.findings.map(\.object))")
    }

    private func withServer(_ body: (ConnectionSettings) async throws -> Void) async throws {
        let server = TestServer()
        let settings = try await server.connectionSettings().database("email_service")
        _ = try Installer(settings: settings, database: "email_service", source: .embedded()).run()
        try await body(settings)
        try await server.stop()
    }

    @Test func everyKindOfObjectMayHaveAnyName() async throws {
        try await withServer { settings in
            for drift in Self.drifts {
                for name in Self.hostile { try await check(drift, name, settings) }
            }
            var generator = SeededGenerator(printing: "names")
            for _ in 0..<50 {
                let name = Self.random(&generator)
                try await check(Self.drifts.randomElement(using: &generator) ?? Self.drifts[0], name, settings)
            }
        }
    }

    @Test(arguments: hostile) func aDatabaseMayHaveAnyName(_ name: String) async throws {
        let server = TestServer.shared
        var settings = try await server.connectionSettings()
        let maintenance = try Connection(settings.database("postgres"))
        let unique = name + TestDatabase.uniqueName()
        settings["dbname"] = unique
        _ = try Installer(settings: settings, database: unique, source: .embedded()).run()
        try Connection(settings).script("GRANT CONNECT ON DATABASE \(SQL.identifier(unique)) TO PUBLIC")
        let script = try #require(try report(settings).fixScript)
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
        #expect(try report(settings).findings.isEmpty)
        try maintenance.query("DROP DATABASE \(SQL.identifier(unique)) WITH (FORCE)")
    }
}
