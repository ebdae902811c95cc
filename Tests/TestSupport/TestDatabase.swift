import Glibc
import Install
package import Postgres
import Schema

/// A database that exists for the length of one test.
package enum TestDatabase {
    /// Makes an empty database, runs a body with its settings, and drops it.
    package static func withEmpty<Value>(
        on server: TestServer = .shared, _ body: (ConnectionSettings) async throws -> Value
    ) async throws -> Value {
        let settings = try await server.connectionSettings().database(uniqueName())
        try create(settings)
        return try await dropping(settings, body)
    }

    /// The same with every step of the schema applied.
    ///
    /// Installed each time: a copy of an installed database would lack its grants and its roles' settings, which
    /// PostgreSQL keeps outside of it.
    package static func withSchema<Value>(
        on server: TestServer = .shared, _ body: (ConnectionSettings) async throws -> Value
    ) async throws -> Value {
        let settings = try await server.connectionSettings().database(uniqueName())
        _ = try Installer(settings: settings, database: settings["dbname"] ?? "", source: .embedded()).run()
        return try await dropping(settings, body)
    }

    /// A name that no other test uses.
    package static func uniqueName() -> String { "test_\(getpid())_\(UInt64.random(in: 0...UInt64.max))" }

    private static func dropping<Value>(
        _ settings: ConnectionSettings, _ body: (ConnectionSettings) async throws -> Value
    ) async throws -> Value {
        let result: Result<Value, any Error>
        do { result = .success(try await body(settings)) } catch { result = .failure(error) }
        let connection = try Connection(settings.database("postgres"))
        try connection.query("DROP DATABASE IF EXISTS \(settings["dbname"] ?? "") WITH (FORCE)")
        return try result.get()
    }

    private static func create(_ settings: ConnectionSettings) throws {
        let connection = try Connection(settings.database("postgres"))
        for attempt in 1... {
            do {
                try connection.query("CREATE DATABASE \(settings["dbname"] ?? "") TEMPLATE template0 ENCODING 'UTF8'")
                return
            } catch let error as PostgresError where error.sqlState == .objectInUse && attempt < 200 {
                usleep(50_000)
            }
        }
    }
}

extension ConnectionSettings {
    /// The same server and database as another role.
    package func user(_ name: String, password: String? = nil) -> ConnectionSettings {
        var settings = self
        settings["user"] = name
        settings["password"] = password
        if password == nil { settings["passfile"] = "/dev/null" }
        return settings
    }

    /// The same server and role in another database.
    package func database(_ name: String) -> ConnectionSettings {
        var settings = self
        settings["dbname"] = name
        return settings
    }

    /// The settings as the environment of a libpq program.
    package var environment: [String: String] {
        let names = [
            "host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "dbname": "PGDATABASE", "password": "PGPASSWORD",
            "passfile": "PGPASSFILE",
        ]
        var environment: [String: String] = [:]
        for (keyword, value) in parameters { if let name = names[keyword] { environment[name] = value } }
        return environment
    }
}
