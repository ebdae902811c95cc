import Core
import Postgres

/// Reads the server's machine through the server: the program may run anywhere else.
///
/// Files come through `pg_read_file`, so that they are those of the server's own processes and of its container.
package struct MachineSensor {
    /// The folder that stands for the root of the server's file system.
    let root: String

    /// Everything that the options leave open.
    /// - Throws: ``Failure`` when neither the options nor the server tell the memory.
    func read(_ options: TuneOptions, _ server: ServerState, _ connection: borrowing Connection) throws -> Machine {
        let given = options.memory.map { Machine.Quantity($0, source: "--memory") }
        guard let memory = try given ?? self.memory(connection) else {
            throw Failure.refused(
                "the server does not tell how much memory it has (\(server.platform); \(connection.user) may need to be"
                    + " a superuser to read /proc/meminfo there)",
                fix: "emaildb tune --profile \(options.profile.rawValue) --memory 8GB"
                    + "   # the memory of the server, not of this machine")
        }
        let cpus = try options.cpus.map { Machine.Quantity($0, source: "--cpus") } ?? self.cpus(connection)
        var log = options.walVolume.map { (space: Machine.Quantity($0, source: "--wal-volume"), isDedicated: false) }
        if log == nil { log = try Self.walVolume(server, connection) }
        return Machine(
            memory: memory, cpus: cpus, storage: options.storage ?? .ssd, storageIsGiven: options.storage != nil,
            walVolume: log?.space, walVolumeIsDedicated: log?.isDedicated ?? false, dataSize: server.dataSize)
    }

    /// The smallest of the host's memory and every limit of a control group above the server; nil when unknown.
    func memory(_ connection: borrowing Connection) throws -> Machine.Quantity? {
        let words = try line("MemTotal:", of: "/proc/meminfo", connection)?.parts(" ") ?? []
        guard words.count > 1, let kilobytes = Int(words[1]) else { return nil }
        let host = Machine.Quantity(kilobytes * ByteSize.kilobyte, source: "/proc/meminfo")
        let limits = try controlGroups(connection).memoryLimits { try file($0, connection) }
        return ([host] + limits).min { $0.value < $1.value }
    }

    /// Processors: those that are online and allowed, or a quota that is less; nil when unknown.
    func cpus(_ connection: borrowing Connection) throws -> Machine.Quantity? {
        var candidates: [Machine.Quantity] = []
        func add(_ count: Int?, _ source: String) {
            if let count, count > 0 { candidates.append(Machine.Quantity(count, source: source)) }
        }
        let online = "/sys/devices/system/cpu/online"
        add(try file(online, connection).flatMap { Self.count(list: $0) }, online)
        if candidates.isEmpty {
            let lines = try file("/proc/cpuinfo", connection)?.parts("\n") ?? []
            add(lines.count { $0.hasPrefix("processor") }, "/proc/cpuinfo")
        }
        let allowed = try line("Cpus_allowed_list:", of: "/proc/self/status", connection)?.parts(" ", "\t").last
        add(allowed.flatMap { Self.count(list: String($0)) }, "/proc/self/status")
        candidates += try controlGroups(connection).processorQuotas { try file($0, connection) }
        return candidates.min { $0.value < $1.value }
    }

    /// How many numbers a list such as `0-3,8` holds; nil when it is none.
    private static func count(list: String) -> Int? {
        var count = 0
        for part in list.parts(",", "\n") {
            let bounds = part.parts("-").map { Int($0) }
            guard let first = bounds.first ?? nil, let last = bounds.last ?? nil, last >= first else { return nil }
            count += last - first + 1
        }
        return count
    }

    private func controlGroups(_ connection: borrowing Connection) throws -> ControlGroups {
        ControlGroups(
            membership: try file("/proc/self/cgroup", connection) ?? "",
            mounts: try file("/proc/self/mountinfo", connection) ?? "")
    }

    private func line(_ start: String, of path: String, _ connection: borrowing Connection) throws -> Substring? {
        try file(path, connection)?.parts("\n").first { $0.hasPrefix(start) }
    }

    /// A file of the server; nil when it is not there or may not be read.
    private func file(_ path: String, _ connection: borrowing Connection) throws -> String? {
        do {
            // The four-argument form is the only one with missing_ok that 15 has.
            return try connection.query("SELECT pg_read_file($1, 0, 1048576, true)", [root + path]).first?[0]
        } catch let error as PostgresError where error.kind == .server {
            return nil
        }
    }
}
