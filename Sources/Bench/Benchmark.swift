import Core
import Install
package import Postgres
package import Schema

/// Measures our layout beside the documented one, with the same messages and the same requests.
///
/// Both live in scratch databases of their own, filled and read as the application's role, under row security.
package struct Benchmark: Sendable {
    package struct Options: Sendable {
        package var messages = 200_000
        package var tenants = 50
        /// How long each workload runs with each number of clients.
        package var seconds = 2.0
        package var clients = [1, 4, 16]
        /// The number that makes the same messages again.
        package var seed: UInt64 = 1
        /// The database to use, absent or empty; nil for `emaildb_bench`, which must be absent.
        package var database: String?
        /// Whether to measure search again when the other tenants have ten times their mail; takes a while.
        package var measuresGrowth = false
        /// Whether the scratch databases stay.
        package var keepsDatabases = false

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
        settings: ConnectionSettings, source: SchemaSource, options: Options,
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
            settings: settings, name: options.database, keep: options.keepsDatabases)
        let report: BenchReport
        do {
            report = try measure(databases)
        } catch {
            let left = try? Interruption.finishing { try databases.drop() }
            guard let signal = Interruption.signal else { throw error }
            throw Failure.interrupted(by: signal, left ?? "the scratch databases are left over")
        }
        try Interruption.finishing { _ = try databases.drop() }
        return report
    }

    private func measure(_ databases: BenchDatabases) throws -> BenchReport {
        progress(.doing("creating \(databases.name)"))
        _ = try Installer(settings: databases.ours, database: databases.name, source: source).run()
        progress(.doing("creating \(databases.documentedName)"))
        try databases.createDocumented()
        let stores = [try BenchStore(.ours, databases.ours), try BenchStore(.documented, databases.documented)]
        let world = BenchWorld(seed: options.seed, messages: options.messages, tenants: options.tenants)

        var figures = try load(world, stores)
        for store in stores { try Self.requireRowSecurity(store, world) }
        let relations = try relations(stores, world)
        let loads = try stores.map { try BenchLoad($0, world) }
        figures += try logs(loads, world)
        for workload in BenchWorkload.all { figures += try measure(workload, loads) }
        if options.measuresGrowth { figures += try growth(loads[0], world) }

        let share = world.accounts[0].batches * 100
        progress(.doing("where the time of an insert goes"))
        let parts = try BenchInsert(connection: try Connection(databases.ours), tenant: world.largestTenant).run()
        let connection = try Connection(databases.ours)
        return BenchReport(
            toolVersion: toolVersion, serverVersion: connection.parameterStatus("server_version") ?? "",
            seed: options.seed, messages: world.messageCount, tenants: world.tenantCount,
            largestTenantShare: Double(share) / Double(world.deliveries.count), batchSize: world.batchSize,
            checksum: world.checksum, rowsWithoutTenant: 0, figures: figures,
            relations: relations, insertParts: parts)
    }

    /// A figure whose value for the layout of this index, 0 ours or 1 documented, a closure says.
    private func figure(
        _ name: String, _ measure: BenchReport.Measure = .rate, clients: Int = 1, unit: String = "rows/s",
        _ value: (Int) -> Double?
    ) -> BenchReport.Figure {
        .init(name, measure, clients: clients, unit: unit, ours: value(0), documented: value(1))
    }

    // MARK: - Loading

    private func load(_ world: BenchWorld, _ stores: [BenchStore]) throws -> [BenchReport.Figure] {
        let ingests = stores.map { BenchIngest(world: world, store: $0, progress: progress) }
        let loads = try ingests.map { try $0.run() }
        progress(.doing("COPY without indexes"))
        let copy = try ingests[1].copyRate(limit: 50_000)
        progress(.doing("VACUUM"))
        let sizes = try stores.map(Self.settle)
        let hasFunction = stores[0].ingestFunction != nil
        return [
            figure("ingest") { loads[$0].rate(.single) },
            figure("ingest", clients: 4) { loads[$0].rate(.four) },
            figure("ingest, email_ingest") { layout in
                layout == 1 ? loads[1].rate(.single) : hasFunction ? loads[0].rate(.function) : nil
            },
            figure("ingest, attachments") { loads[$0].rate(.attachments) },
            figure("unindexed COPY") { _ in copy },
            figure("ingest, share of an unindexed COPY", unit: "%") { loads[$0].rate(.single).map { $0 / copy * 100 } },
            figure("WAL per message", .size, unit: "bytes") { loads[$0].walBytesPerMessage },
            figure("index per message", .size, unit: "bytes") { sizes[$0].index / Double(world.messageCount) },
            figure("table per message", .size, unit: "bytes") { sizes[$0].table / Double(world.messageCount) },
        ]
    }

    /// Does what autovacuum would have done a while later, and measures the tables of messages and of their search.
    /// - Returns: bytes.
    @discardableResult
    private static func settle(_ store: BenchStore) throws -> (index: Double, table: Double) {
        let connection = try Connection(store.settings)
        let ordinary = "FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
        let tables = try connection.names("SELECT format('%I', relname) \(ordinary)")
        try connection.query("VACUUM (ANALYZE) " + tables.joined(separator: ", "))
        func size(_ function: String) throws -> Double {
            Double(
                try connection.number(
                    "SELECT sum(\(function)(oid))::bigint \(ordinary) AND relname LIKE 'email\\_message%'"))
        }
        return (try size("pg_indexes_size"), try size("pg_table_size"))
    }

    /// Space for each message, by table and index.
    private func relations(_ stores: [BenchStore], _ world: BenchWorld) throws -> [BenchReport.Relation] {
        let sizes = try stores.map { store in
            try Connection(store.settings).query(SQLFile("bench_sizes")).map { row in
                (row.text("name"), row.text("parent"), row.text("kind"), Double(row.integer("bytes") ?? 0))
            }
        }
        let documented = Dictionary(uniqueKeysWithValues: sizes[1].map { ($0.0, $0.3) })
        let count = Double(world.messageCount)
        let names = Set(sizes[0].map(\.0))
        return sizes[0].map { name, table, kind, bytes in
            .init(
                name: name, table: table, kind: kind, ours: bytes / count,
                documented: documented[name].map { $0 / count })
        }
            + sizes[1].filter { !names.contains($0.0) }.map { name, table, kind, bytes in
                .init(name: name, table: table, kind: kind, ours: nil, documented: bytes / count)
            }
    }

    /// Makes sure that what follows is measured under row security: nothing without a tenant, and of a tenant all and
    /// only its own.
    private static func requireRowSecurity(_ store: BenchStore, _ world: BenchWorld) throws {
        let connection = try store.connect()
        func count() throws -> Int { try connection.number("SELECT count(*) FROM email_messages") }
        var rows = 0
        do {
            rows = try count()
        } catch let error as PostgresError where store.layout == .documented && error.kind == .server {
            // The document's policy raises where ours finds nothing.
        }
        let own = try store.transaction(connection, tenant: world.largestTenant) { try count() }
        let expected = world.accounts[0].batches * world.batchSize
        guard rows == 0, own == expected else {
            throw Failure.refused(
                "row security is not in force in the \(store.layout.rawValue) layout: the application sees"
                    + " \(rows) messages without a tenant, and \(own) instead of \(expected) with one",
                fix: "Nothing measured here would be true. Run: emaildb verify --only security")
        }
    }

    // MARK: - Requests

    private func logs(_ loads: [BenchLoad], _ world: BenchWorld) throws -> [BenchReport.Figure] {
        progress(.doing("WAL of a read flag"))
        let logs = try loads.map { try $0.flagLog(count: min(1000, world.messageCount / 20)) }
        return [
            figure("WAL per read flag", .size, unit: "bytes") { logs[$0].steady },
            figure("WAL per read flag, after a checkpoint", .size, unit: "bytes") { logs[$0].afterCheckpoint },
        ]
    }

    private func measure(_ workload: BenchWorkload, _ loads: [BenchLoad]) throws -> [BenchReport.Figure] {
        try options.clients.flatMap { clients in
            progress(.measuring("\(workload.name), \(clients) clients"))
            let outcomes = try loads.map { try $0.run(workload, clients: clients, seconds: options.seconds) }
            return [(BenchReport.Measure.rate, "ops/s"), (.p50, "ms"), (.p99, "ms")].map { measure, unit in
                figure(workload.name, measure, clients: clients, unit: unit) { outcomes[$0]?[measure] }
            }
        }
    }

    /// How much longer the largest tenant searches when all the others have ten times their mail.
    ///
    /// The same messages are looked for before and after, one client, our layout only; the others grow by new tenants.
    private func growth(_ load: BenchLoad, _ world: BenchWorld) throws -> [BenchReport.Figure] {
        let searches = BenchWorkload.all.filter { $0.name.hasPrefix("search, ") }
        func medians() throws -> [Double?] {
            try searches.map { try load.run($0, clients: 1, seconds: max(1, options.seconds))?[.p50] }
        }
        let before = try medians()
        let others = world.messageCount - world.accounts[0].batches * world.batchSize
        let more = BenchWorld(seed: options.seed &+ 1, messages: 9 * others, tenants: world.tenantCount)
        progress(.doing("ten times the mail of the other tenants"))
        _ = try BenchIngest(world: more, store: load.store, progress: progress).run()
        progress(.doing("VACUUM"))
        try Self.settle(load.store)
        let after = try medians()
        return searches.indices.map { index in
            let slower = after[index].flatMap { after in before[index].map { after / $0 } }
            return figure("\(searches[index].name), others x 10", .growth, unit: "times") { $0 == 0 ? slower : nil }
        }
    }
}
