import Core
import Glibc
package import Postgres
import Server

/// What `backup init` did.
package struct BackupInitReport: Sendable, Encodable {
    package let format = 1
    package let repository: String
    package let slot: String
    /// What was changed, in words; empty when all was there.
    package internal(set) var changes: [String] = []
    /// What is worth knowing, and was not changed.
    package internal(set) var notes: [String] = []
}

/// Makes a repository and the slot that keeps the log for it; a second run changes nothing.
package struct BackupInit: Sendable {
    private let source: BackupSource
    private let folder: String
    private let slot: String

    package init(_ source: BackupSource, repository folder: String, slot: String) {
        self.source = source
        self.folder = Paths.absolute(folder)
        self.slot = slot
    }

    /// Takes no lock of the server; on it, makes the slot, and from 17 on switches summaries of the log on.
    package func run(_ connection: borrowing Connection) throws -> BackupInitReport {
        try Session.pin(connection)
        let slotRow = try connection.query(SQLFile("backup_slot"), [slot]).first
        try look(slotRow)
        var report = BackupInitReport(repository: folder, slot: slot)
        // The slot first: a repository whose log nobody keeps would be a promise that is not kept.
        if slotRow == nil {
            try connection.query("SELECT pg_create_physical_replication_slot($1, true)", [slot])
            report.changes.append(
                "made the replication slot \(slot): the server keeps its log until it is in the repository")
        }
        if source.major >= 17, source.row.text("summarizes") != "on" {
            try connection.query("ALTER SYSTEM SET summarize_wal = on")
            try connection.query("SELECT pg_reload_conf()")
            report.changes.append("set summarize_wal = on, which incremental backups need")
        }
        if !Files.exists(folder + "/repository.json") {
            let record = RepositoryRecord(
                created: .now, systemIdentifier: source.systemIdentifier, major: source.major,
                segmentSize: source.segmentSize, slot: slot)
            let made = Repository(making: folder, record)
            for part in [folder, made.backups, made.log, made.evidence, made.aside] {
                try Files.makeFolder(part)
                chmod(part, 0o700)
            }
            try Repository.flush(folder)
            try Files.write(BackupJSON.bytes(record), to: folder + "/repository.json")
            report.changes.append("made the repository")
        }
        if source.row.text("keep_size") == "-1" {
            report.notes.append(
                "max_slot_wal_keep_size is -1: while nobody receives the log, it fills the server's disk without end")
        }
        report.notes += Repository.shortcomings
        return report
    }

    /// Everything that stands in the way, before anything is made.
    private func look(_ slotRow: Row?) throws {
        var problems: [Problem] = []
        let row = source.row
        problems.need(
            row.text("wal_level") != "minimal", "wal_level is minimal, which keeps no log that a backup could use",
            "ALTER SYSTEM SET wal_level = replica;   -- then restart the server")
        problems.need(
            (row.integer("senders") ?? 0) >= 3,
            "max_wal_senders is \(row.text("senders")): a backup takes two, the receiver one",
            "ALTER SYSTEM SET max_wal_senders = 10;   -- then restart the server")
        problems.need(
            slotRow != nil || (row.integer("slots") ?? 0) > (row.integer("slots_used") ?? 0),
            "all \(row.text("slots")) replication slots are in use",
            "ALTER SYSTEM SET max_replication_slots = 10;   -- then restart the server")
        problems.need(
            slot.utf8.count <= 63 && !slot.isEmpty
                && slot.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 95 },
            "\(slot) is no name of a slot: a-z, 0-9 and _, at most 63 of them", "--slot emaildb_backup")
        if Files.exists(folder + "/repository.json") {
            let there = try Repository(folder)
            try source.require(there)
            problems.need(
                there.record.slot == slot, "the repository uses the slot \(there.record.slot), not \(slot)",
                "emaildb backup init --repository \(folder.quotedForShell) --slot \(there.record.slot)")
        } else {
            if let slotRow {
                problems.need(
                    slotRow["slot_type"] == "physical" && !slotRow.flag("active"),
                    "the slot \(slot) is there, and somebody else uses it", "--slot OTHER_NAME")
            }
            let contents = Files.exists(folder) ? try Files.names(folder) : []
            // What a run that was killed had made before repository.json.
            let ours = ["backups", "wal", "evidence", "aside"]
            let foreign = contents.filter { name in
                !ours.contains(name) || (try? Files.names(folder + "/" + name).isEmpty) != true
            }
            problems.need(
                foreign.isEmpty, "\(folder) is not empty (\(foreign.sorted().first ?? "") ..), and no repository",
                "--repository OTHER-FOLDER")
        }
        if !problems.isEmpty { throw Failure.refused("no repository was made", problems) }
        try source.requireReplication()
    }
}

extension Repository {
    /// What this engine does not do; said at each check.
    static let shortcomings = [
        "one copy: there is no second repository; copy this folder to another place with a tool of your own",
        "not encrypted: put the repository on an encrypted file system",
    ]
}
