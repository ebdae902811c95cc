import Core
import FoundationEssentials
import Glibc
package import Postgres
import Server

/// Takes a physical backup: files of the whole cluster, and the log that makes them consistent.
///
/// It is built aside and moved to its place whole, its record written last. The counts of each tenant are taken at a point in the
/// log, a restore point, while no writer is at work for a moment, so that a drill can compare exactly the same rows.
package struct BackupCreate: Sendable {
    let source: BackupSource
    let repository: Repository
    package var isIncremental = false
    package var progress: @Sendable (String) -> Void = { _ in }

    package init(_ source: BackupSource, _ repository: Repository) {
        self.source = source
        self.repository = repository
    }

    /// - Throws: ``Failure``: nothing is left of a backup that did not come to its end.
    package func run(_ connection: borrowing Connection) throws -> BackupRecord {
        try Session.pin(connection)
        try source.require(repository)
        try source.programs.require(major: source.major)
        try source.requireReplication()
        let lock = try repository.take(.lock)
        defer { lock.release() }
        let started = Moment.now
        let lost = try renewSlot(connection)
        let parent = lost ? nil : try parent()
        let kind: BackupRecord.Kind = parent == nil ? .full : .incremental
        let id = "\(started.compact)-\(kind.rawValue)"
        try requireSpace(connection)
        let stage = try repository.stage("create")
        defer { stage.remove() }
        let whole = stage.folder + "/backup"
        try Files.makeFolder(whole)
        chmod(whole, 0o700)
        try copy(to: whole + "/data", parent, id)
        let manifest: BackupManifest = try BackupManifest.read(whole + "/data/backup_manifest")
        var record = BackupRecord(
            id: id, kind: kind, parent: parent?.id, started: started, ended: .now, database: source.database,
            systemIdentifier: source.systemIdentifier, serverVersion: source.version, toolVersion: toolVersion,
            superuser: source.superuser)
        (record.timeline, record.start, record.stop) = try manifest.range()
        record.manifest = try DumpFile.sha256(whole + "/data/backup_manifest", source.programs)
        progress("counting the rows of each tenant")
        try TenantCounter(source).count(into: &record, connection)
        try archive(&record, connection)
        record.bytes = Self.size(whole)
        record.ended = .now
        if lost { record.remark = "the slot had been lost: there is a gap before this backup" }
        try Files.write(BackupJSON.bytes(record), to: whole + "/backup.json")
        try Repository.flush(whole)
        try Interruption.check()
        try Files.move(whole, to: repository.folder(of: record))
        try Repository.flush(repository.backups)
        return record
    }

    /// Makes the slot again where the server has given it up; the log has a gap then.
    private func renewSlot(_ connection: borrowing Connection) throws -> Bool {
        let slot = repository.record.slot
        let row = try connection.query(SQLFile("backup_slot"), [slot]).first
        if let row, row["wal_status"] != "lost" { return false }
        if row != nil { try connection.query("SELECT pg_drop_replication_slot($1)", [slot]) }
        try connection.query("SELECT pg_create_physical_replication_slot($1, true)", [slot])
        progress(
            "the slot \(slot) was \(row == nil ? "gone" : "lost") and is made again: the log has a gap, this backup is full"
        )
        return true
    }

    private func parent() throws(Failure) -> BackupRecord? {
        guard isIncremental else { return nil }
        let again = "emaildb backup create --full --repository \(repository.folder.quotedForShell)"
        guard source.major >= 17 else {
            throw Failure.refused(
                "PostgreSQL \(source.major) takes no incremental backups; 17 and later do", fix: again)
        }
        guard let last = try repository.list().last(where: \.isPhysical) else {
            throw Failure.refused("there is no backup yet that an incremental one could add to", fix: again)
        }
        return last
    }

    private func requireSpace(_ connection: borrowing Connection) throws {
        let row = try connection.query("SELECT sum(pg_database_size(oid))::bigint AS size FROM pg_database").first
        let needed = row?.integer("size") ?? 0
        guard let free = FileSystem.free(repository.folder), !isIncremental, free < needed + needed / 10 else { return }
        throw Failure.refused(
            "\(repository.folder) has room for \(free >> 20) MB, and the cluster has \(needed >> 20) MB",
            fix: "emaildb backup prune --keep 1 --repository \(repository.folder.quotedForShell)   # or more disk")
    }

    private func copy(to data: String, _ parent: BackupRecord?, _ id: String) throws {
        progress("copying the cluster")
        var arguments = [
            "--pgdata=\(data)", "--wal-method=stream", "--checkpoint=fast", "--manifest-checksums=SHA256", "--no-sync",
            "--label=emaildb \(id)", "--no-password", "--dbname=\(source.conninfo())",
        ]
        if let parent { arguments.append("--incremental=\(repository.data(of: parent))/backup_manifest") }
        try source.programs.run("pg_basebackup", arguments, fix: "df \(repository.folder)   # then run it again")
        progress("reading the copy again")
        try source.programs.run(
            "pg_verifybackup", ["--quiet", data], fix: "df \(repository.folder)   # then run it again")
    }

    /// Ends the segment that the point is in, and sees to it that the log is here up to that.
    private func archive(_ record: inout BackupRecord, _ connection: borrowing Connection) throws {
        guard let stop = record.pointPosition ?? record.stop, let timeline = record.timeline else { return }
        progress("waiting for the log")
        let holding = LogSegment(
            timeline: timeline, holding: LogPosition(bytes: stop.bytes - 1), size: source.segmentSize)
        try connection.query("SELECT pg_switch_wal()")
        try LogReceiver(source, repository).catchUp(to: holding.end, timeline: timeline, connection)
    }

    static func size(_ folder: String) -> Int {
        var size = 0
        var left = [folder]
        while let path = left.popLast() {
            for name in (try? Files.names(path)) ?? [] {
                var status = stat()
                guard lstat(path + "/" + name, &status) == 0 else { continue }
                if status.st_mode & S_IFMT == S_IFDIR {
                    left.append(path + "/" + name)
                } else {
                    size += Int(status.st_size)
                }
            }
        }
        return size
    }
}

enum FileSystem {
    /// Bytes that this user may still write; nil where nobody says.
    static func free(_ folder: String) -> Int? {
        var status = statvfs()
        return statvfs(folder, &status) == 0 ? Int(status.f_bavail) * Int(status.f_frsize) : nil
    }

    static func total(_ folder: String) -> Int? {
        var status = statvfs()
        return statvfs(folder, &status) == 0 ? Int(status.f_blocks) * Int(status.f_frsize) : nil
    }
}

/// What is needed of PostgreSQL's backup_manifest.
struct BackupManifest: Decodable {
    struct Range: Decodable {
        let timeline: UInt32
        let start: String
        let end: String

        private enum CodingKeys: String, CodingKey {
            case timeline = "Timeline"
            case start = "Start-LSN"
            case end = "End-LSN"
        }
    }

    let ranges: [Range]

    private enum CodingKeys: String, CodingKey { case ranges = "WAL-Ranges" }

    static func read(_ file: String) throws(Failure) -> BackupManifest {
        do { return try JSONDecoder().decode(BackupManifest.self, from: Data(Files.read(file) ?? [])) } catch {
            throw Failure(.failed, "\(file) cannot be read", fix: "head \(file)")
        }
    }

    func range() throws(Failure) -> (UInt32?, LogPosition?, LogPosition?) {
        guard let last = ranges.first, let start = LogPosition(last.start), let end = LogPosition(last.end) else {
            throw Failure(.failed, "the manifest names no range of the log")
        }
        return (last.timeline, start, end)
    }
}

/// Counts and digests of each tenant.
struct TenantCounter {
    private let source: BackupSource

    init(_ source: BackupSource) { self.source = source }

    private static let attempts = 20

    /// Takes the counts at a restore point that it makes; the writers of mail wait for a few milliseconds, and never longer than
    /// half a second.
    func count(into record: inout BackupRecord, _ connection: borrowing Connection) throws {
        guard source.row.flag("has_schema") else {
            record.remark = "the database \(source.database) has no tables of emaildb: nothing was counted"
            return
        }
        let point = "emaildb-\(record.id)"
        let reader = try source.connect()
        var position: String?
        for attempt in 1...Self.attempts where position == nil {
            position = try connection.transaction {
                try connection.query("SET LOCAL lock_timeout = '500ms'")
                do throws(PostgresError) {
                    // What every writer of mail shares; see sql/0010_writers.sql.
                    if attempt < Self.attempts { try connection.query("SELECT pg_advisory_xact_lock(0, 0)") }
                } catch {
                    guard error.sqlState == .lockNotAvailable else { throw error }
                    return nil
                }
                try reader.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                // The snapshot is taken by the first query.
                try reader.query("SELECT 1")
                record.isExact = attempt < Self.attempts
                return try connection.query("SELECT pg_create_restore_point($1)", [point]).first?[0]
            }
            if position == nil { pauseThread(for: .milliseconds(50 * attempt)) }
        }
        record.point = point
        record.pointPosition = position.flatMap { LogPosition($0) }
        record.tenants = try Self.counts(reader)
        try reader.query("COMMIT")
        if !record.isExact {
            record.remark = "writers never paused: the counts are of about the point, not exactly of it"
        }
    }

    static func counts(_ connection: borrowing Connection) throws -> [TenantCount] {
        try connection.query(SQLFile("backup_tenants")).map { row in
            TenantCount(
                tenant: row.text("tenant"), accounts: row.integer("accounts") ?? 0,
                folders: row.integer("folders") ?? 0,
                messages: row.integer("messages") ?? 0, attachments: row.integer("attachments") ?? 0,
                digest: row.text("digest"))
        }
    }
}
