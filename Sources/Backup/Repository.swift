package import Core
import FoundationEssentials
import Glibc
import Postgres
import Server

/// A folder with the backups and the log of one cluster.
///
///     repository.json          what it is for; without it the folder is no repository
///     backups/<id>/            backup.json, and data/ with the files of the cluster, or the files of a dump
///     wal/                     the log, as pg_receivewal writes it
///     evidence/<drill>.json    what each drill showed
///     aside/<run>/             what a run is making; locked while it runs, and else removed by the next
///
/// Two locks (flock): `lock`, held by whoever adds or removes backups; `readers`, shared by whoever reads them.
package struct Repository: Sendable {
    package let folder: String
    package let record: RepositoryRecord

    package var log: String { folder + "/wal" }
    package var backups: String { folder + "/backups" }
    package var evidence: String { folder + "/evidence" }
    package var aside: String { folder + "/aside" }
    package var metricsFile: String { folder + "/emaildb_backup.prom" }

    package func folder(of backup: BackupRecord) -> String { backups + "/" + backup.id }
    package func data(of backup: BackupRecord) -> String { folder(of: backup) + "/data" }

    /// Opens a repository.
    /// - Throws: ``Failure``, refused, when the folder is none, or of a newer program.
    package init(_ folder: String) throws(Failure) {
        let folder = Paths.absolute(folder)
        let file = folder + "/repository.json"
        guard Files.exists(file) else {
            let problem = Files.exists(folder) ? "is no repository of backups" : "does not exist"
            throw Failure.refused(
                "\(folder) \(problem)", fix: "emaildb backup init --repository \(folder.quotedForShell)")
        }
        record = try BackupJSON.read(file)
        guard record.format == 1, LogSegment.sizes.contains(record.segmentSize) else {
            throw Failure.refused(
                "\(file) is of another version of this program (format \(record.format))", fix: "emaildb --version")
        }
        self.folder = folder
    }

    init(making folder: String, _ record: RepositoryRecord) {
        self.folder = folder
        self.record = record
    }

    // MARK: - The catalogue

    /// Backups that are whole, the oldest first.
    /// - Parameter unreadable: gets the names of those whose record cannot be read.
    package func list(unreadable: inout [String]) throws(Failure) -> [BackupRecord] {
        var records: [BackupRecord] = []
        for name in try Files.names(backups).sorted() {
            let file = "\(backups)/\(name)/backup.json"
            if let record: BackupRecord = try? BackupJSON.read(file), record.id == name, record.format == 1 {
                records.append(record)
            } else {
                unreadable.append(name)
            }
        }
        return records.sorted { ($0.ended, $0.id) < ($1.ended, $1.id) }
    }

    package func list() throws(Failure) -> [BackupRecord] {
        var unreadable: [String] = []
        return try list(unreadable: &unreadable)
    }

    /// An incremental backup and those that it adds to, the full one first.
    package func chain(of backup: BackupRecord, in all: [BackupRecord]) throws(Failure) -> [BackupRecord] {
        var chain = [backup]
        while let parent = chain[0].parent {
            guard chain.count < 1000, let next = all.first(where: { $0.id == parent }) else {
                throw Failure(
                    .findings, "backup \(chain[0].id) adds to \(parent), which is not there",
                    fix: "emaildb backup create --full --repository \(folder.quotedForShell)")
            }
            chain.insert(next, at: 0)
        }
        return chain
    }

    /// Replaces the record of a backup.
    package func save(_ record: BackupRecord) throws(Failure) {
        try Files.write(BackupJSON.bytes(record), to: folder(of: record) + "/backup.json")
    }

    // MARK: - Locks

    package enum Lock: String { case lock, readers, receiver }

    /// A lock, until it is released or the process ends.
    struct Held {
        fileprivate let descriptor: Int32
        func release() { close(descriptor) }
    }

    /// Takes a lock; does not wait.
    /// - Throws: ``Failure``, a lock timeout, when another process has it.
    func take(_ lock: Lock, shared: Bool = false) throws(Failure) -> Held {
        let path = folder + "/" + lock.rawValue
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else {
            throw Failure(.refused, "\(path) cannot be opened: \(FileOutput.Refused())", fix: "ls -ld \(folder)")
        }
        guard flock(file, (shared ? LOCK_SH : LOCK_EX) | LOCK_NB) == 0 else {
            close(file)
            throw Failure(
                .lockTimeout, "another emaildb is at work in the repository \(folder)", fix: "fuser -v \(path)")
        }
        return Held(descriptor: file)
    }

    // MARK: - Work aside

    /// A folder of a run's own below `aside`, gone when the run is, or with the next run.
    struct Stage {
        let folder: String
        private let lock: Int32

        /// - Parameter above: the folder that it is made in, with everything that dead runs left there removed.
        init(in above: String, _ name: String) throws(Failure) {
            try Files.makeFolder(above)
            let gate = open(above, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            guard gate >= 0, flock(gate, LOCK_EX) == 0 else {
                throw Failure(.refused, "\(above) cannot be locked: \(FileOutput.Refused())", fix: "ls -ld \(above)")
            }
            defer { close(gate) }
            try Stage.sweep(above)
            folder = "\(above)/\(name)-\(getpid())-\(UInt32.random(in: 0 ... .max))"
            try Files.makeFolder(folder)
            chmod(folder, 0o700)
            lock = open(folder + "/lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
            guard lock >= 0, flock(lock, LOCK_EX | LOCK_NB) == 0 else {
                throw Failure(.refused, "\(folder) cannot be locked: \(FileOutput.Refused())", fix: "df \(above)")
            }
        }

        /// At the end of the run, whatever came of it.
        func remove() {
            Stage.clear(folder)
            close(lock)
        }

        /// Removes what runs left that are no longer there, and ends servers that they started.
        private static func sweep(_ above: String) throws(Failure) {
            for name in try Files.names(above) {
                let path = above + "/" + name
                let lock = open(path + "/lock", O_RDWR | O_CLOEXEC | O_NOFOLLOW)
                if lock >= 0, flock(lock, LOCK_EX | LOCK_NB) != 0 {
                    close(lock)
                    continue
                }
                clear(path)
                if lock >= 0 { close(lock) }
            }
        }

        private static func clear(_ path: String) {
            Interruption.finishing {
                StrayServer.endAndWait(path + "/data")
                // A program that was killed with its parent may still be writing for a moment.
                for _ in 0..<50 where Files.exists(path) {
                    if (try? Files.remove(path)) == nil { usleep(20_000) }
                }
            }
        }
    }

    func stage(_ name: String) throws(Failure) -> Stage { try Stage(in: aside, name) }

    /// Waits until everything below a folder is on the disk.
    static func flush(_ folder: String) throws(Failure) {
        let outcome = try ServerBinaries.shell("sync -f \"$1\"", [folder], environment: ["PATH": "/usr/bin:/bin"])
        guard outcome.status == 0 else {
            throw Failure(
                .failed, "\(folder) could not be written to the disk: \(outcome.lastErrors)", fix: "df \(folder)")
        }
    }
}

extension LogSegment {
    /// What `initdb --wal-segsize` allows, bytes.
    static let sizes = Set((20...30).map { UInt64(1) << $0 })
}

/// The JSON of the repository: keys in snake case and sorted, as all JSON of the program.
package enum BackupJSON {
    package static func bytes(_ value: some Encodable) throws(Failure) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do { return Array(try encoder.encode(value)) + [10] } catch { throw Failure(.failed, "\(error)") }
    }

    package static func read<Value: Decodable>(_ file: String) throws(Failure) -> Value {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        guard let bytes = Files.read(file) else {
            throw Failure(.refused, "\(file) cannot be read", fix: "ls -l \(file)")
        }
        do { return try decoder.decode(Value.self, from: Data(bytes)) } catch {
            throw Failure(
                .refused, "\(file) is damaged: it cannot be read as what this program wrote", fix: "head \(file)")
        }
    }
}
