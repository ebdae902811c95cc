import Core
import FoundationEssentials
import Postgres
import Server
import TestSupport
import Testing

/// What stands in the way is said before anything is written, all at once, with the command that fixes it.
@Suite(.needsServer) struct PreflightTests {
    @Test func aStandbyIsRefused() async throws {
        let server = TestServer()
        try await server.becomeStandby()
        let failure = try refusal(await server.connectionSettings())
        #expect(failure.status == .refused)
        #expect(failure.said.contains("the server is a standby"))
        #expect(failure.said.contains("pg_promote"))
        try await server.stop()
    }

    @Test func aReadOnlyDefaultIsRefused() async throws {
        try await TestDatabase.withEmpty { settings in
            let name = try #require(settings["dbname"])
            try Connection(settings).query("ALTER DATABASE \(name) SET default_transaction_read_only = on")
            let failure = try refusal(settings)
            #expect(failure.status == .refused)
            #expect(failure.said.contains("transactions are read-only by default"))
            #expect(failure.said.contains("ALTER DATABASE \(name) RESET default_transaction_read_only;"))
            try Self.expectNothingWritten(settings)
        }
    }

    @Test func aRoleThatMayNotReadTheLedgerIsRefused() async throws {
        try await TestDatabase.withSchema { settings in
            let superuser = try Connection(settings)
            try TestRole.with(password: "right", enters: true, superuser) { role in
                let failure = try refusal(settings.user(role, password: "right"))
                #expect(failure.status == .refused, "\(failure)")
                #expect(failure.said.contains("\"\(role)\" may not read emaildb.ledger"), "\(failure)")
                #expect(failure.said.contains("GRANT email_owner TO \"\(role)\";"))
            }
        }
    }

    @Test func aFunctionThatAnExtensionHasIsNamed() async throws {
        try await TestDatabase.withEmpty { settings in
            try Connection(settings).query(
                "CREATE FUNCTION public.similarity(text, text) RETURNS real LANGUAGE sql RETURN 0")
            let failure = try refusal(settings)
            #expect(failure.status == .refused)
            #expect(failure.said.contains("the extension pg_trgm cannot be created in schema public"), "\(failure)")
        }
    }

    @Test func postgreSQL14IsRefused() async throws {
        let server = TestServer(binaries: ".emaildb/postgresql/14")
        let settings = try await server.connectionSettings()
        let failure = try refusal(settings)
        #expect(failure.status == .refused)
        #expect(failure.said.contains("the server is PostgreSQL 14; emaildb needs 15 or newer"))
        #expect(failure.said.contains("apt-get install postgresql-16"))
        try await server.stop()
    }

    @Test("Extensions that are missing or broken are named together") func brokenExtensions() async throws {
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
        let settings = try await server.connectionSettings().database("email_service")
        let failure = try refusal(settings)
        #expect(failure.status == .refused)
        #expect(failure.said.contains("the extension pg_trgm is not installed on the server"), "\(failure)")
        #expect(failure.said.contains("the extension pgcrypto is there but its library cannot be loaded"))
        let major = try Connection(settings.database("postgres")).serverVersion / 10_000
        #expect(failure.said.contains("apt-get install postgresql-\(major) "), "\(failure)")
        let databases = try Connection(settings.database("postgres")).query(
            "SELECT FROM pg_database WHERE datname = 'email_service'")
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
            let failure = try refusal(weak)
            #expect(failure.status == .refused)
            for words in [
                "may not create the roles", "ALTER ROLE \"\(role)\" CREATEROLE;", "may not create schemas",
                "GRANT CREATE ON DATABASE", "does not own the database", "OWNER TO \"\(role)\"",
            ] {
                #expect(failure.said.contains(words), "\(words) is missing in \(failure)")
            }
            try Self.expectNothingWritten(settings)
            let absent = try refusal(weak.database(TestDatabase.uniqueName()))
            #expect(absent.said.contains("ALTER ROLE \"\(role)\" CREATEDB;"))
        }
    }

    @Test func theApplicationsOwnRoleCannotInstall() async throws {
        try await TestDatabase.withSchema { settings in
            let connection = try Connection(settings)
            try connection.query("ALTER ROLE email_pooler PASSWORD 'pooler'")
            let pooler = settings.user("email_pooler", password: "pooler")
            let failure = try refusal(pooler.database(TestDatabase.uniqueName()))
            #expect(failure.status == .refused)
            #expect(failure.said.contains("init is connected as email_pooler"), "\(failure)")
        }
    }

    @Test func aDatabaseInAnotherEncodingIsRefused() async throws {
        let settings = try await TestServer.shared.connectionSettings()
        let name = TestDatabase.uniqueName()
        let connection = try Connection(settings)
        try connection.query("CREATE DATABASE \(name) TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'")
        let failure = try refusal(settings.database(name))
        try connection.query("DROP DATABASE \(name)")
        #expect(failure.status == .refused)
        #expect(failure.said.contains("encoded as SQL_ASCII; mail needs UTF8"))
    }

    @Test(arguments: ["transaction", "statement", "session"])
    func aPoolerIsRefused(_ mode: String) async throws {
        try await TestDatabase.withEmpty { settings in
            let failure = try await PgBouncer.with(settings, mode: mode) { try refusal($0) }
            #expect(failure.status == .refused)
            #expect(failure.said.contains("goes through a pooler"), "\(failure)")
            #expect(failure.said.contains("emaildb init --host SERVER"))
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
