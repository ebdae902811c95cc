import Core
import Postgres
import TestSupport
import Testing

@testable import Tune

/// A plan is what its reader agreed to, and nothing else is carried out.
@Suite(.needsServer) struct TunerTests {
    @Test func aPlanIsNotCarriedOutOnAChangedServer() async throws {
        let server = TestServer(isPlain: true)
        let settings = try await server.connectionSettings()
        let connection = try Connection(settings)
        let tuner = Tuner(settings: settings)
        let options = TuneOptions(profile: .development)
        let plan = try tuner.plan(options)
        try connection.query("ALTER SYSTEM SET work_mem = '7MB'")
        do {
            _ = try tuner.apply(plan, options)
            Issue.record("another plan was carried out")
        } catch let failure as Failure {
            let problems = failure.problems
            #expect(problems.first?.problem.contains("has changed since the plan was made") == true)
        }
        #expect(try ServerState(connection).journal == nil)
        // A disk that fills meanwhile changes nothing of what was agreed to.
        let fresh = try tuner.plan(options)
        try connection.script("CREATE TABLE filling AS SELECT repeat('x', 1000) FROM generate_series(1, 20000)")
        #expect(try tuner.apply(fresh, options).written == fresh.items.count { $0.isChange })
        try await server.stop()
    }

    @Test func whatIsTakenBackIsWhatWasAgreedTo() async throws {
        let server = TestServer(isPlain: true)
        let settings = try await server.connectionSettings()
        let connection = try Connection(settings)
        let tuner = Tuner(settings: settings)
        let options = TuneOptions(profile: .development)
        _ = try tuner.apply(try tuner.plan(options), options)
        let shown = try tuner.undoPlan()
        try connection.query("ALTER SYSTEM SET work_mem = '7MB'")
        let before = try ServerState(connection).journal
        #expect(throws: Failure.self) { try tuner.undo(shown) }
        #expect(try ServerState(connection).journal == before, "nothing was written")
        let again = try tuner.undoPlan()
        #expect(again.items.contains { $0.setting == "work_mem" && $0.outcome == .keptTheirs })
        #expect(try tuner.undo(again).items == again.items)
        #expect(try ServerState(connection).journal == nil)
        try await server.stop()
    }
}
