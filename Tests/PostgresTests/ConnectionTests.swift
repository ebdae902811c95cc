import Glibc
import Postgres
import TestSupport
import Testing

@Suite(.needsServer) struct ConnectionTests {
    // MARK: - Refusals

    @Test func aMissingDatabaseIsNamedByItsCode() async throws {
        let settings = try await TestServer.shared.connectionSettings()
        let error = try failure { try Connection(settings.database("no such database")) }
        expectRefusal(error, .invalidCatalogName)
        #expect(error.message.contains(#"FATAL: database "no such database" does not exist"#))
    }

    @Test func aWrongPasswordIsNamedByItsCode() async throws {
        let settings = try await TestServer.shared.connectionSettings()
        let superuser = try Connection(settings)
        try TestRole.with(password: "right", superuser) { role in
            let right = try Connection(settings.user(role, password: "right")).usedPassword
            #expect(right)
            let error = try failure { try Connection(settings.user(role, password: "Sentinel7wrong")) }
            expectRefusal(error, .invalidPassword)
            #expect(!error.description.contains("Sentinel7"))
            // libpq gives up by itself then, without a SQLSTATE.
            var without = settings.user(role)
            without["passfile"] = "/dev/null"
            let missing = try failure { try Connection(without) }
            #expect(missing.sqlState == .invalidPassword, "\(missing)")
        }
    }

    @Test func aRoleThatMayNotLogInIsNamedByItsCode() async throws {
        let settings = try await TestServer.shared.connectionSettings()
        let superuser = try Connection(settings)
        try TestRole.with(password: "right", attributes: "NOLOGIN", superuser) { role in
            expectRefusal(
                try failure { try Connection(settings.user(role, password: "right")) }, .invalidAuthorization)
        }
    }

    private func expectRefusal(_ error: PostgresError, _ state: SQLState) {
        #expect(error.kind == .connect)
        #expect(error.sqlState == state)
        #expect(error.severity == "FATAL")
        // The verbosity that brings the code along also brings the server's source file.
        #expect(!error.description.contains("LOCATION"))
        #expect(!error.message.contains(state.rawValue))
    }

    @Test func aClosedPortIsAConnectErrorWithoutACode() throws {
        let port = try Listener(answers: false).port  // closed again at the end of the expression
        let start = ContinuousClock.now
        let error = try failure {
            try Connection(ConnectionSettings(parameters: ["host": "127.0.0.1", "port": "\(port)"]))
        }
        #expect(start.duration(to: .now) < .seconds(5))
        #expect(error.kind == .connect)
        #expect(error.sqlState == nil)
        #expect(error.message.contains("127.0.0.1"))
    }

    @Test(arguments: [nil, "1"])
    func aServerThatNeverAnswersIsGivenUpInTime(_ connectTimeout: String?) throws {
        let listener = try Listener(answers: true)
        var settings = ConnectionSettings(parameters: ["host": "127.0.0.1", "port": "\(listener.port)"])
        settings["connect_timeout"] = connectTimeout
        let limit: Duration = connectTimeout == nil ? .milliseconds(300) : .seconds(1)
        let start = ContinuousClock.now
        let error = try failure { try Connection(settings, timeout: .milliseconds(300)) }
        let waited = start.duration(to: .now)
        #expect(waited >= limit && waited < limit + .seconds(3))
        #expect(error.kind == .connect)
        #expect(error.sqlState == nil)
        #expect(error.message == "no answer from 127.0.0.1 in time")
    }

    @Test(arguments: ["sslmode", "no such keyword"])
    func whatLibpqRefusesIsAConfigurationError(_ keyword: String) async throws {
        var settings = try await TestServer.shared.connectionSettings()
        settings[keyword] = "bogus"
        let error = try failure { try Connection(settings) }
        #expect(error.sqlState == nil)
        #expect(error.kind == .configuration, "else --wait would wait for it")
    }

    // MARK: - Passwords

    @Test(arguments: [
        "it's", #"back\slash\"#, "100%25", "a#b", "a?b=c&d", "two words ", "two\nlines", "zwölf 😀 密碼", #"'"\%#? "#,
        "postgresql://x:y@z/", String(repeating: "long", count: 100),
    ])
    func passwordsOfAllKindsConnect(_ password: String) async throws {
        let settings = try await TestServer.shared.connectionSettings()
        let superuser = try Connection(settings)
        try TestRole.with(password: password, superuser) { role in
            let direct = try Connection(settings.user(role, password: password)).user
            #expect(direct == role)
            // The same password percent-encoded in a URI.
            let encoded = password.utf8.map { byte in
                let digits = String(byte, radix: 16)
                return "%" + (digits.count == 1 ? "0" : "") + digits
            }.joined()
            let host = try #require(settings["host"])
            let port = try #require(settings["port"])
            let target = "postgresql://\(role):\(encoded)@\(host):\(port)/postgres"
            let throughURI = try Connection(ConnectionSettings(target: target)).usedPassword
            #expect(throughURI)
            let error = try failure { try Connection(settings.user(role, password: password + "x")) }
            #expect(error.sqlState == .invalidPassword)
        }
    }

    @Test func theServerNeverSeesThePassword() async throws {
        let superuser = try Connection(await TestServer.shared.connectionSettings())
        let sentinel = "Sentinel8\(UInt64.random(in: 0...UInt64.max))"
        let role = try TestRole.with(password: sentinel, superuser) { $0 }
        let log = try await TestServer.shared.log()
        #expect(log.contains("CREATE ROLE \(role) LOGIN PASSWORD 'SCRAM-SHA-256$"), "the log holds all statements")
        #expect(!log.contains(sentinel))
    }

    // MARK: - About the session

    @Test func aSessionDescribesItself() async throws {
        let settings = try await TestServer.shared.connectionSettings()
        let connection = try Connection(settings)
        let row = try connection.query(
            "SELECT pg_backend_pid() AS pid, current_setting('server_version_num') AS version, current_user")
        let first = try #require(row.first)
        let (pid, version, user) = (connection.announcedProcessID, connection.serverVersion, connection.user)
        #expect(first.integer("pid") == pid)
        #expect(first.integer("version") == version)
        #expect(first["current_user"] == user)
        let (host, port, database) = (connection.host, connection.port, connection.database)
        #expect([host, port, database] == [settings["host"], settings["port"], settings["dbname"]])
        let (isEncrypted, usedPassword, isAlive) = (
            connection.isEncrypted, connection.usedPassword, connection.isAlive
        )
        #expect(!isEncrypted)
        #expect(!usedPassword, "the test server trusts its superuser")
        #expect(isAlive)
        let (encoding, nothing) = (
            connection.parameterStatus("client_encoding"), connection.parameterStatus("no such parameter")
        )
        #expect(encoding == "UTF8")
        #expect(nothing == nil)
    }

    @Test func theTransactionStatusFollowsTheSession() async throws {
        let connection = try Connection(await TestServer.shared.connectionSettings())
        var seen = [connection.transactionStatus]
        try connection.query("BEGIN")
        seen.append(connection.transactionStatus)
        _ = try failure { try connection.query("SELECT 1/0") }
        seen.append(connection.transactionStatus)
        try connection.query("ROLLBACK")
        seen.append(connection.transactionStatus)
        #expect(seen == [.idle, .inTransaction, .inError, .idle])
    }

    @Test func aSessionThatTheServerEndedIsLostAtItsNextUse() async throws {
        let settings = try await TestServer.shared.connectionSettings()
        let connection = try Connection(settings)
        try Connection(settings).query(
            "SELECT pg_terminate_backend($1::int, 5000)", ["\(connection.announcedProcessID)"])
        let error = try failure { try connection.query("SELECT 1") }
        #expect(error.kind == .connectionLost)
        let (isAlive, status) = (connection.isAlive, connection.transactionStatus)
        #expect(!isAlive)
        #expect(status == .unknown)
        let again = try failure { try connection.script("SELECT 1; SELECT 2") }
        #expect(again.kind == .connectionLost)
        let pipelined = try failure { try connection.pipeline(["SELECT 1"]) }
        #expect(pipelined.kind == .connectionLost)
        let copied = try failure { try connection.copyIn("COPY t FROM STDIN") { _ in } }
        #expect(copied.kind == .connectionLost)
    }
}

/// A TCP socket of the loopback address that takes connections and says nothing, as a frozen server would.
private struct Listener: ~Copyable {
    private let descriptor: Int32
    let port: Int

    /// - Parameter answers: whether connections are taken at all.
    init(answers: Bool) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(descriptor, generic, length) == 0 && getsockname(descriptor, generic, &length) == 0
            }
        }
        try #require(bound)
        if answers { try #require(listen(descriptor, 5) == 0) }
        port = Int(UInt16(bigEndian: address.sin_port))
    }

    deinit { close(descriptor) }
}
