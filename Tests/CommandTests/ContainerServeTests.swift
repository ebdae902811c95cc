import FoundationEssentials
import Glibc
import Postgres
import Server
import TestSupport
import Testing

/// A container's start with real servers, without a container.
@Suite(.needsServer) struct ContainerServeTests {
    private static let steps = ["secrets", "data", "access", "upgrade"]

    /// Runs the server until a body has ended, which gets its port, and returns how it stopped.
    private func serving(
        _ start: TestContainer, _ environment: [String: String] = [:],
        _ body: @escaping @Sendable (_ port: Int) async throws -> Void
    ) async throws -> CommandResult {
        let port = LocalServer.freePort(preferring: nil)
        let stop = start.folder.path + "/stop"
        async let result = start.run(
            Self.steps,
            then: [CommandRunner.emaildb, "container", "serve", "--", "-c", "port=\(port)", "-c", "fsync=off"],
            environment, signal: SIGINT, when: { FileManager.default.fileExists(atPath: stop) })
        defer { try? start.folder.remove("stop") }
        do {
            try await eventually("the server accepts connections") { accepts(start, port) }
            try await body(port)
        } catch {
            try start.folder.write("stop", "")
            Issue.record("\(try await result)")
            throw error
        }
        try start.folder.write("stop", "")
        return try await result
    }

    private func accepts(_ start: TestContainer, _ port: Int) -> Bool {
        let lines = (start.read(start.data + "/postmaster.pid") ?? "").split(
            separator: "\n", omittingEmptySubsequences: false)
        return lines.count > 7 && lines[3] == String(port) && lines[7].hasPrefix("ready")
    }

    private func settings(_ port: Int, _ user: String, _ password: String) -> ConnectionSettings {
        ConnectionSettings(parameters: [
            "host": "127.0.0.1", "port": String(port), "dbname": "email_service", "user": user, "password": password,
        ])
    }

    @Test("The application logs in, the superuser does not, and a standby copies the primary")
    func primaryAndStandby() async throws {
        let secrets = ["email_service_password": "application", "email_replication_password": "re'p:l\n"]
        let primary = try TestContainer(secrets)
        let stopped = try await serving(primary) { port in
            try Connection(settings(port, "email_service", "application")).query("SELECT FROM email_messages")
            let refused = try failure { try Connection(settings(port, "postgres", "application")) }
            #expect(refused.description.contains("pg_hba.conf rejects"), "\(refused)")
            let second = try await primary.run(["secrets", "data"])
            #expect(second.status == 4 && second.errors.contains("another container uses"), "\(second)")

            let standby = try TestContainer(secrets)
            let variables = [
                "EMAILDB_ROLE": "standby", "EMAILDB_PRIMARY_HOST": "127.0.0.1", "EMAILDB_PRIMARY_PORT": String(port),
            ]
            let copied = try await standby.run(["secrets", "data"], variables)
            #expect(copied.status == 0, "\(copied)")
            #expect(standby.read(standby.data + "/standby.signal") == "")
            // A standby is not brought to a version: it follows.
            #expect(try await standby.run(["upgrade"], variables).output.isEmpty)
            try standby.folder.remove("data/standby.signal")
            let promoted = try await standby.run(["secrets", "data"], variables)
            #expect(promoted.status == 4 && promoted.errors.contains("is no standby"), "\(promoted)")
        }
        #expect(stopped.status == 0 && stopped.errors.contains("database system is shut down"), "\(stopped)")
        #expect(!stopped.errors.contains("SCRAM-SHA-256$"), "no verifier in the log")
        #expect(primary.processes().isEmpty)
    }

    @Test("Until the upgrade is done the server listens on no port") func privateServer() async throws {
        let start = try TestContainer()
        let port = LocalServer.freePort(preferring: nil)
        let configured = "port = \(port)\nlisten_addresses = '*'\n"
        _ = try await start.run(["secrets", "data"])
        let file = start.data + "/postgresql.conf"
        try start.folder.write("data/postgresql.conf", (start.read(file) ?? "") + configured)
        if getuid() == 0 { chown(file, 65534, 65534) }
        let result = try await start.run(["secrets", "data", "access", "upgrade"])
        #expect(result.status == 0 && result.errors.contains("ready to accept connections"), "\(result)")
        #expect(!result.errors.contains("listening on IPv"), "\(result.errors)")
        #expect(result.errors.contains("listening on Unix socket \"\(start.privateFolder)/init/"), "\(result.errors)")
    }

    @Test(
        "A stop signal ends the start with 128 and its number, and no process is left",
        arguments: [(SIGTERM, 30), (SIGINT, 200), (SIGQUIT, 600), (SIGTERM, 1200)])
    func stopSignal(signal: Int32, milliseconds: Int) async throws {
        let start = try TestContainer()
        // The program that follows would run for ever.
        let result = try await start.run(
            Self.steps, then: ["sleep", "600"], signal: signal, after: .milliseconds(milliseconds))
        #expect(result.status == 128 + signal, "\(result)")
        #expect(start.processes().isEmpty)
        #expect(start.read(start.privateFolder + "/secrets/email_service") == nil)
        let again = try await start.run(Self.steps)
        #expect(again.status == 0, "\(again)")
    }
}
