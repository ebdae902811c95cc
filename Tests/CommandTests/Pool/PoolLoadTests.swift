import Dispatch
import Glibc
import Postgres
import Synchronization
import TestSupport
import Testing

@testable import EmailDatabase

/// A thousand clients of several tenants on at most 30 server connections: nobody ever sees another tenant's rows.
@Suite(.serialized) struct PoolLoadTests {
    @Test func aThousandClientsShareThirtyConnectionsAndSeeOnlyTheirOwn() async throws {
        let load = try await Load(tenants: 4)
        let result = try await load.database.pooled { try load.run($0, clients: 1000, rounds: 8, scope: .transaction) }
        #expect(result.wrong == 0 && result.errors.isEmpty, "\(result)")
        #expect(result.right == 8000, "\(result)")
        #expect(result.mostConnections <= 30, "\(result)")
        #expect(result.mostConnections >= 25, "the control: they are really used; \(result)")
    }

    // The printed lines protect also those who say SET.
    @Test func sessionWideSettingsDoNotReachOthers() async throws {
        let load = try await Load(tenants: 4)
        let result = try await load.database.pooled { try load.run($0, clients: 100, rounds: 8, scope: .session) }
        #expect(result.wrong == 0 && result.errors.isEmpty, "\(result)")
    }

    // The control: the same load notices a pooler that leaks.
    @Test func withoutResetsTheSameLoadSeesOthersRows() async throws {
        let load = try await Load(tenants: 4)
        let result = try await load.database.pooled(changing: PooledDatabase.withoutReset) {
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

/// Clients that read as one tenant each, and look whether they see anything else.
private struct Load: Sendable {
    enum Scope: String {
        case transaction = "t"
        case session = "f"
    }

    struct Result: Sendable {
        /// Reads that gave the rows of the tenant that was set, all of them and no others.
        var right = 0
        /// Reads that gave rows of another tenant, or any after the transaction that had set one.
        var wrong = 0
        var errors: [String] = []
        /// The most connections that the server had from the pooler.
        var mostConnections = 0
    }

    let database: PooledDatabase
    private let tenants: [String]

    init(tenants count: Int) async throws {
        database = try await PooledDatabase(isCounted: true)
        let connection = try Connection(database.superuser)
        tenants = try (0..<count).map { _ in
            try connection.query(
                """
                INSERT INTO email_accounts (tenant_id, user_id, account_name, email_address, protocol)
                SELECT gen_random_uuid(), gen_random_uuid(), 'Work', gen_random_uuid() || '@example.com', 'imap'
                RETURNING tenant_id::text
                """
            ).first?[0] ?? ""
        }
    }

    /// Each client reads `rounds` times within a transaction that sets its tenant, and as often without any.
    func run(_ settings: ConnectionSettings, clients: Int, rounds: Int, scope: Scope) throws -> Result {
        try Self.allowFiles(clients + 512)
        let watcher = try Watcher(database.superuser)
        // Logging in is not what is measured; more at once would only wait in the listen queue.
        let logins = DispatchSemaphore(value: 40)
        let results = try ClientThreads.run(clients) { client, start in
            var result = Result()
            do {
                logins.wait()
                let opened = Swift.Result { try Connection(settings, timeout: .seconds(60)) }
                logins.signal()
                let connection = try opened.get()
                start.wait()
                for round in 0..<rounds {
                    let tenant = tenants[(client + round) % tenants.count]
                    let seen = try connection.transaction {
                        try connection.query(
                            "SELECT set_config('app.current_tenant_id', $1, $2)", [tenant, scope.rawValue])
                        return try connection.query("SELECT tenant_id::text FROM email_accounts").map { $0[0] }
                    }
                    if seen == [tenant] { result.right += 1 } else { result.wrong += 1 }
                    if try !connection.query("SELECT FROM email_accounts").isEmpty { result.wrong += 1 }
                }
            } catch {
                result.errors.append("client \(client): \(error)")
            }
            return result
        }
        var all = Result(mostConnections: watcher.stop())
        for result in results.values {
            all.right += result.right
            all.wrong += result.wrong
            all.errors += result.errors
        }
        all.errors = Array(all.errors.prefix(5))
        return all
    }

    /// Lets this process have so many files open at once, which its clients' connections are.
    private static func allowFiles(_ count: Int) throws {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        guard limit.rlim_cur < count else { return }
        limit.rlim_cur = min(rlim_t(count), limit.rlim_max)
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}

/// Counts the server's connections in a database, again and again, and remembers the most.
private final class Watcher: Sendable {
    private let most = Mutex(0)
    private let isOver = Mutex(false)
    private let ended = DispatchSemaphore(value: 0)

    private static func connections(_ connection: borrowing Connection) throws -> Int? {
        try connection.query(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = '\(PooledDatabase.name)'"
                + " AND backend_type = 'client backend'"
        ).first?.integer("count")
    }

    /// Begins to count, when those of an earlier pooler are gone: at most the new one's first is there.
    init(_ settings: ConnectionSettings) throws {
        let connection = try Connection(settings.database("postgres"))
        for _ in 0..<200 where (try Self.connections(connection) ?? 0) > 2 { usleep(50_000) }
        DispatchQueue(label: "watcher").async { [self] in
            defer { ended.signal() }
            guard let connection = try? Connection(settings.database("postgres")) else { return }
            while !isOver.withLock({ $0 }) {
                let count = try? Self.connections(connection)
                most.withLock { $0 = max($0, count ?? 0) }
                usleep(20_000)
            }
        }
    }

    /// Ends it.
    /// - Returns: the most connections that there were at once.
    func stop() -> Int {
        isOver.withLock { $0 = true }
        ended.wait()
        return most.withLock { $0 }
    }
}
