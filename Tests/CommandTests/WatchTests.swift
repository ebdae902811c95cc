import Foundation
import Glibc
import Postgres
import TestSupport
import Testing

/// `--watch`: a view that fits its terminal, follows its size, and leaves it as it was, however it ends.
@Suite(.needsServer, .serialized) struct WatchTests {
    private func view(
        _ settings: ConnectionSettings, _ arguments: [String] = ["monitor", "tables"], columns: UInt16 = 80,
        rows: UInt16 = 24, environment: [String: String] = [:]
    ) async throws -> TestTerminal {
        let terminal = try TestTerminal(
            arguments + ["--watch", "--interval", "1"],
            environment: settings.environment.merging(environment) { $1 }, columns: columns, rows: rows)
        try await eventually("it draws", within: .seconds(20)) { terminal.text.contains("\u{1B}[J") }
        return terminal
    }

    @Test func sizesAndColours() async throws {
        let server = TestServer()
        let settings = try await server.installed()
        let terminal = try await view(settings, columns: 40, rows: 10)
        defer { terminal.close() }
        #expect(terminal.screen.count <= 10 && terminal.screen.allSatisfy { $0.count <= 40 }, "\(terminal.screen)")
        #expect(terminal.screen.first?.hasPrefix("emaildb monitor tables, email_service,") == true)
        #expect(terminal.screen.last?.hasSuffix("more lines") == true, "\(terminal.screen)")
        #expect(!terminal.isCooked && !terminal.isLeft, "the control: it is a view now")
        terminal.resize(columns: 120, rows: 30)
        try await eventually("it follows", within: .seconds(5)) {
            terminal.screen.count == 11 && terminal.screen.contains { $0.count > 60 }
        }
        terminal.resize(columns: 1, rows: 1)
        try await eventually("it follows", within: .seconds(5)) { terminal.screen.allSatisfy { $0.count <= 1 } }
        let looks = terminal.text.components(separatedBy: "\u{1B}[H").count
        try await eventually("it looks again", within: .seconds(5)) {
            terminal.text.components(separatedBy: "\u{1B}[H").count > looks
        }
        #expect(terminal.text.contains("\u{1B}[1m"), "the control: in colours")
        terminal.type("xyz")
        terminal.type("q")
        #expect(try await terminal.end() == 0)
        #expect(terminal.isCooked && terminal.isLeft)

        let plain = try await view(settings, environment: ["NO_COLOR": "1"])
        defer { plain.close() }
        #expect(plain.text.firstMatch(of: #/\x1B\[[0-9;]*m/#) == nil)
        plain.type("q")
        #expect(try await plain.end() == 0)
        try await server.stop()
    }

    @Test("However it ends, the terminal is as it was", arguments: [SIGTERM, SIGHUP, SIGSEGV, SIGABRT, SIGTRAP, 0])
    func endings(_ signal: Int32) async throws {
        let settings = try await TestServer.shared.connectionSettings()
        let terminal = try await view(settings, ["monitor", "cache"])
        defer { terminal.close() }
        #expect(!terminal.isCooked && !terminal.isLeft, "the control")
        // Ctrl-Z would leave the shell with a view; Ctrl-C ends it.
        terminal.type("\u{1A}")
        try await Task.sleep(for: .milliseconds(300))
        #expect(terminal.isRunning)
        if signal == 0 { terminal.type("\u{3}") } else { kill(terminal.processID, signal) }
        #expect(try await terminal.end() == 128 + (signal == 0 ? SIGINT : signal))
        #expect(terminal.isCooked && terminal.isLeft, "\(terminal.text.suffix(200))")
    }

    @Test("A server that goes away and comes back is shown to do so") func outage() async throws {
        let server = TestServer()
        let settings = try await server.installed()
        let terminal = try await view(settings, ["monitor", "connections"])
        defer { terminal.close() }
        #expect(terminal.screen.contains { $0.hasPrefix("postgres") }, "\(terminal.screen)")
        try await server.pause()
        try await eventually("it says so", within: .seconds(20)) {
            terminal.screen.contains { $0.contains("no connection") || $0.contains("connection was lost") }
        }
        try await server.resume()
        try await eventually("it goes on", within: .seconds(20)) {
            terminal.screen.contains { $0.hasPrefix("postgres") }
        }
        terminal.type("q")
        #expect(try await terminal.end() == 0)
        #expect(terminal.isCooked && terminal.isLeft)
        try await server.stop()
    }

    @Test("Without a terminal, one result stands below the other; what is wrong from the start is no view")
    func pipes() async throws {
        let settings = try await TestServer.shared.connectionSettings()
        let running = try RunningCommand(
            ["monitor", "cache", "--watch", "--interval", "1"], environment: settings.environment)
        try await Task.sleep(for: .milliseconds(2600))
        running.signal(SIGINT)
        let result = try await running.end(within: .seconds(10))
        #expect(result.status == 130 && !result.output.contains("\u{1B}"), "\(result)")
        #expect(result.output.components(separatedBy: "all tables").count >= 3)
        let doctor = try TestTerminal(
            ["doctor", "--watch", "--port", String(TestPort.free())], environment: ["PGHOST": "127.0.0.1"])
        defer { doctor.close() }
        #expect(try await doctor.end() == 3)
        #expect(!doctor.text.contains("\u{1B}[?1049h") && doctor.text.contains("no connection"))
        let json = try await CommandRunner.emaildb(["doctor", "--watch", "--format", "json"])
        #expect(json.status == 64 && json.errors.contains("--watch is for people"))
        let never = try await CommandRunner.emaildb(["monitor", "cache", "--watch", "--interval", "0"])
        #expect(never.status == 64)
    }

    @Test func theDoctorStays() async throws {
        let server = TestServer(settings: ["fsync": "on", "full_page_writes": "on"])
        let settings = try await server.installed()
        let terminal = try await view(settings, ["doctor"], columns: 100, rows: 40)
        defer { terminal.close() }
        let connection = try Connection(settings)
        #expect(!terminal.screen.contains { $0.contains("slot-inactive") }, "the control")
        try connection.query("SELECT pg_create_physical_replication_slot('left', true)")
        try await eventually("it is seen", within: .seconds(20)) {
            terminal.screen.contains { $0.hasPrefix("warning  slot-inactive  slot left: ") }
        }
        try connection.query("SELECT pg_drop_replication_slot('left')")
        try await eventually("it goes", within: .seconds(20)) {
            !terminal.screen.contains { $0.contains("slot-inactive") } && terminal.screen.count > 2
        }
        terminal.type("Q")
        #expect(try await terminal.end() == 0)
        try await server.stop()
    }
}
