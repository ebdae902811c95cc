import Postgres
import TestSupport
import Testing

@Suite(.needsServer) struct StatementTests {
    // MARK: - Values

    @Test(arguments: [
        "", " ", "NULL", "it's", #"\N \\ \0"#, "two\nlines\r\n", "zwölf", "e\u{301}", "👩‍👩‍👧 😀", "\u{1}\u{FFFD}", "$1",
    ])
    func textParametersComeBackAsTheyWentIn(_ text: String) async throws {
        let connection = try Connection(await TestServer.shared.connectionSettings())
        let rows = try connection.query(
            "SELECT $1::text AS same, char_length($1::text) AS length, octet_length($1::text) AS bytes", [text])
        let row = try #require(rows.first)
        #expect(row["same"].map { Array($0.utf8) } == Array(text.utf8), "bytes: == on String ignores normalisation")
        #expect(row.integer("length") == text.unicodeScalars.count)
        #expect(row.integer("bytes") == text.utf8.count)
    }

    @Test func nullIsNotTheEmptyText() async throws {
        let connection = try Connection(await TestServer.shared.connectionSettings())
        let rows = try connection.query(
            "SELECT $1::text AS a, $2::text AS b, $1::text IS NULL AS c, $2::text IS NULL AS d", [nil, ""])
        let row = try #require(rows.first)
        #expect(row["a"] == nil)
        #expect(row["b"] == "")
        #expect(row[0] == nil)
        #expect(row.text("a") == "")
        #expect(row.flag("c"))
        #expect(!row.flag("d"))
    }

    @Test func booleansAndIntegersAreRead() async throws {
        let connection = try Connection(await TestServer.shared.connectionSettings())
        let rows = try connection.query(
            """
            SELECT true AS yes, false AS no, NULL::boolean AS unknown, $1::bigint AS big, -1 AS negative,
                NULL::int AS nothing, 1.5 AS fraction
            """, ["9223372036854775807"])
        let row = try #require(rows.first)
        #expect([row.flag("yes"), row.flag("no"), row.flag("unknown")] == [true, false, false])
        #expect(row.integer("big") == .max)
        #expect(row.integer("negative") == -1)
        #expect(row.integer("nothing") == nil)
        #expect(row.integer("fraction") == nil)
    }

    @Test func aResultKnowsItsColumnsTagAndCount() async throws {
        let connection = try Connection(await TestServer.shared.connectionSettings())
        try connection.query("CREATE TEMP TABLE t (x int)")
        let inserted = try connection.query("INSERT INTO t SELECT generate_series(1, 7)")
        #expect(inserted.commandTag == "INSERT 0 7")
        #expect(inserted.affectedRows == 7)
        #expect(inserted.isEmpty)
        let selected = try connection.query("SELECT x, x AS y, 'a' AS x FROM t ORDER BY y")
        #expect(selected.columns == ["x", "y", "x"])
        #expect(selected.map { $0.integer("x") } == Array(1...7), "of two columns of one name the first is meant")
        #expect(try connection.query("").affectedRows == 0)
    }

    // MARK: - Scripts

    @Test func aScriptReturnsEveryResultInOrder() async throws {
        let connection = try Connection(await TestServer.shared.connectionSettings())
        let results = try connection.script(
            "CREATE TEMP TABLE t (x int); INSERT INTO t VALUES (1), (2); SELECT sum(x) FROM t; DELETE FROM t")
        #expect(results.map(\.commandTag) == ["CREATE TABLE", "INSERT 0 2", "SELECT 1", "DELETE 2"])
        #expect(results[2].first?[0] == "3")
    }

    @Test func theFirstErrorEndsAScriptAndUndoesIt() async throws {
        try await TestDatabase.withEmpty { settings in
            let connection = try Connection(settings)
            try connection.script("CREATE TABLE control (); SELECT 1")
            let error = try failure {
                try connection.script("CREATE TABLE before (); SELECT 1/0; CREATE TABLE after (); SELECT missing")
            }
            #expect(error.sqlState?.rawValue == "22012")
            let tables = try connection.query(
                "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace")
            #expect(tables.map { $0[0] } == ["control"])
        }
    }

    @Test func aScriptThatCopiesLeavesTheSessionUsable() async throws {
        let connection = try Connection(await TestServer.shared.connectionSettings())
        try connection.query("CREATE TEMP TABLE t (x int)")
        let error = try failure { try connection.script("COPY t FROM STDIN; SELECT 1") }
        #expect(error.message.contains("has no data here"))
        try connection.script("COPY (SELECT generate_series(1, 1000)) TO STDOUT; SELECT 1")
        #expect(try connection.query("SELECT count(*) FROM t").first?[0] == "0")
    }

    // MARK: - Errors

    @Test func aConstraintViolationNamesEverything() async throws {
        let connection = try Connection(await TestServer.shared.connectionSettings())
        try connection.script(
            """
            BEGIN;
            CREATE SCHEMA shop;
            CREATE DOMAIN shop.amount AS int CONSTRAINT amount_positive CHECK (VALUE > 0);
            CREATE TABLE shop.item (name text NOT NULL, price shop.amount, stock int CONSTRAINT stock_check CHECK (stock >= 0));
            SAVEPOINT s;
            """)
        func violation(_ values: String) throws -> PostgresError {
            let error = try failure { try connection.query("INSERT INTO shop.item VALUES (\(values))") }
            try connection.query("ROLLBACK TO s")
            return error
        }
        let check = try violation("'Zwölf', 1, -1")
        #expect(check.kind == .server)
        #expect(check.severity == "ERROR")
        #expect(check.sqlState?.rawValue == "23514")
        #expect(check.sqlState?.rawValue.prefix(2) == "23")
        #expect([check.tableName, check.constraintName] == ["item", "stock_check"])
        #expect(check.message == #"new row for relation "item" violates check constraint "stock_check""#)
        #expect(check.detail == "Failing row contains (Zwölf, 1, -1).")

        let null = try violation("NULL, 1, 1")
        #expect(null.sqlState?.rawValue == "23502")
        #expect([null.tableName, null.constraintName] == ["item", nil])

        let domain = try violation("'a', 0, 1")
        #expect([domain.tableName, domain.constraintName] == [nil, "amount_positive"])
    }

    @Test(arguments: [
        ("SELECT oops", 1, 8),
        ("SELECT 1;\nSELECT 'ä', oops", 2, 13),
        ("-- Größe: 😀👩‍👩‍👧\nSELECT 1;\n\nSELECT 'e\u{301}😀',\n  'zwölf', oops, 1", 5, 12),
        ("SELECT 1;\r\nSELECT 'é',\r\n\toops", 3, 2),
    ])
    func aPositionLeadsToLineAndColumn(_ sql: String, line: Int, column: Int) async throws {
        let connection = try Connection(await TestServer.shared.connectionSettings())
        let error = try failure { try connection.script(sql) }
        #expect(error.sqlState?.rawValue == "42703")
        let position = try #require(error.position)
        let location = Postgres.SourceLocation(position: position, in: sql)
        #expect([location.line, location.column] == [line, column])
        // The same place found without counting.
        let rest = String(String.UnicodeScalarView(sql.unicodeScalars.dropFirst(position - 1)))
        #expect(rest.hasPrefix("oops"))
    }

    @Test func anErrorInsideABlockKeepsItsInnerStatement() async throws {
        let connection = try Connection(await TestServer.shared.connectionSettings())
        let error = try failure {
            try connection.query("DO $$\nBEGIN\n  EXECUTE 'SELECT ''ä'', oops';\nEND $$")
        }
        #expect(error.position == nil)
        #expect(error.internalQuery == "SELECT 'ä', oops")
        #expect(error.context == "PL/pgSQL function inline_code_block line 3 at EXECUTE")
        #expect(error.description.contains("\nQUERY: SELECT 'ä', oops\nCONTEXT: PL/pgSQL function"))
    }

    @Test func detailAndHintArriveWithTheirError() async throws {
        let connection = try Connection(await TestServer.shared.connectionSettings())
        let error = try failure {
            try connection.query(
                """
                DO $$ BEGIN
                    RAISE EXCEPTION E'one\\ntwo' USING ERRCODE = 'EM123', DETAIL = 'the detail', HINT = 'the hint';
                END $$
                """)
        }
        #expect(error.message == "one\ntwo")
        #expect(error.sqlState?.rawValue == "EM123")
        #expect(error.detail == "the detail")
        // It may hold rows.
        #expect(error.description.contains("the hint") && !error.description.contains("the detail"))
        #expect(error.hint == "the hint")
    }

    // MARK: - Notices

    @Test func noticesArriveAndAreTakenOnce() async throws {
        let connection = try Connection(await TestServer.shared.connectionSettings())
        try connection.query("SELECT 1")
        let before = connection.takeNotices()
        #expect(before.isEmpty)
        try connection.query(
            "DO $$ BEGIN RAISE WARNING 'careful' USING HINT = 'slowly'; RAISE NOTICE 'by the way'; END $$")
        let notices = connection.takeNotices()
        #expect(notices.map(\.severity) == ["WARNING", "NOTICE"])
        #expect(notices.map(\.message) == ["careful", "by the way"])
        #expect(notices.first?.hint == "slowly")
        #expect(notices.first?.sqlState?.rawValue == "01000")
        let after = connection.takeNotices()
        #expect(after.isEmpty)
    }

    // MARK: - Transactions

    @Test func aTransactionIsRolledBackWhenItsBodyThrows() async throws {
        struct GivenUp: Error {}
        let connection = try Connection(await TestServer.shared.connectionSettings())
        try connection.query("CREATE TEMP TABLE t (x int)")
        let value = try connection.transaction {
            try connection.query("INSERT INTO t VALUES (1)")
            return 5
        }
        #expect(value == 5)
        var thrown = 0
        do {
            try connection.transaction {
                try connection.query("INSERT INTO t VALUES (2)")
                throw GivenUp()
            }
        } catch is GivenUp { thrown += 1 }
        do {
            try connection.transaction { _ = try connection.query("INSERT INTO t VALUES (3), (1/0)") }
        } catch let error as PostgresError where error.sqlState?.rawValue == "22012" { thrown += 1 }
        #expect(thrown == 2)
        let status = connection.transactionStatus
        #expect(status == .idle)
        #expect(try connection.query("SELECT x FROM t").map { $0[0] } == ["1"])
    }

    @Test func aTransactionTakesItsOptions() async throws {
        try await TestDatabase.withEmpty { settings in
            let connection = try Connection(settings)
            let write = "CREATE TABLE t ()"
            let error = try failure { try connection.transaction("READ ONLY") { _ = try connection.query(write) } }
            #expect(error.sqlState == .readOnlyTransaction)
            try connection.transaction { _ = try connection.query(write) }
        }
    }
}
