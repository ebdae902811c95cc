package import Core
import FoundationEssentials
import Glibc
import Postgres
import Schema
package import Server
package import Verify

/// What a restore did.
package struct RestoreReport: Sendable, Encodable {
    package let format = 1
    package let plan: RestorePlan
    package let into: String
    /// The last transaction that was recovered.
    package let lastTransaction: Moment?
    package let position: LogPosition?
    package let milliseconds: Int
    package let verify: VerifyReport
    package let tenants: [TenantCount]
    /// What to do next, in words.
    package let next: [String]
}

/// Puts the cluster of a backup into a folder, recovered to where it was asked for.
///
/// It is made in a folder below, and moved to its place when it is recovered and verified, `PG_VERSION` last: what a killed run
/// leaves behind is no cluster that starts, and the next run removes it.
package struct RestoreRun: Sendable {
    let repository: Repository
    let programs: BackupPrograms
    let target: RecoveryTarget
    let into: String
    package var timeline: UInt32?
    package var progress: @Sendable (String) -> Void = { _ in }

    static let stageName = ".emaildb-restore"

    package init(_ repository: Repository, _ programs: BackupPrograms, target: RecoveryTarget, into: String) {
        self.repository = repository
        self.programs = programs
        self.target = target
        self.into = Paths.absolute(into)
    }

    private func prepare() throws(Failure) -> PreparedRestore {
        try programs.require(major: repository.record.major)
        var planner = RestorePlanner(repository: repository, programs: programs, target: target)
        planner.timeline = timeline
        return try planner.prepare()
    }

    /// Says what ``run()`` would do; writes nothing into the folder.
    package func plan() throws(Failure) -> RestorePlan {
        try Self.look(into)
        return try prepare().plan
    }

    package func run() throws -> RestoreReport {
        let start = ContinuousClock.now
        try Self.look(into)
        let readers = try repository.take(.readers, shared: true)
        defer { readers.release() }
        let prepared = try prepare()
        progress("backup \(prepared.plan.backup), then \(prepared.plan.segments ?? 0) segments of the log at most")
        try requireSpace(prepared.plan)
        let stage = try Repository.Stage(in: into + "/" + Self.stageName, "run")
        defer {
            stage.remove()
            rmdir(into + "/" + Self.stageName)
        }
        chmod(into, 0o700)
        let data = stage.folder + "/data"
        var recovery = CopyRecovery(
            repository: repository, programs: programs, prepared: prepared, data: data, log: stage.folder + "/log",
            isSmall: false)
        recovery.progress = progress
        let copy = try recovery.make()
        defer { copy.remove() }
        let reached = try recovery.promote(copy)
        progress("recovered; verifying")
        let report = try verify(copy, prepared.record)
        let counts = try count(copy, prepared.record)
        try copy.stop()
        try quiet(data)
        try Self.place(data, into)
        return RestoreReport(
            plan: prepared.plan, into: into, lastTransaction: reached.lastTransaction, position: reached.position,
            milliseconds: start.duration(to: .now).wholeMilliseconds, verify: report, tenants: counts,
            next: next)
    }

    private var next: [String] {
        [
            "archive_mode is off in postgresql.auto.conf, so that a copy never writes into the log of the original",
            "Start it: \(programs.binaries.directory)/bin/pg_ctl -D \(into.quotedForShell) start",
            "When it takes the place of the original: ALTER SYSTEM RESET archive_mode; then a repository of its own: emaildb backup init --repository FOLDER",
        ]
    }

    // MARK: - The folder

    /// - Throws: ``Failure``, refused, when a server runs there, or anything but the remains of a killed restore is there.
    static func look(_ into: String) throws(Failure) {
        if let running = RunningServer(into) {
            throw Failure.refused(
                "a server runs on \(into) (process \(running.pid)); a restore never goes into a running cluster",
                fix: "Name a folder that is empty or not there yet: --into DIR")
        }
        var status = stat()
        guard stat(into, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw Failure.refused("\(into) is no folder", fix: "--into OTHER-DIR")
        }
        guard access(into, W_OK | X_OK) == 0 else {
            throw Failure.refused("\(into) cannot be written: \(FileOutput.Refused())", fix: "ls -ld \(into)")
        }
        let names = try Files.names(into).filter { $0 != "lost+found" }
        let isRemains = names.contains(stageName) && !names.contains("PG_VERSION")
        guard names.isEmpty || isRemains else {
            throw Failure.refused(
                "\(into) is not empty (\(names.sorted()[0]) ..), and a restore overwrites nothing",
                fix: "Name a folder that is empty or not there yet: --into DIR")
        }
    }

    private func requireSpace(_ plan: RestorePlan) throws(Failure) {
        try Files.makeFolder(into)
        guard let free = FileSystem.free(into), free < plan.bytes + plan.bytes / 10 + (64 << 20) else { return }
        throw Failure.refused(
            "\(into) has room for \(free >> 20) MB, and the backup needs \(plan.bytes >> 20) MB and its log",
            fix: "df \(into)")
    }

    /// Nothing of the copy writes into the archive of the original, whatever its configuration says.
    private func quiet(_ data: String) throws(Failure) {
        let file = data + "/postgresql.auto.conf"
        var configuration = AutoConfiguration(Files.read(file) ?? [])
        configuration.set("archive_mode", "off")
        for name in ["primary_conninfo", "primary_slot_name", "restore_command"] { configuration.set(name, nil) }
        for name in configuration.entries.map(\.name) where name.hasPrefix("recovery_target") {
            configuration.set(name, nil)
        }
        try Files.write(configuration.bytes, to: file)
    }

    /// Moves what was made to its place.
    static func place(_ data: String, _ into: String) throws {
        try Interruption.check()
        try Interruption.finishing {
            do {
                try Repository.flush(data)
                // What an earlier run had moved before it was killed.
                for name in try Files.names(into) where name != stageName && name != "lost+found" {
                    try Files.remove(into + "/" + name)
                }
                for name in try Files.names(data) where name != "PG_VERSION" {
                    try Files.move(data + "/" + name, to: into + "/" + name)
                }
                try Repository.flush(into)
                try Files.move(data + "/PG_VERSION", to: into + "/PG_VERSION")
                try Files.remove(into + "/" + stageName)
                try Repository.flush(into)
            }
        }
    }

    // MARK: - The proof

    private func verify(_ copy: ServerCopy, _ record: BackupRecord) throws -> VerifyReport {
        try CopyProof.verify(copy, database: record.database)
    }

    private func count(_ copy: ServerCopy, _ record: BackupRecord) throws -> [TenantCount] {
        let connection = try copy.connect(record.database)
        guard try connection.query("SELECT to_regclass('public.email_messages') IS NOT NULL AS here")[0].flag("here")
        else {
            return []
        }
        return try TenantCounter.counts(connection)
    }
}

/// Looks whether a recovered copy is right.
enum CopyProof {
    /// `verify` as far as it concerns what was restored: layout, security, row security under attack, rows.
    static func verify(_ copy: ServerCopy, database: String) throws -> VerifyReport {
        var verifier = Verifier(settings: copy.settings(database), database: database, source: .embedded())
        verifier.sections = [.layout, .security, .probe, .data]
        verifier.messages = 1_000_000
        return try verifier.run()
    }
}

/// Makes a copy from a backup, and recovers it.
struct CopyRecovery {
    let repository: Repository
    let programs: BackupPrograms
    let prepared: PreparedRestore
    let data: String
    let log: String
    let isSmall: Bool
    var progress: @Sendable (String) -> Void = { _ in }

    /// Copies the files, or puts those of incremental backups together.
    func make() throws -> ServerCopy {
        progress("copying the files")
        if prepared.chain.count == 1 {
            let script = "cp -a --reflink=auto -- \"$1\" \"$2\""
            let outcome = try programs.shell(script, [repository.data(of: prepared.record), data])
            guard outcome.status == 0 else {
                throw Failure(.failed, "the files cannot be copied: \(outcome.lastErrors)", fix: "df \(data)")
            }
        } else {
            try programs.run(
                "pg_combinebackup", ["--no-sync", "--output=\(data)"] + prepared.chain.map(repository.data),
                fix: "emaildb backup check --repository \(repository.folder.quotedForShell)")
        }
        chmod(data, 0o700)
        return try ServerCopy(data, programs, superuser: prepared.record.superuser, log: log, isSmall: isSmall)
    }

    /// Recovers to the target and promotes; to the end of the log only after the last record of it has been replayed, which
    /// recovery by itself would not insist on.
    func promote(_ copy: ServerCopy) throws -> ServerCopy.Progress {
        progress("replaying the log")
        var settings = try common(copy)
        guard let target = prepared.settings else { return try promoteAtEnd(copy, settings) }
        try Files.write("".utf8, to: data + "/recovery.signal")
        settings.merge(target) { $1 }
        settings["recovery_target_action"] = "promote"
        try copy.start(settings)
        return try copy.recover { !$0.isInRecovery }
    }

    /// Recovers to the end of the log, and promotes there.
    func promoteAtEnd(_ copy: ServerCopy, _ settings: [String: String]) throws -> ServerCopy.Progress {
        try Files.write("".utf8, to: data + "/standby.signal")
        try copy.start(settings)
        let end = prepared.end
        _ = try copy.recover { progress in end.map { end in progress.position.map { $0 > end } ?? false } ?? true }
        try copy.connect().query("SELECT pg_promote(true, 600)")
        return try copy.recover { !$0.isInRecovery }
    }

    func common(_ copy: ServerCopy) throws(Failure) -> [String: String] {
        [
            "restore_command": try copy.restoreCommand(prepared.archive),
            "recovery_target_timeline": String(prepared.timeline), "wal_retrieve_retry_interval": "200ms",
        ]
    }
}
