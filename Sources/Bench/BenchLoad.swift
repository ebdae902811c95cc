import Core
import Postgres

/// Runs workloads with some clients for some time, and sums up how long requests took.
///
/// Requests are about a sample of the messages that are stored, so that a big mailbox is asked for more often.
struct BenchLoad: Sendable {
    let store: BenchStore
    private let seed: UInt64
    /// The sample, rows of `sql/catalog/bench_targets.sql`; the same messages in both layouts.
    private let sample: [Row]
    let largestTenant: [Row]
    /// Words that are in few messages of the largest tenant, and in one at least.
    let rareWords: [String]
    /// Words that are in about a fifth of all messages.
    let commonWords = (20..<36).map(BenchVocabulary.shared.word)

    /// Draws the sample.
    init(_ store: BenchStore, _ world: BenchWorld) throws {
        self.store = store
        seed = world.seed
        let connection = try Connection(store.settings)
        sample = Array(try connection.query(SQLFile("bench_targets")))
        largestTenant = sample.filter { $0["tenant_id"] == world.largestTenant }
        let texts = try connection.names(
            """
            SELECT text_body FROM public.email_messages WHERE tenant_id = $1 AND length(text_body) > 400
             ORDER BY md5(message_id) LIMIT 40
            """, [world.largestTenant])
        rareWords = texts.compactMap { text in
            text.split { $0 == " " || $0 == "\n" }.compactMap { word in
                BenchVocabulary.shared.rank(of: word).map { (rank: $0, word: String(word)) }
            }.max { $0.rank < $1.rank }?.word
        }
        if largestTenant.isEmpty || rareWords.isEmpty {
            throw Failure.refused("too few messages to ask for", fix: "Use more: --messages 2000")
        }
    }

    /// Runs it; each client makes one request at least, however long that takes.
    ///
    /// A request is a transaction as the application makes it: BEGIN and the tenant, the prepared statement, COMMIT;
    /// three round trips, and its time is that of all three.
    /// - Returns: requests a second of all clients together, and times of requests in ms; nil when the layout cannot
    ///   do it.
    /// - Throws: ``Failure`` when no request finds any row, because such a figure would mean nothing.
    func run(_ workload: BenchWorkload, clients: Int, seconds: Double) throws -> [BenchReport.Measure: Double]? {
        guard let statement = workload.statement(store) else { return nil }
        let isSlow = workload.isSlowInDocumented && store.layout == .documented
        let outcome = try ClientThreads.run(clients) { client, start in
            let connection = try store.connect()
            var random = BenchRandom(seed: seed, part: workload.name, client)
            try connection.prepare("request", statement)
            // Past the fifth execution PostgreSQL has decided how to plan; for a write by its key there is one way.
            for _ in 0..<(isSlow ? 0 : workload.writes ? 1 : 8) { _ = try request(workload, connection, &random) }
            var times: [Double] = []
            var rows = 0
            let deadline = try start.wait() + .seconds(seconds)
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
        return [
            .rate: Double(times.count) / outcome.elapsed.inSeconds, .p50: times.percentile(50),
            .p99: times.percentile(99),
        ]
    }

    /// One transaction; returns how many rows it returned or changed.
    private func request(
        _ workload: BenchWorkload, _ connection: borrowing Connection, _ random: inout BenchRandom
    ) throws -> Int {
        let pool = workload.largestTenantOnly ? largestTenant : sample
        let message = pool[random.below(pool.count)]
        let parameters = workload.parameters(message, self, &random)
        while true {
            do {
                return try change(message, connection, parameters, writes: workload.writes)
            } catch let error as PostgresError where error.sqlState == .deadlockDetected {
                // Nothing orders the writers of the documented layout; an application would try again, too.
                try connection.script("ROLLBACK")
            }
        }
    }

    private func change(
        _ message: Row, _ connection: borrowing Connection, _ parameters: [String?], writes: Bool
    ) throws -> Int {
        let account = writes ? message["account_id"] : nil
        return try store.transaction(connection, tenant: message.text("tenant_id"), account: account) {
            try connection.execute("request", parameters).affectedRows
        }
    }

    /// Write-ahead log of a read flag, bytes.
    ///
    /// After a checkpoint the first change of a page logs the whole page; later ones log only themselves. Both are
    /// taken: the first round of a few hundred messages after a checkpoint, and a second round of the same ones.
    func flagLog(count: Int) throws -> (afterCheckpoint: Double, steady: Double) {
        let superuser = try Connection(store.settings)
        let connection = try store.connect()
        try connection.prepare("request", BenchWorkload.readFlag.statement(store) ?? "")
        try superuser.query("CHECKPOINT")
        let chosen = sample.prefix(count)
        func round() throws -> Double {
            let before = try superuser.walPosition()
            for message in chosen { _ = try change(message, connection, [message["id"]], writes: true) }
            return Double(try superuser.walPosition() - before) / Double(chosen.count)
        }
        return (try round(), try round())
    }
}
