import Glibc
import Postgres
import TestSupport
import Testing

@testable import Adopt

/// `adopt` killed at random moments: it goes on, or is undone, as if nothing had been.
@Suite(.needsServer, .serialized) struct KilledAdoptSoakTests {
    private static let document = [FoundingDocument.schema, FoundingDocument.rows(tenants: 4, messages: 1500)]
    private static let arguments = ["adopt", "--batch", "50"]

    @Test("Killed and run again until it ends: every row is there once")
    func resumed() async throws {
        var generator = SeededGenerator(printing: "killed adopt")
        var kills = 0
        try await OldDatabase.with(Self.document) { settings in
            let duration = try await Self.undisturbed(settings)
            for _ in 1...Rounds.few(2, soak: 6) {
                for attempt in 1... {
                    let moment = duration * Double.random(in: 0.02...0.7, using: &generator)
                    let result = try await CommandRunner.emaildb(
                        Self.arguments, environment: settings.environment, killAfter: attempt > 8 ? nil : moment)
                    if result.status == 0 { break }
                    #expect(result.status == 137, "\(result)")
                    kills += 1
                    try await Self.untilAlone(settings)
                }
                let connection = try Connection(settings)
                let lost = try connection.number(
                    """
                    SELECT count(*) FROM email_before.email_messages o FULL JOIN public.email_messages n USING (id)
                    WHERE (o.subject, o.text_body) IS DISTINCT FROM (n.subject, n.text_body)
                    """)
                #expect(lost == 0)
                #expect(try connection.number("SELECT count(*) FROM public.email_messages") == 1500)
                #expect(try connection.number("SELECT count(*) FROM public.email_message_search") == 1500)
                #expect(try connection.number("SELECT count(*) FROM public.email_attachments") == 300)
                connection.close()
                try OldDatabase.expectClean(settings)
                _ = try OldDatabase.adopter(settings).undo(discardingChanges: false)
            }
        }
        print("adopt was killed \(kills) times")
        #expect(kills > 0)
    }

    @Test("Undone after a kill, the database is as it was")
    func undone() async throws {
        var generator = SeededGenerator(printing: "undone adopt")
        var (kills, begun) = (0, 0)
        try await OldDatabase.with(Self.document) { settings in
            let before = try await OldDatabase.dump(settings)
            let duration = try await Self.undisturbed(settings)
            for round in 1...Rounds.few(4, soak: 30) {
                let moment = duration * Double.random(in: 0.3...0.95, using: &generator)
                let killed = try await CommandRunner.emaildb(
                    Self.arguments, environment: settings.environment, killAfter: moment)
                kills += killed.status == 137 ? 1 : 0
                try await Self.untilAlone(settings)
                let undo = try await CommandRunner.emaildb(["adopt", "--undo"], environment: settings.environment)
                // Killed before the tables had moved, there is nothing to undo.
                #expect(
                    undo.status == 0 || undo.status == 4 && undo.errors.contains("no adoption has begun"), "\(undo)")
                begun += undo.status == 0 ? 1 : 0
                let after = try await OldDatabase.dump(settings)
                #expect(after == before, "round \(round), killed after \(moment): \(after.difference(from: before))")
            }
        }
        print("adopt was killed \(kills) times, and undone \(begun) times")
        #expect(kills > 0 && begun > 0)
    }

    /// How long it takes when nobody disturbs it; undone.
    private static func undisturbed(_ settings: ConnectionSettings) async throws -> Duration {
        let start = ContinuousClock.now
        let result = try await CommandRunner.emaildb(arguments, environment: settings.environment)
        let duration = start.duration(to: .now)
        try #require(result.status == 0, "\(result)")
        _ = try OldDatabase.adopter(settings).undo(discardingChanges: false)
        return duration
    }

    /// Waits until the server has noticed that its client is gone.
    private static func untilAlone(_ settings: ConnectionSettings) async throws {
        let connection = try Connection(settings)
        try await eventually("the killed session has ended") {
            try connection.number(
                """
                SELECT count(*) FROM pg_stat_activity
                WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
                """) == 0
        }
    }
}
