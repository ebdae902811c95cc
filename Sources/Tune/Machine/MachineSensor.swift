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
        let memory: Machine.Quantity
        if let given = options.memory {
            memory = Machine.Quantity(given, source: "--memory", isGiven: true)
        } else if let sensed = try self.memory(connection) {
            memory = sensed
        } else {
            throw Failure.refused(
                "the server does not tell how much memory it has (\(server.platform); \(connection.user) may need to be"
                    + " a superuser to read /proc/meminfo there)",
                fix: "emaildb tune --profile \(options.profile.rawValue) --memory 8GB"
                    + "   # the memory of the server, not of this machine")
        }
        let cpus =
            try options.cpus.map { Machine.Quantity($0, source: "--cpus", isGiven: true) } ?? self.cpus(connection)
        let volume = try WALVolume.read(options, server, connection)
        return Machine(
            memory: memory, cpus: cpus, storage: options.storage ?? .ssd, storageIsGiven: options.storage != nil,
            walVolume: volume?.space, walVolumeIsDedicated: volume?.isDedicated ?? false, dataSize: server.dataSize)
    }

    /// The smallest of the host's memory and every limit of a control group above the server; nil when unknown.
    func memory(_ connection: borrowing Connection) throws -> Machine.Quantity? {
        guard let text = try file("/proc/meminfo", connection),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix("MemTotal:") }),
            let kilobytes = line.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
        else { return nil }
        let host = Machine.Quantity(kilobytes * ByteSize.kilobyte, source: "/proc/meminfo")
        let limits = try controlGroups(connection).memoryLimits { try file($0, connection) }
        return ([host] + limits).min { $0.value < $1.value }
    }

    /// Processors: those that are online and allowed, or a quota that is less; nil when unknown.
    func cpus(_ connection: borrowing Connection) throws -> Machine.Quantity? {
        var candidates: [Machine.Quantity] = []
        if let online = try file("/sys/devices/system/cpu/online", connection).flatMap(Self.count(list:)) {
            candidates.append(Machine.Quantity(online, source: "/sys/devices/system/cpu/online"))
        } else if let info = try file("/proc/cpuinfo", connection) {
            let count = info.split(separator: "\n").count { $0.hasPrefix("processor") }
            if count > 0 { candidates.append(Machine.Quantity(count, source: "/proc/cpuinfo")) }
        }
        if let status = try file("/proc/self/status", connection),
            let line = status.split(separator: "\n").first(where: { $0.hasPrefix("Cpus_allowed_list:") }),
            let allowed = Self.count(list: String(line.drop { $0 != "\t" && $0 != " " }))
        {
            candidates.append(Machine.Quantity(allowed, source: "/proc/self/status"))
        }
        candidates += try controlGroups(connection).processorQuotas { try file($0, connection) }
        return candidates.min { $0.value < $1.value }
    }

    /// How many numbers a list such as `0-3,8` holds; nil when it is none.
    static func count(list: String) -> Int? {
        var count = 0
        for part in list.filter({ !$0.isWhitespace }).split(separator: ",") {
            let bounds = part.split(separator: "-").map { Int($0) }
            guard let first = bounds.first ?? nil, let last = bounds.last ?? nil, last >= first else { return nil }
            count += last - first + 1
        }
        return count > 0 ? count : nil
    }

    private func controlGroups(_ connection: borrowing Connection) throws -> ControlGroups {
        ControlGroups(
            membership: try file("/proc/self/cgroup", connection) ?? "",
            mounts: try file("/proc/self/mountinfo", connection) ?? "")
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
