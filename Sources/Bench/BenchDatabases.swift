import Core
import Install
import Postgres

/// The scratch databases of a run: made, emptied of surprises, and dropped.
struct BenchDatabases: Sendable {
    /// How a superuser connects to the server.
    let settings: ConnectionSettings
    /// The database of our layout.
    let name: String
    /// Whether it was there before, empty, and so is not dropped.
    private let wasThere: Bool
    /// Whether nothing is dropped.
    private let keepsAll: Bool

    /// The database of the documented layout.
    var literalName: String { name + "_documented" }

    /// Refuses what could destroy data; writes nothing.
    init(settings: ConnectionSettings, name: String, mayExist: Bool, keep: Bool) throws {
        self.settings = settings
        self.name = name
        let connection = try Connection(Self.database(DatabaseCreation.maintenanceDatabase, settings))
        let isSuperuser = try connection.query("SELECT rolsuper AS s FROM pg_roles WHERE rolname = current_user")
        guard isSuperuser.first?.flag("s") == true else {
            throw Failure.refused(
                "\(connection.user) is not a superuser, so it cannot act as the application with its row security",
                fix: "Name one with --username, or start a private server: emaildb dev start")
        }
        let taken = try connection.query(
            "SELECT datname FROM pg_database WHERE datname IN ($1, $2)", [name, name + "_documented"]
        ).compactMap { $0[0] }
        for other in taken where other != name || !mayExist {
            throw Failure.refused(
                "a database \(other) exists",
                fix: "If it is left over from an earlier run: DROP DATABASE \(SQL.identifier(other));"
                    + " -- or use another name with --database")
        }
        if taken.contains(name) {
            let tables = try Connection(Self.database(name, settings)).query(
                "SELECT FROM pg_class WHERE oid >= 16384 AND relkind IN ('r', 'p', 'v', 'm', 'S') LIMIT 1")
            guard tables.isEmpty else {
                throw Failure.refused(
                    "the database \(name) is not empty", fix: "Name an empty or absent one with --database."
                )
            }
        }
        wasThere = taken.contains(name)
        keepsAll = keep
    }

    /// How to connect to our layout.
    var ours: ConnectionSettings { Self.database(name, settings) }
    /// How to connect to the documented layout.
    var literal: ConnectionSettings { Self.database(literalName, settings) }

    /// Makes the documented layout.
    func createLiteral() throws {
        let maintenance = try Connection(Self.database(DatabaseCreation.maintenanceDatabase, settings))
        try maintenance.query(DatabaseCreation.statement(literalName))
        try Connection(literal).script(SQLFile("literal_layout").text)
    }

    /// Drops the databases that this run made.
    ///
    /// The roles stay: they belong to the server, and another database may be using them for the first time.
    func drop() throws {
        if keepsAll { return }
        let connection = try Connection(Self.database(DatabaseCreation.maintenanceDatabase, settings))
        try connection.query("DROP DATABASE IF EXISTS \(SQL.identifier(literalName)) WITH (FORCE)")
        if wasThere { return }
        try connection.query("DROP DATABASE IF EXISTS \(SQL.identifier(name)) WITH (FORCE)")
    }

    private static func database(_ name: String, _ settings: ConnectionSettings) -> ConnectionSettings {
        var settings = settings
        settings["dbname"] = name
        return settings
    }
}
