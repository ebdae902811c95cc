import FoundationEssentials
import Postgres
import TestSupport
import Testing

@testable import Core
@testable import Schema

@Suite struct LayoutTests {
    // MARK: - The text form

    @Test func aChangeIsReadBackAsItWasWritten() throws {
        let change = LayoutChange(
            present: [
                Fact(kind: .table, object: "t", value: "owner x"),
                Fact(kind: .setting, object: "email_service lock_timeout", value: "5s"),
                Fact(kind: .function, object: "f(a text, b integer)", value: "a = b = c"),
                Fact(kind: .column, object: "zwölf.größe", value: ""),
            ], absent: ["grant database to public", "index i"])
        #expect(
            change.text == """
                - grant database to public
                - index i
                column zwölf.größe = \n\
                function f(a text, b integer) = a = b = c
                setting email_service lock_timeout = 5s
                table t = owner x

                """)
        let read = try LayoutChange(parsing: "# comment\n\n" + change.text)
        #expect(read == change)
    }

    @Test func everyCommittedLayoutIsReadBackAsItWasWritten() {
        for step in SchemaSource.embedded().steps {
            let layout = step.layout
            #expect(layout != nil)
            #expect(layout == (try? LayoutChange(parsing: layout?.text ?? "")))
        }
    }

    @Test func aChangeIsWhatDiffers() {
        let same = Fact(kind: .table, object: "same", value: "1")
        let before = [
            same, Fact(kind: .table, object: "gone", value: "1"), Fact(kind: .table, object: "t", value: "1"),
        ]
        let after = [
            same, Fact(kind: .table, object: "new", value: "1"), Fact(kind: .table, object: "t", value: "2"),
        ]
        let change = LayoutChange(from: before, to: after)
        #expect(change.present.map(\.object) == ["new", "t"])
        #expect(change.absent == ["table gone"])
        #expect(LayoutChange(from: after, to: after) == LayoutChange(present: [], absent: []))
    }

    // MARK: - Staleness

    // A server of its own: what the steps do to roles can only be seen in a cluster that has none of them.
    @Test func committedLayoutsAreWhatAFreshInstallGives() async throws {
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
    @Test func oneStepIsCheckedAlone() async throws {
        try await TestDatabase.withSchema { settings in
            let connection = try Connection(settings)
            try Session.pin(connection)
            let prepared = LiveCatalog.Prepared()
            try connection.query("BEGIN")
            try connection.query("DROP POLICY email_messages_tenant_policy ON public.email_messages")
            let broken = try SchemaSource.embedded().steps.filter { step in
                let layout = try #require(step.layout)
                return try LiveCatalog.mismatches(layout, prepared, connection).contains { $0.expected.kind == .policy }
            }
            try connection.query("ROLLBACK")
            #expect(broken.map(\.name) == ["0012_row_security"])
        }
    }
}
