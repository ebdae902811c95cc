import Foundation
import Postgres
import TestSupport
import Testing

/// `emaildb doctor`: its formats, its ends, and what it says where it cannot look.
@Suite(.needsServer) struct DoctorTests {
    private struct Report: Decodable {
        struct Finding: Decodable {
            let check: String
            let severity: String
            let fix: String
            let fixKind: String
        }
        struct Check: Decodable {
            let check: String
            let state: String
        }
        struct Unseen: Decodable { let check: String }
        let findings: [Finding]
        let checks: [Check]
        let unseen: [Unseen]
        let milliseconds: Int
    }

    private static let safe = ["fsync": "on", "full_page_writes": "on", "log_statement": "none"]

    @Test("A healthy server has no findings, in less than a second") func healthy() async throws {
        let server = TestServer(settings: Self.safe)
        let settings = try await server.installed(passwords: ["email_monitor": "monitor"])
        let environment = settings.user("email_monitor", password: "monitor").environment
        let text = try await CommandRunner.emaildb(["doctor"], environment: environment)
        #expect(text.status == 0 && text.output.contains("primary: no findings; "), "\(text)")
        // The quickest of a few: other tests have the processors as well.
        var quickest = Int.max
        for _ in 1...5 {
            let result = try await CommandRunner.emaildb(["doctor", "--format", "json"], environment: environment)
            let report = try result.json(Report.self)
            #expect(report.findings.isEmpty)
            quickest = min(quickest, report.milliseconds)
            // What a monitor cannot see, it says: it is not fine.
            #expect(report.unseen.contains { $0.check == "sequence" })
            #expect(report.checks.first { $0.check == "sequence" }?.state == "not seen")
            #expect(report.checks.first { $0.check == "counters" }?.state == "not asked")
        }
        #expect(quickest < 1000)
        let all = try await CommandRunner.emaildb(
            ["doctor", "--deep", "--format", "json"], environment: settings.environment)
        let deep = try all.json(Report.self)
        #expect(deep.findings.isEmpty && deep.checks.first { $0.check == "counters" }?.state == "ok", "\(all)")
        try await ends(server, settings, environment)
        try await server.stop()
    }

    /// One warning, then one thing that is critical: in every format, with every end.
    private func ends(
        _ server: TestServer, _ settings: ConnectionSettings, _ environment: [String: String]
    ) async throws {
        func run(_ arguments: String...) async throws -> CommandResult {
            try await CommandRunner.emaildb(["doctor"] + arguments, environment: environment)
        }
        let nagios = try await run("--format", "nagios")
        #expect(nagios.status == 0 && nagios.output.hasPrefix("EMAILDB OK - no findings; "), "\(nagios)")
        let superuser = try Connection(settings)
        try superuser.query("SELECT pg_create_physical_replication_slot('left_alone', true)")
        let warned = try await run("--format", "json")
        #expect(warned.status == 0)
        let findings = try warned.json(Report.self).findings
        #expect(findings.map(\.check) == ["slot-inactive"] && findings.first?.severity == "warning")
        #expect(findings.first?.fixKind == "sql" && findings.first?.fix.contains("'left_alone'") == true)
        #expect(try await run("--strict").status == 1)
        let warning = try await run("--format", "nagios")
        #expect(warning.status == 1 && warning.output.contains("WARNING - 1 warning; slot-inactive: slot left_alone"))

        try superuser.query("ALTER TABLE public.email_folders NO FORCE ROW LEVEL SECURITY")
        let text = try await run()
        #expect(text.status == 1)
        let lines = text.output.split(separator: "\n")
        #expect(lines.first?.hasPrefix("critical  row-security  database email_service: ") == true, "the worst first")
        for mark in ["found", "why", "fix"] { #expect(lines.contains { $0.hasPrefix("      \(mark)  ") }, "\(mark)") }
        let critical = try await run("--format", "nagios")
        #expect(critical.status == 2 && critical.output.split(separator: "\n").count == 1)
        #expect(critical.output.hasPrefix("EMAILDB CRITICAL - 1 critical, 1 warning; "), "\(critical)")
        #expect(critical.output.contains(" | critical=1 warnings=1 not_seen="))
        let metrics = try await run("--format", "openmetrics")
        #expect(metrics.status == 1)
        #expect(metrics.output.contains("\nemaildb_doctor_check{check=\"row-security\"} 2\n"))
        #expect(metrics.output.contains("\nemaildb_doctor_check{check=\"slot-inactive\"} 1\n"))
        #expect(metrics.output.hasSuffix("\n# EOF\n"))
        try superuser.query("ALTER TABLE public.email_folders FORCE ROW LEVEL SECURITY")
        try superuser.query("SELECT pg_drop_replication_slot('left_alone')")
        #expect(try await run("--strict").status == 0)
    }

    @Test("The least role, a standby and a server without statistics get clear words, no stack of errors")
    func limited() async throws {
        let server = TestServer(settings: Self.safe.merging(["shared_preload_libraries": ""]) { $1 })
        let settings = try await server.installed(passwords: ["email_readonly": "reader"])
        let reader = settings.user("email_readonly", password: "reader").environment
        let result = try await CommandRunner.emaildb(["doctor", "--deep"], environment: reader)
        #expect(result.status == 0 && result.errors.isEmpty, "\(result)")
        #expect(result.output.contains("not seen  connections: email_readonly is not in pg_monitor\n"))
        #expect(result.output.contains("GRANT pg_monitor TO email_readonly;"))
        #expect(result.output.contains("not seen  counters: email_readonly does not see the rows of all tenants"))
        #expect(!result.output.contains("ERROR"))
        try await server.becomeStandby()
        let standby = try await server.connectionSettings().database("email_service").environment
        let alone = try await CommandRunner.emaildb(["doctor"], environment: standby)
        #expect(alone.status == 1 && alone.errors.isEmpty, "\(alone)")
        #expect(
            alone.output.contains("critical  receiver  server: the standby does not follow its primary"), "\(alone)")
        try await server.stop()
    }

    @Test func wrongUse() async throws {
        let folder = try TemporaryFolder()
        try folder.write("limits", "connections = 75, 90\nbloat = much, more\nno-such = 1\n")
        let wrong = try await CommandRunner.emaildb(["doctor", "--thresholds", folder.path + "/limits"])
        #expect(wrong.status == 64, "\(wrong)")
        #expect(wrong.errors.contains("limits:2: much is no size; write it as 10GB, or off"), "\(wrong)")
        #expect(wrong.errors.contains("limits:3: there is no threshold no-such; emaildb doctor --print-thresholds"))
        #expect(!wrong.errors.contains("limits:1"))
        let absent = try await CommandRunner.emaildb(["doctor", "--thresholds", folder.path + "/none"])
        #expect(absent.status == 64 && absent.errors.contains("cannot be read"), "\(absent)")
        let printed = try await CommandRunner.emaildb(["doctor", "--print-thresholds"])
        #expect(printed.status == 0 && printed.output.contains("\nconnections = 75%, 90%\n"), "\(printed)")
        let down = try await CommandRunner.emaildb(["doctor", "--format", "nagios", "--port", String(TestPort.free())])
        #expect(down.status == 3 && down.output.hasPrefix("EMAILDB UNKNOWN - "), "\(down)")
    }

    @Test("Under load it says the same, in time") func load() async throws {
        let server = TestServer(settings: Self.safe)
        let settings = try await server.installed(passwords: ["email_monitor": "monitor", "email_service": "service"])
        let environment = settings.user("email_monitor", password: "monitor").environment
        let service = settings.user("email_service", password: "service")
        let isOver = Flag()
        async let stored = Threads.run(4) { _ in
            let connection = try Connection(service)
            let tenant = try Tenant(connection)
            try connection.serve(tenant.id)
            var count = 0
            while !isOver.isSet {
                try tenant.store(connection, body: String(repeating: "word ", count: 200))
                count += 1
            }
            return count
        }
        for _ in 1...5 {
            let start = ContinuousClock.now
            let result = try await CommandRunner.emaildb(["doctor"], environment: environment)
            #expect(result.status == 0 && result.errors.isEmpty && result.output.contains("no findings"), "\(result)")
            #expect(start.duration(to: .now) < .seconds(10))
        }
        isOver.set()
        let counts = try await stored
        #expect(counts.allSatisfy { $0 > 10 }, "the control: \(counts)")
        try await server.stop()
    }

    @Test("When no connection is left, it says how to get one") func full() async throws {
        let server = TestServer(settings: Self.safe.merging(["max_connections": "8"]) { $1 })
        let settings = try await server.installed(passwords: ["email_monitor": "monitor"])
        let environment = settings.user("email_monitor", password: "monitor").environment
        var held: [Held] = []
        for _ in 1...5 { held.append(try Held(settings)) }
        let result = try await CommandRunner.emaildb(["doctor"], environment: environment)
        #expect(result.status == 3 && result.errors.contains("--username postgres"), "\(result)")
        let kept = try await CommandRunner.emaildb(["doctor"], environment: settings.environment)
        #expect(kept.status == 1 && kept.output.contains("critical  connections  server: "), "\(kept)")
        withExtendedLifetime(held) {}
        try await server.stop()
    }

    private final class Held {
        let connection: Connection
        init(_ settings: ConnectionSettings) throws { connection = try Connection(settings) }
    }

    @Test("Every check is in the page, and every check that the page names is one") func page() async throws {
        let page = try String(contentsOfFile: "Sources/EmailDBCommand/Documentation.docc/Doctor.md", encoding: .utf8)
        let rows = page.matches(of: #/\n\| `([a-z-]+)` \|/#).map { String($0.1) }
        let settings = try await TestServer.shared.connectionSettings()
        let result = try await CommandRunner.emaildb(
            ["doctor", "--format", "json"], environment: settings.database("postgres").environment)
        let checks = try result.json(Report.self).checks.map(\.check)
        #expect(checks.count > 30 && rows == checks)
        let entries = page.split(separator: "\n").drop { !$0.hasPrefix("| the founding") }.dropFirst(2).prefix {
            $0.hasPrefix("|")
        }
        #expect(entries.count >= 4)
        for entry in entries {
            let named = entry.matches(of: #/`([a-z-]+)`/#).map { String($0.1) }.filter { checks.contains($0) }
            #expect(!named.isEmpty, "\(entry)")
        }
    }
}
