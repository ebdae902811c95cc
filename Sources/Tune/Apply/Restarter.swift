import Core
import FoundationEssentials
import Glibc
import Install
import Postgres
import Server

/// A server on this machine that can be restarted, and its configuration as it was when this was made.
package struct RestartPoint: Sendable {
    let installation: ServerInstallation
    /// The text of postgresql.auto.conf.
    let configuration: String
    /// Where the server's first words go; nil when it keeps its log itself.
    let logFile: String?
    /// The environment that the server was started with: commands of its configuration may need it.
    let environment: [String: String]?
}

/// What a restart came to.
package struct RestartReport: Sendable, Codable {
    /// How it ended.
    package enum Outcome: String, Sendable, Codable {
        /// No setting waits for one.
        case notNeeded = "not needed"
        /// The server is up again with everything that waited.
        case restarted
        /// The server did not come up, and runs again with the configuration of before.
        case rolledBack = "rolled back"
    }

    /// How it ended.
    package let outcome: Outcome
    /// How long the server was away, ms.
    package let milliseconds: Int
    /// PostgreSQL's words when it did not start.
    package let words: String?
    /// Settings that still wait for a restart.
    package let waiting: [String]
}

/// Restarts a local server, and brings it back when it does not come up.
struct Restarter {
    let point: RestartPoint
    let progress: @Sendable (TuneProgress) -> Void

    private var program: ServerProgram {
        ServerProgram(binaries: point.installation.binaries, user: point.installation.owner)
    }
    private var data: String { point.installation.dataDirectory }

    /// Finds out whether this program may and can restart the server.
    /// - Throws: ``Failure`` with the command that does it instead.
    static func point(_ server: ServerState, _ connection: borrowing Connection) throws -> RestartPoint {
        let installation: ServerInstallation
        do {
            installation = try ServerInstallation.of(
                dataDirectory: server.isSuperuser ? server.dataDirectory : nil, connection)
        } catch let unreachable as ServerInstallation.Unreachable {
            throw Failure.refused(
                "the server cannot be restarted from here: \(unreachable.reason)",
                fix: "Restart it on its own machine:"
                    + " pg_ctl -D \(server.dataDirectory ?? "DATA") restart   # or systemctl, docker")
        }
        let data = installation.dataDirectory
        let contents = FileManager.default.contents(atPath: data + "/postmaster.pid") ?? Data()
        let pid = String(decoding: contents, as: UTF8.self).prefix { $0.isNumber }
        let process = "/proc/\(pid)"
        let groups = FileManager.default.contents(atPath: process + "/cgroup") ?? Data()
        let unit = String(decoding: groups, as: UTF8.self).split { $0 == "/" || $0 == "\n" }
            .last { $0.hasSuffix(".service") && !$0.hasPrefix("user@") }
        if let unit {
            throw Failure.refused(
                "the server is kept by systemd, which would take a restart for a crash",
                fix: "systemctl restart \(unit)")
        }
        let output = try? FileManager.default.destinationOfSymbolicLink(atPath: process + "/fd/2")
        let collects = server["logging_collector"].map { $0.same($0.running, "on") } ?? false
        var status = stat()
        let isFile = output.map { stat($0, &status) == 0 && status.st_mode & S_IFMT == S_IFREG } ?? false
        guard pid != "1", collects || isFile || output == "/dev/null" else {
            throw Failure.refused(
                "the server is kept by a supervisor (a container, or a terminal), which reads its output",
                fix: "docker restart CONTAINER   # or whatever started it")
        }
        let text = FileManager.default.contents(atPath: data + "/postgresql.auto.conf")
        let variables = FileManager.default.contents(atPath: process + "/environ")
        return RestartPoint(
            installation: installation, configuration: text.map { String(decoding: $0, as: UTF8.self) } ?? "",
            logFile: collects ? nil : output, environment: variables.map(Self.environment))
    }

    private static func environment(_ contents: Data) -> [String: String] {
        String(decoding: contents, as: UTF8.self).split(separator: "\0").reduce(into: [:]) { result, pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { result[String(parts[0])] = String(parts[1]) }
        }
    }

    /// Restarts; when the server does not come up, puts the former configuration back and starts it with that.
    /// - Returns: PostgreSQL's words when that was necessary, else nil.
    /// - Throws: ``Failure`` when the server does not come up either way.
    func run() throws -> String? {
        progress(.restarting)
        if let words = try restart() {
            progress(.doing("the server does not start: \(words)"))
            for former in formerConfigurations() {
                try AutoConfiguration.write(former, to: data + "/postgresql.auto.conf", owner: point.installation.owner)
                if try restart() == nil { return words }
            }
            throw Failure(
                .failed,
                "the server does not start, not even with its former configuration: \(words)",
                fix: "emaildb tune --rescue -D \(data)   # and look into its log")
        }
        return nil
    }

    /// The configuration before this run, and the one before the first `tune`.
    private func formerConfigurations() -> [String] {
        let contents = FileManager.default.contents(atPath: data + "/postgresql.auto.conf") ?? Data()
        let present = AutoConfiguration(String(decoding: contents, as: UTF8.self))
        return [point.configuration, present.withoutTune().text].filter { $0 != present.text }
    }

    /// - Returns: PostgreSQL's words when the server is not up afterwards.
    private func restart() throws -> String? {
        var status = stat()
        let start = point.logFile.flatMap { stat($0, &status) == 0 ? Int(status.st_size) : nil } ?? 0
        // With the arguments of the last start, which pg_ctl keeps in postmaster.opts; it also starts a stopped server.
        var arguments = ["-D", data, "-m", "fast", "-w", "-t", "300", "-s"]
        if let log = point.logFile { arguments += ["-l", log] }
        let outcome = try program.run("pg_ctl", arguments + ["restart"], environment: point.environment)
        guard outcome.status != 0 else { return nil }
        let log = point.logFile.flatMap { FileManager.default.contents(atPath: $0) }?.dropFirst(start)
        let text = log.map { String(decoding: $0, as: UTF8.self) } ?? ""
        return ScratchServer.complaint(text.isEmpty ? outcome.errors : text)
    }
}

extension Tuner {
    /// Remembers a server and its configuration, before anything is written, for ``restart(_:)`` to return to.
    /// - Throws: ``Failure``; refused when the server is not on this machine, or a service manager runs it.
    package func restartPoint() throws -> RestartPoint {
        try session { try Restarter.point(try state($0), $0) }
    }

    /// Restarts the server if a setting waits for that; every session is ended (pg_ctl's fast mode).
    ///
    /// When it does not come up, its former configuration is put back and it is started with that.
    /// - Throws: ``Failure``.
    package func restart(_ point: RestartPoint) throws -> RestartReport {
        let before = try session { try state($0).waitingForRestart }
        guard !before.isEmpty else {
            return RestartReport(outcome: .notNeeded, milliseconds: 0, words: nil, waiting: [])
        }
        let start = ContinuousClock.now
        let words = try Restarter(point: point, progress: progress).run()
        let milliseconds = start.duration(to: .now).wholeMilliseconds
        let after = try session { try state($0).waitingForRestart }
        return RestartReport(
            outcome: words == nil ? .restarted : .rolledBack, milliseconds: milliseconds, words: words, waiting: after)
    }
}
