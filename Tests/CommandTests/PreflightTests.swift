import FoundationEssentials
import Postgres
import Server
import TestSupport
import Testing

/// What stands in the way is said before anything is written, all at once, with the command that fixes it: status 4.
@Suite(.needsServer) struct PreflightTests {
    @Test func aStandbyIsRefused() async throws {
        let server = TestServer()
        try await server.becomeStandby()
        let result = try await CommandRunner.emaildb(
            ["init"], environment: try await server.connectionSettings().environment)
        #expect(result.status == 4)
        #expect(result.errors.contains("the server is a standby"))
        #expect(result.errors.contains("pg_promote"))
        try await server.stop()
    }

    @Test func aReadOnlyDefaultIsRefused() async throws {
        try await TestDatabase.withEmpty { settings in
            let name = try #require(settings["dbname"])
            try Connection(settings).query("ALTER DATABASE \(name) SET default_transaction_read_only = on")
            let result = try await CommandRunner.emaildb(["init"], environment: settings.environment)
            #expect(result.status == 4)
            #expect(result.errors.contains("transactions are read-only by default"))
            #expect(result.errors.contains("ALTER SYSTEM RESET default_transaction_read_only"))
            try Self.expectNothingWritten(settings)
        }
    }

    @Test func postgreSQL14IsRefused() async throws {
        let server = TestServer(binaries: ".emaildb/postgresql/14")
        let settings = try await server.connectionSettings()
        let result = try await CommandRunner.emaildb(["init"], environment: settings.environment)
        #expect(result.status == 4)
        #expect(result.errors.contains("the server is PostgreSQL 14; emaildb needs 15 or newer"))
        #expect(result.errors.contains("apt-get install postgresql-16"))
        try await server.stop()
    }

    @Test func extensionsThatAreMissingOrBrokenAreNamedTogether() async throws {
        let binaries = try ServerBinaries.find(nil, state: ".emaildb").directory
        let folder = try TemporaryFolder()
        let copied = try await CommandRunner.run("cp", ["-rL", binaries, folder.path + "/server"])
        try #require(copied.status == 0)
        let share = try #require(
            ["share/extension", "share/postgresql/extension"].first {
                FileManager.default.fileExists(atPath: "\(folder.path)/server/\($0)/pg_trgm.control")
            })
        try folder.remove("server/\(share)/pg_trgm.control")
        let library = try #require(
            ["lib/pgcrypto.so", "lib/postgresql/pgcrypto.so"].first {
                FileManager.default.fileExists(atPath: "\(folder.path)/server/\($0)")
            })
        try folder.remove("server/" + library)
        let server = TestServer(binaries: folder.path + "/server")
        let settings = try await server.connectionSettings()
        let result = try await CommandRunner.emaildb(["init"], environment: settings.environment)
        #expect(result.status == 4)
        #expect(result.errors.contains("the extension pg_trgm is not installed on the server"), "\(result.errors)")
        #expect(result.errors.contains("the extension pgcrypto is there but its library cannot be loaded"))
        #expect(result.errors.contains("apt-get install postgresql-"))
        let databases = try Connection(settings).query("SELECT FROM pg_database WHERE datname = 'email_service'")
        #expect(databases.isEmpty, "not even the database was created")
        try await server.stop()
    }

    @Test func everyMissingPrivilegeIsListedWithItsGrant() async throws {
        try await TestDatabase.withEmpty { settings in
            let role = try #require(settings["dbname"]) + "_weak"
            let superuser = try Connection(settings)
            try superuser.script("CREATE ROLE \(role) LOGIN PASSWORD 'weak'")
            defer { _ = try? superuser.query("DROP ROLE \(role)") }
            let weak = settings.user(role, password: "weak")
            let result = try await CommandRunner.emaildb(["init"], environment: weak.environment)
            #expect(result.status == 4)
            for words in [
                "may not create the roles", "ALTER ROLE \"\(role)\" CREATEROLE;", "may not create schemas",
                "GRANT CREATE ON DATABASE", "does not own the database", "OWNER TO \"\(role)\"",
            ] {
                #expect(result.errors.contains(words), "\(words) is missing in \(result.errors)")
            }
            try Self.expectNothingWritten(settings)
            let absent = try await CommandRunner.emaildb(
                ["init", "-d", TestDatabase.uniqueName()], environment: weak.environment)
            #expect(absent.status == 4)
            #expect(absent.errors.contains("ALTER ROLE \"\(role)\" CREATEDB;"))
        }
    }

    @Test func theApplicationsOwnRoleCannotInstall() async throws {
        try await TestDatabase.withSchema { settings in
            let connection = try Connection(settings)
            try connection.query("ALTER ROLE email_pooler PASSWORD 'pooler'")
            let result = try await CommandRunner.emaildb(
                ["init", "-d", TestDatabase.uniqueName()],
                environment: settings.user("email_pooler", password: "pooler").environment)
            #expect(result.status == 4)
            #expect(result.errors.contains("init is connected as email_pooler"), "\(result.errors)")
        }
    }

    @Test func aDatabaseInAnotherEncodingIsRefused() async throws {
        let settings = try await TestServer.shared.connectionSettings()
        let name = TestDatabase.uniqueName()
        let connection = try Connection(settings)
        try connection.query("CREATE DATABASE \(name) TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'")
        let result = try await CommandRunner.emaildb(["init"], environment: settings.database(name).environment)
        try connection.query("DROP DATABASE \(name)")
        #expect(result.status == 4)
        #expect(result.errors.contains("encoded as SQL_ASCII; mail needs UTF8"))
    }

    @Test(arguments: ["transaction", "statement", "session"])
    func aPoolerIsRefused(_ mode: String) async throws {
        try await TestDatabase.withEmpty { settings in
            let result = try await PgBouncer.with(settings, mode: mode) { pooled in
                try await CommandRunner.emaildb(["init"], environment: pooled.environment)
            }
            #expect(result.status == 4, "\(result)")
            #expect(result.errors.contains("goes through a pooler"), "\(result.errors)")
            #expect(result.errors.contains("emaildb init --host SERVER"))
            try Self.expectNothingWritten(settings)
        }
    }

    private static func expectNothingWritten(_ settings: ConnectionSettings) throws {
        let connection = try Connection(settings)
        let schemas = try connection.query(
            "SELECT FROM pg_namespace WHERE nspname = 'emaildb' UNION ALL SELECT FROM pg_class WHERE relname LIKE 'email%'"
        )
        #expect(schemas.isEmpty)
    }
}
