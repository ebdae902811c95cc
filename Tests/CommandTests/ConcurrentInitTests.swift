import FoundationEssentials
import Postgres
import TestSupport
import Testing

/// Many `init` at once, as when identical containers start together.
@Suite(.needsServer, .serialized) struct ConcurrentInitSoakTests {
    private static let server = TestServer()

    @Test("Of eight at once on an empty cluster all succeed and one applies") func emptyCluster() async throws {
        let settings = try await Self.server.connectionSettings()
        for round in 1...Rounds.few(3, soak: 20) {
            try Cluster.empty(settings)
            let logged = try await Self.server.log().utf8.count
            let results = try await Self.eight(["init", "--format", "json"], settings.database("email_service"))
            #expect(results.allSatisfy { $0.status == 0 }, "round \(round): \(results)")
            #expect(results.allSatisfy { !$0.errors.contains("error") }, "round \(round): \(results.map(\.errors))")
            let appliers = results.filter { $0.output.contains("\"milliseconds\"") }
            #expect(appliers.count == 1, "round \(round): \(appliers.count) applied steps")
            let log = String(decoding: try await Self.server.log().utf8.dropFirst(logged), as: UTF8.self)
            let complaints = log.split(separator: "\n").filter {
                $0.contains("ERROR:") || $0.contains("deadlock detected")
                    || ($0.contains("FATAL:") && !$0.contains("\"email_service\" does not exist"))
            }
            #expect(complaints.isEmpty, "round \(round): \(complaints)")
        }
    }

    @Test func eightDuringASlowIndexBuildDoNotDeadlock() async throws {
        let folder = try TemporaryFolder.withSlowIndex(milliseconds: 2000)
        for _ in 1...Rounds.few(1, soak: 20) {
            try await TestDatabase.withEmpty(on: Self.server) { settings in
                let results = try await Self.eight(["init", "--sql", folder.path], settings)
                #expect(results.allSatisfy { $0.status == 0 }, "\(results)")
                let connection = try Connection(settings)
                let index = try connection.query(
                    "SELECT indisvalid FROM pg_index WHERE indexrelid = 'public.slow_index'::regclass")
                #expect(index.first?.flag("indisvalid") == true)
                let built = try connection.query("SELECT FROM emaildb.ledger_event WHERE step = 3 AND event = 'done'")
                #expect(built.count == 1)
            }
        }
    }

    /// Two databases share the cluster's roles, so their installations meet there.
    @Test("Installations in several databases of one cluster do not disturb each other")
    func severalDatabases() async throws {
        let settings = try await Self.server.connectionSettings()
        let names = (1...4).map { "together_\($0)" }
        for _ in 1...Rounds.few(2, soak: 20) {
            try Cluster.empty(settings, dropping: names + ["email_service"])
            try await withThrowingTaskGroup(of: CommandResult.self) { group in
                for name in names {
                    group.addTask {
                        try await CommandRunner.emaildb(["init"], environment: settings.database(name).environment)
                    }
                }
                for try await result in group { #expect(result.status == 0, "\(result)") }
            }
        }
        try Cluster.empty(settings, dropping: names)
    }

    private static func eight(_ arguments: [String], _ settings: ConnectionSettings) async throws -> [CommandResult] {
        try await withThrowingTaskGroup(of: CommandResult.self) { group in
            for _ in 1...8 {
                group.addTask { try await CommandRunner.emaildb(arguments, environment: settings.environment) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }
}
