import EmailDatabase
import Glibc
public import Postgres

/// A database that exists for the length of one test.
public enum TestDatabase {
    /// Makes an empty database on the shared server, runs a body with its settings, and drops it.
    public static func withEmpty<Value>(
        on server: TestServer = .shared, _ body: (ConnectionSettings) async throws -> Value
    ) async throws -> Value {
        try await with(template: "template0", on: server, body)
    }

    /// The same with every step of the schema applied, as a copy of a database that is installed once.
    public static func withSchema<Value>(
        _ body: (ConnectionSettings) async throws -> Value
    ) async throws -> Value {
        try await Template.shared.prepare()
        return try await with(template: Template.name, on: .shared, body)
    }

    /// A name that no other test uses.
    public static func uniqueName() -> String { "test_\(getpid())_\(UInt64.random(in: 0...UInt64.max))" }

    private static func with<Value>(
        template: String, on server: TestServer, _ body: (ConnectionSettings) async throws -> Value
    ) async throws -> Value {
        var settings = try await server.connectionSettings()
        let name = uniqueName()
        try create(name, template: template, settings)
        settings["dbname"] = name
        let result: Result<Value, any Error>
        do { result = .success(try await body(settings)) } catch { result = .failure(error) }
        var maintenance = settings
        maintenance["dbname"] = "postgres"
        try? drop(name, maintenance)
        return try result.get()
    }

    private static func create(_ name: String, template: String, _ settings: ConnectionSettings) throws {
        let connection = try Connection(settings)
        for attempt in 1... {
            do {
                try connection.query("CREATE DATABASE \(name) TEMPLATE \(template) ENCODING 'UTF8'")
                return
            } catch let error as PostgresError where error.sqlState == .objectInUse && attempt < 200 {
                usleep(50_000)
            }
        }
    }

    private static func drop(_ name: String, _ settings: ConnectionSettings) throws {
        let connection = try Connection(settings)
        try connection.query("DROP DATABASE IF EXISTS \(name) WITH (FORCE)")
    }

    /// The installed database that others are copied from.
    private actor Template {
        static let shared = Template()
        static let name = "emaildb_template"
        private var prepared: Task<Void, any Error>?

        func prepare() async throws {
            if let prepared { return try await prepared.value }
            let task = Task {
                let settings = try await TestServer.shared.connectionSettings()
                let installer = Installer(settings: settings, database: Self.name, source: .embedded())
                _ = try installer.run()
            }
            prepared = task
            try await task.value
        }
    }
}

extension ConnectionSettings {
    /// The same server and database as another role.
    public func user(_ name: String, password: String? = nil) -> ConnectionSettings {
        var settings = self
        settings["user"] = name
        settings["password"] = password
        if password == nil { settings["passfile"] = "/dev/null" }
        return settings
    }

    /// The same server and role in another database.
    public func database(_ name: String) -> ConnectionSettings {
        var settings = self
        settings["dbname"] = name
        return settings
    }

    /// The settings as the environment of a libpq program.
    public var environment: [String: String] {
        let names = [
            "host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "dbname": "PGDATABASE", "password": "PGPASSWORD",
            "passfile": "PGPASSFILE",
        ]
        var environment: [String: String] = [:]
        for (keyword, value) in parameters { if let name = names[keyword] { environment[name] = value } }
        return environment
    }
}
