import Dispatch
import Postgres
import TestSupport
import Testing

/// A thousand clients of several tenants on at most 30 server connections: no client ever sees another tenant's rows.
@Suite(.needsServer, .serialized) struct PoolLoadTests {
    private static func load() async throws -> (PooledDatabase, PooledLoad) {
        let database = try await PooledDatabase(isCounted: true)
        return (database, try PooledLoad(tenants: 4, writer: database.superuser, observer: database.superuser))
    }

    @Test("A thousand clients share thirty connections and see only their own rows")
    func thousandClients() async throws {
        let (database, load) = try await Self.load()
        let result = try await database.pooled { try load.run($0, clients: 1000, rounds: 8, scope: .transaction) }
        #expect(result.wrong == 0 && result.errors.isEmpty, "\(result)")
        #expect(result.right == 8000, "\(result)")
        #expect(result.mostConnections <= 30, "\(result)")
        #expect(result.mostConnections >= 25, "the control: they are really used; \(result)")
    }

    // The printed lines also protect a client that uses SET.
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

    // Looking a password up takes a connection to the server, of which open transactions may have taken all.
    @Test("A client can log in while the application uses all of its connections")
    func loginWhileBusy() async throws {
        func eager(_ configuration: String) -> String {
            configuration.replacing("reserve_pool_timeout = 3", with: "reserve_pool_timeout = 0.1")
        }
        #expect(try await canLogIn(whenBusy: 29, changing: eager))
        let unlimited = try await canLogIn(whenBusy: 30) {
            eager($0).replacing("max_user_connections = 29", with: "")
        }
        #expect(!unlimited, "the control")
    }

    /// Whether another client can log in while 32 are in a transaction, or wait for one of so many connections.
    private func canLogIn(whenBusy count: Int, changing: (String) -> String) async throws -> Bool {
        let database = try await PooledDatabase(isCounted: true)
        return try await database.pooled(changing: changing) { service in
            let release = DispatchSemaphore(value: 0)
            async let _ = Threads.run(32) { _ in
                let connection = try Connection(service, timeout: .seconds(60))
                try connection.transaction {
                    try connection.query("SELECT 1")
                    release.wait()
                }
            }
            defer { for _ in 0..<32 { release.signal() } }
            let direct = try Connection(database.superuser)
            // Each transaction holds the lock of its own virtual id.
            let busy = """
                SELECT FROM pg_locks JOIN pg_stat_activity USING (pid)
                 WHERE usename = 'email_service' AND locktype = 'virtualxid'
                """
            try await eventually("\(count) connections are busy") { try direct.query(busy).count == count }
            return (try? Connection(service, timeout: .seconds(count == 30 ? 2 : 60))) != nil
        }
    }
}
