import Foundation
import Postgres
import TestSupport
import Testing

/// `emaildb monitor`: its formats, and what it says where it cannot look.
@Suite(.needsServer) struct MonitorTests {
    private static let topics = [
        "connections", "queries", "locks", "tables", "indexes", "cache", "slow", "replication", "progress", "tenants",
    ]

    @Test func everyTopicInEveryFormat() async throws {
        let server = TestServer()
        let settings = try await server.installed()
        let connection = try Connection(settings)
        try connection.query("CREATE TABLE public.\"odd\nname\" (word text DEFAULT 'secret')")
        try connection.script("SELECT pg_sleep(1.01), 'secret'; BEGIN; SELECT 'secret'")
        for topic in Self.topics {
            let text = try await CommandRunner.emaildb(["monitor", topic], environment: settings.environment)
            #expect(text.status == 0 && text.errors.isEmpty && !text.output.isEmpty, "\(topic): \(text)")
            let json = try await CommandRunner.emaildb(
                ["monitor", topic, "--format", "json"], environment: settings.environment)
            let object = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
            #expect(object?["topic"] as? String == topic && object?["rows"] is [Any])
            let metrics = try await CommandRunner.emaildb(
                ["monitor", topic, "--format", "openmetrics"], environment: settings.environment)
            #expect(metrics.status == 0 && metrics.output.hasSuffix("# EOF\n"), "\(metrics)")
            #expect(!metrics.output.contains("secret"), "no text of a statement")
            for line in metrics.output.split(separator: "\n") where !line.hasPrefix("#") {
                #expect(
                    line.wholeMatch(of: #/[a-z_]+(\{([a-z_]+="(?:[^"\\\n]|\\.)*",?)+\})? -?[0-9.e+-]+/#) != nil,
                    "\(line)")
            }
        }
        let tables = try await CommandRunner.emaildb(["monitor", "tables"], environment: settings.environment)
        #expect(tables.output.contains("public.\"odd\\nname\"") && tables.output.contains(" kB"), "\(tables)")
        let numbers = try await CommandRunner.emaildb(
            ["monitor", "tables", "--format", "json"], environment: settings.environment)
        #expect(numbers.output.contains("\"total_bytes\" : 2"), "a number")
        let queries = try await CommandRunner.emaildb(["monitor", "queries"], environment: settings.environment)
        #expect(queries.output.contains("secret"), "the control")
        try await server.stop()
    }

    @Test func clearWords() async throws {
        let server = TestServer(settings: ["shared_preload_libraries": ""])
        let settings = try await server.installed(passwords: ["email_readonly": "reader"])
        let reader = settings.user("email_readonly", password: "reader").environment
        let blind = try await CommandRunner.emaildb(["monitor", "queries"], environment: reader)
        #expect(blind.status == 4 && blind.errors.contains("email_readonly is not in pg_monitor"), "\(blind)")
        #expect(blind.errors.contains("emaildb monitor queries --username email_monitor"))
        let tenants = try await CommandRunner.emaildb(["monitor", "tenants"], environment: reader)
        #expect(tenants.status == 4 && tenants.errors.contains("emaildb monitor tenants --username email_backup"))
        let slow = try await CommandRunner.emaildb(["monitor", "slow"], environment: settings.environment)
        #expect(slow.status == 4 && slow.errors.contains("emaildb tune --profile production"), "\(slow)")
        let other = try await CommandRunner.emaildb(
            ["monitor", "tables"], environment: settings.database("postgres").environment)
        #expect(other.status == 4 && other.errors.contains("emaildb init"), "\(other)")
        let wrong = try await CommandRunner.emaildb(["monitor", "everything"])
        #expect(wrong.status == 64 && wrong.errors.contains("connections"), "\(wrong)")
        // Somebody who keeps everybody off a table keeps nobody here waiting.
        let holder = try Connection(settings)
        try holder.script("BEGIN; LOCK TABLE public.email_messages")
        let start = ContinuousClock.now
        let locked = try await CommandRunner.emaildb(["monitor", "tables"], environment: settings.environment)
        #expect(locked.status == 5 && start.duration(to: .now) < .seconds(5), "\(locked)")
        let others = try await CommandRunner.emaildb(["monitor", "cache"], environment: settings.environment)
        #expect(others.status == 0, "\(others)")
        try holder.query("ROLLBACK")
        try await server.stop()
    }
}
