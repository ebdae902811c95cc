import Foundation
import Postgres
import TestSupport
import Testing

/// Whatever became of `emaildb.ledger`, the commands that read it end with a documented status.
@Suite(.needsServer, .serialized) struct LedgerFuzzSoakTests {
    private static let columns = [
        "step", "name", "hash", "chain", "kind", "state", "started_at", "finished_at", "duration_ms", "applied_by",
        "server_version", "tool_version",
    ]
    private static let types = [
        "text", "bigint", "numeric", "float8", "jsonb", "bytea", "boolean", "text[]", "interval", "oid", "money", "xml",
        "smallint",
        "timestamp", "date", "uuid", "inet", "int4range", "name", "bit(8)", "\"char\"", "record",
    ]
    private static let numbers = [
        "0", "-1", "1", "24", "100", "9999", "10000", "2147483647", "-2147483648", "9223372036854775807", "NULL", "1.5",
        "'NaN'",
        "'Infinity'", "1e30",
    ]
    private static let texts = [
        "''", "NULL", "'x'", "repeat('x', 1000000)", "repeat(U&'e\\0301', 1000)", "E'\\x1b[2J\\n'", "U&'\\202Eabc'",
        "'done'",
        "'started'", "'sha256:'", "'null'", "'{}'", "'2147483648'",
    ]
    private static let times = [
        "'infinity'", "'-infinity'", "'4713-01-01 BC'", "'294276-12-31'", "NULL", "'epoch'", "'0001-01-01'",
        "'2100-06-01'",
    ]
    private static let calls = [
        ["status"], ["status", "--format", "json"], ["ready"], ["init", "--lock-timeout", "5"], ["init", "--plan"],
        ["verify", "--only", "layout"], ["verify", "--only", "security,layout", "--fix-sql"],
    ]

    @Test("Any ledger ends with a documented status") func anyLedger() async throws {
        let server = TestServer()
        let settings = try await server.installed("email_service")
        let postgres = settings.database("postgres")
        let folder = try TemporaryFolder()
        let complaints = try await Fuzz.rounds("ledgers", Rounds.few(15, soak: 500)) { round, generator in
            let connection = try Connection(postgres)
            let database = "fuzzed_\(round)"
            for _ in 0..<200 {
                // Other rounds copy the same database at the moment.
                do {
                    try connection.query("CREATE DATABASE \(database) TEMPLATE email_service")
                    break
                } catch let error as PostgresError where error.sqlState == .objectInUse { usleep(50_000) }
            }
            let changes = try Self.change(settings.database(database), using: &generator)
            let complaints = try (0..<2).flatMap { _ in
                let words = Self.calls.randomElement(using: &generator) ?? []
                let fuzzed = Fuzz.Case(
                    arguments: words.map { Array($0.utf8) },
                    environment: settings.database(database).environment.variables,
                    note: changes.joined(separator: "; "))
                return try Fuzz.run(fuzzed, in: folder.path)
            }
            // On a busy machine the session of a program that was ended may outlive the wait of FORCE.
            _ = try? connection.query("DROP DATABASE \(database) WITH (FORCE)")
            return complaints
        }
        #expect(complaints.isEmpty, "\(complaints.count): \(complaints.prefix(30).joined(separator: "\n"))")
        try await server.stop()
    }

    /// Changes the ledger of a database; returns the statements that the server took.
    private static func change(_ settings: ConnectionSettings, using generator: inout SeededGenerator) throws
        -> [String]
    {
        let connection = try Connection(settings)
        // Nothing in the way of any value.
        try connection.script(
            """
            DO $$ DECLARE c record; BEGIN
            FOR c IN SELECT conname FROM pg_constraint WHERE conrelid = 'emaildb.ledger'::regclass LOOP
              EXECUTE format('ALTER TABLE emaildb.ledger DROP CONSTRAINT %I CASCADE', c.conname); END LOOP;
            FOR c IN SELECT attname FROM pg_attribute WHERE attrelid = 'emaildb.ledger'::regclass AND attnum > 0 LOOP
              EXECUTE format('ALTER TABLE emaildb.ledger ALTER %I DROP NOT NULL', c.attname); END LOOP;
            END $$;
            """)
        var done: [String] = []
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
            let statement = statement(using: &generator)
            if (try? connection.script(statement)) != nil { done.append(statement) }
        }
        return done
    }

    private static func statement(using generator: inout SeededGenerator) -> String {
        func one(_ list: [String]) -> String { list.randomElement(using: &generator) ?? "" }
        let column = one(columns)
        let some = one(["", "WHERE step = 3", "WHERE step = 23", "WHERE step > 10"])
        switch Int.random(in: 0..<16, using: &generator) {
        case 0, 1: return "UPDATE emaildb.ledger SET step = \(one(numbers)) \(some)"
        case 2: return "UPDATE emaildb.ledger SET duration_ms = \(one(numbers)) \(some)"
        case 3, 4: return "UPDATE emaildb.ledger SET \(column) = \(one(texts)) \(some)"
        case 5: return "UPDATE emaildb.ledger SET \(one(["started_at", "finished_at"])) = \(one(times)) \(some)"
        case 6, 7:
            let type = one(types)
            return
                "ALTER TABLE emaildb.ledger ALTER \(column) DROP DEFAULT,"
                + " ALTER \(column) TYPE \(type) USING \(column)::text::\(type)"
        case 8: return "ALTER TABLE emaildb.ledger DROP COLUMN \(column) CASCADE"
        case 9: return "ALTER TABLE emaildb.ledger RENAME COLUMN \(column) TO \(one(["x", "\"a\"\"b\"", "ctid_"]))"
        case 10: return "INSERT INTO emaildb.ledger SELECT * FROM emaildb.ledger \(some)"
        case 11:
            let count = Rounds.few(2000, soak: [9999, 10_000, 300_000].randomElement(using: &generator) ?? 0)
            return """
                INSERT INTO emaildb.ledger (step, name, hash, chain, kind, state, started_at, server_version,
                  tool_version)
                SELECT n, 'x', 'x', 'x', 'transactional', 'done', now(), '16', '1'
                FROM generate_series(24, \(count)) AS n
                """
        case 12: return "DELETE FROM emaildb.ledger \(some)"
        case 13:
            let columns = one(["*", "step + 2147483000 AS step, name", "1 / (step - 3) AS step", "NULL AS step", "l"])
            return """
                ALTER TABLE emaildb.ledger RENAME TO kept;
                CREATE VIEW emaildb.ledger AS SELECT \(columns) FROM emaildb.kept AS l
                """
        case 14:
            return "DROP TABLE emaildb.ledger CASCADE; "
                + one([
                    "CREATE SEQUENCE emaildb.ledger", "CREATE TYPE emaildb.ledger AS (step integer)",
                    "CREATE TABLE emaildb.ledger ()", "CREATE MATERIALIZED VIEW emaildb.ledger AS SELECT 1 AS step",
                    "SELECT",
                    "CREATE TABLE emaildb.ledger (step integer) PARTITION BY RANGE (step)",
                ])
        default:
            return one([
                "DROP TABLE emaildb.ledger_event CASCADE", "DROP SCHEMA emaildb CASCADE",
                "ALTER SCHEMA emaildb RENAME TO x",
            ])
        }
    }
}
