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
        guard words.count > 1, let kilobytes = Int(words[1]), 0..<1 << 50 ~= kilobytes else { return nil }
        let host = Machine.Quantity(kilobytes * ByteSize.kilobyte, source: "/proc/meminfo")
        let limits = try ControlGroups { try file($0, connection) }.memoryLimits { try file($0, connection) }
        return ([host] + limits).min { $0.value < $1.value }
    }

    /// Processors: those that are online and allowed, or a quota that is less; nil when unknown.
    func cpus(_ connection: borrowing Connection) throws -> Machine.Quantity? {
        var candidates: [Machine.Quantity] = []
        func add(_ count: Int?, _ source: String) {
            if let count, count > 0 { candidates.append(Machine.Quantity(count, source: source)) }
        }
        let online = "/sys/devices/system/cpu/online"
        add(try file(online, connection).map { Self.count($0) }, online)
        if candidates.isEmpty {
            let lines = try file("/proc/cpuinfo", connection)?.parts("\n") ?? []
            add(lines.count { $0.hasPrefix("processor") }, "/proc/cpuinfo")
        }
        let allowed = try line("Cpus_allowed_list:", of: "/proc/self/status", connection)?.parts(" ", "\t").last
        add(allowed.map { Self.count($0) }, "/proc/self/status")
        candidates += try ControlGroups { try file($0, connection) }.processorQuotas { try file($0, connection) }
        return candidates.min { $0.value < $1.value }
    }

    /// How many numbers a list such as `0-3,8` holds.
    private static func count(_ list: some StringProtocol) -> Int {
        let ranges = list.parts(",", "\n").map { $0.parts("-").compactMap { UInt16($0) }.map(Int.init) }
        return ranges.reduce(0) { count, range in count + (range.last ?? -1) - (range.first ?? 0) + 1 }
    }

    /// Asks `df` on the server for the volume of the write-ahead log, as PostgreSQL has no function for it; nil when
    /// that is not permitted, as on a standby, or not possible.
    ///
    /// `df` is run by `COPY FROM PROGRAM` into a temporary table that is rolled back, so nothing is written.
    /// - Returns: what is free and what the log occupies already, bytes; whether it is not the volume of the data.
    private static func walVolume(
        _ server: ServerState, _ connection: borrowing Connection
    ) throws -> (space: Machine.Quantity, isDedicated: Bool)? {
        guard let directory = server.dataDirectory, !server.isInRecovery else { return nil }
        let quoted = directory.unicodeScalars.map { $0 == "'" ? "'\\''" : String($0) }.joined()
        let command = "df -P -k '\(quoted)' '\(quoted)/pg_wal'"
        do {
            defer { if connection.isAlive { _ = try? connection.query("ROLLBACK") } }
            let results = try connection.script(
                """
                BEGIN;
                CREATE TEMPORARY TABLE emaildb_volumes (line text) ON COMMIT DROP;
                COPY pg_temp.emaildb_volumes FROM PROGRAM \(SQL.literal(command))
                  WITH (FORMAT csv, DELIMITER E'\\x01', QUOTE E'\\x02');
                SELECT line, (SELECT coalesce(sum(size), 0)::bigint FROM pg_ls_waldir()) AS occupied
                  FROM pg_temp.emaildb_volumes
                """)
            let volumes = results[3].compactMap { volume($0.text("line")) }
            guard volumes.count == 2, let occupied = results[3][0].integer("occupied") else { return nil }
            let space = Machine.Quantity(volumes[1].available + occupied, source: "df on the server")
            return (space, volumes[0].mount != volumes[1].mount)
        } catch {
            guard error.kind == .server else { throw error }
            return nil
        }
    }

    /// One line of `df -P -k` (POSIX): names may hold spaces, so the columns are found by the one with the per cent.
    private static func volume(_ line: String) -> (available: Int, mount: String)? {
        let words = line.parts(" ")
        guard let share = words.lastIndex(where: { $0.hasSuffix("%") }), share > 0, let free = Int(words[share - 1]),
            0..<1 << 50 ~= free
        else { return nil }
        return (free * ByteSize.kilobyte, words[(share + 1)...].joined(separator: " "))
    }

    private func line(_ start: String, of path: String, _ connection: borrowing Connection) throws -> Substring? {
        try file(path, connection)?.parts("\n").first { $0.hasPrefix(start) }
    }

    /// A file of the server; nil when it is not there or may not be read.
    private func file(_ path: String, _ connection: borrowing Connection) throws -> String? {
        do {
            // The four-argument form is the only one with missing_ok that 15 has.
            return try connection.query("SELECT pg_read_file($1, 0, 1048576, true)", [root + path]).first?[0]
        } catch {
            guard error.kind == .server else { throw error }
            return nil
        }
    }
}
