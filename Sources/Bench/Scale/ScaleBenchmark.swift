import Core
import Install
package import Postgres
package import Schema

/// Measures our layout at size: many calls in one session, writers at a steady pace, and writers beside maintenance.
///
/// The database is kept for later runs. What a run writes belongs to tenants of its own, which are erased at the end; those of a
/// run that was killed are erased first.
package struct ScaleBenchmark: Sendable {
    /// The database, when none is named.
    package static let defaultDatabase = "emaildb_scale"
    /// Messages and tenants when none are given: the largest mailbox has 264,000.
    package static let messages = 1_200_000
    package static let tenants = 300

    private let settings: ConnectionSettings
    private let source: SchemaSource
    private let options: Benchmark.Options
    private let progress: @Sendable (BenchProgress) -> Void

    /// - Parameter settings: how to connect as a superuser; the database is of no concern.
    package init(
        settings: ConnectionSettings, source: SchemaSource, options: Benchmark.Options,
        progress: @escaping @Sendable (BenchProgress) -> Void = { _ in }
    ) {
        self.settings = settings
        self.source = source
        self.options = options
        self.progress = progress
    }

    /// Fills the database unless it is there, measures, and erases what the measuring brought.
    /// - Throws: ``Failure`` or `PostgresError`; the database stays, and a later run goes on with it.
    package func run() throws -> ScaleReport {
        let world = BenchWorld(seed: options.seed, messages: options.messages, tenants: options.tenants)
        let database = try ScaleDatabase(settings: settings, options: options)
        let store = try database.prepared(world, source: source, progress: progress)
        let largest = world.accounts[0]
        let size = largest.batches * world.batchSize
        // As large as the largest, and gone at the end.
        let leaving = BenchWorld(seed: options.seed &+ 1, messages: size, tenants: 1)
        let writers = BenchWorld(seed: options.seed &+ 2, messages: 60 * 40, tenants: 60)
        try erase([leaving, writers], store)
        for world in [leaving, writers] { _ = try BenchIngest(world: world, store: store, progress: progress).run() }
        progress(.doing("VACUUM"))
        let connection = try Connection(store.settings)
        try connection.query("VACUUM (ANALYZE)")

        // A thousand calls where there is mail for them.
        let calls = ScaleCalls(store: store, calls: min(1000, max(20, size / 100)), progress: progress)
        let load = try BenchLoad(store, world)
        let small = world.accounts.min { $0.batches < $1.batches } ?? largest
        var rows = try calls.read("largest", account: largest.id, rareWords: load.rareWords)
        rows += try calls.read("small", account: small.id, rareWords: nil)
        let new = BenchWorld(seed: options.seed &+ 3, messages: calls.newMessages, tenants: 1)
        rows += try calls.write(leaving.accounts[0], new: new)
        rows += try ScaleLoad(store: store, accounts: writers.accounts, progress: progress).run(
            seconds: options.seconds)
        rows += try ScaleWaits(
            store: store, account: leaving.accounts[0], others: writers.accounts, progress: progress
        ).run(tombstones: size * 100 / 264)
        try erase([writers], store)
        return ScaleReport(
            toolVersion: toolVersion, serverVersion: connection.parameterStatus("server_version") ?? "",
            seed: options.seed, messages: world.messageCount, tenants: world.tenantCount, largestMailbox: size,
            rows: rows)
    }

    private func erase(_ worlds: [BenchWorld], _ store: BenchStore) throws {
        let connection = try Connection(store.settings)
        let present = Set(try connection.names("SELECT DISTINCT tenant_id FROM public.email_accounts"))
        for tenant in Set(worlds.flatMap(\.accounts).map(\.tenant)) where present.contains(tenant) {
            progress(.measuring("erasing the tenant \(tenant)"))
            try ScaleWaits.offboard(tenant, store)
        }
    }
}
