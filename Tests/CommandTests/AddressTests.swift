import Postgres
import TestSupport
import Testing

/// What is typed as an address becomes a connection to PostgreSQL or an error; no part of it becomes a database's name, and no
/// password is shown.
@Suite(.needsServer) struct AddressTests {
    private static let secret = "s3cretWord"

    private func databases(_ settings: ConnectionSettings) throws -> Set<String> {
        try Set(Connection(settings).query("SELECT datname FROM pg_database").map { $0.text("datname") })
    }

    @Test(
        "The address of another kind of server is refused by its scheme alone",
        arguments: [
            "mysql://u:\(secret)@h/db", "postgresql+asyncpg://u:\(secret)@h/db",
            "jdbc:postgresql://h/db?user=u&password=\(secret)",
            "POSTGRES://u:\(secret)@h/db", " mysql://u:\(secret)@h/db\n", "u:\(secret)@h://db", "://\(secret)",
        ])
    func anotherSchemeIsRefused(_ address: String) async throws {
        let settings = try await TestServer.shared.connectionSettings()
        var environment = settings.environment
        environment["PGDATABASE"] = nil
        for command in ["init", "status", "verify", "ready"] {
            let byOption = try await CommandRunner.emaildb([command, "-d", address], environment: environment)
            var variables = environment
            variables["DATABASE_URL"] = address
            let byVariable = try await CommandRunner.emaildb([command], environment: variables)
            for result in [byOption, byVariable] {
                #expect(result.status == 64, "\(command): \(result)")
                #expect(!(result.output + result.errors).contains(Self.secret), "\(result)")
                #expect(result.errors.contains("postgresql://USER@HOST:PORT/DATABASE"), "\(result)")
            }
        }
    }

    @Test("Blanks and line ends around an address do not count") func outerBlanksDoNotCount() async throws {
        try await TestDatabase.withEmpty { settings in
            let name = try #require(settings["dbname"])
            var environment = settings.environment
            environment["DATABASE_URL"] = "\n\t \(name) \r\n"
            environment["PGDATABASE"] = nil
            let before = try databases(settings)
            let result = try await CommandRunner.emaildb(["init"], environment: environment)
            #expect(result.status == 0 && result.output.contains("\(name):"), "\(result)")
            let created = try databases(settings).subtracting(before)
            #expect(created.allSatisfy { $0.wholeMatch(of: /test_[0-9_]+[a-z_]*/) != nil }, "\(created)")
        }
    }

    @Test(
        "A name that looks like something else is not created",
        arguments: [
            "user@host", "dbname='a\nb'", "dbname=' a'", "dbname='a '", "dbname='x://y'", "dbname='a\tb'",
            "dbname='a\u{85}b'",
            "postgresql:///name%0A", "postgresql:///na%20me%20",
        ])
    func anOddNameIsNotCreated(_ target: String) async throws {
        let settings = try await TestServer.shared.connectionSettings()
        var environment = settings.environment
        environment["PGDATABASE"] = nil
        let before = try databases(settings)
        for arguments in [["init", "-d", target], ["init", "--plan", "-d", target]] {
            let result = try await CommandRunner.emaildb(arguments, environment: environment)
            #expect(result.status == 64, "\(result)")
            #expect(result.errors.contains("emaildb init -d NAME"), "\(result)")
        }
        let created = try databases(settings).subtracting(before).filter { !$0.hasPrefix("test_") }
        #expect(created.isEmpty)
    }

    @Test(
        "An address in PGDATABASE, which holds a name, goes to no server",
        arguments: [
            "postgresql://keeper:\(secret)@127.0.0.1/db", "host=127.0.0.1 user=keeper password=\(secret)",
            "user=keeper password='\(secret)", "keeper:\(secret)@127.0.0.1/db",
        ])
    func anAddressInPGDATABASEIsRefused(_ address: String) async throws {
        let settings = try await TestServer.shared.connectionSettings()
        var environment = settings.environment
        environment["PGDATABASE"] = address
        for command in ["init", "status", "verify", "ready"] {
            let result = try await CommandRunner.emaildb([command], environment: environment)
            #expect(result.status == 64 && result.errors.contains("DATABASE_URL"), "\(command): \(result)")
            #expect(!(result.output + result.errors).contains(Self.secret), "\(result)")
        }
    }

    @Test(
        "An unknown keyword is named, unless it may be a piece of the password",
        arguments: [
            ("postgresql://u:\(secret)@127.0.0.1/db?schema=public", "schema"),
            ("host=127.0.0.1 connection_limit=5 password=\(secret)", "connection_limit"),
            ("password=two \(secret)=1", nil), ("postgresql://u:a?\(secret)=1@127.0.0.1/db", nil),
        ] as [(String, String?)])
    func anUnknownKeywordIsNamed(_ address: String, _ keyword: String?) async throws {
        let result = try await CommandRunner.emaildb(["status", "-d", address])
        #expect(result.status == 3, "\(result)")
        #expect(!(result.output + result.errors).contains(Self.secret), "\(result)")
        if let keyword { #expect(result.errors.contains("does not know: \(keyword)"), "\(result)") }
    }
}
