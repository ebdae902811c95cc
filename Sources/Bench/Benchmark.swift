import Core
import Install
package import Postgres
package import Schema

/// Measures our layout beside the documented one, with the same messages and the same requests.
///
/// Both live in scratch databases of their own, filled and read as the application's role, under row security.
package struct Benchmark: Sendable {
    /// How much to measure.
    package struct Options: Sendable {
        /// Messages to load.
        package var messages = 200_000
        /// Tenants to share them among.
        package var tenants = 50
        /// How long each workload runs with each number of clients.
        package var seconds = 2.0
        /// Numbers of clients.
        package var clients = [1, 4, 16]
        /// The number that makes the same messages again.
        package var seed: UInt64 = 1
        /// The database to use, absent or empty; nil for `emaildb_bench`, which must be absent.
        package var database: String?
        /// Whether to measure search again when the other tenants have ten times their mail; takes a while.
        package var measuresGrowth = false
        /// Whether the scratch databases stay.
        package var keepsDatabases = false

        /// 200,000 messages, 50 tenants, two seconds, 1, 4 and 16 clients, seed 1.
        package init() {}
    }

    /// The database of our layout, when none is named; that of the documented layout has `_documented` appended.
    package static let defaultDatabase = "emaildb_bench"

    private let settings: ConnectionSettings
    private let source: SchemaSource
    private let options: Options
    private let progress: @Sendable (BenchProgress) -> Void

    /// - Parameters:
    ///   - settings: how to connect as a superuser; the database is of no concern.
    ///   - source: the steps of our layout.
    ///   - progress: told what is going on, from the calling thread.
    package init(
        settings: ConnectionSettings, source: SchemaSource, options: Options = Options(),
        progress: @escaping @Sendable (BenchProgress) -> Void = { _ in }
    ) {
        self.settings = settings
        self.source = source
        self.options = options
        self.progress = progress
    }

    /// Makes both databases, measures, and drops them, also when something fails.
    /// - Throws: ``Failure`` or `PostgresError`.
    package func run() throws -> BenchReport {
        let databases = try BenchDatabases(
            settings: settings, name: options.database ?? Self.defaultDatabase, mayExist: options.database != nil,
            keep: options.keepsDatabases)
        do {
            let report = try measure(databases)
            try databases.drop()
            return report
        } catch {
            try? databases.drop()
            guard let signal = Interruption.signal else { throw error }
            throw Failure.interrupted(
                by: signal, options.keepsDatabases ? "the databases stay" : "the scratch databases are dropped")
        }
    }

    private func measure(_ databases: BenchDatabases) throws -> BenchReport {
        progress(.creating(databases.name))
        _ = try Installer(settings: databases.ours, database: databases.name, source: source).run()
        progress(.creating(databases.literalName))
        try databases.createLiteral()
        let ours = try BenchStore(.ours, databases.ours)
        let literal = try BenchStore(.literal, databases.literal)
        let vocabulary = BenchVocabulary()
        let world = BenchWorld(seed: options.seed, messages: options.messages, tenants: options.tenants)

        var figures = try load(world, vocabulary, ours, literal)
        let rows = try Self.rowsWithoutTenant(ours, literal, world)
        let loads = try [ours, literal].map { store in
            BenchLoad(store: store, targets: try BenchTargets(store, world, vocabulary), seed: options.seed)
        }
        figures += try workloads(loads, world, ours)
        if options.measuresGrowth { figures += try growth(loads[0], world, vocabulary) }

        let share = world.accounts[0].batches * 100
        let connection = try Connection(databases.ours)
        return BenchReport(
            toolVersion: toolVersion, serverVersion: connection.parameterStatus("server_version") ?? "",
            seed: options.seed, messages: world.messageCount, tenants: world.tenantCount,
            largestTenantShare: Double(share) / Double(world.deliveries.count), batchSize: world.batchSize,
            checksum: Self.checksum(world, vocabulary), rowsWithoutTenant: rows, figures: figures)
    }

    // MARK: - Loading

    private func load(
        _ world: BenchWorld, _ vocabulary: BenchVocabulary, _ ours: BenchStore, _ literal: BenchStore
    ) throws -> [BenchReport.Figure] {
        let loads = try [ours, literal].map { store in
            try BenchIngest(world: world, vocabulary: vocabulary, store: store, progress: progress).run()
        }
        progress(.doing("COPY without indexes"))
        let copy = try BenchIngest(world: world, vocabulary: vocabulary, store: literal, progress: progress)
            .copyRate(limit: 50_000)
        progress(.doing("VACUUM"))
        let sizes = try [ours, literal].map { try Self.settle($0) }
        let (first, second) = (loads[0], loads[1])
        func share(_ rate: Double?) -> Double? { rate.flatMap { rate in copy.map { rate / $0 * 100 } } }
        let perMessage = sizes.map { size in
            (
                index: Double(size.index) / Double(world.messageCount),
                table: Double(size.table) / Double(world.messageCount)
            )
        }
        return [
            .init("ingest", .rate, unit: "rows/s", ours: first.single.rate, literal: second.single.rate),
            .init("ingest", .rate, clients: 4, unit: "rows/s", ours: first.four.rate, literal: second.four.rate),
            .init(
                "ingest, email_ingest", .rate, unit: "rows/s",
                ours: ours.ingestFunction == nil ? nil : first.function.rate, literal: second.single.rate),
            .init(
                "ingest, attachments", .rate, unit: "rows/s", ours: first.attachments.rate,
                literal: second.attachments.rate),
            .init("unindexed COPY", .rate, unit: "rows/s", ours: copy, literal: copy),
            .init(
                "ingest, share of an unindexed COPY", .rate, unit: "%", ours: share(first.single.rate),
                literal: share(second.single.rate)),
            .init(
                "WAL per message", .size, unit: "bytes", ours: first.walBytesPerMessage,
                literal: second.walBytesPerMessage),
            .init(
                "index per message", .size, unit: "bytes", ours: perMessage[0].index, literal: perMessage[1].index),
            .init("table per message", .size, unit: "bytes", ours: perMessage[0].table, literal: perMessage[1].table),
        ]
    }

    /// Does what autovacuum would have done a while later, and measures the tables of messages and of their search.
    private static func settle(_ store: BenchStore) throws -> (index: Int, table: Int) {
        let connection = try Connection(store.settings)
        let tables = try connection.query(
            "SELECT format('%I', relname) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'")
        try connection.query("VACUUM (ANALYZE) " + tables.compactMap { $0[0] }.joined(separator: ", "))
        let sizes = try connection.query(
            """
            SELECT sum(pg_indexes_size(oid))::bigint AS indexes, sum(pg_table_size(oid))::bigint AS tables FROM pg_class
             WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname LIKE 'email\\_message%'
            """)
        return (sizes.first?.integer("indexes") ?? 0, sizes.first?.integer("tables") ?? 0)
    }

    /// Makes sure that what follows is measured under row security: nothing without a tenant, and of a tenant all and
    /// only its own.
    private static func rowsWithoutTenant(_ ours: BenchStore, _ literal: BenchStore, _ world: BenchWorld) throws -> Int
    {
        let expected = world.accounts[0].batches * world.batchSize
        for store in [ours, literal] {
            let connection = try store.connect()
            var rows = 0
            do {
                rows = try connection.query("SELECT count(*) AS n FROM email_messages").first?.integer("n") ?? 0
            } catch let error as PostgresError where store.layout == .literal && error.kind == .server {
                // The document's policy raises where ours finds nothing.
            }
            try store.begin(connection, tenant: world.largestTenant, account: nil)
            let own = try connection.query("SELECT count(*) AS n FROM email_messages").first?.integer("n") ?? 0
            try store.commit(connection)
            guard rows == 0, own == expected else {
                throw Failure.refused(
                    "row security is not in force in the \(store.layout.rawValue) layout: the application sees"
                        + " \(rows) messages without a tenant, and \(own) instead of \(expected) with one",
                    fix: "Nothing measured here would be true. Run: emaildb verify --only security")
            }
        }
        return 0
    }

    /// SHA-256 over the COPY form of every message.
    private static func checksum(_ world: BenchWorld, _ vocabulary: BenchVocabulary) -> String {
        var chain = ""
        for delivery in world.deliveries {
            let bytes = CopyText.make(BenchBatch(world, delivery, vocabulary), columns: MessageColumn.allCases)
            chain = SHA256.hexadecimal(chain + String(decoding: bytes, as: UTF8.self))
        }
        return chain
    }

    // MARK: - Requests

    private func workloads(_ loads: [BenchLoad], _ world: BenchWorld, _ ours: BenchStore) throws -> [BenchReport.Figure]
    {
        var figures: [BenchReport.Figure] = []
        progress(.doing("WAL of a read flag"))
        let logs = try loads.map { try $0.flagLog(count: min(1000, world.messageCount / 20)) }
        figures.append(
            .init("WAL per read flag", .size, unit: "bytes", ours: logs[0].steady, literal: logs[1].steady))
        figures.append(
            .init(
                "WAL per read flag, after a checkpoint", .size, unit: "bytes", ours: logs[0].afterCheckpoint,
                literal: logs[1].afterCheckpoint))
        for workload in BenchWorkload.all(functions: ours.functions) {
            for clients in options.clients {
                progress(.measuring(workload.name, clients: clients))
                let outcomes = try loads.map { try $0.run(workload, clients: clients, seconds: options.seconds) }
                let values: [(BenchReport.Measure, String, KeyPath<BenchLoad.Outcome, Double>)] = [
                    (.rate, "ops/s", \.rate), (.p50, "ms", \.p50), (.p99, "ms", \.p99),
                ]
                figures += values.map { measure, unit, value in
                    BenchReport.Figure(
                        workload.name, measure, clients: clients, unit: unit, ours: outcomes[0]?[keyPath: value],
                        literal: outcomes[1]?[keyPath: value])
                }
            }
        }
        return figures
    }

    /// How much longer the largest tenant searches when all the others have ten times their mail.
    ///
    /// The same messages are looked for before and after, one client, our layout only; the others grow by new tenants.
    private func growth(
        _ load: BenchLoad, _ world: BenchWorld, _ vocabulary: BenchVocabulary
    ) throws -> [BenchReport.Figure] {
        let searches = BenchWorkload.all(functions: load.store.functions).filter { $0.name.hasPrefix("search") }
        func medians() throws -> [Double?] {
            try searches.map { try load.run($0, clients: 1, seconds: max(1, options.seconds))?.p50 }
        }
        let before = try medians()
        let others = world.messageCount - world.accounts[0].batches * world.batchSize
        let more = BenchWorld(seed: options.seed &+ 1, messages: 9 * others, tenants: world.tenantCount)
        progress(.doing("ten times the mail of the other tenants"))
        _ = try BenchIngest(world: more, vocabulary: vocabulary, store: load.store, progress: progress).run()
        progress(.doing("VACUUM"))
        _ = try Self.settle(load.store)
        return zip(searches, zip(before, try medians())).map { search, times in
            let slower = times.0.flatMap { before in times.1.map { $0 / before } }
            return .init("\(search.name), others x 10", .growth, unit: "times", ours: slower, literal: nil)
        }
    }
}
