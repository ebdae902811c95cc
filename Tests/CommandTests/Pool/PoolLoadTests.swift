import Glibc
import Postgres
import TestSupport
import Testing

@testable import Bench

/// A thousand clients of several tenants on at most 30 server connections: nobody ever sees another tenant's rows.
@Suite(.needsServer, .serialized) struct PoolLoadTests {
    private static func load() async throws -> (PooledDatabase, PooledLoad) {
        let database = try await PooledDatabase(isCounted: true)
        return (database, try PooledLoad(tenants: 4, writer: database.superuser, observer: database.superuser))
    }

    @Test func aThousandClientsShareThirtyConnectionsAndSeeOnlyTheirOwn() async throws {
        let (database, load) = try await Self.load()
        let result = try await database.pooled { try load.run($0, clients: 1000, rounds: 8, scope: .transaction) }
        #expect(result.wrong == 0 && result.errors.isEmpty, "\(result)")
        #expect(result.right == 8000, "\(result)")
        #expect(result.mostConnections <= 30, "\(result)")
        #expect(result.mostConnections >= 25, "the control: they are really used; \(result)")
    }

    // The printed lines protect also those who say SET.
    @Test func sessionWideSettingsDoNotReachOthers() async throws {
        let (database, load) = try await Self.load()
        let result = try await database.pooled { try load.run($0, clients: 100, rounds: 8, scope: .session) }
        #expect(result.wrong == 0 && result.errors.isEmpty, "\(result)")
    }

    // The control: the same load notices a pooler that leaks.
    @Test func withoutResetsTheSameLoadSeesOthersRows() async throws {
        let (database, load) = try await Self.load()
        let result = try await database.pooled(changing: PooledDatabase.withoutReset) {
            try load.run($0, clients: 100, rounds: 8, scope: .session)
        }
        #expect(result.wrong > 0, "\(result)")
    }

    // Looking a password up takes a connection to the server, of which slow queries may have taken all.
    @Test func oneCanLogInWhileEveryConnectionIsBusy() async throws {
        let database = try await PooledDatabase(isCounted: true)
        @Sendable func login(_ settings: ConnectionSettings) throws -> Duration {
            let outcome = try ClientThreads.run(33) { client, start in
                guard client < 32 else {
                    start.wait()
                    usleep(1_500_000)
                    let before = ContinuousClock.now
                    _ = try Connection(settings, timeout: .seconds(60))
                    return before.duration(to: .now)
                }
                let connection = try Connection(settings, timeout: .seconds(60))
                start.wait()
                try connection.query("SELECT pg_sleep(5)")
                return .zero
            }
            return outcome.values.max() ?? .zero
        }
        func eager(_ configuration: String) -> String {
            configuration.replacing("reserve_pool_timeout = 3", with: "reserve_pool_timeout = 0.1")
        }
        async let printed = database.pooled(changing: eager) { try login($0) }
        async let unlimited = database.pooled {
            eager($0).replacing("max_user_connections = 29", with: "")
        } _: {
            try login($0)
        }
        let (quick, slow) = try await (printed, unlimited)
        #expect(quick < .seconds(2.5), "\(quick)")
        #expect(slow > .seconds(2.5), "the control: \(slow)")
    }
}
