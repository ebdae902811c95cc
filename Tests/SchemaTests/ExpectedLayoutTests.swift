import Testing

@testable import Schema

/// Where the steps make each fact.
@Suite struct ExpectedLayoutTests {
    @Test func statementsEndWhereSQLSaysSo() {
        let sql = """
            -- a; comment
            CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $body$ SELECT ';'; $$ ; $$ $body$;
            /* ; */ SELECT 'it''s; ' || E'\\'; ' || "a;b", $1;

            SELECT 2
            """
        let statements = SQLText.statements(of: sql)
        #expect(statements.count == 3 && statements[1].hasPrefix("SELECT 'it''s; '"))
        #expect(statements[0].hasSuffix("$body$") && statements[2] == "SELECT 2")
        // Every function and view of the design is found in the statement that makes it.
        let expected = ExpectedLayout(SchemaSource.embedded().steps)
        let made = expected.facts.values.filter { [.function, .view].contains($0.kind) }
        #expect(made.count > 40)
        for fact in made { #expect(expected.creation(of: fact) != nil, "\(fact.key)") }
    }

    @Test func everyFactKnowsWhereItIsMade() throws {
        let expected = ExpectedLayout(SchemaSource.embedded().steps)
        let places = try expected.facts.values.map { try #require(expected.source(of: $0), "\($0.key)") }
        let known = places.filter { $0.line > 1 }
        // A fact whose words are nowhere in its step points at the first line.
        #expect(known.count * 100 > places.count * 95, "\(known.count) of \(places.count)")
        let column = try #require(
            expected.fact(.column, ObjectName(.column, schema: "public", "email_folders", part: "account_id")))
        #expect(expected.source(of: column)?.file == "sql/0005_accounts_and_folders.sql")
    }
}
