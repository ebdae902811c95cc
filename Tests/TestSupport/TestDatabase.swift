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
    package static func withSchema<Value>(
        on server: TestServer = .shared, _ body: (ConnectionSettings) async throws -> Value
    ) async throws -> Value {
        let settings = try await server.installed(uniqueName())
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
            } catch {
                guard error.sqlState == .objectInUse, attempt < 200 else { throw error }
                usleep(50_000)
            }
        }
    }
}

extension TestServer {
    /// A database of this server with every step of the schema applied.
    ///
    /// Installed each time: a copy of an installed database would lack its grants and its roles' settings, which
    /// PostgreSQL keeps outside of it.
    /// - Parameter passwords: by role; roles belong to the cluster, so not on ``shared``.
    package nonisolated func installed(
        _ database: String = "email_service", passwords: [String: String] = [:]
    ) async throws -> ConnectionSettings {
        let settings = try await connectionSettings().database(database)
        var installer = Installer(settings: settings, database: database, source: .embedded())
        installer.passwords = passwords.map { RolePassword(role: $0.key, password: $0.value) }
        _ = try installer.run()
        return settings
    }
}

extension String {
    /// The text with another in place of each occurrence of a third, scalar by scalar.
    ///
    /// `replacing` compares characters, and takes a quote with a combining mark after it for one that is no quote.
    package func replacingScalars(_ old: String, with new: String) -> String {
        String(unicodeScalars.replacing(old.unicodeScalars, with: new.unicodeScalars))
    }

    /// Whether the bytes of a text are in this one, whatever characters they are part of.
    package func holds(_ text: String) -> Bool { utf8.firstRange(of: text.utf8) != nil }
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
            "passfile": "PGPASSFILE", "options": "PGOPTIONS",
        ]
        var environment: [String: String] = [:]
        for (keyword, value) in parameters { if let name = names[keyword] { environment[name] = value } }
        return environment
    }
}
