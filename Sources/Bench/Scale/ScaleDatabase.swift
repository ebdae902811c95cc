import Core
import Install
import Postgres
import Schema

/// The database of the runs at size: filled once, kept, and used again.
struct ScaleDatabase: Sendable {
    let settings: ConnectionSettings
    private let name: String
    private let maintenance: ConnectionSettings
    /// The comment on a database that is filled, and with what.
    private let mark: String
    private let isFilled: Bool

    /// Refuses what it did not fill itself; writes nothing.
    init(settings: ConnectionSettings, options: Benchmark.Options) throws {
        name = options.database ?? ScaleBenchmark.defaultDatabase
        self.settings = settings.database(name)
        maintenance = settings.database(DatabaseCreation.maintenanceDatabase)
        mark = "emaildb bench --scale: \(options.messages) messages of \(options.tenants) tenants, seed \(options.seed)"
        let connection = try Connection(maintenance)
        try Session.pin(connection)
        try BenchDatabases.requireSuperuser(connection)
        let found = try connection.query(
            "SELECT shobj_description(oid, 'pg_database') AS mark FROM pg_database WHERE datname = $1", [name]
        ).first
        isFilled = found != nil && found?["mark"] == mark
        guard let found, !isFilled else { return }
        throw Failure.refused(
            "the database \(SQL.identifier(name)) holds something else than \(mark.dropFirst("emaildb bench --scale: ".count))",
            fix: found["mark"]?.hasPrefix("emaildb bench --scale") == true
                ? "DROP DATABASE \(SQL.identifier(name));   -- or name another one with --database"
                : "Name another one with --database; what this one holds is not of emaildb bench.")
    }

    /// The database with its mail, brought to this program's version.
    func prepared(
        _ world: BenchWorld, source: SchemaSource, progress: @escaping @Sendable (BenchProgress) -> Void
    ) throws -> BenchStore {
        let connection = try Connection(maintenance)
        try Session.pin(connection)
        if !isFilled {
            progress(.doing("creating \(name), which stays"))
            try connection.query(DatabaseCreation.statement(name, serverVersion: connection.serverVersion))
            // Tells a later run, after this one was killed, that it may say DROP DATABASE.
            try comment("emaildb bench --scale: not filled yet", connection)
        }
        _ = try Installer(settings: settings, database: name, source: source).run()
        let store = try BenchStore(.ours, settings)
        if !isFilled {
            _ = try BenchIngest(world: world, store: store, progress: progress).run()
            try comment(mark, connection)
        }
        return store
    }

    private func comment(_ text: String, _ connection: borrowing Connection) throws {
        try connection.query("COMMENT ON DATABASE \(SQL.identifier(name)) IS \(SQL.literal(text))")
    }
}
