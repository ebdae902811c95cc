import Core
import Postgres

/// Loads the generated messages the way an application does, and takes the time.
struct BenchIngest: Sendable {
    /// What loading one database showed.
    struct Result: Sendable {
        /// Rows, and how long they took.
        struct Tally: Sendable {
            var rows = 0
            var time = Duration.zero
            /// Rows a second; nil without any.
            var rate: Double? { rows > 0 && time > .zero ? Double(rows) / time.inSeconds : nil }
        }

        /// Messages by one client's INSERT.
        var single = Tally()
        /// Messages by four clients' INSERT.
        var four = Tally()
        /// Messages by one client's calls of the ingest function.
        var function = Tally()
        /// Attachments.
        var attachments = Tally()
        /// Write-ahead log of what ``single`` counts, bytes.
        var walBytes = 0

        var walBytesPerMessage: Double? { single.rows > 0 ? Double(walBytes) / Double(single.rows) : nil }
    }

    let world: BenchWorld
    let vocabulary: BenchVocabulary
    let store: BenchStore
    let progress: @Sendable (BenchProgress) -> Void

    /// How a turn of the deliveries is stored; in rotation, so that all of them meet small and large tables.
    private enum Manner {
        case single
        case four
        case function
    }

    /// Stores accounts, folders, all deliveries and their attachments.
    func run() throws -> Result {
        try storeAccounts()
        let connection = try Connection(store.settings)
        try connection.query("CHECKPOINT")
        var result = Result()
        let count = world.deliveries.count
        let manners: [Manner] = [.single, .four, .single, .four, .function]
        // A turn is at most eighty deliveries: what is encoded waits in memory.
        let turns = max(manners.count, (count + 79) / 80)
        for turn in 0..<turns {
            let deliveries = Array(world.deliveries[(count * turn / turns)..<(count * (turn + 1) / turns)])
            if deliveries.isEmpty { continue }
            let manner = manners[turn % manners.count]
            let before = try connection.walPosition()
            let batches = try load(deliveries, manner, &result)
            if manner == .single { result.walBytes += try connection.walPosition() - before }
            try attach(batches, &result)
            let done = count * (turn + 1) / turns * world.batchSize
            progress(.loaded(store.layout.rawValue, messages: done, of: world.messageCount))
        }
        return result
    }

    /// Stores some deliveries in one manner; attachments come later, so that a rate is of messages alone.
    private func load(
        _ deliveries: [BenchWorld.Delivery], _ manner: Manner, _ result: inout Result
    ) throws -> [EncodedBatch] {
        let rows = deliveries.count * world.batchSize
        if manner == .function, let function = store.ingestFunction {
            let batches = deliveries.map {
                EncodedBatch.objects(BenchBatch(world, $0, vocabulary), columns: store.columns)
            }
            result.function.rows += rows
            result.function.time += try store(batches, function, clients: 1)
            return batches
        }
        let batches = deliveries.map { EncodedBatch.arrays(BenchBatch(world, $0, vocabulary), columns: store.columns) }
        let clients = manner == .four ? 4 : 1
        let time = try store(batches, store.insertMessages, clients: clients)
        switch manner {
        case .single:
            result.single.rows += rows
            result.single.time += time
        case .four:
            result.four.rows += rows
            result.four.time += time
        case .function:
            result.function.rows += rows
            result.function.time += time
        }
        return batches
    }

    /// Runs a statement for every batch, each a transaction; all batches of an account go to one client, as accounts
    /// are synchronised by one worker at a time.
    /// - Returns: from the first statement to the last commit.
    private func store(_ batches: [EncodedBatch], _ statement: String, clients: Int) throws -> Duration {
        let lanes = Self.lanes(batches, clients)
        let store = store
        return try ClientThreads.run(clients) { client, start in
            let connection = try store.connect()
            try connection.prepare("store", statement)
            start.wait()
            for batch in lanes[client] {
                try Interruption.check()
                try store.begin(connection, tenant: batch.tenant, account: batch.account)
                for call in batch.calls { try connection.execute("store", call) }
                try store.commit(connection)
            }
        }.elapsed
    }

    private func attach(_ batches: [EncodedBatch], _ result: inout Result) throws {
        let batches = batches.filter { !$0.attachments.isEmpty }
        let store = store
        result.attachments.rows += batches.map(\.attachmentCount).reduce(0, +)
        result.attachments.time += try ClientThreads.run(1) { _, start in
            let connection = try store.connect()
            try connection.prepare("attach", store.insertAttachments)
            start.wait()
            for batch in batches {
                try store.begin(connection, tenant: batch.tenant, account: batch.account)
                let inserted = try connection.execute("attach", batch.attachments).affectedRows
                guard inserted == batch.attachmentCount else {
                    throw Failure.refused(
                        "\(inserted) of \(batch.attachmentCount) attachments found their message",
                        fix: "Report this: the bench itself is wrong.")
                }
                try store.commit(connection)
            }
        }.elapsed
    }

    /// Shares batches out, account by account, each to the client that has least so far.
    private static func lanes(_ batches: [EncodedBatch], _ clients: Int) -> [[EncodedBatch]] {
        var lanes = Array(repeating: [EncodedBatch](), count: clients)
        let accounts = Dictionary(grouping: batches, by: \.account)
        for (_, batches) in accounts.sorted(by: { ($1.value.count, $0.key) < ($0.value.count, $1.key) }) {
            let client = lanes.indices.min { lanes[$0].count < lanes[$1].count } ?? 0
            lanes[client] += batches
        }
        return lanes
    }

    private func storeAccounts() throws {
        let connection = try store.connect()
        let times = store.layout == .literal ? (", created_at", ", \(BenchStore.clock)") : ("", "")
        for account in world.accounts {
            try store.begin(connection, tenant: account.tenant, account: nil)
            try connection.query(
                """
                INSERT INTO public.email_accounts (id, tenant_id, user_id, account_name, email_address, protocol, hostname,
                                                   port, encryption, username\(times.0))
                VALUES ($1, $2, $3, $4, $4, 'imap', 'imap.example', 993, 'tls', $4\(times.1))
                """, [account.id, account.tenant, account.user, account.address])
            try connection.query(
                """
                INSERT INTO public.email_folders (id, tenant_id, account_id, name, type\(times.0))
                SELECT f.id, $1, $2, f.name, f.type\(times.1)
                  FROM unnest($3::uuid[], $4::text[], $5::text[]) AS f (id, name, type)
                """,
                [
                    account.tenant, account.id, SQL.array(account.folders.map(\.id)),
                    SQL.array(account.folders.map(\.name)), SQL.array(account.folders.map(\.type)),
                ])
            try store.commit(connection)
        }
    }

    /// Rows a second of a plain COPY of the same messages into a table without index, constraint or trigger.
    func copyRate(limit: Int) throws -> Double? {
        let connection = try Connection(store.settings)
        let names = store.columns.map { SQL.identifier($0.rawValue) }.joined(separator: ", ")
        try connection.script("DROP TABLE IF EXISTS bench_copy; CREATE TABLE bench_copy (LIKE public.email_messages)")
        let deliveries = world.deliveries.prefix(max(1, limit / world.batchSize))
        let rows = deliveries.map { CopyText.make(BenchBatch(world, $0, vocabulary), columns: store.columns) }
        let start = ContinuousClock.now
        let copied = try connection.copyIn("COPY bench_copy (tenant_id, account_id, \(names)) FROM STDIN") { writer in
            for bytes in rows { try writer.write(bytes: bytes) }
        }
        let time = start.duration(to: .now)
        try connection.query("DROP TABLE bench_copy")
        return Double(copied) / time.inSeconds
    }
}

extension Connection {
    /// Where the next record of the write-ahead log goes, bytes from the beginning.
    func walPosition() throws -> Int {
        try query("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint AS lsn").first?.integer("lsn")
            ?? 0
    }
}

extension Duration {
    /// Seconds with fraction.
    var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
