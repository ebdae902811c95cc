import Dispatch
import FoundationEssentials
import Glibc
package import Postgres
import Synchronization

@testable import Bench

/// Clients that read as one tenant each, and look whether they see anything else.
package struct PooledLoad: Sendable {
    /// For how long a client sets its tenant.
    package enum Scope: String, Sendable {
        /// As documented: until the end of the transaction.
        case transaction = "t"
        /// Against the documentation: until the end of the session.
        case session = "f"
    }

    /// What the clients saw.
    package struct Result: Sendable {
        /// Reads that gave the rows of the tenant that was set, all of them and no others.
        package var right = 0
        /// Reads that gave rows of another tenant, or any after the transaction that had set one.
        package var wrong = 0
        /// The first few.
        package var errors: [String] = []
        /// The most connections that the server had from the pooler.
        package var mostConnections = 0
    }

    private let tenants: [String]
    private let observer: ConnectionSettings

    /// Makes the tenants, each with one account.
    /// - Parameters:
    ///   - writer: who may write accounts, past the pooler or through it.
    ///   - observer: who counts the server's connections to the same database, past the pooler.
    package init(tenants count: Int, writer: ConnectionSettings, observer: ConnectionSettings) throws {
        self.observer = observer
        let connection = try Connection(writer)
        tenants = try (0..<count).map { _ in
            let tenant = UUID().uuidString.lowercased()
            try connection.transaction {
                try connection.query("SELECT set_config('app.current_tenant_id', $1, true)", [tenant])
                try connection.query(
                    """
                    INSERT INTO email_accounts (tenant_id, user_id, account_name, email_address, protocol)
                    VALUES ($1, gen_random_uuid(), 'Work', gen_random_uuid() || '@example.com', 'imap')
                    """, [tenant])
            }
            return tenant
        }
    }

    /// Each client reads `rounds` times within a transaction that sets its tenant, and as often without any.
    package func run(_ settings: ConnectionSettings, clients: Int, rounds: Int, scope: Scope) throws -> Result {
        try Self.allowFiles(clients + 512)
        let watcher = try Watcher(observer)
        // Logging in is not what is measured; more at once would only wait in the listen queue.
        let logins = DispatchSemaphore(value: 40)
        let results = try ClientThreads.run(clients) { client, start in
            var result = Result()
            do {
                logins.wait()
                let opened = Swift.Result { try Connection(settings, timeout: .seconds(60)) }
                logins.signal()
                let connection = try opened.get()
                try start.wait()
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

    private static func connections(_ connection: borrowing Connection, _ settings: ConnectionSettings) throws -> Int? {
        try connection.query(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = $1 AND backend_type = 'client backend'"
                + " AND usename IN ('email_service', 'email_readonly', 'email_worker', 'email_pooler')",
            [settings["dbname"]]
        ).first?.integer("count")
    }

    /// Begins to count, when those of an earlier pooler are gone: at most the new one's first is there.
    init(_ settings: ConnectionSettings) throws {
        let connection = try Connection(settings.database("postgres"))
        for _ in 0..<200 where (try Self.connections(connection, settings) ?? 0) > 2 { usleep(50_000) }
        DispatchQueue(label: "watcher").async { [self] in
            defer { ended.signal() }
            guard let connection = try? Connection(settings.database("postgres")) else { return }
            while !isOver.withLock({ $0 }) {
                let count = try? Self.connections(connection, settings)
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
