import FoundationEssentials
import Postgres
import Server
import TestSupport
import Testing

/// Databases that were there before: `init` names what is in the way or would lose by it, changes nothing, and the commands that
/// it gives work when they are typed.
@Suite(.needsServer, .serialized) struct StrangersDatabaseTests {
    /// One of its own: dumps of the roles are compared.
    private static let server = TestServer()

    private struct Refusal: Decodable {
        struct Problem: Decodable { let problem: String, fix: String? }
        let problems: [Problem]
    }

    /// The schema of a database and the roles of its cluster, as PostgreSQL's own programs write them.
    static func dump(_ settings: ConnectionSettings) async throws -> String {
        let programs = try ServerBinaries.find(nil, state: ".emaildb").directory
        let schema = try await CommandRunner.run(
            programs + "/bin/pg_dump", ["--schema-only"], environment: settings.environment)
        let roles = try await CommandRunner.run(
            programs + "/bin/pg_dumpall", ["--globals-only", "--no-role-passwords"], environment: settings.environment)
        try #require(schema.status == 0 && roles.status == 0, "\(schema.errors) \(roles.errors)")
        // What newer servers print once per run.
        return (schema.output + roles.output).split(separator: "\n").filter {
            !$0.hasPrefix("\\restrict") && !$0.hasPrefix("\\unrestrict")
        }
        .joined(separator: "\n")
    }

    /// Runs init, which must refuse and change nothing; returns what is wrong with each fix.
    private func refused(_ settings: ConnectionSettings, _ arguments: [String] = []) async throws -> [(
        problem: String, fix: String
    )] {
        let before = try await Self.dump(settings)
        let result = try await CommandRunner.emaildb(
            ["init", "--format", "json"] + arguments, environment: settings.environment)
        #expect(result.status == 4, "\(result)")
        #expect(try await Self.dump(settings) == before)
        return try JSONDecoder().decode(Refusal.self, from: Data(result.output.utf8)).problems.map {
            ($0.problem, $0.fix ?? "")
        }
    }

    /// Types a fix, as a superuser in psql, or in a shell where it is a command.
    private func type(_ fix: String, _ settings: ConnectionSettings) async throws {
        let programs = try ServerBinaries.find(nil, state: ".emaildb").directory
        let result = try await CommandRunner.run(
            programs + "/bin/psql", ["-X", "-v", "ON_ERROR_STOP=1", "-c", fix], environment: settings.environment)
        #expect(result.status == 0, "\(fix): \(result.errors)")
    }

    private func succeeds(_ settings: ConnectionSettings, _ arguments: [String] = []) async throws {
        let result = try await CommandRunner.emaildb(["init"] + arguments, environment: settings.environment)
        #expect(result.status == 0, "\(result)")
        let verify = try await CommandRunner.emaildb(
            ["verify", "--only", "layout,security"], environment: settings.environment)
        #expect(verify.status == 0, "\(verify)")
    }

    @Test("Tables of our names with rows, and a role that lives on PUBLIC's rights") func tablesWithRowsAreNotTouched()
        async throws
    {
        try await TestDatabase.withEmpty(on: Self.server) { settings in
            let connection = try Connection(settings)
            try await withRole(connection) { role in
                try connection.script(
                    """
                    CREATE TABLE email_messages (id serial PRIMARY KEY, subject text); INSERT INTO email_messages (subject) VALUES ('kept'), ('too');
                    CREATE TYPE email_folders AS (a integer); CREATE FUNCTION email_now_ms() RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint';
                    CREATE SCHEMA emaildb; CREATE TABLE notes (a integer); ALTER TABLE notes OWNER TO \(role)
                    """)
                let problems = try await refused(settings)
                for name in [
                    "table public.email_messages", "type public.email_folders", "function public.email_now_ms()",
                    "schema emaildb",
                ] {
                    #expect(problems.contains { $0.problem.contains(name) }, "\(name): \(problems)")
                }
                #expect(
                    problems.contains { $0.problem.contains(role) && $0.problem.contains("CONNECT") }, "\(problems)")
                _ = try await refused(settings, ["--revoke-public"])
                #expect(try connection.query("SELECT FROM email_messages").count == 2)
                let plan = try await CommandRunner.emaildb(["init", "--plan"], environment: settings.environment)
                #expect(plan.status == 4, "\(plan)")
            }
        }
    }

    @Test("Another application keeps what it is given in place of PUBLIC's rights") func anotherApplicationGoesOn()
        async throws
    {
        try await TestDatabase.withEmpty(on: Self.server) { settings in
            let connection = try Connection(settings)
            try await withRole(connection) { role in
                try connection.script(
                    "CREATE SCHEMA app AUTHORIZATION \(role); CREATE TABLE app.orders (a integer); ALTER TABLE app.orders OWNER TO \(role)"
                )
                let other = settings.user(role, password: "other")
                _ = try Connection(other).query("SELECT FROM app.orders")
                let problems = try await refused(settings)
                #expect(problems.count == 1 && problems[0].problem.contains(role), "\(problems)")
                try await type(problems[0].fix, settings)
                try await succeeds(settings)
                _ = try Connection(other).query("SELECT FROM app.orders")
            }
        }
    }

    @Test("With --revoke-public it goes on, and does what it said") func revokePublic() async throws {
        try await TestDatabase.withEmpty(on: Self.server) { settings in
            let connection = try Connection(settings)
            try await withRole(connection) { role in
                try connection.script("CREATE SCHEMA app AUTHORIZATION \(role)")
                _ = try await refused(settings)
                try await succeeds(settings, ["--revoke-public"])
                #expect(throws: PostgresError.self) { _ = try Connection(settings.user(role, password: "other")) }
            }
        }
    }

    @Test("An empty database beside other roles needs no question") func anEmptyDatabaseIsTaken() async throws {
        try await TestDatabase.withEmpty(on: Self.server) { settings in
            try await withRole(Connection(settings)) { _ in try await succeeds(settings) }
        }
    }

    static let obstacles = [
        "ALTER DATABASE {database} OWNER TO {role}", "ALTER SCHEMA public OWNER TO {role}",
        "GRANT CREATE ON SCHEMA public TO {role}",
        "DROP SCHEMA public", "CREATE SCHEMA elsewhere; CREATE EXTENSION pg_trgm SCHEMA elsewhere",
        "CREATE FUNCTION public.format(text, text) RETURNS text LANGUAGE sql AS 'SELECT $1'",
        "CREATE DOMAIN public.uuid AS text",
        "CREATE CAST (text AS boolean) WITH INOUT AS IMPLICIT",
        "CREATE OPERATOR public.|| (FUNCTION = textcat, LEFTARG = text, RIGHTARG = text)",
    ]

    @Test("What is in the way is named, and its fix works", arguments: obstacles)
    func anObstacleIsNamed(_ sql: String) async throws {
        try await TestDatabase.withEmpty(on: Self.server) { settings in
            let connection = try Connection(settings)
            let name = try #require(settings["dbname"])
            try await withRole(connection) { role in
                try connection.script(sql.replacing("{database}", with: name).replacing("{role}", with: role))
                let problems = try await refused(settings)
                #expect(problems.count >= 1)
                for problem in problems { try await type(problem.fix, settings) }
                try await succeeds(settings, ["--revoke-public"])
            }
        }
    }

    @Test("Extensions that nothing of ours names may be anywhere") func otherExtensionsMayBeElsewhere() async throws {
        try await TestDatabase.withEmpty(on: Self.server) { settings in
            try Connection(settings).script(
                "CREATE SCHEMA elsewhere; CREATE EXTENSION pgcrypto SCHEMA elsewhere; CREATE EXTENSION \"uuid-ossp\" SCHEMA elsewhere;"
                    + " CREATE EXTENSION btree_gin SCHEMA elsewhere")
            try await succeeds(settings)
        }
    }

    @Test("An event trigger that keeps the steps from what they do is named") func eventTrigger() async throws {
        try await TestDatabase.withEmpty(on: Self.server) { settings in
            try Connection(settings).script(
                """
                CREATE SCHEMA guard; CREATE FUNCTION guard.refuse() RETURNS event_trigger LANGUAGE plpgsql AS
                $$ BEGIN RAISE EXCEPTION 'not here'; END $$;
                CREATE EVENT TRIGGER guard ON ddl_command_start WHEN TAG IN ('CREATE INDEX') EXECUTE FUNCTION guard.refuse()
                """)
            let problems = try await refused(settings)
            #expect(problems.count == 1 && problems[0].problem.contains("event trigger guard"), "\(problems)")
            try await type(problems[0].fix, settings)
            let result = try await CommandRunner.emaildb(["init"], environment: settings.environment)
            #expect(result.status == 0, "\(result)")
        }
    }

    @Test("Default privileges that an earlier installation left are taken, others are not") func remainingDefaults()
        async throws
    {
        try await TestDatabase.withSchema(on: Self.server) { settings in
            let connection = try Connection(settings)
            func uninstall() throws {
                try connection.script(
                    "DROP SCHEMA emaildb CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public; GRANT USAGE ON SCHEMA public TO PUBLIC"
                )
            }
            try uninstall()
            try await succeeds(settings)
            try uninstall()
            try connection.query(
                "ALTER DEFAULT PRIVILEGES FOR ROLE email_owner GRANT SELECT ON TABLES TO email_service")
            let problems = try await refused(settings)
            #expect(problems.contains { $0.problem.contains("what is created later") }, "\(problems)")
        }
    }

    @Test("Default privileges that others set leave nothing open") func defaultPrivilegesLeaveNothingOpen() async throws
    {
        try await TestDatabase.withEmpty(on: Self.server) { settings in
            let connection = try Connection(settings)
            try await withRole(connection) { role in
                try connection.script(
                    """
                    ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO \(role), PUBLIC; ALTER DEFAULT PRIVILEGES GRANT ALL ON SEQUENCES TO \(role);
                    ALTER DEFAULT PRIVILEGES GRANT ALL ON FUNCTIONS TO \(role); ALTER DEFAULT PRIVILEGES GRANT ALL ON SCHEMAS TO \(role);
                    """)
                let result = try await CommandRunner.emaildb(["init"], environment: settings.environment)
                #expect(result.status == 0, "\(result)")
                let open = try connection.query(
                    """
                    SELECT c.relname FROM pg_class c WHERE c.relnamespace IN ('emaildb'::regnamespace, 'public'::regnamespace)
                    AND c.relkind IN ('r', 'S', 'v') AND has_table_privilege('\(role)', c.oid, 'SELECT')
                    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
                    """
                ).map { $0.text("relname") }
                #expect(open == [])
                let control = try connection.script(
                    "CREATE TABLE ledger2 (a integer); SELECT has_table_privilege('\(role)', 'ledger2', 'SELECT') AS yes"
                )
                #expect(control.last?.first?.flag("yes") == true, "the control: default privileges do open a table")
                try connection.script("DROP TABLE ledger2")
            }
        }
    }

    @Test("Also in a cluster that has none of the schema's roles, what others made is seen")
    func nothingIsTakenForBlank() async throws {
        let server = TestServer()
        let settings = try await server.connectionSettings()
        let connection = try Connection(settings)
        try connection.query("CREATE ROLE stranger LOGIN PASSWORD 'other'")
        for sql in [
            "", "CREATE CAST (text AS boolean) WITH INOUT AS IMPLICIT", "ALTER SCHEMA public OWNER TO stranger",
            "ALTER DATABASE prepared OWNER TO stranger", "GRANT CREATE ON SCHEMA public TO stranger",
            "CREATE FUNCTION public.format(text, text) RETURNS text LANGUAGE sql AS 'SELECT $1'",
            "CREATE TABLE public.email_folders ()", "CREATE SCHEMA emaildb",
            "CREATE TYPE public.email_messages AS ENUM ()",
            "CREATE OPERATOR public.|| (FUNCTION = textcat, LEFTARG = text, RIGHTARG = text)",
            "ALTER DEFAULT PRIVILEGES FOR ROLE stranger GRANT ALL ON TABLES TO PUBLIC; CREATE VIEW public.v AS SELECT 1",
        ] {
            try connection.query("CREATE DATABASE prepared TEMPLATE template0")
            let prepared = settings.database("prepared")
            try Connection(prepared).script(sql)
            let result = try await CommandRunner.emaildb(["init", "--plan"], environment: prepared.environment)
            #expect(result.status == (sql.isEmpty ? 0 : 4), "\(sql): \(result.errors)")
            try connection.query("DROP DATABASE prepared WITH (FORCE)")
        }
        try await server.stop()
    }

    @Test("A role that may not connect is told so, and the grant helps") func withoutCONNECT() async throws {
        try await TestDatabase.withEmpty(on: Self.server) { settings in
            let connection = try Connection(settings)
            try await withRole(connection) { role in
                let name = SQL.identifier(try #require(settings["dbname"]))
                try connection.query("REVOKE CONNECT ON DATABASE \(name) FROM PUBLIC")
                let stranger = settings.user(role, password: "other")
                let result = try await CommandRunner.emaildb(["init"], environment: stranger.environment)
                #expect(result.status == 4 && result.errors.contains("GRANT CONNECT ON DATABASE"), "\(result)")
                let status = try await CommandRunner.emaildb(["status"], environment: stranger.environment)
                #expect(status.status == 3 && status.errors.contains("GRANT CONNECT ON DATABASE"), "\(status)")
                try connection.query("GRANT CONNECT ON DATABASE \(name) TO \(SQL.identifier(role))")
                let granted = try await CommandRunner.emaildb(["status"], environment: stranger.environment)
                #expect(granted.status == 0, "\(granted)")
                try connection.query("REVOKE CONNECT ON DATABASE \(name) FROM \(SQL.identifier(role))")
            }
        }
    }

    @Test("A role that becomes another at login installs as itself") func aRoleWithADefaultRole() async throws {
        let expected = try await TestDatabase.withSchema(on: Self.server) { try Cluster.snapshot($0) }
        try await TestDatabase.withEmpty(on: Self.server) { settings in
            let connection = try Connection(settings)
            try await withRole(connection) { role in
                let admin = try #require(settings["dbname"]) + "_admin"
                try connection.script(
                    "CREATE ROLE \(admin) SUPERUSER LOGIN PASSWORD 'admin'; GRANT \(role) TO \(admin); ALTER ROLE \(admin) SET role = \(role)"
                )
                let result = try await CommandRunner.emaildb(
                    ["init"], environment: settings.user(admin, password: "admin").environment)
                #expect(result.status == 0, "\(result)")
                #expect(try Cluster.snapshot(settings).filter { !$0.hasPrefix("every-setting") } == expected)
                let verified = try await CommandRunner.emaildb(
                    ["verify"], environment: settings.user(admin, password: "admin").environment)
                #expect(verified.status == 0 && verified.output.contains("78 attacks"), "\(verified)")
                try connection.script(
                    "REASSIGN OWNED BY \(admin) TO postgres; DROP OWNED BY \(admin); DROP ROLE \(admin)")
            }
        }
    }

    @Test("A server whose superuser is called email_service") func aSuperuserOfThatName() async throws {
        let server = TestServer()
        let settings = try await server.connectionSettings().database("email_service")
        let connection = try Connection(settings.database("postgres"))
        try connection.script("CREATE ROLE other SUPERUSER LOGIN PASSWORD 'other'")
        let other = settings.user("other", password: "other")
        try Connection(other.database("postgres")).script("ALTER ROLE postgres RENAME TO email_service")
        let result = try await CommandRunner.emaildb(["init", "--format", "json"], environment: other.environment)
        #expect(result.status == 4, "\(result)")
        let problems = try JSONDecoder().decode(Refusal.self, from: Data(result.output.utf8)).problems
        for problem in problems { try await type(problem.fix ?? "", other.database("postgres")) }
        try await succeeds(other)
        try await server.stop()
    }

    private func withRole(_ connection: borrowing Connection, _ body: (String) async throws -> Void) async throws {
        let name = "stranger_\(UInt32.random(in: 0...UInt32.max))"
        try connection.script("CREATE ROLE \(name) LOGIN PASSWORD 'other'")
        let result: Result<Void, any Error>
        do { result = .success(try await body(name)) } catch { result = .failure(error) }
        _ = try? connection.script(
            "REASSIGN OWNED BY \(name) TO postgres; DROP OWNED BY \(name) CASCADE; DROP ROLE \(name)")
        try result.get()
    }
}
