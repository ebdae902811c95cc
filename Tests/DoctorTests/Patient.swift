import Core
import FoundationEssentials
import Glibc
import Postgres
import Schema
import TestSupport
import Testing

@testable import Doctor

/// A session that a test keeps while others look at the server.
final class Session {
    let connection: Connection
    init(_ settings: ConnectionSettings, _ script: String = "SELECT") throws {
        connection = try Connection(settings)
        try connection.script(script)
    }

    var pid: Int { connection.announcedProcessID }

    /// Sends statements, as one implicit transaction, and does not wait for their end.
    func send(_ statements: String...) throws { try connection.startPipeline(statements.map { Statement($0) }) }
}

/// A server with the schema, a doctor who looks at it as email_monitor, and somebody who types what the doctor says.
struct Patient {
    static let healthy = [
        "fsync": "on", "full_page_writes": "on", "log_statement": "none", "max_prepared_transactions": "5",
    ]

    let server: TestServer
    let superuser: ConnectionSettings
    let monitor: ConnectionSettings
    var database: String { superuser["dbname"] ?? "" }

    init(_ server: TestServer) async throws {
        self.server = server
        superuser = try await server.installed(passwords: ["email_monitor": "monitor"])
        monitor = superuser.user("email_monitor", password: "monitor")
    }

    init(_ server: TestServer, _ superuser: ConnectionSettings) {
        self.server = server
        self.superuser = superuser
        monitor = superuser.user("email_monitor", password: "monitor")
    }

    func examine(
        _ limits: String = "", as settings: ConnectionSettings? = nil, isDeep: Bool = false
    ) throws -> DoctorReport {
        var examiner = Examiner(settings: settings ?? monitor, database: database, source: .embedded())
        examiner.thresholds = try Thresholds(name: "limits", text: limits)
        examiner.isDeep = isDeep
        return try examiner.run()
    }

    func findings(
        _ check: String, _ limits: String, as settings: ConnectionSettings? = nil, isDeep: Bool = false
    ) throws -> [DoctorFinding] {
        try examine(limits, as: settings, isDeep: isDeep).findings.filter { $0.check == check }
    }

    /// Sees to it that a check finds nothing, finds what is done to the server, and nothing once its fix was typed.
    /// - Parameters:
    ///   - placeholder: what a person writes in place of a part of the fix.
    ///   - options: what a person adds to it.
    ///   - isTyped: false where the fix only leads to what a person has to do, which `afterwards` then does.
    ///   - harm: returns what has to live on.
    @discardableResult
    func treat<Kept>(
        _ check: String, _ limits: String = "", _ severity: DoctorFinding.Severity = .warning,
        as settings: ConnectionSettings? = nil, isDeep: Bool = false, on site: ConnectionSettings? = nil,
        replacing placeholder: (String, String) = ("", ""), adding options: String = "", isTyped: Bool = true,
        harm: () async throws -> Kept, afterwards: () async throws -> Void = {}
    ) async throws -> [DoctorFinding] {
        let before = try findings(check, limits, as: settings, isDeep: isDeep)
        #expect(before.isEmpty, "the control: \(check) finds nothing before")
        let kept = try await harm()
        var found: [DoctorFinding] = []
        try await eventually("\(check) finds what was done", within: .seconds(20), every: .milliseconds(200)) {
            found = try findings(check, limits, as: settings, isDeep: isDeep)
            return !found.isEmpty
        }
        for finding in found {
            #expect(finding.severity == severity, "\(finding)")
            #expect(!finding.evidence.isEmpty && !finding.why.isEmpty && !finding.fix.isEmpty, "\(finding)")
            let fix =
                (placeholder.0.isEmpty ? finding.fix : finding.fix.replacing(placeholder.0, with: placeholder.1))
                + options
            if isTyped { try await type(finding, fix, on: site) }
        }
        try await afterwards()
        try await eventually(
            "\(check) finds nothing after: \(found.map(\.fix))", within: .seconds(20), every: .milliseconds(200)
        ) {
            try findings(check, limits, as: settings, isDeep: isDeep).isEmpty
        }
        withExtendedLifetime(kept) {}
        return found
    }

    /// Types a fix as a superuser would: SQL in the database that it is about, anything else in a shell.
    func type(_ finding: DoctorFinding, _ fix: String, on site: ConnectionSettings? = nil) async throws {
        switch finding.fixKind {
        case .sql:
            var settings = site ?? superuser
            if fix.contains("-- in that database") { settings["dbname"] = String(finding.object.dropFirst(9)) }
            let connection = try Connection(settings)
            for statement in SQLText.statements(of: fix) { try connection.query(statement) }
        case .shell: try await prepare()(fix)
        case .text: Issue.record("there is nothing to type: \(fix)")
        }
    }

    /// A shell of the server's machine, for when the server is down.
    func prepare() async throws -> (String) async throws -> Void {
        let folder = try TemporaryFolder()
        // PostgreSQL's programs refuse to run as root.
        let binaries = try installation()
        let become =
            getuid() == 0
            ? "/usr/bin/setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps +dac_read_search --ambient-caps +dac_read_search"
            : ""
        for name in ["pg_ctl", "pg_checksums"] {
            // A server that it starts must not keep what the one who waits for the shell waits at.
            let script = """
                #!/bin/bash
                for file in /proc/self/fd/*; do
                  number=${file##*/}
                  [ "$number" -gt 9 ] && eval "exec $number>&-"
                done
                LD_LIBRARY_PATH=\(binaries)/lib; export LD_LIBRARY_PATH
                exec \(become) \(binaries)/bin/\(name) "$@"
                """
            try folder.write(name, script)
            chmod(folder.path + "/" + name, 0o755)
        }
        let own = CommandRunner.emaildb.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 }
        let path = "\(folder.path):\(own):" + (ProcessInfo.processInfo.environment["PATH"] ?? "")
        let environment = superuser.environment.merging(["PATH": path]) { $1 }
        return { fix in
            let result = try await CommandRunner.run("sh", ["-c", fix], environment: environment, in: folder.path)
            #expect(result.status == 0, "\(fix): \(result)")
        }
    }

    private func installation() throws -> String {
        let connection = try Connection(superuser)
        // The program of the server's own process.
        let pid = try connection.value("SELECT pg_backend_pid()")
        let program = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/exe")
        return program.split(separator: "/").dropLast(2).reduce("") { $0 + "/" + $1 }
    }
}
