import FoundationEssentials
import Glibc
import Postgres
import TestSupport
import Testing

/// `tune` killed at random moments: the server always starts, and the next run goes on or takes back.
@Suite(.needsServer, .serialized) struct KilledTuneSoakTests {
    private static let profiles = ["development", "production", "high-throughput", "read-heavy"]

    @Test("Killed at any moment, the server starts and the next run finishes") func anyMoment() async throws {
        // fsync is on: each ALTER SYSTEM then takes some milliseconds, and a kill hits between two of them.
        let target = TuneServer()
        let connection = try await target.connect()
        try connection.query("ALTER SYSTEM SET work_mem = '5MB'")
        try connection.query("ALTER SYSTEM SET max_connections = '120'")
        connection.close()
        let original = try await target.configuration().entries
        let duration = try await Self.undisturbed(target)
        var generator = SeededGenerator(printing: "killed tune")
        var between = 0
        for round in 1...Rounds.few(4, soak: 50) {
            let profile = try #require(Self.profiles.randomElement(using: &generator))
            let isUndo = round.isMultiple(of: 2)
            if isUndo {
                let applied = try await target.apply(profile)
                #expect(applied.status == 0, "round \(round): \(applied)")
            }
            let killed = try await Self.kill(target, profile, isUndo: isUndo, duration, &generator)
            let left = try await target.configuration()
            if left.contains("\"state\":\"applying\"") || left.contains("\"state\":\"undoing\"") { between += 1 }
            // It starts with whatever is there.
            try await target.server.pause()
            try await target.server.resume()
            if !isUndo, Bool.random(using: &generator) {
                let next = try await target.apply(profile)
                #expect(next.status == 0, "round \(round), \(killed): \(next)")
                let again = try await target.apply(profile)
                #expect(again.output.contains("nothing to do"), "round \(round), \(killed): \(again)")
            }
            let undone = try await target.tune("--undo", "--yes")
            #expect(undone.status == 0, "round \(round), \(killed): \(undone)")
            #expect(try await target.configuration().entries == original, "round \(round), \(killed)")
        }
        #expect(between > 0, "no run was killed while it wrote: the moments are wrong")
        try await target.server.stop()
    }

    /// Kills a run at a moment of its whole length, or when the file has so many entries.
    private static func kill(
        _ target: TuneServer, _ profile: String, isUndo: Bool, _ duration: Duration,
        _ generator: inout SeededGenerator
    ) async throws -> String {
        let arguments =
            isUndo
            ? ["tune", "--undo", "--yes"] : ["tune", "--profile", profile, "--memory", "8GB", "--cpus", "2", "--yes"]
        let environment = try await target.server.connectionSettings().environment
        if Int.random(in: 0..<4, using: &generator) == 0 {
            let moment = duration * Double.random(in: 0...1.1, using: &generator)
            _ = try await CommandRunner.emaildb(arguments, environment: environment, killAfter: moment)
            return "\(arguments.joined(separator: " ")) killed after \(moment)"
        }
        let path = try await target.data() + "/postgresql.auto.conf"
        let count = Int.random(in: 3...15, using: &generator)
        let state = isUndo ? "\"undoing\"" : "\"applying\""
        _ = try await CommandRunner.emaildb(
            arguments, environment: environment,
            killWhen: {
                // Asked every 20 ms, which is too seldom here.
                for _ in 0..<400 {
                    if let text = try? String(contentsOfFile: path, encoding: .utf8), text.contains(state) {
                        let entries = text.entries.count
                        if isUndo ? entries <= count : entries >= count { return true }
                    }
                    usleep(50)
                }
                return false
            })
        return "\(arguments.joined(separator: " ")) killed at \(count) entries"
    }

    private static func undisturbed(_ target: TuneServer) async throws -> Duration {
        let start = ContinuousClock.now
        #expect(try await target.apply("production").status == 0)
        let duration = start.duration(to: .now)
        #expect(try await target.tune("--undo", "--yes").status == 0)
        return duration
    }
}

extension String {
    /// The lines of a configuration file that set something.
    fileprivate var entries: [String] { split(separator: "\n").filter { !$0.hasPrefix("#") }.map(String.init).sorted() }
}
