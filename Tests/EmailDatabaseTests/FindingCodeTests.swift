import FoundationEssentials
import Testing

@testable import Schema
@testable import Verify

@Suite struct FindingCodeTests {
    // The page is written by hand, or by pasting what --explain prints; either way it says what the code says.
    @Test func thePageOfCodesSaysWhatTheProgramSays() throws {
        let data = try #require(FileManager.default.contents(atPath: FindingCode.page))
        let page = String(decoding: data, as: UTF8.self)
        for code in FindingCode.all {
            let entry = """
                ### \(code.id)

                **\(code.title)** (\(code.severity.rawValue))

                Cause: \(code.cause)

                Cure: \(code.cure)

                """
            #expect(page.contains(entry), "\(code.id) is missing or differs in \(FindingCode.page)")
        }
        let documented = page.split(separator: "\n").filter { $0.hasPrefix("### ") }.map { String($0.dropFirst(4)) }
        #expect(documented == FindingCode.all.map(\.id), "every code once, in order, and no other")
        #expect(documented.count > 80)
    }

    @Test func codesAreUniqueAndWellFormed() {
        let ids = FindingCode.all.map(\.id)
        #expect(Set(ids).count == ids.count)
        for code in FindingCode.all {
            #expect(code.id.hasPrefix("EDB-" + code.section.letter) && code.id.utf8.count == 8)
            #expect(code.cause.hasSuffix(".") && !code.cure.isEmpty && !code.title.hasSuffix("."))
        }
    }

    @Test func statementsEndWhereSQLSaysSo() {
        let sql = """
            -- a; comment
            CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $body$ SELECT ';'; $$ ; $$ $body$;
            /* ; */ SELECT 'it''s; ' || E'\\'; ' || "a;b", $1;

            SELECT 2
            """
        let statements = SQLStatement.split(sql)
        #expect(statements.map(\.line) == [2, 3, 5])
        #expect(statements[0].text.hasSuffix("$body$") && statements[2].text == "SELECT 2")
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
        let column = try #require(expected.fact(.column, "email_folders.account_id"))
        #expect(expected.source(of: column)?.file == "sql/0005_accounts_and_folders.sql")
    }
}
