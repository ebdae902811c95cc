import Fix
import FoundationEssentials
import Postgres
import TestSupport
import Testing

@testable import Install
@testable import Schema
@testable import Verify

/// Every kind of drift is found under its code and object, and the fix script brings the database back.
///
/// A server of its own: roles belong to the whole cluster, and mutations are committed, as they are in life.
@Suite(.needsServer, .serialized) struct MutationTests {
    private static let database = "email_service"

    private func verify(
        _ settings: ConnectionSettings, _ sections: Set<FindingCode.Section> = [.layout, .security]
    ) throws -> VerifyReport {
        var verifier = Verifier(settings: settings, database: Self.database, source: .embedded())
        verifier.sections = sections
        return try verifier.run()
    }

    /// Runs a fix script as psql does.
    private func run(_ script: String, _ connection: borrowing Connection) throws {
        try connection.script(script.replacing("\\set ON_ERROR_STOP on", with: ""))
    }

    private func describe(_ report: VerifyReport) -> String {
        report.findings.map { "\($0.code) \($0.object): \($0.expected ?? "-") / \($0.actual ?? "-")" }.joined(
            separator: "\n")
    }

    /// Mutations of the design's extended statistics, if it has any.
    private static var ofExtendedStatistics: [Mutation] {
        let facts = ExpectedLayout(SchemaSource.embedded().steps).facts.values
        guard let fact = facts.filter({ $0.kind == .extendedStatistics }).min() else { return [] }
        let name = "public.\(fact.object.part ?? "")"
        return [
            Mutation("EDB-L291", fact.key.description, "DROP STATISTICS \(name)"),
            Mutation(
                "EDB-L292", fact.key.description,
                "DROP STATISTICS \(name); CREATE STATISTICS \(name) (mcv) ON tenant_id, account_id FROM \(fact.object.name)"
            ),
        ]
    }

    /// Installed once: every mutation is undone.
    private static let installed = Task {
        let settings = try await TestServer().connectionSettings().database(database)
        _ = try Installer(settings: settings, database: database, source: .embedded()).run()
        try Connection(settings).script("CREATE SCHEMA others")
        return settings
    }

    @Test(arguments: Mutation.all + ofExtendedStatistics) func aMutationIsFoundAndFixed(_ mutation: Mutation)
        async throws
    {
        let settings = try await Self.installed.value
        let fresh = try verify(settings)
        try #require(fresh.findings.isEmpty, "\(describe(fresh))")
        let connection = try Connection(settings)
        func filled(_ text: String) -> String {
            text.replacing("{database}", with: Self.database)
                .replacing("{last}", with: String(SchemaSource.embedded().steps.count))
        }
        try connection.script(filled(mutation.sql))
        let report = try verify(settings)
        for (code, object) in mutation.findings {
            let isFound = report.findings.contains { $0.code == code && $0.object == filled(object) }
            #expect(isFound, "\(code) \(object) is not among\n\(describe(report))")
        }
        let circular = FixOrder(report.findings.flatMap(\.statements)).circular
        #expect(circular.isEmpty, "\(circular.map(\.sql).joined(separator: "\n"))")
        do {
            if let undo = mutation.undo {
                try connection.script(filled(undo))
            } else {
                try run(try #require(report.fixScript), connection)
            }
        } catch {
            Issue.record("\(error)\n\(report.fixScript ?? "")")
        }
        let fixed = try verify(settings)
        #expect(fixed.findings.isEmpty, "after the fix:\n\(describe(fixed))")
    }

    @Test func everyCodeHasAMutation() {
        let mutations = Mutation.all + Self.ofExtendedStatistics
        #expect(Set(mutations.map(\.sql)).count >= 120, "distinct mutations")
        let found = Set(mutations.flatMap(\.findings).map(\.code))
        let codes = FindingCode.all.filter { $0.section == .layout || $0.section == .security }.map(\.id)
        let elsewhere = ["EDB-S010", "EDB-S011"] + (Self.ofExtendedStatistics.isEmpty ? ["EDB-L291", "EDB-L292"] : [])
        #expect(codes.filter { !found.contains($0) && !elsewhere.contains($0) } == [])
    }

    /// Writes the mutations where EMAILDB_MUTATIONS says, for the comparison with other tools (`make peers`).
    @Test(.enabled(if: ProcessInfo.processInfo.environment["EMAILDB_MUTATIONS"] != nil)) func mutationsForPeers() throws
    {
        struct Entry: Encodable {
            let sql, code, object: String
            let undo: String?
        }
        let path = try #require(ProcessInfo.processInfo.environment["EMAILDB_MUTATIONS"])
        let entries = Mutation.all.map { mutation in
            Entry(
                sql: mutation.sql, code: mutation.findings[0].code, object: mutation.findings[0].object,
                undo: mutation.undo)
        }
        try JSONEncoder().encode(entries).write(to: URL(fileURLWithPath: path))
    }

    // Whatever PostgreSQL prints of an object must make the same object, which is then printed the same way.
    @Test func aDatabaseWithoutAnyOfItsObjectsIsMadeAnew() async throws {
        let server = TestServer()
        let settings = try await server.connectionSettings().database(Self.database)
        _ = try Installer(settings: settings, database: Self.database, source: .embedded()).run()
        let connection = try Connection(settings)
        try connection.script(
            "DROP OWNED BY email_owner, email_search, email_audit, email_keeper, email_lookup, email_service CASCADE")
        let report = try verify(settings)
        #expect(report.findings.filter { $0.code == "EDB-L061" }.count >= 7)
        #expect(FixOrder(report.findings.flatMap(\.statements)).circular.isEmpty)
        do { try run(try #require(report.fixScript), connection) } catch { Issue.record("\(error)") }
        let fixed = try verify(settings, [.layout, .security, .plans, .probe])
        #expect(fixed.findings.isEmpty, "\(describe(fixed))")
        try await server.stop()
    }
}
