import Core
import FoundationEssentials
import Glibc
package import Postgres

/// Starts a throwaway server on the real configuration files and a candidate postgresql.auto.conf.
///
/// `ALTER SYSTEM` checks a value's syntax and range, and `pg_file_settings` no more than that; what settings mean
/// together, whether a library can be loaded and whether memory can be had, PostgreSQL finds out at its start. The
/// running server is not touched.
package struct ScratchServer {
    private let installation: ServerInstallation
    /// The folder of everything; its owner is this process's user, so that others cannot plant one.
    private let folder: String
    private var data: String { folder + "/data" }
    /// What a sudden end of this process does: the server is ended, and the next run removes the folder.
    private let ending: Int?

    private static let prefix = "/tmp/emaildb-proof-"

    /// What the candidate's start showed.
    package struct Outcome {
        /// Shared memory, bytes.
        package let sharedMemory: Int
        /// Huge pages it would take, when the system has them.
        package let hugePages: Int?
    }

    /// Why the candidate does not start: PostgreSQL's own words.
    package struct Refusal: Error {
        package let words: String
    }

    /// Tries a candidate; several can be tried one after the other.
    /// - Parameters:
    ///   - autoConfiguration: its postgresql.auto.conf.
    ///   - commandLine: what the running server has on its command line, which comes before every file.
    ///   - starts: whether a server is really started; computing its memory alone, which is ten times as fast, checks
    ///     everything but whether the memory can be had.
    ///   - misread: looks at the server that has started, and says what it understood otherwise.
    /// - Throws: ``Refusal`` when it does not start; ``Failure`` when the trial itself fails.
    package func attempt(
        _ autoConfiguration: AutoConfiguration, commandLine: [String: String], starts: Bool = true,
        misread: (borrowing Connection) throws -> String? = { _ in nil }
    ) throws -> Outcome {
        try AutoConfiguration.write(
            autoConfiguration.bytes, to: data + "/postgresql.auto.conf", owner: installation.owner)
        let options = options(commandLine)
        guard starts else {
            return Outcome(sharedMemory: try sharedMemory(options), hugePages: nil)
        }
        let log = data + "/log"
        let started = try installation.binaries.start(data, log: log, options, as: installation.owner)
        guard started.status == 0 else {
            let words = Files.text(log) ?? started.errors
            // Somebody ended it, which is no refusal.
            guard !words.contains(" shutdown request") else {
                throw Failure(
                    .interrupted(by: SIGTERM), "the scratch server was ended by a signal", fix: "Run it again.")
            }
            throw Refusal(words: Self.complaint(words))
        }
        defer { StrayServer.endAndWait(data) }
        let connection = try Connection(
            ConnectionSettings(parameters: [
                "host": data, "port": "5432", "user": LocalServer.superuser, "dbname": "postgres",
                "passfile": data + "/none",
            ]))
        if let words = try misread(connection) { throw Refusal(words: words) }
        let memory = try connection.query(
            """
            SELECT (SELECT setting FROM pg_settings WHERE name = 'shared_memory_size') AS megabytes,
                   (SELECT setting FROM pg_settings WHERE name = 'shared_memory_size_in_huge_pages') AS pages
            """)[0]
        return Outcome(
            sharedMemory: (memory.integer("megabytes") ?? 0) << 20,
            hugePages: memory.integer("pages").flatMap { $0 > 0 ? $0 : nil })
    }

    package func remove() {
        StrayServer.endAndWait(data)
        try? Files.remove(folder)
        if let ending { Interruption.forget(ending) }
    }

    package init(_ installation: ServerInstallation, walSegmentSize: Int) throws {
        Self.sweep()
        self.installation = installation
        folder = "\(Self.prefix)\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        let data = folder + "/data"
        ending = try Interruption.undoable({}, undo: { StrayServer.end(data) }).ending
        let owner = installation.owner
        guard mkdir(folder, 0o755) == 0, mkdir(data, 0o700) == 0,
            getuid() != 0 || chown(data, owner.id, owner.group) == 0
        else { throw Failure(.failed, "cannot write in /tmp", fix: "ls -ld /tmp; df /tmp") }
        do {
            let options = ["--auth=trust", "--no-sync", "--locale=C", "--wal-segsize=\(walSegmentSize >> 20)"]
            try installation.binaries.makeCluster(data, options, as: owner, fix: "df /tmp")
        } catch {
            remove()
            throw error
        }
    }

    private func run(_ name: String, _ arguments: [String]) throws -> ProgramOutcome {
        try installation.binaries.run(name, arguments, as: installation.owner)
    }

    /// Command line settings: those of the running server, and over them what keeps the two apart.
    private func options(_ commandLine: [String: String]) -> [String: String] {
        let own = [
            "config_file": installation.configurationFile, "data_directory": data, "hba_file": data + "/pg_hba.conf",
            "ident_file": data + "/pg_ident.conf", "external_pid_file": "", "port": "5432", "listen_addresses": "",
            "unix_socket_directories": data, "unix_socket_permissions": "0700", "unix_socket_group": "",
            "archive_command": "", "archive_library": "", "restore_command": "", "archive_cleanup_command": "",
            "recovery_end_command": "", "primary_conninfo": "", "primary_slot_name": "",
            "synchronous_standby_names": "", "ssl": "off", "logging_collector": "off", "log_destination": "stderr",
            "cluster_name": "emaildb_proof", "fsync": "off", "autovacuum": "off", "log_statement": "none",
            "log_min_duration_statement": "-1", "default_tablespace": "", "temp_tablespaces": "", "bonjour": "off",
        ]
        return commandLine.merging(own) { $1 }
    }

    /// What PostgreSQL computes before it starts, and with it every check that needs no memory; bytes.
    private func sharedMemory(_ options: [String: String]) throws -> Int {
        let words = options.sorted { $0.key < $1.key }.flatMap { ["-c", "\($0.key)=\($0.value)"] }
        let outcome = try run("postgres", ["-D", data, "-C", "shared_memory_size"] + words)
        guard outcome.status == 0 else { throw Refusal(words: Self.complaint(outcome.errors)) }
        let megabytes = outcome.output.split(separator: "\n").last?.filter(\.isNumber)
        return (megabytes.flatMap { Int($0) } ?? 0) << 20
    }

    /// The lines of a log that say why a start failed, without time and process.
    package static func complaint(_ log: String) -> String {
        let lines = log.split(separator: "\n").compactMap { line -> String? in
            for mark in ["FATAL:", "PANIC:", "DETAIL:", "HINT:", "ERROR:"] {
                if let range = line.firstRange(of: mark) { return String(line[range.lowerBound...]) }
            }
            // What is wrong in a configuration file comes as LOG before a FATAL that names only the file.
            guard let range = line.firstRange(of: "LOG:"), line.contains("invalid") || line.contains("unrecognized")
            else { return nil }
            return String(line[range.lowerBound...])
        }
        return lines.isEmpty
            ? log.split(separator: "\n").suffix(3).joined(separator: "\n") : lines.joined(separator: "\n")
    }

    /// Stops and removes what killed runs left behind.
    private static func sweep() {
        for path in ((try? Files.names("/tmp")) ?? []).map({ "/tmp/" + $0 }) where path.hasPrefix(prefix) {
            var status = stat()
            guard let process = Int32(path.dropFirst(prefix.count).prefix(while: \.isNumber)), kill(process, 0) != 0,
                errno == ESRCH, lstat(path, &status) == 0, status.st_uid == getuid(),
                status.st_mode & S_IFMT == S_IFDIR
            else { continue }
            if let pid = RunningServer(path + "/data")?.pid,
                Files.text("/proc/\(pid)/cmdline")?.contains(path + "/data") == true
            {
                kill(pid, SIGQUIT)
            }
            try? Files.remove(path)
        }
    }
}
