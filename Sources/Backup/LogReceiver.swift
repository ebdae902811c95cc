import Core
import Glibc
package import Postgres
import Server

/// Brings the log into the repository: `pg_receivewal` with a slot, which keeps on the server what is not here yet.
package struct LogReceiver: Sendable {
    private let source: BackupSource
    private let repository: Repository

    package init(_ source: BackupSource, _ repository: Repository) {
        self.source = source
        self.repository = repository
    }

    private var arguments: [String] {
        [
            "--directory=\(repository.log)", "--slot=\(repository.record.slot)", "--synchronous", "--compress=gzip:1",
            "--no-password", "--dbname=\(source.conninfo())",
        ]
    }

    /// Becomes pg_receivewal, for good: it goes on when the connection or the disk was away, and whoever kills this process
    /// kills it.
    /// - Throws: ``Failure``: another receiver has the repository, or the slot is not there or was lost.
    package func becomeReceiver(_ connection: borrowing Connection) throws -> Never {
        try source.require(repository)
        try look(connection)
        let lock = open(repository.folder + "/receiver", O_RDWR | O_CREAT | O_NOFOLLOW, 0o600)
        // Inherited: held as long as the receiver runs.
        guard lock >= 0, flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            throw Failure(
                .lockTimeout, "another receiver writes into \(repository.folder)",
                fix: "fuser -v \(repository.folder)/receiver")
        }
        for (name, value) in source.programs.environment { setenv(name, value, 1) }
        setenv("LD_LIBRARY_PATH", source.binaries.directory + "/lib", 1)
        Interruption.uninstall()
        become(["\(source.binaries.directory)/bin/pg_receivewal", "--verbose"] + arguments)
        throw Failure(
            .failed, "\(source.binaries.directory)/bin/pg_receivewal cannot be run: \(FileOutput.Refused())",
            fix: "ls -l \(source.binaries.directory)/bin")
    }

    private func look(_ connection: borrowing Connection) throws {
        let slot = repository.record.slot
        guard let row = try connection.query(SQLFile("backup_slot"), [slot]).first else {
            throw Failure.refused(
                "the slot \(slot) is not on this server, so nothing kept its log for the repository",
                fix:
                    "emaildb backup create --repository \(repository.folder.quotedForShell)   # makes it again, with a full backup"
            )
        }
        guard row["wal_status"] != "lost" else {
            throw Failure(
                .findings, "the slot \(slot) is lost: the server has removed log that is not in the repository, a gap",
                fix:
                    "emaildb backup create --repository \(repository.folder.quotedForShell)   # makes it again, with a full backup"
            )
        }
    }

    /// Whether a receiver runs on this machine.
    package var isRunning: Bool {
        let file = open(repository.folder + "/receiver", O_RDWR | O_CLOEXEC | O_NOFOLLOW)
        guard file >= 0 else { return false }
        defer { close(file) }
        return flock(file, LOCK_SH | LOCK_NB) != 0
    }

    /// Sees to it that the log is here up to a position, which is the end of a segment: waits for the receiver that runs, or
    /// receives it.
    func catchUp(to end: LogPosition, timeline: UInt32, _ connection: borrowing Connection) throws {
        let last = LogSegment(timeline: timeline, number: end.bytes / source.segmentSize - 1, size: source.segmentSize)
        let slot = repository.record.slot
        func isHere() -> Bool {
            Files.exists("\(repository.log)/\(last).gz") || Files.exists("\(repository.log)/\(last)")
        }
        let deadline = ContinuousClock.now + .seconds(120)
        while !isHere() {
            try Interruption.check()
            let isActive =
                try connection.query(SQLFile("backup_slot"), [slot]).first?.flag("active") == true
            if !isActive, !isRunning { try receive(until: end) }
            if isHere() {
                // It ends without a last word to the server, which would keep what is here until the next time.
                if !isActive {
                    _ = try? connection.query("SELECT pg_replication_slot_advance($1, $2)", [slot, "\(end)"])
                }
                return
            }
            guard ContinuousClock.now < deadline else {
                throw Failure(
                    .failed, "the receiver runs, and after two minutes \(last) is still not in \(repository.log)",
                    fix: "Look at what the receiver says, and at the disk: df \(repository.log)")
            }
            pauseThread(for: .milliseconds(100))
        }
    }

    private func receive(until end: LogPosition) throws(Failure) {
        let lock = try repository.take(.receiver)
        defer { lock.release() }
        // It stops when it is past this; behind the segment's end an idle server has nothing to send.
        let last = LogPosition(bytes: end.bytes - 1)
        let outcome = try source.programs.attempt("pg_receivewal", ["--no-loop", "--endpos=\(last)"] + arguments)
        // Another one may have taken the slot since.
        guard outcome.status == 0 || outcome.errors.contains("is active for PID") else {
            throw Failure(.failed, "pg_receivewal failed: \(outcome.lastErrors)", fix: "df \(repository.log)")
        }
    }
}
