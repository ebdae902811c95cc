import Core
import FoundationEssentials
import Postgres
import Server

/// A server on this machine that can be restarted, and its configuration as it was when this was made.
package struct RestartPoint: Sendable {
    private let installation: ServerInstallation
    /// postgresql.auto.conf.
    private let configuration: [UInt8]
    /// Where the server's first words go; nil when it keeps its log itself.
    private let logFile: String?
    /// The environment that the server was started with: commands of its configuration may need it.
    private let environment: [String: String]?

    /// Finds out whether this program may and can restart the server.
    /// - Throws: ``Failure`` with the command that does it instead.
    init(_ server: ServerState, _ connection: borrowing Connection) throws {
        if let manager = server.manager { throw manager.refusal(manager.restartCommand) }
        do {
            installation = try .of(server, connection)
        } catch let unreachable as ServerInstallation.Unreachable {
            throw Failure.refused(
                "the server cannot be restarted from here: \(unreachable.reason)",
                fix: "Restart it on its own machine:"
                    + " pg_ctl -D \(server.dataDirectory ?? "DATA") restart   # or systemctl, docker")
        }
        let pid = fileText(installation.dataDirectory + "/postmaster.pid")?.parts("\n").first ?? ""
        let process = "/proc/\(pid)"
        let unit = fileText(process + "/cgroup")?.parts("/", "\n")
            .last { $0.hasSuffix(".service") && !$0.hasPrefix("user@") }
        if let unit {
            throw Failure.refused(
                "the server is kept by systemd, which would take a restart for a crash",
                fix: "systemctl restart \(unit)")
        }
        let output = try? FileManager.default.destinationOfSymbolicLink(atPath: process + "/fd/2")
        let collects = server["logging_collector"].map { $0.same($0.running, "on") } ?? false
        guard pid != "1", collects || output.flatMap(fileSize) != nil || output == "/dev/null" else {
            throw Failure.refused(
                "the server is kept by a supervisor (a container, or a terminal), which reads its output",
                fix: "docker restart CONTAINER   # or whatever started it")
        }
        logFile = collects ? nil : output
        environment = fileText(process + "/environ")?.parts("\0").compactMap(\.assignment)
            .reduce(into: [:]) { $0[$1.name] = $1.value }
        configuration = fileBytes(installation.autoConfigurationFile) ?? []
    }

    /// Restarts; when the server does not come up, starts it with the configuration before this run, or with the one
    /// before the first `tune`.
    /// - Returns: PostgreSQL's words when that was necessary, else nil.
    /// - Throws: ``Failure`` when the server does not come up either way.
    func restart(_ progress: (TuneProgress) -> Void) throws -> String? {
        progress(.doing("restarting the server"))
        guard let words = try attempt() else { return nil }
        progress(.doing("the server does not start: \(words)"))
        let present = installation.autoConfiguration
        for former in [configuration, present.withoutTune().bytes] where former != present.bytes {
            try installation.write(former)
            if try attempt() == nil { return words }
        }
        throw Failure(
            .failed,
            "the server does not start, not even with its former configuration: \(words)",
            fix: "emaildb tune --rescue -D \(installation.dataDirectory)   # and look into its log")
    }

    /// - Returns: PostgreSQL's words when the server is not up afterwards.
    private func attempt() throws -> String? {
        let start = logFile.flatMap(fileSize) ?? 0
        // With the arguments of the last start, which pg_ctl keeps in postmaster.opts; it also starts a stopped server.
        var arguments = ["-D", installation.dataDirectory, "-m", "fast", "-w", "-t", "300", "-s"]
        if let logFile { arguments += ["-l", logFile] }
        let outcome = try installation.binaries.run(
            "pg_ctl", arguments + ["restart"], as: installation.owner, environment: environment)
        guard outcome.status != 0 else { return nil }
        let log = logFile.flatMap { FileManager.default.contents(atPath: $0) }?.dropFirst(start) ?? Data()
        return ScratchServer.complaint(log.isEmpty ? outcome.errors : String(decoding: log, as: UTF8.self))
    }
}

/// What a restart came to.
package struct RestartReport: Sendable, Codable {
    package enum Outcome: String, Sendable, Codable {
        case notNeeded = "not needed"
        case restarted
        /// The server did not come up, and runs again with the configuration of before.
        case rolledBack = "rolled back"
    }

    package let outcome: Outcome
    /// How long the server was away, ms.
    package let milliseconds: Int
    /// PostgreSQL's words when it did not start.
    package let words: String?
    /// Settings that still wait for a restart.
    package let waiting: [String]
}
