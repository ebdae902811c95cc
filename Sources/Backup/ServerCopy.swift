import Core
import Glibc
import Postgres
import Server

/// A copy of the cluster that only this process reaches: by a socket in a folder of its own, with archiving off.
///
/// What the copy's own configuration says about addresses, archiving, replication and logs does not count while it runs here.
struct ServerCopy {
    let data: String
    let programs: BackupPrograms
    let superuser: String
    /// Of the socket, and the files that are for this run only.
    private let folder: String
    private let log: String
    private let least: [String: String]
    private let isSmall: Bool

    private static let prefix = "/tmp/emaildb-copy-"

    /// - Parameters:
    ///   - data: the files, from a backup.
    ///   - log: where the server writes what it has to say.
    ///   - isSmall: whether it takes little memory, beside a server that is at work.
    init(
        _ data: String, _ programs: BackupPrograms, superuser: String, log: String, isSmall: Bool
    ) throws(Failure) {
        self.data = data
        self.programs = programs
        self.superuser = superuser
        self.log = log
        self.isSmall = isSmall
        least = try ControlData(data, programs.binaries, as: BackupPrograms.user).leastSettings
        Self.sweep()
        folder = "\(Self.prefix)\(getpid())-\(UInt32.random(in: 0 ... .max))"
        guard mkdir(folder, 0o700) == 0 else {
            throw Failure(.failed, "cannot write in /tmp", fix: "ls -ld /tmp; df /tmp")
        }
        try Files.write("local all all trust\n".utf8, to: folder + "/pg_hba.conf")
        try Files.write("".utf8, to: folder + "/pg_ident.conf")
        try Files.write("".utf8, to: folder + "/postgresql.conf")
        if !Files.exists(log) { try Files.write("".utf8, to: log) }
    }

    func remove() {
        StrayServer.endAndWait(data)
        try? Files.remove(folder)
    }

    /// Folders of runs that are no longer there.
    private static func sweep() {
        for name in (try? Files.names("/tmp")) ?? [] where "/tmp/\(name)".hasPrefix(prefix) {
            var status = stat()
            let path = "/tmp/" + name
            guard let process = Int32(path.dropFirst(prefix.count).prefix(while: \.isNumber)), kill(process, 0) != 0,
                errno == ESRCH, lstat(path, &status) == 0, status.st_uid == geteuid(),
                status.st_mode & S_IFMT == S_IFDIR
            else { continue }
            try? Files.remove(path)
        }
    }

    // MARK: - Running it

    private func options(_ settings: [String: String]) -> [String: String] {
        var own = [
            "data_directory": data, "hba_file": folder + "/pg_hba.conf", "ident_file": folder + "/pg_ident.conf",
            "external_pid_file": "", "port": "5432", "listen_addresses": "", "unix_socket_directories": folder,
            "unix_socket_permissions": "0700", "unix_socket_group": "", "archive_mode": "off", "archive_command": "",
            "archive_library": "", "archive_cleanup_command": "", "recovery_end_command": "", "primary_conninfo": "",
            "primary_slot_name": "", "synchronous_standby_names": "", "ssl": "off", "logging_collector": "off",
            "log_destination": "stderr", "cluster_name": "emaildb_copy", "log_statement": "none",
            "log_min_duration_statement": "-1", "hot_standby": "on", "autovacuum": "off", "bonjour": "off",
            "shared_preload_libraries": "pg_stat_statements", "huge_pages": "off", "max_slot_wal_keep_size": "-1",
        ]
        own.merge(least) { $1 }
        if isSmall { own["shared_buffers"] = "128MB" }
        // Debian keeps it elsewhere, and then it is not in a backup.
        if !Files.exists(data + "/postgresql.conf") { own["config_file"] = folder + "/postgresql.conf" }
        return own.merging(settings) { $1 }
    }

    /// Starts it, and waits until it lets a superuser in, however long recovery takes until then.
    func start(_ settings: [String: String]) throws {
        let flags = options(settings).sorted { $0.key < $1.key }.map { "-c \($0.key)=\($0.value.quotedForShell)" }
        let data = data
        let ending = try Interruption.undoable({}, undo: { StrayServer.end(data) }).ending
        defer { if let ending { Interruption.forget(ending) } }
        let start = ContinuousClock.now
        let begun = fileSize(log) ?? 0
        try programs.run(
            "pg_ctl", ["-D", data, "-W", "-s", "-l", log, "-o", flags.joined(separator: " "), "start"],
            fix: "tail \(log)")
        while true {
            try Interruption.check()
            if let running = RunningServer(data), running.isReady, (try? connect()) != nil { return }
            if RunningServer(data) == nil,
                ContinuousClock.now - start > .seconds(3) || logged(since: begun).contains("FATAL")
            {
                throw failure(since: begun)
            }
            pauseThread(for: .milliseconds(20))
        }
    }

    private func logged(since place: Int) -> String {
        String(decoding: (fileBytes(log) ?? []).dropFirst(place), as: UTF8.self)
    }

    /// Why the server ended by itself.
    func failure(since place: Int = 0) -> Failure {
        Failure(
            .failed, "the copy does not recover: \(ScratchServer.complaint(logged(since: place)))", fix: "tail \(log)")
    }

    var isRunning: Bool { RunningServer(data) != nil }

    func stop() throws(Failure) {
        guard isRunning else { return }
        try programs.run("pg_ctl", ["-D", data, "-m", "fast", "-w", "-t", "600", "-s", "stop"], fix: "tail \(log)")
    }

    func settings(_ database: String = "postgres") -> ConnectionSettings {
        var settings = ConnectionSettings(parameters: [
            "host": folder, "port": "5432", "user": superuser, "dbname": database, "sslmode": "disable",
            "gssencmode": "disable", "passfile": folder + "/none", "options": "", "client_encoding": "UTF8",
        ])
        settings.answerTimeout = nil
        return settings
    }

    func connect(_ database: String = "postgres") throws -> Connection {
        let connection = try Connection(settings(database))
        try Session.pin(connection)
        return connection
    }

    /// The words that lead libpq programs here.
    var arguments: [String] { ["--host=\(folder)", "--port=5432", "--username=\(superuser)", "--no-password"] }

    // MARK: - Recovery

    /// Brings the command into the copy's folder that fetches log from a repository.
    func restoreCommand(_ archive: LogArchive) throws(Failure) -> String {
        let script = folder + "/fetch-log"
        let text = """
            # A segment as the repository has it; of the last one as much as there is, filled up with zeros.
            w=\(archive.folder.quotedForShell)
            if [ -f "$w/$1.gz" ]; then gzip -dc "$w/$1.gz" >"$2.part" && mv "$2.part" "$2"; exit; fi
            if [ -f "$w/$1" ]; then cp "$w/$1" "$2.part" && mv "$2.part" "$2"; exit; fi
            if [ -f "$w/$1.gz.partial" ]; then gzip -dc "$w/$1.gz.partial" >"$2.part" 2>/dev/null
            elif [ -f "$w/$1.partial" ]; then cp "$w/$1.partial" "$2.part" || exit 1
            else exit 1; fi
            truncate -s \(archive.size) "$2.part" && mv "$2.part" "$2"

            """
        try Files.write(text.utf8, to: script)
        return "/bin/sh \(script) %f %p"
    }

    /// Where recovery stands.
    struct Progress {
        let isInRecovery: Bool
        let isPaused: Bool
        let position: LogPosition?
        let lastTransaction: Moment?
    }

    func progress(_ connection: borrowing Connection) throws -> Progress {
        let row = try connection.query(
            """
            SELECT pg_is_in_recovery() AS recovers, pg_last_wal_replay_lsn() AS position,
                   CASE WHEN pg_is_in_recovery() THEN pg_get_wal_replay_pause_state() = 'paused' END AS paused,
                   to_char(pg_last_xact_replay_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') AS time
            """)[0]
        return Progress(
            isInRecovery: row.flag("recovers"), isPaused: row.flag("paused"),
            position: row["position"].flatMap { LogPosition($0) }, lastTransaction: row["time"].flatMap { Moment($0) })
    }

    /// Waits until recovery has come to where it was sent.
    /// - Parameter isThere: asked for every 50 ms.
    /// - Throws: ``Failure`` when the server ends, or stands still for five minutes.
    func recover(until isThere: (Progress) -> Bool) throws -> Progress {
        var last: LogPosition?
        var moved = ContinuousClock.now
        while true {
            try Interruption.check()
            guard isRunning else { throw failure() }
            if let connection = try? connect(), let now = try? progress(connection) {
                if isThere(now) { return now }
                if now.position != last || moved.duration(to: .now) < .zero { (last, moved) = (now.position, .now) }
            }
            guard moved.duration(to: .now) < .seconds(300) else {
                throw Failure(
                    .failed, "recovery has stood still for five minutes at \(last.map { "\($0)" } ?? "its beginning")",
                    fix: "tail \(log)")
            }
            pauseThread(for: .milliseconds(50))
        }
    }
}
