package import Core
import Glibc
import Postgres
import Server

/// What `backup prune` removes, or would.
package struct PruneReport: Sendable, Encodable {
    package struct Kept: Sendable, Encodable {
        package let backup: String
        package let reason: String
    }

    package let format = 1
    package let repository: String
    package let isPlanOnly: Bool
    package internal(set) var removed: [String] = []
    package internal(set) var kept: [Kept] = []
    /// Files of the log, and their bytes.
    package internal(set) var segments = 0
    package internal(set) var bytes = 0
}

/// Removes old backups, and the log that no backup needs any longer.
///
/// Never the last one that is proven, nor one that another adds to, nor log from the beginning of the oldest that stays on.
package struct BackupPrune: Sendable {
    let repository: Repository
    /// How many of the newest stay, of backups of files and of dumps each.
    package var count: Int?
    /// Those stay that are younger, seconds.
    package var age: Int?

    package init(_ repository: Repository) { self.repository = repository }

    package func run(isPlanOnly: Bool) throws(Failure) -> PruneReport {
        let lock = try repository.take(.lock)
        defer { lock.release() }
        let readers = try repository.take(.readers)
        defer { readers.release() }
        var report = PruneReport(repository: repository.folder, isPlanOnly: isPlanOnly)
        let all = try repository.list()
        let reasons = try reasons(all, .now)
        let going = all.filter { reasons[$0.id] == nil }
        report.kept = all.compactMap { record in
            reasons[record.id].map { PruneReport.Kept(backup: record.id, reason: $0) }
        }
        report.removed = going.map(\.id)
        report.bytes = going.reduce(0) { $0 + $1.bytes }
        let names = try unneeded(all.filter { reasons[$0.id] != nil })
        report.segments = names.count
        report.bytes += names.reduce(0) { $0 + (fileSize(repository.log + "/" + $1) ?? 0) }
        if isPlanOnly { return report }
        // An incremental one before the one that it adds to.
        for record in going.reversed() { try remove(record) }
        for name in names {
            try Interruption.check()
            try Files.remove(repository.log + "/" + name)
        }
        return report
    }

    /// Why backups stay, by their ids.
    private func reasons(_ all: [BackupRecord], _ now: Moment) throws(Failure) -> [String: String] {
        var reasons: [String: String] = [:]
        for group in [all.filter(\.isPhysical), all.filter { !$0.isPhysical }] {
            if let count { for record in group.suffix(count) { reasons[record.id] = "one of the newest \(count)" } }
            if let age {
                for record in group where now.seconds(since: record.ended) < age { reasons[record.id] = "young enough" }
            }
            // Whatever was asked for.
            if let proven = group.last(where: { $0.proof != nil }), reasons[proven.id] == nil {
                reasons[proven.id] = "the last one that is proven"
            }
            if let last = group.last, reasons[last.id] == nil { reasons[last.id] = "the newest" }
        }
        for record in all where reasons[record.id] != nil && record.parent != nil {
            for part in try repository.chain(of: record, in: all).dropLast() where reasons[part.id] == nil {
                reasons[part.id] = "\(record.id) adds to it"
            }
        }
        return reasons
    }

    /// The files of the log that lie before all backups that stay.
    private func unneeded(_ kept: [BackupRecord]) throws(Failure) -> [String] {
        let archive = try LogArchive(repository)
        guard let first = kept.compactMap(\.start).min() else { return [] }
        let number = first.bytes / archive.size
        return archive.segments.filter { $0.key.number < number }.map(\.value).sorted()
    }

    /// Out of sight first, so that a killed run leaves no half of one.
    private func remove(_ record: BackupRecord) throws(Failure) {
        try Interruption.check()
        let stage = try repository.stage("prune")
        defer { stage.remove() }
        try Files.move(repository.folder(of: record), to: stage.folder + "/backup")
        try Repository.flush(repository.backups)
    }
}
