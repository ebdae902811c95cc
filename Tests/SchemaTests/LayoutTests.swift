import FoundationEssentials
import Postgres
import TestSupport
import Testing

@testable import Core
@testable import Schema

@Suite struct LayoutTests {
    // MARK: - The text form

    private func fact(_ key: String, _ value: String) throws -> Fact {
        Fact(try #require(Fact.Key(key), "\(key)"), value)
    }

    @Test func aChangeIsReadBackAsItWasWritten() throws {
        let text = """
            - grant database to public
            - index i
            column "zwölf"."größe" = \n\
            function f(a text, b integer) = a = b = c
            setting email_service lock_timeout = 5s
            table t = owner x

            """
        let change = try LayoutChange(parsing: "# comment\n\n" + text)
        #expect(change.text == text)
        #expect(change.present[0].object == ObjectName(.column, schema: "public", "zwölf", part: "größe"))
        #expect(
            change.present[1].object == ObjectName(.function, schema: "public", "f", arguments: "a text, b integer"))
        #expect(change.present[1].value == "a = b = c")
        #expect(change.absent == [Fact.Key(.grant, ObjectName(.database, "")), try #require(Fact.Key("index i"))])
    }

    @Test func everyCommittedLayoutIsReadBackAsItWasWritten() {
        for step in SchemaSource.embedded().steps {
            let layout = step.layout
            #expect(layout != nil)
            #expect(layout == (try? LayoutChange(parsing: layout?.text ?? "")))
        }
    }

    @Test func aChangeIsWhatDiffers() throws {
        let same = try fact("table same", "1")
        let before = [same, try fact("table gone", "1"), try fact("table t", "1")]
        let after = [same, try fact("table new", "1"), try fact("table t", "2")]
        let change = LayoutChange(from: before, to: after)
        #expect(change.present.map(\.object.name) == ["new", "t"])
        #expect(change.absent.map(\.description) == ["table gone"])
        #expect(LayoutChange(from: after, to: after) == LayoutChange(present: [], absent: []))
    }

    // MARK: - Staleness

    // A server of its own: what the steps do to roles can only be seen in a cluster that has none of them.
    @Test(.needsServer) func committedLayoutsAreWhatAFreshInstallGives() async throws {
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

    // A step is checked alone, and only what it speaks of is read.
    @Test(.needsServer) func oneStepIsCheckedAlone() async throws {
        try await TestDatabase.withSchema { settings in
            let connection = try Connection(settings)
            try Session.pin(connection)
            try connection.query("BEGIN")
            try connection.query("DROP POLICY email_messages_tenant_policy ON public.email_messages")
            let broken = try SchemaSource.embedded().steps.filter { step in
                try LiveCatalog.mismatches(ExpectedLayout([step]), connection).contains { $0.expected.kind == .policy }
            }
            try connection.query("ROLLBACK")
            #expect(broken.map(\.name) == ["0012_row_security"])
        }
    }
}
