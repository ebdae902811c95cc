import Core
import Install
import Postgres

/// The scratch databases of a run: made, emptied of surprises, and dropped.
struct BenchDatabases: Sendable {
    /// How a superuser connects to our layout.
    let ours: ConnectionSettings
    /// How a superuser connects to the documented layout.
    let documented: ConnectionSettings
    /// The database of our layout.
    let name: String
    var documentedName: String { name + "_documented" }
    private let maintenance: ConnectionSettings
    /// Whether our database was there before, empty, and so is not dropped.
    private let wasThere: Bool
    private let keepsAll: Bool

    /// Refuses what could destroy data; writes nothing.
    /// - Parameters:
    ///   - name: the database to use; nil for ``Benchmark/defaultDatabase``, which must be absent.
    ///   - keep: whether nothing is dropped.
    init(settings: ConnectionSettings, name given: String?, keep: Bool) throws {
        name = given ?? Benchmark.defaultDatabase
        keepsAll = keep
        ours = settings.database(name)
        documented = settings.database(name + "_documented")
        maintenance = settings.database(DatabaseCreation.maintenanceDatabase)
        let connection = try Connection(maintenance)
        // Others may have put functions and operators into schema public.
        try Session.pin(connection)
        try Self.requireSuperuser(connection)
        let taken = try connection.query(
            "SELECT datname FROM pg_database WHERE datname IN ($1, $2)", [name, name + "_documented"]
        ).compactMap { $0[0] }
        for other in taken where other != given {
            throw Failure.refused(
                "a database \(other) exists",
                fix: "If it is left over from an earlier run: DROP DATABASE \(SQL.identifier(other));"
                    + " -- or use another name with --database")
        }
        wasThere = !taken.isEmpty
        guard wasThere else { return }
        let target = try Connection(ours)
        try Session.pin(target)
        let tables = try target.query(
            "SELECT FROM pg_class WHERE oid >= 16384 AND relkind IN ('r', 'p', 'v', 'm', 'S') LIMIT 1")
        guard tables.isEmpty else {
            throw Failure.refused(
                "the database \(name) is not empty", fix: "Name an empty or absent one with --database.")
        }
    }

    static func requireSuperuser(_ connection: borrowing Connection) throws {
        let isSuperuser = try connection.query("SELECT rolsuper AS s FROM pg_roles WHERE rolname = current_user")
        guard isSuperuser.first?.flag("s") == true else {
            throw Failure.refused(
                "\(connection.user) is not a superuser, so it cannot act as the application with its row security",
                fix: "Name one with --username, or start a private server: emaildb dev start")
        }
    }

    func createDocumented() throws {
        let connection = try Connection(maintenance)
        try connection.query(DatabaseCreation.statement(documentedName, serverVersion: connection.serverVersion))
        try Connection(documented).script(SQLFile("documented_layout").text)
    }

    /// Drops the databases that this run made.
    ///
    /// The roles stay: they belong to the server, and another database may be using them for the first time.
    /// - Returns: what became of the databases.
    @discardableResult
    func drop() throws -> String {
        if keepsAll { return "the databases stay" }
        let connection = try Connection(maintenance)
        for database in [documentedName] + (wasThere ? [] : [name]) {
            try connection.query("DROP DATABASE IF EXISTS \(SQL.identifier(database)) WITH (FORCE)")
        }
        return wasThere
            ? "the scratch database \(documentedName) is dropped; \(name) stays, with what was loaded"
            : "the scratch databases are dropped"
    }
}

extension ConnectionSettings {
    func database(_ name: String) -> ConnectionSettings {
        var settings = self
        settings["dbname"] = name
        return settings
    }
}
