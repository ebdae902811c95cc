import Core
import Postgres
import Server

/// How far a recovery goes.
package enum RecoveryTarget: Sendable, Hashable {
    case latest
    case time(Moment)
    case point(String)

    /// As it is typed.
    package var option: String {
        switch self {
        case .latest: "--latest"
        case .time(let moment): "--to '\(moment)'"
        case .point(let name): "--point \(name.quotedForShell)"
        }
    }
}

/// What a restore would do: from which backup, over how much log, to where.
package struct RestorePlan: Sendable, Encodable {
    package let format = 1
    package let repository: String
    /// The backup that it begins with.
    package let backup: String
    package let kind: BackupRecord.Kind
    package let isProven: Bool
    package let backupEnded: Moment
    /// As it was asked for.
    package let target: String
    /// Bytes to be copied.
    package let bytes: Int
    /// Segments of the log to be replayed, at most, and their bytes unpacked; nil for a dump.
    package let segments: Int?
    package let logBytes: Int?
    /// About how long, seconds; nil before the first drill, which measures it.
    package let seconds: Int?
    /// The last transaction that the log has on the way; nil when it has none, and for a dump.
    package let lastTransaction: Moment?
    package internal(set) var notes: [String] = []
}

/// A plan with what carrying it out needs.
struct PreparedRestore {
    let plan: RestorePlan
    let chain: [BackupRecord]
    let archive: LogArchive
    let timeline: UInt32
    /// The settings that say how far to go; nil: to the end, which `end` names.
    let settings: [String: String]?
    /// Where the last record of the log begins.
    let end: LogPosition?

    var record: BackupRecord { chain[chain.count - 1] }
}

/// Chooses the backup and looks at all the log on the way, before anything is written.
struct RestorePlanner {
    let repository: Repository
    let programs: BackupPrograms
    let target: RecoveryTarget
    /// The timeline to follow, when it was named.
    var timeline: UInt32?
    /// The backup to begin with, when it was named.
    var backup: String?

    private var again: String { "emaildb backup check --repository \(repository.folder.quotedForShell)" }

    /// - Throws: ``Failure``, refused: nothing that leads there, a gap, damaged log.
    func prepare() throws(Failure) -> PreparedRestore {
        let all = try repository.list()
        let physical = all.filter { $0.isPhysical && (backup == nil || $0.id == backup) }
        guard !physical.isEmpty else {
            throw Failure.refused(
                "\(repository.folder) holds no backup of the cluster's files"
                    + (all.isEmpty ? "" : "; of its dumps, each goes to the moment it was taken"),
                fix: all.isEmpty
                    ? "emaildb backup create --repository \(repository.folder.quotedForShell)"
                    : "emaildb restore --backup \(all[all.count - 1].id) --into DIR --repository \(repository.folder.quotedForShell)"
            )
        }
        let archive = try LogArchive(repository)
        let timeline = try chooseTimeline(archive)
        let stage = try repository.stage("scan")
        defer { stage.remove() }
        let scan = LogScan(archive: archive, programs: programs, folder: stage.folder)
        let (record, position) = try choose(physical, archive, timeline, scan)
        let chain = try repository.chain(of: record, in: all)
        guard let start = record.start, let backupTimeline = record.timeline else {
            throw Failure(.failed, "the record of backup \(record.id) does not say where it begins", fix: again)
        }
        let first = LogSegment(timeline: backupTimeline, holding: start, size: archive.size)
        let way = archive.way(from: first, to: timeline)
        let settings = try settings(record, way, position, scan)
        // What lies behind the target is of no concern.
        var needed = way.segments
        if let position { needed.removeAll { $0.start > position } }
        try requireWhole(needed, archive)
        let end = settings == nil ? try scan.lastRecord(way) : nil
        let last = try scan.lastCommit(way)
        let bytes = chain.reduce(0) { $0 + $1.bytes }
        let logBytes = needed.count * Int(archive.size)
        var plan = RestorePlan(
            repository: repository.folder, backup: record.id, kind: record.kind, isProven: record.proof != nil,
            backupEnded: record.ended, target: target.option, bytes: bytes, segments: needed.count, logBytes: logBytes,
            seconds: DrillSpeed.last(repository)?.seconds(bytes: bytes, logBytes: logBytes), lastTransaction: last?.at)
        if record.proof == nil { plan.notes.append("backup \(record.id) has been through no drill yet") }
        if case .time = target { plan.notes.append("times without a zone are UTC") }
        return PreparedRestore(
            plan: plan, chain: chain, archive: archive, timeline: timeline, settings: settings, end: end)
    }

    private func chooseTimeline(_ archive: LogArchive) throws(Failure) -> UInt32 {
        let newest = archive.newestTimeline ?? 1
        if let timeline {
            guard timeline <= newest, timeline > 0 else {
                throw Failure.refused(
                    "the repository has no log of timeline \(timeline); the newest is \(newest)", fix: again)
            }
            return timeline
        }
        if let split = archive.splits.first {
            throw Failure.refused(
                "two servers have written to this log: timeline \(split.by) left \(split.timeline) at \(split.left), and \(split.timeline) went on to \(split.wentOnTo)",
                fix: "Say which one is right: --timeline \(split.timeline) or --timeline \(split.by)")
        }
        return newest
    }

    /// The backup to begin with, and where a named point is.
    private func choose(
        _ physical: [BackupRecord], _ archive: LogArchive, _ timeline: UInt32, _ scan: LogScan
    ) throws(Failure) -> (BackupRecord, LogPosition?) {
        switch target {
        case .latest: return (physical[physical.count - 1], nil)
        case .time(let moment):
            guard moment <= .now else {
                throw Failure.refused("\(moment) is in the future; it is \(Moment.now) now, UTC", fix: "--latest")
            }
            guard let record = physical.last(where: { $0.ended <= moment }) else {
                throw Failure.refused(
                    "\(moment) is before the end of the first backup, \(physical[0].ended), UTC",
                    fix: "--to '\(physical[0].ended)', or later")
            }
            return (record, nil)
        case .point(let name):
            if let record = physical.last(where: { $0.point == name }) { return (record, record.pointPosition) }
            for record in physical.reversed() {
                guard let stop = record.stop, let timelineOfIt = record.timeline else { continue }
                let first = LogSegment(
                    timeline: timelineOfIt, holding: LogPosition(bytes: stop.bytes - 1), size: archive.size)
                let way = archive.way(from: first, to: timeline)
                if let position = try scan.point(name, way), position > stop { return (record, position) }
            }
            throw Failure.refused(
                "the log has no restore point named \(name)",
                fix: "SELECT pg_create_restore_point('\(name)') makes one; to a time instead: --to TIME")
        }
    }

    /// The recovery settings that lead to the target.
    /// - Throws: ``Failure``, refused, when the log does not lead there.
    private func settings(
        _ record: BackupRecord, _ way: LogArchive.Way, _ position: LogPosition?, _ scan: LogScan
    ) throws(Failure) -> [String: String]? {
        switch target {
        case .latest:
            guard let gap = way.gap else { return nil }
            throw try refusal(gap, way, scan)
        case .point(let name):
            if let gap = way.gap, let position, position >= gap.lowerBound.start { throw try refusal(gap, way, scan) }
            return ["recovery_target_name": name]
        case .time(let moment):
            let last = try scan.lastCommit(way)
            if let last, moment < last.at { return ["recovery_target_time": moment.forServer] }
            // PostgreSQL stops at the first transaction after a time; at the last one it would find none.
            if let last, moment == last.at { return ["recovery_target_lsn": "\(last.position)"] }
            if let gap = way.gap { throw try refusal(gap, way, scan) }
            throw Failure.refused(
                "the log in the repository ends with the transaction of \(last.map { "\($0.at)" } ?? "the backup"), before \(moment)",
                fix:
                    "--latest goes to that transaction; what came after it is on the server, if it still runs: emaildb backup receive --repository \(repository.folder.quotedForShell)"
            )
        }
    }

    private func refusal(
        _ gap: ClosedRange<LogSegment>, _ way: LogArchive.Way, _ scan: LogScan
    ) throws(Failure) -> Failure {
        let missing =
            gap.lowerBound == gap.upperBound ? "\(gap.lowerBound) is" : "\(gap.lowerBound) to \(gap.upperBound) are"
        let before = try scan.lastCommit(way)
        let fix = before.map {
            "Until the gap: emaildb restore --to '\($0.at)' --into DIR --repository \(repository.folder.quotedForShell)"
        }
        return Failure.refused(
            "the log has a gap: \(missing) missing from \(repository.log), so that what came after cannot be recovered from this backup",
            fix: fix ?? "Find the segment: on the server in pg_wal, or in a copy of this repository.")
    }

    private func requireWhole(_ segments: [LogSegment], _ archive: LogArchive) throws(Failure) {
        let defects = try archive.read(segments, systemIdentifier: repository.record.systemIdentifier, programs)
        guard defects.isEmpty else {
            throw Failure.refused(
                "the log on the way cannot be used",
                defects.map { defect in
                    Problem(
                        problem: "\(archive.folder)/\(defect.file) \(defect.what)",
                        fix: "Take it from another copy of the repository, or restore to a time before it: --to TIME")
                })
        }
    }
}

/// How fast the last drill was here.
struct DrillSpeed {
    let copyBytesPerSecond: Double
    let logBytesPerSecond: Double

    static func last(_ repository: Repository) -> DrillSpeed? {
        guard let evidence = try? DrillEvidence.last(repository) else { return nil }
        let copy = Double(evidence.copyMilliseconds) / 1000
        let log = Double(evidence.recoveryMilliseconds) / 1000
        guard copy > 0, log > 0 else { return nil }
        return DrillSpeed(
            copyBytesPerSecond: Double(evidence.bytes) / copy,
            logBytesPerSecond: Double(max(evidence.logBytes, 1)) / log)
    }

    func seconds(bytes: Int, logBytes: Int) -> Int {
        Int((Double(bytes) / copyBytesPerSecond + Double(logBytes) / logBytesPerSecond).rounded(.up))
    }
}
