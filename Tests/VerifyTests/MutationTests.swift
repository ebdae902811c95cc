import Fix
import FoundationEssentials
import Postgres
import TestSupport
import Testing

@testable import Schema
@testable import Verify

/// Every kind of drift is found under its code and object, and the fix script brings the database back.
@Suite(.needsServer, .serialized) struct MutationTests {
    /// One of its own: roles belong to the whole cluster, and mutations are committed, as they are in life.
    private static let database = SequentialDatabase(setup: "CREATE SCHEMA others; CREATE ROLE stranger")

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

    private func filled(_ text: String) -> String {
        text.replacing("{database}", with: "email_service")
            .replacing("{last}", with: String(SchemaSource.embedded().steps.count))
    }

    @Test(arguments: Mutation.all + ofExtendedStatistics)
    func aMutationIsFoundAndFixed(_ mutation: Mutation) async throws {
        try await Self.database.with { settings in
            let connection = try Connection(settings)
            try connection.script(filled(mutation.sql))
            let report = try VerifyReport.of(settings)
            for (code, object) in mutation.findings {
                let isFound = report.findings.contains { $0.code == code && $0.object == filled(object) }
                #expect(isFound, "\(code) \(object) is not among\n\(report.summary)")
            }
            let circular = FixOrder(report.findings.flatMap(\.statements)).circular
            #expect(circular.isEmpty, "\(circular.map(\.sql).joined(separator: "\n"))")
            do {
                if let undo = mutation.undo {
                    try connection.script(filled(undo))
                } else {
                    try connection.runFix(try #require(report.fixScript))
                }
            } catch {
                Issue.record("\(error)\n\(report.fixScript ?? "")")
            }
            let fixed = try VerifyReport.of(settings)
            #expect(fixed.findings.isEmpty, "after the fix:\n\(fixed.summary)")
            return fixed.findings.isEmpty
        }
    }

    @Test func everyCodeHasAMutation() {
        let mutations = Mutation.all + Self.ofExtendedStatistics
        #expect(Set(mutations.map(\.sql)).count >= 120, "distinct mutations")
        let found = Set(mutations.flatMap(\.findings).map(\.code))
        let codes = FindingCode.all.filter { $0.section == .layout || $0.section == .security }.map(\.id)
        let elsewhere =
            ["EDB-S010", "EDB-S011", "EDB-S025", "EDB-S028"]
            + (Self.ofExtendedStatistics.isEmpty ? ["EDB-L291", "EDB-L292"] : [])
        #expect(codes.filter { !found.contains($0) && !elsewhere.contains($0) } == [])
    }

    /// Writes the mutations where EMAILDB_MUTATIONS says, for the comparison with other tools (`make peers`).
    @Test(.enabled(if: ProcessInfo.processInfo.environment["EMAILDB_MUTATIONS"] != nil))
    func mutationsForPeers() throws {
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
}
