import Core
import Postgres

/// Loads the generated messages the way an application does, and takes the time.
struct BenchIngest: Sendable {
    /// What is timed: messages by INSERT of one client or of four, by one client's calls of the ingest function, and
    /// attachments.
    enum Manner: Sendable {
        case single
        case four
        case function
        case attachments
    }

    /// What loading one database showed.
    struct Result: Sendable {
        private var rows: [Manner: Int] = [:]
        private var times: [Manner: Duration] = [:]
        /// Write-ahead log of what ``Manner/single`` counts, bytes.
        fileprivate var walBytes = 0

        fileprivate mutating func add(_ manner: Manner, rows: Int, time: Duration) {
            self.rows[manner, default: 0] += rows
            times[manner, default: .zero] += time
        }

        /// Rows a second; nil without any.
        func rate(_ manner: Manner) -> Double? {
            guard let rows = rows[manner], let time = times[manner], rows > 0 else { return nil }
            return Double(rows) / time.inSeconds
        }

        var walBytesPerMessage: Double? { rows[.single].map { Double(walBytes) / Double($0) } }
    }

    let world: BenchWorld
    let store: BenchStore
    let progress: @Sendable (BenchProgress) -> Void

    /// Stores accounts, folders, all deliveries and their attachments.
    func run() throws -> Result {
        try storeAccounts()
        let connection = try Connection(store.settings)
        try connection.query("CHECKPOINT")
        var result = Result()
        let count = world.deliveries.count
        // In rotation, so that all of them meet small and large tables.
        let manners: [Manner] = [.single, .four, .single, .four, .function]
        // A turn is at most eighty deliveries: what is encoded waits in memory.
        let turns = max(manners.count, (count + 79) / 80)
        for turn in 0..<turns {
            let deliveries = world.deliveries[(count * turn / turns)..<(count * (turn + 1) / turns)]
            if deliveries.isEmpty { continue }
            let manner = manners[turn % manners.count]
            let before = try connection.walPosition()
            let batches = try load(deliveries, manner, &result)
            if manner == .single { result.walBytes += try connection.walPosition() - before }
            try attach(batches, &result)
            let done = count * (turn + 1) / turns * world.batchSize
            progress(.doing("\(store.layout.rawValue): \(done) of \(world.messageCount) messages"))
        }
        return result
    }

    /// Stores some deliveries in one manner; attachments come later, so that a rate is of messages alone.
    private func load(
        _ deliveries: ArraySlice<BenchWorld.Delivery>, _ manner: Manner, _ result: inout Result
    ) throws -> [EncodedBatch] {
        let function = manner == .function ? store.ingestFunction : nil
        let encode = function == nil ? EncodedBatch.arrays : EncodedBatch.objects
        let batches = deliveries.map { encode(BenchBatch(world, $0), store.columns) }
        let time = try run(
            function ?? store.insertMessages, batches, clients: manner == .four ? 4 : 1
        ) { batch, connection in
            for call in batch.calls { try connection.execute("store", call) }
        }
        result.add(manner, rows: deliveries.count * world.batchSize, time: time)
        return batches
    }

    private func attach(_ batches: [EncodedBatch], _ result: inout Result) throws {
        let batches = batches.filter { $0.attachmentCount > 0 }
        let time = try run(store.insertAttachments, batches, clients: 1) { batch, connection in
            let inserted = try connection.execute("store", batch.attachments).affectedRows
            guard inserted == batch.attachmentCount else {
                throw Failure.refused(
                    "\(inserted) of \(batch.attachmentCount) attachments found their message",
                    fix: "Report this: the bench itself is wrong.")
            }
        }
        result.add(.attachments, rows: batches.map(\.attachmentCount).reduce(0, +), time: time)
    }

    /// Prepares a statement as `store` and runs a body for every batch, each in a transaction.
    ///
    /// All batches of an account go to one client, as accounts are synchronised by one worker at a time.
    /// - Returns: the time from the first statement to the last commit.
    private func run(
        _ statement: String, _ batches: [EncodedBatch], clients: Int,
        _ body: @escaping @Sendable (EncodedBatch, borrowing Connection) throws -> Void
    ) throws -> Duration {
        let lanes = Self.lanes(batches, clients)
        return try ClientThreads.run(clients) { client, start in
            let connection = try store.connect()
            try connection.prepare("store", statement)
            try start.wait()
            for batch in lanes[client] {
                try Interruption.check()
                try store.transaction(connection, tenant: batch.account.tenant, account: batch.account.id) {
                    try body(batch, connection)
                }
            }
        }.elapsed
    }

    /// Shares batches out, account by account, each to the client that has least so far.
    private static func lanes(_ batches: [EncodedBatch], _ clients: Int) -> [[EncodedBatch]] {
        var lanes = Array(repeating: [EncodedBatch](), count: clients)
        let accounts = Dictionary(grouping: batches, by: \.account.id)
        for (_, batches) in accounts.sorted(by: { ($1.value.count, $0.key) < ($0.value.count, $1.key) }) {
            let client = lanes.indices.min { lanes[$0].count < lanes[$1].count } ?? 0
            lanes[client] += batches
        }
        return lanes
    }

    private func storeAccounts() throws {
        let connection = try store.connect()
        for account in world.accounts {
            try store.transaction(connection, tenant: account.tenant) {
                try connection.query(
                    """
                    INSERT INTO public.email_accounts (id, tenant_id, user_id, account_name, email_address, protocol,
                                                       hostname, port, encryption, username)
                    VALUES ($1, $2, $3, $4, $4, 'imap', 'imap.example', 993, 'tls', $4)
                    """, [account.id, account.tenant, account.user, account.address])
                try connection.query(
                    """
                    INSERT INTO public.email_folders (id, tenant_id, account_id, name, type)
                    SELECT f.id, $1, $2, f.name, f.type FROM unnest($3::uuid[], $4::text[], $5::text[]) AS f (id, name, type)
                    """,
                    [
                        account.tenant, account.id, SQL.array(account.folders.map(\.id)),
                        SQL.array(account.folders.map(\.name)), SQL.array(account.folders.map(\.type)),
                    ])
            }
        }
    }

    /// Rows a second of a plain COPY of the same messages into a table without index, constraint or trigger.
    func copyRate(limit: Int) throws -> Double {
        let connection = try Connection(store.settings)
        let names = store.columns.map { SQL.identifier($0.rawValue) }.joined(separator: ", ")
        try connection.script("DROP TABLE IF EXISTS bench_copy; CREATE TABLE bench_copy (LIKE public.email_messages)")
        let deliveries = world.deliveries.prefix(max(1, limit / world.batchSize))
        let rows = deliveries.map { Array(BenchBatch(world, $0).copyText(store.columns).utf8) }
        let start = ContinuousClock.now
        let copied = try connection.copyIn("COPY bench_copy (tenant_id, account_id, \(names)) FROM STDIN") { writer in
            for bytes in rows { try writer.write(bytes: bytes) }
        }
        let time = start.duration(to: .now)
        try connection.query("DROP TABLE bench_copy")
        return Double(copied) / time.inSeconds
    }
}
