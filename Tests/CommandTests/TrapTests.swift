import Foundation
import Glibc
import Postgres
import TestSupport
import Testing

@testable import Core

/// A schema `public` full of functions and operators that would be taken for PostgreSQL's own: nothing of ours calls one.
@Suite(.needsServer) struct TrapTests {
    /// Argument lists that fit the common calls better than PostgreSQL's own declarations do (variadic, `anyelement`, casts).
    private static let arguments = [
        "", "text", "text, text", "text, text, text", "text, text, text, text", "name", "name, name", "name, text",
        "oid",
        "oid, oid", "oid, text", "oid, name", "oid, oid, text", "name, oid, text", "integer", "integer, integer",
        "bigint",
        "bigint, bigint", "text[]", "text[], text[]", "name[]", "regclass", "regclass, text", "text, bigint",
        "text, integer",
        "text, boolean", "text, text, boolean", "jsonb", "jsonb, jsonb", "uuid", "timestamptz", "boolean", "\"char\"",
        "text, anyelement", "text, anyarray", "regproc", "text, oid", "text, name", "text, regclass",
        "text, regprocedure",
    ]

    private static let operands = [
        "text, text", "name, text", "text, name", "name, name", "oid, oid", "oid, integer", "oid, regclass",
        "regclass, oid",
        "text[], text[]", "name[], name[]", "bigint, integer", "integer, bigint", "smallint, integer", "jsonb, text",
        "jsonb, name",
        "\"char\", text", "\"char\", \"char\"", "text, integer", "text, bigint", "text, oid", "text, \"char\"",
        "text, regclass",
        "text, regtype", "text, regnamespace", "uuid, uuid", "timestamptz, timestamptz", "boolean, boolean",
        "tsvector, tsvector",
        "tsvector, tsquery",
    ]

    /// Every function name of pg_catalog that is a word of our SQL, with every list; every operator name, with common operands.
    private func setTraps(_ connection: borrowing Connection) throws {
        var words: Set<String> = []
        for folder in ["sql", "Sources"] {
            let files = try #require(FileManager.default.enumerator(atPath: folder))
            for case let name as String in files where name.hasSuffix(".sql") || name.hasSuffix(".swift") {
                let text = try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
                words.formUnion(text.lowercased().split { !($0.isLetter || $0.isNumber || $0 == "_") }.map(String.init))
            }
        }
        let functions = try connection.query(
            "SELECT DISTINCT proname FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace"
        )
        .map { $0.text("proname") }.filter(words.contains)
        #expect(functions.count > 60 && functions.contains("format") && functions.contains("concat_ws"))
        try connection.script(
            """
            CREATE SCHEMA trap; CREATE SEQUENCE trap.fired; GRANT USAGE ON SCHEMA trap, public TO PUBLIC; GRANT USAGE ON SEQUENCE trap.fired TO PUBLIC;
            GRANT CREATE ON SCHEMA public TO pg_monitor;
            """)
        for name in functions {
            // A trap for nextval must not spring itself.
            try connection.script(
                Self.arguments.map { list in
                    // Some are there already, of pgcrypto.
                    "DO $do$ BEGIN CREATE FUNCTION public.\(SQL.identifier(name))(\(list)) RETURNS text LANGUAGE plpgsql AS"
                        + " $$ BEGIN PERFORM pg_catalog.nextval('trap.fired'::pg_catalog.regclass); RAISE LOG 'trap \(name) \(list.replacing("\"", with: "")) sprung';"
                        + " RETURN NULL; END $$;"
                        + " EXCEPTION WHEN duplicate_function THEN NULL; END $do$;"
                }.joined(separator: "\n"))
        }
        let operators = try connection.query(
            "SELECT DISTINCT oprname FROM pg_operator WHERE oprnamespace = 'pg_catalog'::regnamespace AND oprkind = 'b'"
        )
        .map { $0.text("oprname") }
        for operands in Self.operands {
            let (left, right) = (operands.split(separator: ", ")[0], operands.split(separator: ", ")[1])
            try connection.script(
                "CREATE FUNCTION trap.operator(\(operands)) RETURNS boolean LANGUAGE plpgsql AS"
                    + " $$ BEGIN PERFORM pg_catalog.nextval('trap.fired'::pg_catalog.regclass); RAISE LOG 'trap of operator sprung'; RETURN true; END $$;\n"
                    + operators.map {
                        "DO $do$ BEGIN CREATE OPERATOR public.\($0) (FUNCTION = trap.operator, LEFTARG = \(left), RIGHTARG = \(right));"
                            + " EXCEPTION WHEN duplicate_function THEN NULL; END $do$;"
                    }
                    .joined(separator: "\n"))
        }
    }

    private func fired(_ connection: borrowing Connection) throws -> Int {
        try connection.query("SELECT CASE WHEN is_called THEN last_value ELSE 0 END AS count FROM trap.fired").first?
            .integer("count") ?? -1
    }

    @Test("No command of a superuser calls what others put into public") func noCommandCallsATrap() async throws {
        let server = TestServer()
        let settings = try await server.connectionSettings().database("email_service")
        _ = try await CommandRunner.emaildb(["init"], environment: settings.environment)
        let connection = try Connection(settings)
        try Session.pin(connection)
        try setTraps(connection)

        // The control: the same call, with a search_path that reaches public.
        let victim = try Connection(settings)
        try victim.script("SELECT format('%s', 'x'::text), 'a'::name = 'b'::text")
        var sprung = try fired(connection)
        #expect(sprung >= 1)

        let commands: [([String], Set<Int32>)] = [
            (["status"], [0]), (["ready"], [0]), (["init"], [0]), (["init", "--plan"], [0]),
            (["verify", "--only", "layout,security"], [1]), (["verify", "--only", "plans"], [0]),
            (["verify", "--only", "probe"], [0]), (["verify", "--only", "data"], [0]), (["init", "--repair"], [1]),
            (["doctor", "--deep"], [0, 1]), (["monitor", "tables"], [0]), (["monitor", "locks"], [0]),
            (["verify", "--fix-sql"], [1]), (["tune", "--profile", "production", "--plan"], [0]), (["pool"], [0]),
            (["verify", "--format", "json"], [1]),
            // Its sessions in the database postgres meet the traps there; in a database of others it refuses.
            (["bench", "--messages", "1000", "--tenants", "4", "--seconds", "0", "--clients", "1"], [0]),
            (["bench", "--messages", "1000", "--database", "trapped"], [4]),
            (["init", "-d", "trapped"], [4]), (["init", "-d", "made_beside"], [0]),
        ]
        try connection.query("CREATE DATABASE trapped TEMPLATE template0")
        let others = ["postgres", "trapped"].map { settings.database($0) }
        for other in others {
            let connection = try Connection(other)
            try Session.pin(connection)
            try setTraps(connection)
        }
        func sprungElsewhere() throws -> Int { try others.reduce(0) { try $0 + fired(Connection($1)) } }
        try Connection(others[0]).script("SELECT format('%s', 'x'::text)")
        var elsewhere = try sprungElsewhere()
        #expect(elsewhere >= 1, "the control, in the database postgres")
        for (arguments, statuses) in commands {
            let result = try await CommandRunner.emaildb(arguments, environment: settings.environment)
            #expect(statuses.contains(result.status), "\(arguments): \(result.status) \(result.errors.prefix(2000))")
            let now = try fired(connection)
            #expect(now == sprung, "\(arguments) called a trap")
            sprung = now
            let there = try sprungElsewhere()
            #expect(there == elsewhere, "\(arguments) called a trap in another database")
            elsewhere = there
        }
        // The probe through a pooler that hands sessions on.
        let probe = try await PgBouncer.with(settings, mode: "transaction") { pooled in
            try await CommandRunner.emaildb(["pool", "--probe"], environment: pooled.environment)
        }
        #expect(probe.status == 0 || probe.status == 1, "\(probe)")
        #expect(try fired(connection) == sprung, "pool --probe called a trap")

        // Steps that are pending: refused for what stands in public, before anything is called.
        try connection.script(
            "CREATE TABLE trap.kept AS SELECT * FROM emaildb.ledger WHERE step > 20; DELETE FROM emaildb.ledger WHERE step > 20"
        )
        let refused = try await CommandRunner.emaildb(["init"], environment: settings.environment)
        #expect(
            refused.status == 4 && refused.errors.contains("pg_catalog"),
            "\(refused.status) \(refused.errors.prefix(2000))")
        #expect(try fired(connection) == sprung)
        try connection.script("INSERT INTO emaildb.ledger SELECT * FROM trap.kept")

        // What the application calls runs with rights of its own owner; the caller's path reaches the traps.
        let application = try Connection(settings)
        try application.script(
            """
            SET SESSION AUTHORIZATION email_service; SET search_path = public, pg_catalog;
            SELECT pg_catalog.set_config('app.current_tenant_id', '11111111-1111-1111-1111-111111111111', false);
            SELECT * FROM public.email_search('word'::pg_catalog.text);
            SELECT * FROM public.email_search_recipients('a@b.example'::pg_catalog.text);
            SELECT public.email_search_explain('from:a@b.example é before:2024-01-01 -"x y"'::pg_catalog.text);
            SELECT * FROM public.email_search('from:a é before:2024-01-01 OR is:unread larger:1K in:x'::pg_catalog.text);
            SELECT * FROM public.email_search_attachments('abc'::pg_catalog.text);
            SELECT * FROM public.email_search_references(ARRAY['a']::pg_catalog.text[]);
            """)
        #expect(try fired(connection) == sprung, "a search function called a trap")
        let log = try await server.log().split(separator: "\n")
        let traps = log.indices.filter { log[$0].contains("LOG:  trap ") }
        #expect(
            traps.count <= 3, "\(traps.dropFirst(3).prefix(3).map { log[$0...].prefix(12).joined(separator: "\n") })")
        try await server.stop()
    }
}
