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
    private let program: ServerProgram
    /// The folder of everything; its owner is this process's user, so that others cannot plant one.
    private let folder: String
    private var data: String { folder + "/data" }

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
            autoConfiguration.text, to: data + "/postgresql.auto.conf", owner: installation.owner)
        let options = options(commandLine)
        guard starts else {
            return Outcome(sharedMemory: try compute("shared_memory_size", options) << 20, hugePages: nil)
        }
        try start(options)
        defer { _ = try? program.run("pg_ctl", ["-D", data, "-m", "immediate", "-s", "stop"]) }
        let connection = try Connection(
            ConnectionSettings(parameters: [
                "host": data, "port": "5432", "user": "postgres", "dbname": "postgres", "passfile": data + "/none",
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

    /// Removes its files.
    package func remove() { try? FileManager.default.removeItem(atPath: folder) }

    package init(_ installation: ServerInstallation, walSegmentSize: Int) throws {
        Self.sweep()
        self.installation = installation
        program = ServerProgram(binaries: installation.binaries, user: installation.owner)
        folder = "\(Self.prefix)\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        guard mkdir(folder, 0o755) == 0, mkdir(folder + "/data", 0o700) == 0,
            getuid() != 0 || chown(folder + "/data", installation.owner.id, installation.owner.group) == 0
        else { throw Failure(.failed, "cannot write in /tmp", fix: "ls -ld /tmp; df /tmp") }
        let made = try program.run(
            "initdb",
            [
                "-D", folder + "/data", "-U", "postgres", "--auth=trust", "--no-sync", "--locale=C", "--encoding=UTF8",
                "--no-instructions", "--wal-segsize=\(walSegmentSize >> 20)",
            ])
        guard made.status == 0 else {
            try? FileManager.default.removeItem(atPath: folder)
            throw Failure(.failed, "initdb failed: \(made.lastErrors)", fix: "df /tmp")
        }
    }

    /// Command line settings: those of the running server, and over them what keeps the two apart.
    private func options(_ commandLine: [String: String]) -> [String: String] {
        var options = commandLine
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
        for (name, value) in own { options[name] = value }
        return options
    }

    /// A value that PostgreSQL computes before it starts, and with it every check that needs no memory.
    private func compute(_ name: String, _ options: [String: String]) throws -> Int {
        let words = options.sorted { $0.key < $1.key }.flatMap { ["-c", "\($0.key)=\($0.value)"] }
        let outcome = try program.run("postgres", ["-D", data, "-C", name] + words)
        guard outcome.status == 0 else { throw Refusal(words: Self.complaint(outcome.errors)) }
        return outcome.output.split(separator: "\n").last.flatMap { Int($0.filter { $0 != " " }) } ?? 0
    }

    private func start(_ options: [String: String]) throws {
        // pg_ctl hands these to a shell.
        let words = options.sorted { $0.key < $1.key }.map { name, value in
            let quoted = value.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
            return "-c \(name)='\(quoted)'"
        }
        let log = data + "/log"
        let outcome = try program.run(
            "pg_ctl", ["-D", data, "-w", "-t", "60", "-s", "-l", log, "-o", words.joined(separator: " "), "start"])
        guard outcome.status == 0 else {
            let text = FileManager.default.contents(atPath: log).map { String(decoding: $0, as: UTF8.self) }
            throw Refusal(words: Self.complaint(text ?? outcome.errors))
        }
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
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/tmp")) ?? []
        for name in names where ("/tmp/" + name).hasPrefix(prefix) {
            let path = "/tmp/" + name
            let owner = name.dropFirst(prefix.count - "/tmp/".count).prefix { $0.isNumber }
            var status = stat()
            guard let process = Int32(owner), kill(process, 0) != 0, errno == ESRCH, lstat(path, &status) == 0,
                status.st_uid == getuid(), status.st_mode & S_IFMT == S_IFDIR
            else { continue }
            if let contents = FileManager.default.contents(atPath: path + "/data/postmaster.pid"),
                let pid = String(decoding: contents, as: UTF8.self).split(separator: "\n").first.flatMap({ Int32($0) }),
                let words = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline"),
                String(decoding: words, as: UTF8.self).contains(path + "/data")
            {
                kill(pid, SIGQUIT)
            }
            try? FileManager.default.removeItem(atPath: path)
        }
    }
}
