import Core
import FoundationEssentials
import Glibc
package import Postgres
import Server

/// Files of a dump.
enum DumpFile {
    static let database = "database.dump"
    static let globals = "globals.sql"

    /// 64 hexadecimal digits; nil when the file cannot be read.
    static func sha256(_ path: String, _ programs: BackupPrograms) throws(Failure) -> String? {
        let outcome = try programs.shell("sha256sum <\"$1\"", [path])
        let digits = outcome.output.prefix { $0 != " " }
        return outcome.status == 0 && digits.utf8.count == 64 ? String(digits) : nil
    }
}

/// Dumps one database with `pg_dump`, and beside it the roles without their passwords; then tries to restore it.
///
/// A dump whose trial restore fails is kept, and called unproven.
package struct DumpCreate: Sendable {
    let source: BackupSource
    let repository: Repository
    package var progress: @Sendable (String) -> Void = { _ in }

    package init(_ source: BackupSource, _ repository: Repository) {
        self.source = source
        self.repository = repository
    }

    package func run(_ connection: borrowing Connection) throws -> BackupRecord {
        try Session.pin(connection)
        try source.require(repository)
        try source.programs.require(major: source.major)
        let lock = try repository.take(.lock)
        defer { lock.release() }
        let started = Moment.now
        let stage = try repository.stage("dump")
        defer { stage.remove() }
        let whole = stage.folder + "/backup"
        try Files.makeFolder(whole)
        chmod(whole, 0o700)
        var record = BackupRecord(
            id: "\(started.compact)-dump", kind: .dump, parent: nil, started: started, ended: started,
            database: source.database, systemIdentifier: source.systemIdentifier, serverVersion: source.version,
            toolVersion: toolVersion, superuser: source.superuser)
        try dump(whole, &record, connection)
        record.files = try [DumpFile.database, DumpFile.globals].map { name in
            let path = whole + "/" + name
            guard let sha256 = try DumpFile.sha256(path, source.programs) else {
                throw Failure(.failed, "\(path) cannot be read again", fix: "df \(repository.folder)")
            }
            return BackupRecord.File(name: name, bytes: fileSize(path) ?? 0, sha256: sha256)
        }
        record.bytes = BackupCreate.size(whole)
        try prove(whole, &record, stage.folder)
        record.ended = .now
        try Files.write(BackupJSON.bytes(record), to: whole + "/backup.json")
        try Repository.flush(whole)
        try Interruption.check()
        try Files.move(whole, to: repository.folder(of: record))
        try Repository.flush(repository.backups)
        return record
    }

    /// Counts and dump see the same snapshot.
    private func dump(_ whole: String, _ record: inout BackupRecord, _ connection: borrowing Connection) throws {
        try connection.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        defer { if connection.isAlive { _ = try? connection.query("ROLLBACK") } }
        let snapshot = try connection.query("SELECT pg_export_snapshot()")[0].text("pg_export_snapshot")
        let again = "df \(repository.folder)   # then run it again"
        progress("dumping the database")
        try source.programs.run(
            "pg_dump",
            [
                "--format=custom", "--no-password", "--snapshot=\(snapshot)", "--file=\(whole)/\(DumpFile.database)",
                "--dbname=\(source.conninfo(database: source.database))",
            ], fix: again)
        try source.programs.run(
            "pg_dumpall",
            [
                "--globals-only", "--no-role-passwords", "--no-password", "--file=\(whole)/\(DumpFile.globals)",
                "--dbname=\(source.conninfo(database: "postgres"))",
            ], fix: again)
        guard source.row.flag("has_schema") else { return }
        record.tenants = try TenantCounter.counts(connection)
        record.isExact = true
    }

    private func prove(_ whole: String, _ record: inout BackupRecord, _ folder: String) throws {
        progress("restoring it for a trial")
        do {
            let cluster = try DumpCluster.make(
                folder + "/data", source.programs, superuser: record.superuser, log: folder + "/log")
            defer { cluster.remove() }
            try DumpCluster.load(whole, record, into: cluster)
            let found = record.tenants.isEmpty ? [] : try TenantCounter.counts(try cluster.connect(record.database))
            let differences = DrillRun.differences(record.tenants, found)
            if differences.isEmpty {
                record.proof = BackupRecord.Proof(at: .now, evidence: nil)
            } else {
                record.remark = "unproven: in a trial restore the rows of \(differences.count) tenants differ"
            }
            try cluster.stop()
        } catch let failure as Failure where Interruption.signal == nil {
            record.remark = "unproven: \(failure.message)"
        } catch let error as PostgresError where Interruption.signal == nil {
            record.remark = "unproven: \(error.description)"
        }
    }
}

/// A new cluster that a dump is loaded into.
enum DumpCluster {
    static func make(
        _ data: String, _ programs: BackupPrograms, superuser: String, log: String
    ) throws -> ServerCopy {
        try programs.run(
            "initdb",
            [
                "-D", data, "-U", superuser, "--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums",
                "--no-instructions",
                "--auth-local=peer", "--auth-host=scram-sha-256",
            ], fix: "df \(data)")
        let copy = try ServerCopy(data, programs, superuser: superuser, log: log, isSmall: true)
        try copy.start([:])
        return copy
    }

    /// Loads roles, then the database; whatever else pg_restore says, an error ends it.
    static func load(_ whole: String, _ record: BackupRecord, into cluster: ServerCopy) throws(Failure) {
        // The superuser is there already; every other error comes back when the dump needs the role.
        _ = try cluster.programs.attempt(
            "psql",
            ["--no-psqlrc", "--quiet", "--file=\(whole)/\(DumpFile.globals)"] + cluster.arguments + [
                "--dbname=postgres"
            ])
        try cluster.programs.run(
            "pg_restore",
            ["--create", "--exit-on-error"] + cluster.arguments + [
                "--dbname=postgres", "\(whole)/\(DumpFile.database)",
            ],
            fix: "Restore it by hand and look at what is missing: \(whole)")
    }
}
