import Core
import FoundationEssentials
import Glibc
import Postgres
package import Server
import Verify

/// Proves a backup: restores it aside, recovers it to the end of the log, and looks whether everything is there.
///
/// The copy has archiving off and listens on a private socket only. The running server is asked for its position, and nothing else.
package struct DrillRun: Sendable {
    let repository: Repository
    let programs: BackupPrograms
    /// The backup to prove; the newest when nil.
    package var backup: String?
    /// Where the server that runs stands now; nil when it is not reached.
    package var serverPosition: LogPosition?
    package var progress: @Sendable (String) -> Void = { _ in }

    package init(_ repository: Repository, _ programs: BackupPrograms) {
        self.repository = repository
        self.programs = programs
    }

    /// - Returns: the evidence, which is also written, whether it passed or not.
    /// - Throws: ``Failure`` when nothing can be said: no such backup, another run's lock, a signal.
    package func run() throws -> DrillEvidence {
        try programs.require(major: repository.record.major)
        let readers = try repository.take(.readers, shared: true)
        defer { readers.release() }
        let physical = try repository.list().filter(\.isPhysical)
        guard let record = backup == nil ? physical.last : physical.first(where: { $0.id == backup }) else {
            let problem = backup.map { "the repository has no backup \($0) of the cluster's files" }
            throw Failure.refused(
                problem ?? "there is no backup of the cluster's files to prove",
                fix:
                    "emaildb backup \(backup == nil ? "create" : "list") --repository \(repository.folder.quotedForShell)"
            )
        }
        let needed = try repository.chain(of: record, in: physical).reduce(0) { $0 + $1.bytes } / 10 * 11
        if let free = FileSystem.free(repository.aside), free < needed {
            throw Failure.refused(
                "\(repository.aside) has room for \(free >> 20) MB, and a drill needs \(needed >> 20) MB",
                fix: "df \(repository.aside)")
        }
        let started = Moment.now
        var evidence = DrillEvidence(
            drill: "\(started.compact)-drill", started: started, ended: started, backup: record.id, kind: record.kind,
            systemIdentifier: record.systemIdentifier, toolVersion: toolVersion)
        do {
            try prove(record, &evidence)
        } catch let failure as Failure where Interruption.signal == nil {
            evidence.problems += failure.problems.isEmpty ? [failure.message] : failure.problems.map(\.problem)
        } catch let error as PostgresError where Interruption.signal == nil {
            evidence.problems.append(error.description)
        }
        try Interruption.check()
        evidence.ended = .now
        evidence.outcome = evidence.problems.isEmpty ? .passed : .failed
        try keep(evidence, record)
        return evidence
    }

    private func prove(_ record: BackupRecord, _ evidence: inout DrillEvidence) throws {
        var planner = RestorePlanner(repository: repository, programs: programs, target: .latest)
        planner.backup = record.id
        let prepared = try planner.prepare()
        evidence.bytes = prepared.plan.bytes
        evidence.logBytes = prepared.plan.logBytes ?? 0
        let stage = try repository.stage("drill")
        defer { stage.remove() }
        let data = stage.folder + "/data"
        var recovery = CopyRecovery(
            repository: repository, programs: programs, prepared: prepared, data: data, log: stage.folder + "/log",
            isSmall: true)
        recovery.progress = progress
        let (copy, copying) = try timed { try recovery.make() }
        defer { copy.remove() }
        evidence.copyMilliseconds = copying
        try compare(copy, recovery, record, &evidence)
        progress("replaying the log to its end")
        let (reached, replaying) = try timed { try recovery.promoteAtEnd(copy, try recovery.common(copy)) }
        evidence.recoveryMilliseconds += replaying
        evidence.lastTransaction = reached.lastTransaction
        evidence.position = reached.position
        loss(reached, &evidence)
        let (_, proving) = try timed { try look(copy, record, &evidence) }
        evidence.proofMilliseconds += proving
        try copy.stop()
    }

    /// Goes to the point that the counts were taken at, and compares each tenant.
    private func compare(
        _ copy: ServerCopy, _ recovery: CopyRecovery, _ record: BackupRecord, _ evidence: inout DrillEvidence
    ) throws {
        guard let point = record.point else {
            evidence.unseen.append("rows of tenants: \(record.remark ?? "none were counted")")
            return
        }
        progress("replaying the log to the point of the counts")
        let (_, replaying) = try timed {
            try Files.write("".utf8, to: copy.data + "/standby.signal")
            var settings = try recovery.common(copy)
            settings["recovery_target_name"] = point
            settings["recovery_target_action"] = "pause"
            try copy.start(settings)
            return try copy.recover { $0.isPaused }
        }
        evidence.recoveryMilliseconds += replaying
        progress("comparing the rows of each tenant")
        let (_, comparing) = try timed {
            let found = try TenantCounter.counts(try copy.connect(record.database))
            evidence.tenants = found.count
            evidence.messages = found.reduce(0) { $0 + $1.messages }
            evidence.isExact = record.isExact
            evidence.differences = Self.differences(record.tenants, found)
        }
        evidence.proofMilliseconds += comparing
        let count = evidence.differences.count
        if count > 0 {
            let sentence =
                "the rows of \(count) of \(max(record.tenants.count, evidence.tenants)) tenants are not those of the backup"
            if record.isExact {
                evidence.problems.append(sentence)
            } else {
                evidence.unseen.append("\(sentence), which were counted while writers were at work")
            }
        }
        try copy.stop()
    }

    static func differences(_ expected: [TenantCount], _ found: [TenantCount]) -> [DrillEvidence.Difference] {
        let before = Dictionary(expected.map { ($0.tenant, $0) }) { first, _ in first }
        let after = Dictionary(found.map { ($0.tenant, $0) }) { first, _ in first }
        return Set(before.keys).union(after.keys).sorted().compactMap { tenant in
            before[tenant] == after[tenant]
                ? nil : DrillEvidence.Difference(tenant: tenant, expected: before[tenant], found: after[tenant])
        }
    }

    private func loss(_ reached: ServerCopy.Progress, _ evidence: inout DrillEvidence) {
        guard let serverPosition, let position = reached.position else {
            evidence.unseen.append("what a recovery would lose: the server was not reached")
            return
        }
        let bytes = serverPosition > position ? Int(serverPosition.bytes - position.bytes) : 0
        evidence.loss = DrillEvidence.Loss(
            bytes: bytes,
            seconds: bytes == 0 ? 0 : reached.lastTransaction.map { max(0, evidence.started.seconds(since: $0)) })
    }

    /// Verify, and the structure of every table and index.
    private func look(_ copy: ServerCopy, _ record: BackupRecord, _ evidence: inout DrillEvidence) throws {
        if record.point != nil {
            progress("verifying")
            let report = try CopyProof.verify(copy, database: record.database)
            evidence.verifyChecks = report.parts.reduce(0) { $0 + $1.checks }
            evidence.verifyFindings = report.findings.map { "\($0.code) \($0.object)" }
            evidence.unseen += report.unseen.map { "\($0.section.rawValue) \($0.what): \($0.reason)" }
            let errors = report.count(.error)
            if errors > 0 { evidence.problems.append("verify has \(errors) findings that are errors") }
        }
        progress("looking at every page")
        let outcome = try programs.attempt(
            "pg_amcheck",
            ["--install-missing", "--heapallindexed", "--no-strict-names"] + copy.arguments + [record.database])
        if outcome.status != 0 {
            let lines = (outcome.output + outcome.errors).split(separator: "\n").filter { !$0.isEmpty }
            evidence.amcheckFindings = lines.prefix(100).map(String.init)
            evidence.problems.append("pg_amcheck: \(evidence.amcheckFindings.first ?? "status \(outcome.status)")")
        }
    }

    /// Writes the evidence, and into the record of the backup that it is proven.
    private func keep(_ evidence: DrillEvidence, _ record: BackupRecord) throws(Failure) {
        let name = evidence.drill + ".json"
        try Files.write(BackupJSON.bytes(evidence), to: repository.evidence + "/" + name)
        var record = record
        record.proof = evidence.outcome == .passed ? BackupRecord.Proof(at: evidence.ended, evidence: name) : nil
        try repository.save(record)
    }

    private func timed<Value>(_ body: () throws -> Value) rethrows -> (Value, Int) {
        let start = ContinuousClock.now
        let value = try body()
        return (value, start.duration(to: .now).wholeMilliseconds)
    }
}
