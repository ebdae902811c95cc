import Core
import Glibc
import Postgres
import Server

/// Looks whether a repository holds what it should: reads every file of it, and asks the server what it has.
///
/// No program's exit status is taken for an answer where the files can be looked at. Changes nothing.
package struct BackupCheck: Sendable {
    let repository: Repository
    let programs: BackupPrograms
    /// Whether files are read, and not only looked for.
    package var readsFiles = true
    package var progress: @Sendable (String) -> Void = { _ in }

    /// Seconds after which a backup, and a drill, are old: to warn, and critical.
    static let backupAge = (warning: 26 * 3600, critical: 50 * 3600)
    static let drillAge = (warning: 7 * 86_400, critical: 30 * 86_400)

    package init(_ repository: Repository, _ programs: BackupPrograms) {
        self.repository = repository
        self.programs = programs
    }

    private var name: String { repository.folder.quotedForShell }
    private var create: String { "emaildb backup create --repository \(name)" }

    /// - Parameter source: the server; nil when it was not reached, with the reason.
    package func run(_ source: BackupSource?, unreached: String?) throws -> BackupCheckReport {
        let start = ContinuousClock.now
        var report = BackupCheckReport(repository: repository.folder, at: .now)
        var unreadable: [String] = []
        let all = try repository.list(unreadable: &unreadable)
        for name in unreadable {
            report.add(
                "backup", .critical,
                "\(repository.backups)/\(name) is no whole backup: its backup.json is missing or damaged",
                fix: "\(create)   # and remove that folder")
        }
        let archive = try LogArchive(repository)
        try look(all, into: &report)
        try look(archive, all, into: &report)
        ages(all, into: &report)
        disk(all, into: &report)
        if let source {
            let row = try source.connect().query(SQLFile("backup_slot"), [repository.record.slot]).first
            compare(source, row, archive, into: &report)
        } else {
            report.unseen.append("the server: \(unreached ?? "it was not reached")")
        }
        if !readsFiles { report.unseen.append("what is in the files: --no-read") }
        report.notes = Repository.shortcomings
        report.findings.sort { $0.severity == .critical && $1.severity == .warning }
        report.milliseconds = start.duration(to: .now).wholeMilliseconds
        return report
    }

    // MARK: - Backups

    private func look(_ all: [BackupRecord], into report: inout BackupCheckReport) throws {
        report.backups = all.count(where: \.isPhysical)
        report.dumps = all.count - report.backups
        report.proven = all.count { $0.proof != nil }
        if report.backups == 0 {
            report.add("backup", .critical, "there is no backup of the cluster's files", fix: create)
        }
        for record in all {
            try Interruption.check()
            if record.systemIdentifier != repository.record.systemIdentifier, record.isPhysical {
                report.add(
                    "backup", .critical, "backup \(record.id) is of another cluster, \(record.systemIdentifier)",
                    fix: create)
            }
            do throws(Failure) { _ = try repository.chain(of: record, in: all) } catch {
                report.add("backup", .critical, error.message, fix: create)
            }
            guard readsFiles else { continue }
            progress("reading backup \(record.id)")
            if record.isPhysical { try verify(record, &report) } else { try verifyDump(record, &report) }
        }
    }

    private func verify(_ record: BackupRecord, _ report: inout BackupCheckReport) throws {
        if try DumpFile.sha256(repository.data(of: record) + "/backup_manifest", programs) != record.manifest {
            return report.add(
                "damage", .critical, "backup \(record.id): its backup_manifest is not what was written", fix: create)
        }
        let outcome = try programs.attempt("pg_verifybackup", ["--quiet", repository.data(of: record)])
        let lines = (outcome.errors + outcome.output).split(separator: "\n").map(String.init)
        if outcome.status == 0, lines.isEmpty { return }
        for line in lines.isEmpty ? ["status \(outcome.status)"] : Array(lines.prefix(20)) {
            let words = line.hasPrefix("pg_verifybackup: ") ? String(line.dropFirst("pg_verifybackup: ".count)) : line
            report.add("damage", .critical, "backup \(record.id): \(words)", fix: create)
        }
    }

    private func verifyDump(_ record: BackupRecord, _ report: inout BackupCheckReport) throws {
        for file in record.files ?? [] {
            let path = repository.folder(of: record) + "/" + file.name
            if try DumpFile.sha256(path, programs) != file.sha256 {
                report.add(
                    "damage", .critical, "dump \(record.id): \(file.name) is not what was written: its SHA-256 differs",
                    fix: "\(create) --format dump")
            }
        }
    }

    // MARK: - The log

    private func look(_ archive: LogArchive, _ all: [BackupRecord], into report: inout BackupCheckReport) throws {
        for (timeline, segments) in Dictionary(grouping: archive.segments.keys, by: \.timeline).sorted(by: {
            $0.key < $1.key
        }) {
            let sorted = segments.sorted()
            report.log.append(
                BackupCheckReport.Segments(
                    timeline: timeline, count: sorted.count, first: "\(sorted[0])", last: "\(sorted[sorted.count - 1])")
            )
        }
        for name in archive.strangers {
            report.add(
                "log", .warning, "\(archive.folder)/\(name) is no file of the log, or a history that cannot be read",
                fix: "ls -l \(archive.folder.quotedForShell)/\(name.quotedForShell)")
        }
        for split in archive.splits {
            report.add(
                "timeline", .critical,
                "two servers have written to this log: timeline \(split.by) left \(split.timeline) at \(split.left), and \(split.timeline) went on to \(split.wentOnTo)",
                fix: "Stop the server that is not the right one; restore with --timeline N")
        }
        if let newest = archive.newestTimeline, newest > 1, archive.histories[newest] == nil {
            report.add(
                "timeline", .critical, "the history of timeline \(newest) is missing from the log",
                fix: "Copy it from the server's pg_wal to \(archive.folder).")
        }
        gaps(archive, all, &report)
        guard readsFiles else { return }
        progress("reading the log")
        let systemIdentifier = repository.record.systemIdentifier
        for defect in try archive.read(archive.segments.keys.sorted(), systemIdentifier: systemIdentifier, programs) {
            report.add(
                defect.what.contains("another cluster") ? "cluster" : "damage", .critical,
                "\(archive.folder)/\(defect.file) \(defect.what)",
                fix: "\(create)   # recovery from older backups ends before it")
        }
    }

    private func gaps(_ archive: LogArchive, _ all: [BackupRecord], _ report: inout BackupCheckReport) {
        guard let newest = archive.newestTimeline,
            let oldest = all.filter({ $0.isPhysical }).min(by: { ($0.start ?? .end) < ($1.start ?? .end) }),
            let start = oldest.start, let timeline = oldest.timeline
        else { return }
        let first = LogSegment(timeline: timeline, holding: start, size: archive.size)
        for gap in archive.gaps(from: first, to: newest) {
            let names =
                gap.lowerBound == gap.upperBound ? "\(gap.lowerBound)" : "\(gap.lowerBound) to \(gap.upperBound)"
            report.gaps.append(names)
            // A backup behind it is as good as ever.
            let isCovered = all.contains { $0.isPhysical && ($0.start ?? LogPosition(bytes: 0)) >= gap.upperBound.end }
            report.add(
                "gap", isCovered ? .warning : .critical,
                "the log has a gap: \(names) missing" + (isCovered ? ", before the newest backup" : ""),
                fix: isCovered
                    ? "emaildb backup prune --keep 1 --repository \(name)   # when the time before it is not needed"
                    : create)
        }
    }

    // MARK: - Time and room

    private func ages(_ all: [BackupRecord], into report: inout BackupCheckReport) {
        report.lastBackup = all.last(where: \.isPhysical)?.ended
        let evidence = (try? DrillEvidence.all(repository)) ?? []
        report.lastDrill = evidence.last { $0.outcome == .passed }?.started
        func age(
            _ check: String, _ moment: Moment?, _ limits: (warning: Int, critical: Int), _ what: String, _ fix: String
        ) {
            guard let moment else { return }
            let seconds = report.at.seconds(since: moment)
            guard seconds > limits.warning else { return }
            let words = seconds > 172_800 ? "\(seconds / 86_400) days" : "\(seconds / 3600) hours"
            report.add(check, seconds > limits.critical ? .critical : .warning, "\(what) is \(words) old", fix: fix)
        }
        age("age", report.lastBackup, Self.backupAge, "the newest backup", create)
        let drill = "emaildb backup drill --repository \(name)"
        age("drill", report.lastDrill, Self.drillAge, "the last drill that passed", drill)
        if let last = evidence.last, last.outcome == .failed {
            report.add("drill", .critical, "the last drill failed: \(last.problems.first ?? "")", fix: drill)
        }
        if report.lastDrill == nil, let first = all.first(where: \.isPhysical) {
            // As old as the first backup that nobody has tried.
            age("drill", first.ended, Self.drillAge, "no backup has ever been through a drill, and the oldest", drill)
            report.notes.append("no drill yet: \(drill)")
        }
    }

    private func disk(_ all: [BackupRecord], into report: inout BackupCheckReport) {
        report.diskFree = FileSystem.free(repository.folder)
        report.diskTotal = FileSystem.total(repository.folder)
        guard let free = report.diskFree, let total = report.diskTotal, total > 0 else { return }
        let percent = free * 100 / total
        let next = all.last { $0.kind == .full }?.bytes ?? 0
        guard percent < 10 || free < next else { return }
        report.add(
            "disk", percent < 5 || free < next ? .critical : .warning,
            "\(free >> 20) MB are free (\(percent) %)"
                + (free < next ? ", less than the next backup needs, \(next >> 20) MB" : ""),
            fix: "emaildb backup prune --keep 2 --repository \(name)")
    }

    // MARK: - The server

    private func compare(
        _ source: BackupSource, _ slotRow: Row?, _ archive: LogArchive, into report: inout BackupCheckReport
    ) {
        do throws(Failure) { try source.require(repository) } catch {
            return report.add("cluster", .critical, error.message, fix: error.problems.first?.fix ?? create)
        }
        if let here = source.segment?.timeline, let newest = archive.newestTimeline, newest > here {
            report.add(
                "timeline", .critical,
                "the log is of timeline \(newest), and the server is on \(here): a copy was promoted and writes into this repository",
                fix:
                    "Stop that copy and its receiver; then move the files of timeline \(newest) out of \(archive.folder)"
            )
        }
        slot(slotRow, &report)
        guard let position = source.position, let segment = source.segment else { return }
        let here = archive.segments.keys.filter { $0.timeline <= segment.timeline }.map(\.end).max()
        let end = max(here ?? LogPosition(bytes: 0), archive.partial.keys.map(\.start).max() ?? LogPosition(bytes: 0))
        let behind = position > end ? Int(position.bytes - end.bytes) : 0
        report.behind = behind
        if behind > 2 * Int(archive.size) {
            report.add(
                "behind", behind > 20 * Int(archive.size) ? .critical : .warning,
                "the repository is \(behind >> 20) MB behind the server: that much would be lost now",
                fix: "emaildb backup receive --repository \(name)")
        }
    }

    private func slot(_ row: Row?, _ report: inout BackupCheckReport) {
        let slot = repository.record.slot
        guard let row else {
            return report.add(
                "slot", .critical, "the slot \(slot) is not on the server: nothing keeps its log for this repository",
                fix: create)
        }
        let safe = row.integer("safe_wal_size")
        report.slot = BackupCheckReport.Slot(
            name: slot, isActive: row.flag("active"), state: row.text("wal_status"), kept: row.integer("kept"),
            safe: safe)
        switch row.text("wal_status") {
        case "lost":
            report.add(
                "slot", .critical,
                "the slot \(slot) is lost: the server has removed log that is not in the repository, a gap",
                fix: create)
        case "unreserved":
            report.add(
                "slot", .critical, "the slot \(slot) is about to be lost: max_slot_wal_keep_size is used up",
                fix: "emaildb backup receive --repository \(name)")
        default: break
        }
        if !row.flag("active") {
            report.add(
                "receiver", .warning,
                "nobody receives the log: the server keeps \((row.integer("kept") ?? 0) >> 20) MB of it, which its loss would take along",
                fix: "emaildb backup receive --repository \(name)")
        }
    }
}

extension LogPosition {
    fileprivate static var end: LogPosition { LogPosition(bytes: .max) }
}
