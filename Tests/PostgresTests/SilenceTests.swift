import Dispatch
import Glibc
import Postgres
import TestSupport
import Testing

/// Limits of connecting and of answers, for several hosts too, as libpq has them.
@Suite(.needsServer) struct SilenceTests {
    /// Connects through a list of hosts of which the first never speaks.
    private func connect(_ parameters: [String: String], timeout: Duration = .seconds(1)) throws -> Duration {
        let begin = ContinuousClock.now
        let connection = try Connection(ConnectionSettings(parameters: parameters), timeout: timeout)
        #expect(try connection.query("SELECT 1").first?[0] == "1")
        return begin.duration(to: .now)
    }

    private func stalling(at byte: Int) async throws -> (proxy: FaultyProxy, settings: ConnectionSettings) {
        var settings = try await TestServer.shared.connectionSettings()
        let port = try #require(settings["port"].flatMap { Int($0) })
        let proxy = try FaultyProxy(to: port, .stall, at: byte)
        settings["port"] = String(proxy.port)
        return (proxy, settings)
    }

    @Test("Each host has its own time, and the next one is tried") func severalHosts() async throws {
        let good = try await TestServer.shared.connectionSettings()
        // Silent before, and in the middle of, the login.
        for byte in [0, 30] {
            let (proxy, _) = try await stalling(at: byte)
            defer { proxy.stop() }
            var parameters = good.parameters
            parameters["hostaddr"] = nil
            parameters["host"] = "127.0.0.1,127.0.0.1,127.0.0.1"
            parameters["port"] = "\(proxy.port),\(proxy.port),\(good["port"] ?? "")"
            let time = try connect(parameters)
            #expect(time >= .seconds(2) && time < .seconds(5), "\(time)")
            parameters["connect_timeout"] = "3"
            let longer = try connect(parameters)
            #expect(longer >= .seconds(6) && longer < .seconds(9), "\(longer)")
        }
    }

    @Test func aRefusedLoginEndsTheList() async throws {
        let good = try await TestServer.shared.connectionSettings()
        var parameters = good.parameters
        parameters["hostaddr"] = nil
        parameters["host"] = "127.0.0.1,127.0.0.1"
        parameters["dbname"] = "no such database"
        let error = try failure { try Connection(ConnectionSettings(parameters: parameters)) }
        #expect(error.sqlState == .invalidCatalogName)
        #expect(error.message.split(separator: "\n").count == 1, "\(error.message)")
    }

    @Test func aClosedPortIsPassedOver() async throws {
        let good = try await TestServer.shared.connectionSettings()
        var parameters = good.parameters
        parameters["hostaddr"] = nil
        parameters["host"] = "127.0.0.1,localhost"
        parameters["port"] = "1,\(good["port"] ?? "")"
        #expect(try connect(parameters) < .seconds(2))
        parameters["target_session_attrs"] = "prefer-standby"
        #expect(try connect(parameters) < .seconds(2))
        parameters["target_session_attrs"] = "standby"
        let error = try failure { try Connection(ConnectionSettings(parameters: parameters)) }
        #expect(error.kind == .connect && error.message.contains("hot standby"), "\(error)")
    }

    @Test(
        "connect_timeout as psql has it", arguments: [("0", nil), ("-1", nil), ("1", 2), (" 2 ", 2), ("", 1), ("x", 0)])
    func connectTimeout(_ text: String, _ seconds: Int?) async throws {
        let (proxy, settings) = try await stalling(at: 0)
        defer { proxy.stop() }
        var limited = settings
        limited["connect_timeout"] = text
        // For ever is as long as all together may take.
        if seconds == nil { limited.deadline = .now + .seconds(4) }
        let begin = ContinuousClock.now
        let error = try failure { try Connection(limited, timeout: .seconds(1)) }
        let time = begin.duration(to: .now)
        let expected = Duration.seconds(seconds ?? 4)
        #expect(error.kind == (seconds == 0 ? .configuration : .connect), "\(error)")
        #expect(time > expected - .milliseconds(100) && time < expected + .seconds(1.5), "\(time)")
    }

    @Test("A result that never comes is the end of the connection, whatever is under way")
    func silenceInAResult() async throws {
        let (proxy, settings) = try await stalling(at: 1500)
        defer { proxy.stop() }
        var limited = settings
        limited.answerTimeout = .seconds(1)
        let connection = try Connection(limited)
        let begin = ContinuousClock.now
        let error = try failure { for _ in 0..<100 { try connection.query("SELECT repeat('x', 100)") } }
        #expect(error.kind == .connectionLost && error.message.contains("no answer"), "\(error)")
        #expect(begin.duration(to: .now) < .seconds(4))
        let isAlive = connection.isAlive
        #expect(!isAlive)
    }

    @Test("A server that takes no more of a COPY is given up") func silenceInACopy() async throws {
        var settings = try await TestServer.shared.connectionSettings()
        let port = try #require(settings["port"].flatMap { Int($0) })
        let proxy = try FaultyProxy(to: port, .stall, at: 100_000, .toServer)
        defer { proxy.stop() }
        settings["port"] = String(proxy.port)
        settings.answerTimeout = .seconds(1)
        let connection = try Connection(settings)
        try connection.query("CREATE TEMP TABLE t (filler text)")
        let line = Array((String(repeating: "x", count: 1000) + "\n").utf8)
        let begin = ContinuousClock.now
        let error = try failure {
            try connection.copyIn("COPY t FROM STDIN") { writer in
                for _ in 0..<50_000 { try writer.write(bytes: line) }
            }
        }
        #expect(error.kind == .connectionLost, "\(error)")
        #expect(begin.duration(to: .now) < .seconds(8))
    }

    @Test("Rows of a COPY that never come are the end, too") func silenceInCopiedRows() async throws {
        let (proxy, settings) = try await stalling(at: 50_000)
        defer { proxy.stop() }
        var limited = settings
        limited.answerTimeout = .seconds(1)
        let connection = try Connection(limited)
        let begin = ContinuousClock.now
        let error = try failure {
            try connection.script("COPY (SELECT repeat('x', 1000) FROM generate_series(1, 1000)) TO STDOUT")
        }
        #expect(error.kind == .connectionLost && error.message.contains("no answer"), "\(error)")
        #expect(begin.duration(to: .now) < .seconds(4))
    }

    @Test("A server that takes no more of a statement is given up, also after pipelines") func silenceInAStatement()
        async throws
    {
        var settings = try await TestServer.shared.connectionSettings()
        let port = try #require(settings["port"].flatMap { Int($0) })
        let proxy = try FaultyProxy(to: port, .stall, at: 100_000, .toServer)
        settings["port"] = String(proxy.port)
        settings.answerTimeout = .seconds(1)
        let connection = try Connection(settings)
        for _ in 1...2 { #expect(try connection.pipeline(["SELECT 1", "SELECT 2"]).count == 2) }
        _ = try failure { try connection.pipeline(["SELECT 1", "SELECT 1/0"]) }
        // A call of libpq that waits by itself would wait for ever: this ends it.
        DispatchQueue(label: "end").asyncAfter(deadline: .now() + 10) { proxy.stop() }
        let begin = ContinuousClock.now
        let error = try failure {
            try connection.query("SELECT length($1)", [String(repeating: "x", count: 30_000_000)])
        }
        #expect(error.kind == .connectionLost && error.message.contains("no answer"), "\(error)")
        #expect(begin.duration(to: .now) < .seconds(8))
    }

    @Test func longWorkIsNoSilence() async throws {
        var settings = try await TestServer.shared.connectionSettings()
        settings.answerTimeout = .seconds(1)
        let connection = try Connection(settings)
        #expect(try connection.query("SELECT 1 FROM pg_sleep(3)").count == 1)
        // It is asked whether it is at work after each half of the time, and not all the time.
        let asked = try await TestServer.shared.log().ranges(of: "$1 = '\(connection.announcedProcessID)'").count
        #expect((1...12).contains(asked), "\(asked)")
    }

    @Test func aSessionThatWasGivenUpEndsOnTheServer() async throws {
        var settings = try await TestServer.shared.connectionSettings()
        let observer = try Connection(settings)
        settings.deadline = .now + .seconds(2)
        let connection = try Connection(settings)
        let process = String(connection.announcedProcessID)
        let sessions = "SELECT FROM pg_stat_activity WHERE pid = $1::int"
        #expect(try observer.query(sessions, [process]).count == 1)
        let error = try failure { try connection.query("SELECT pg_sleep(4)") }
        #expect(error.kind == .connectionLost, "\(error)")
        try await eventually("the session is over, though the connection is not closed", within: .seconds(20)) {
            try observer.query(sessions, [process]).isEmpty
        }
        let isAlive = connection.isAlive
        #expect(!isAlive)
    }

    @Test("Where the question whether the server is at work is refused, it answers") func aRefusedQuestion()
        async throws
    {
        var settings = try await TestServer.shared.connectionSettings()
        settings.answerTimeout = .seconds(1)
        let superuser = try Connection(settings)
        try TestRole.with(password: "right", attributes: "LOGIN CONNECTION LIMIT 1", superuser) { role in
            let connection = try Connection(settings.user(role, password: "right"))
            #expect(try connection.query("SELECT 1 FROM pg_sleep(3)").count == 1)
        }
    }

    @Test func keepalivesAreSetUnlessTheUserSaysOtherwise() async throws {
        // Of the session that this is asked in.
        let settings = try await TestServer.shared.connectionSettings()
        var own = settings
        own["keepalives_idle"] = "7"
        for (settings, idle) in [(settings, "30"), (own, "7")] {
            let connection = try Connection(settings)
            let known = connection.option("keepalives_idle")
            #expect(known == idle)
        }
    }
}
