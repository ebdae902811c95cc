import Dispatch
import Glibc
import Postgres
import Synchronization
import TestSupport
import Testing

@Suite(.needsServer) struct CancelTests {
    // A thread of its own: the tests' tasks may all be blocked in libpq when there are as many as there are cores.
    @Test("Cancelling from another thread ends a running statement at once", .timeLimit(.minutes(10)))
    func runningStatement() async throws {
        let settings = try await TestServer.shared.connectionSettings()
        let connection = try Connection(settings)
        let handle = connection.makeCancelHandle()
        let pid = connection.announcedProcessID
        DispatchQueue(label: "canceller").async {
            guard let observer = try? Connection(settings) else { return }
            while let rows = try? observer.query(
                "SELECT FROM pg_stat_activity WHERE pid = $1::int AND wait_event = 'PgSleep'", ["\(pid)"]),
                rows.isEmpty
            { usleep(5_000) }
            Self.requestedAt.withLock { $0 = .now }
            try? handle.cancel()
        }
        let error = try failure { try connection.query("SELECT pg_sleep(30)") }
        let end = ContinuousClock.now
        #expect(error.kind == .server)
        #expect(error.sqlState == .queryCanceled)
        let start = try #require(Self.requestedAt.withLock { $0 })
        #expect(start.duration(to: end) < .seconds(1))
        #expect(try connection.query("SELECT 1").first?[0] == "1")
    }

    private static let requestedAt = Mutex<ContinuousClock.Instant?>(nil)

    @Test func aRequestThatCannotBeDeliveredSaysWhy() async throws {
        let server = TestServer()
        let connection = try Connection(await server.connectionSettings())
        let handle = connection.makeCancelHandle()
        try await server.stop()
        let error = try failure { try handle.cancel() }
        #expect(error.kind == .connect && error.message.contains("connect() failed"), "\(error)")
    }

    @Test func cancellingAnIdleSessionDoesNothing() async throws {
        let connection = try Connection(await TestServer.shared.connectionSettings())
        let handle = connection.makeCancelHandle()
        // Returns when the server has sent the signal to the session.
        try handle.cancel()
        #expect(try connection.query("SELECT 1").first?[0] == "1")
        let status = connection.transactionStatus
        #expect(status == .idle)
    }
}
