import Core
import Glibc
import Postgres

/// The server that runs on a data directory, as its postmaster.pid says and the process shows.
package struct RunningServer: Sendable {
    package let pid: Int32
    package let port: Int
    /// Whether it accepts connections.
    package let isReady: Bool
    /// Whether the process has shown that it serves this directory, so that it may be sent a signal.
    let isCertain: Bool

    /// nil when none runs.
    package init?(_ data: String) {
        let lines = (Files.beginning(data + "/postmaster.pid") ?? "").splitScalars("\n")
        guard lines.count > 3, let pid = Int32(lines[0]), pid > 1, let port = Int(lines[3]) else { return nil }
        // The number may have been given to another program since, and a killed server stays behind as a zombie until
        // its parent looks.
        let words = (Files.text("/proc/\(pid)/stat") ?? "").split(separator: " ")
        guard words.count > 2, words[1] == "(postgres)", words[2] != "Z" else { return nil }
        let identity = Self.identity(of: pid, data)
        if identity == .other { return nil }
        self.pid = pid
        self.port = port
        isReady = lines.count > 7 && lines[7].hasPrefix("ready")
        isCertain = identity == .this
    }

    /// What a process named postgres is to a data directory.
    private enum Identity { case this, other, unknown }

    private static func identity(of pid: Int32, _ data: String) -> Identity {
        var here = stat()
        var there = stat()
        guard stat(data, &there) == 0 else { return .other }
        // A server stays in its data directory.
        if stat("/proc/\(pid)/cwd", &here) == 0 {
            return here.st_dev == there.st_dev && here.st_ino == there.st_ino ? .this : .other
        }
        guard errno == EACCES || errno == EPERM else { return .other }
        // Another user's process; root in a container may not look at its folder either, but at its arguments.
        let words = (Files.text("/proc/\(pid)/cmdline") ?? "").splitScalars("\0")
        guard words.contains(data) else { return words.contains("-D") ? .other : .unknown }
        let isOwners = stat("/proc/\(pid)", &here) == 0 && here.st_uid == there.st_uid
        return isOwners ? .this : .unknown
    }
}
