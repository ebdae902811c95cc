import Postgres
import TestSupport
import Testing

@testable import Doctor

/// What sessions do to each other: each is provoked, found, and gone once the fix was typed.
@Suite(.needsServer) struct SessionCheckTests {
    @Test("All that is done to one server is found, and is gone in the end") func sessions() async throws {
        let server = TestServer(settings: Patient.healthy)
        let patient = try await Patient(server)
        let settings = patient.superuser
        try Connection(settings).script(
            "CREATE TABLE public.things (id int PRIMARY KEY, n int); INSERT INTO public.things VALUES (1, 0), (2, 0)")

        try await patient.treat("connections", "connections = 12%, 90%") {
            try (1...20).map { _ in try Session(settings) }
        }
        try busy(patient)
        try await eventually("they are gone") {
            try patient.findings("connections", "connections = 12%, 20%").isEmpty
        }
        try await patient.treat("idle-in-transaction", "idle-in-transaction = 1s, 1h") {
            try Session(settings, "BEGIN; SELECT")
        }
        let long = try await patient.treat("long-query", "long-query = 1s, off") {
            let session = try Session(settings)
            try session.send("SELECT pg_sleep(60)")
            return session
        }
        #expect(long.count == 1)
        try await patient.treat("prepared-transaction", "prepared-transaction = 1s, 2h") {
            try Connection(settings).script("BEGIN; CREATE TABLE public.never (); PREPARE TRANSACTION 'for''gotten'")
        }
        try await locks(patient)
        let report = try patient.examine()
        #expect(report.findings == [], "all is well again")
        try await server.stop()
    }

    /// Where sessions are at work, ending them would do harm.
    private func busy(_ patient: Patient) throws {
        let busy = try (1...20).map { _ in try Session(patient.superuser, "BEGIN; SELECT") }
        let advice = try patient.findings("connections", "connections = 12%, 20%")
        #expect(advice.map(\.fix) == ["emaildb pool > pgbouncer.ini"] && advice.first?.severity == .critical)
        withExtendedLifetime(busy) {}
    }

    private func locks(_ patient: Patient) async throws {
        let settings = patient.superuser
        var pids: [Int] = []
        let chains = try await patient.treat("lock-wait", "lock-wait = 1s, 1h") {
            let first = try Session(settings, "BEGIN; UPDATE public.things SET n = 1 WHERE id = 1")
            let second = try Session(settings, "BEGIN; UPDATE public.things SET n = 1 WHERE id = 2")
            try second.send("UPDATE public.things SET n = 2 WHERE id = 1", "COMMIT")
            let third = try Session(settings)
            try third.send("UPDATE public.things SET n = 3 WHERE id = 2")
            pids = [first, second, third].map(\.pid)
            return [first, second, third]
        }
        let lines = chains.first?.evidence ?? []
        #expect(chains.count == 1 && chains.first?.object == "process \(pids[0])", "the root, and nobody else")
        try #require(lines.count == 3)
        #expect(
            lines[0].hasPrefix("process \(pids[0]), postgres in email_service")
                && lines[0].hasSuffix("keeps 2 waiting:"))
        #expect(
            lines[1].hasPrefix("  process \(pids[1]), ") && lines[2].hasPrefix("    process \(pids[2]), "), "\(lines)")

        let prepared = try await patient.treat("lock-wait", "lock-wait = 1s, 1h") {
            try Connection(settings).script("BEGIN; UPDATE public.things SET n = 4; PREPARE TRANSACTION 'left'")
            let waiter = try Session(settings)
            try waiter.send("UPDATE public.things SET n = 5")
            return waiter
        }
        #expect(prepared.map(\.fix) == ["ROLLBACK PREPARED 'left';"])

        // Those who keep everybody off a table keep no doctor waiting.
        let holder = try Session(settings, "BEGIN; LOCK TABLE public.email_messages, public.things")
        let start = ContinuousClock.now
        let report = try patient.examine()
        #expect(start.duration(to: .now) < .seconds(3))
        #expect(
            report.unseen.allSatisfy {
                ["row-security", "schema", "unused-index", "cache-hit", "sequence"].contains($0.check)
            })
        #expect(
            report.unseen.contains { $0.check == "schema" && $0.what.hasPrefix("somebody keeps everybody off public.") }
        )
        withExtendedLifetime(holder) {}
    }

    @Test("Of the application's sessions no ages are told, and that is said") func application() async throws {
        let server = TestServer(settings: Patient.healthy)
        let patient = try await Patient(server)
        try Connection(patient.superuser).query("ALTER ROLE email_service PASSWORD 'service'")
        let none = try patient.examine()
        #expect(!none.unseen.contains { $0.check == "idle-in-transaction" })
        let session = try Session(patient.superuser.user("email_service", password: "service"))
        let unseen = try patient.examine().unseen.filter { $0.check == "idle-in-transaction" }
        #expect(unseen.first?.what.hasPrefix("ages of 1 sessions of email_service") == true, "\(unseen)")
        withExtendedLifetime(session) {}
        try await server.stop()
    }
}
