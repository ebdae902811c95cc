import Core
import Postgres

/// Runs a workload with some clients for some time, and sums up how long requests took.
struct BenchLoad: Sendable {
    /// How one workload went with one number of clients.
    struct Outcome: Sendable {
        /// Requests a second, all clients together.
        let rate: Double
        /// The median time of a request, ms.
        let p50: Double
        /// The time that 99 of 100 requests stay within, ms.
        let p99: Double
    }

    let store: BenchStore
    let targets: BenchTargets
    let seed: UInt64

    /// Runs it; each client makes one request at least, however long that takes.
    ///
    /// A request is a transaction as the application makes it: BEGIN and the tenant, the prepared statement, COMMIT;
    /// three round trips, and its time is that of all three.
    /// - Throws: ``Failure`` when no request finds any row, because such a figure would mean nothing.
    func run(_ workload: BenchWorkload, clients: Int, seconds: Double) throws -> Outcome? {
        guard let statement = workload.statement(store.layout) else { return nil }
        let isSlow = workload.isSlowInLiteral && store.layout == .literal
        let outcome = try ClientThreads.run(clients) { client, start in
            let connection = try store.connect()
            var random = BenchRandom(seed: seed, part: workload.name, client)
            try connection.prepare("request", statement)
            // Past the fifth execution PostgreSQL has decided how to plan; for a write by its key there is one way.
            for _ in 0..<(isSlow ? 0 : workload.writes ? 1 : 8) { _ = try request(workload, connection, &random) }
            var times: [Double] = []
            var rows = 0
            let deadline = start.wait() + .seconds(seconds)
            repeat {
                try Interruption.check()
                let begin = ContinuousClock.now
                rows += try request(workload, connection, &random)
                times.append(begin.duration(to: .now).inSeconds * 1000)
            } while ContinuousClock.now < deadline
            return (times: times, rows: rows)
        }
        guard outcome.values.contains(where: { $0.rows > 0 }) else {
            throw Failure.refused(
                "\(workload.name) found no row in the \(store.layout.rawValue) layout",
                fix: "Use more messages, or report this.")
        }
        let times = outcome.values.flatMap(\.times).sorted()
        return Outcome(
            rate: Double(times.count) / outcome.elapsed.inSeconds, p50: Self.percentile(50, of: times),
            p99: Self.percentile(99, of: times))
    }

    /// One transaction; returns how many rows it returned or changed.
    private func request(
        _ workload: BenchWorkload, _ connection: borrowing Connection, _ random: inout BenchRandom
    ) throws -> Int {
        let pool = workload.largestTenantOnly ? targets.largestTenant : targets.all
        let target = pool[random.below(pool.count)]
        let parameters = workload.parameters(target, targets, &random)
        while true {
            do {
                try store.begin(connection, tenant: target.tenant, account: workload.writes ? target.account : nil)
                let rows = try connection.execute("request", parameters).affectedRows
                try store.commit(connection)
                return rows
            } catch let error as PostgresError where error.sqlState == .deadlockDetected {
                // Nothing orders the writers of the documented layout; an application would try again, too.
                try connection.script("ROLLBACK")
            }
        }
    }

    /// The smallest value that so many in a hundred are not above (nearest rank).
    static func percentile(_ percent: Int, of sorted: [Double]) -> Double {
        sorted[max(0, (sorted.count * percent + 99) / 100 - 1)]
    }

    /// Write-ahead log of a read flag, bytes.
    ///
    /// After a checkpoint the first change of a page logs the whole page; later ones log only themselves. Both are
    /// taken: the first round of a few hundred messages after a checkpoint, and a second round of the same ones.
    func flagLog(count: Int) throws -> (afterCheckpoint: Double, steady: Double) {
        let superuser = try Connection(store.settings)
        let connection = try store.connect()
        try connection.prepare("request", BenchWorkload.readFlag.statement(store.layout) ?? "")
        try superuser.query("CHECKPOINT")
        let chosen = targets.all.prefix(count)
        var rounds: [Double] = []
        for _ in 0..<2 {
            let before = try superuser.walPosition()
            for target in chosen {
                try store.begin(connection, tenant: target.tenant, account: target.account)
                try connection.execute("request", [target.id])
                try store.commit(connection)
            }
            rounds.append(Double(try superuser.walPosition() - before) / Double(chosen.count))
        }
        return (rounds[0], rounds[1])
    }
}
