package import Core
import Glibc
package import Install
import Postgres
import Schema
import Server

/// Makes a new cluster in a folder from a dump of the repository.
///
/// Passwords are not in a dump: they come from files. What a dump leaves out besides, `init` brings back.
package struct DumpRestore: Sendable {
    let repository: Repository
    let programs: BackupPrograms
    let record: BackupRecord
    let into: String
    package var passwords: [RolePassword] = []
    package var progress: @Sendable (String) -> Void = { _ in }

    package init(_ repository: Repository, _ programs: BackupPrograms, _ record: BackupRecord, into: String) {
        self.repository = repository
        self.programs = programs
        self.record = record
        self.into = Paths.absolute(into)
    }

    package func plan() throws(Failure) -> RestorePlan {
        try RestoreRun.look(into)
        var plan = RestorePlan(
            repository: repository.folder, backup: record.id, kind: .dump, isProven: record.proof != nil,
            backupEnded: record.ended, target: "--backup \(record.id)", bytes: record.bytes, segments: nil,
            logBytes: nil,
            seconds: nil, lastTransaction: nil)
        plan.notes.append("passwords are not in a dump: --password-file ROLE=FILE sets them")
        if let remark = record.remark { plan.notes.append(remark) }
        return plan
    }

    package func run() throws -> RestoreReport {
        let start = ContinuousClock.now
        let plan = try plan()
        try programs.require(major: repository.record.major)
        let readers = try repository.take(.readers, shared: true)
        defer { readers.release() }
        try requireWhole()
        try Files.makeFolder(into)
        let stage = try Repository.Stage(in: into + "/" + RestoreRun.stageName, "run")
        defer {
            stage.remove()
            rmdir(into + "/" + RestoreRun.stageName)
        }
        chmod(into, 0o700)
        let data = stage.folder + "/data"
        progress("making a cluster and loading the dump")
        let cluster = try DumpCluster.make(data, programs, superuser: record.superuser, log: stage.folder + "/log")
        defer { cluster.remove() }
        try DumpCluster.load(repository.folder(of: record), record, into: cluster)
        progress("completing and verifying it")
        var installer = Installer(
            settings: cluster.settings(record.database), database: record.database, source: .embedded())
        installer.passwords = passwords
        _ = try installer.run()
        let report = try CopyProof.verify(cluster, database: record.database)
        let counts = try TenantCounter.counts(try cluster.connect(record.database))
        let differences = DrillRun.differences(record.tenants, counts)
        guard differences.isEmpty else {
            throw Failure(
                .failed,
                "the rows of \(differences.count) tenants are not those of the dump; nothing was put into \(into)",
                fix: "emaildb backup check --repository \(repository.folder.quotedForShell)")
        }
        try cluster.stop()
        try RestoreRun.place(data, into)
        return RestoreReport(
            plan: plan, into: into, lastTransaction: record.started, position: nil,
            milliseconds: start.duration(to: .now).wholeMilliseconds, verify: report, tenants: counts,
            next: [
                "Start it: \(programs.binaries.directory)/bin/pg_ctl -D \(into.quotedForShell) start",
                "Its configuration is initdb's: emaildb tune --profile production",
            ])
    }

    private func requireWhole() throws(Failure) {
        for file in record.files ?? [] {
            guard try DumpFile.sha256(repository.folder(of: record) + "/" + file.name, programs) == file.sha256 else {
                throw Failure.refused(
                    "\(file.name) of dump \(record.id) is damaged: its SHA-256 differs from what was written",
                    fix: "emaildb backup list --repository \(repository.folder.quotedForShell)   # another one")
            }
        }
    }
}
