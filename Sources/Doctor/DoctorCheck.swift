/// One thing that `doctor` looks at.
///
/// The queries of `sql/catalog/doctor_*.sql` name it in their column `check_name`.
package struct DoctorCheck: Sendable, Hashable {
    /// Stable, never given another meaning.
    package let name: String
    /// What is wrong when there is a finding.
    package let title: String
    /// Why it matters, in one sentence.
    package let why: String
    /// How bad a finding is for which no threshold decides.
    let severity: DoctorFinding.Severity
    /// Whether it reads the rows of tables, and so takes long.
    package let isDeep: Bool

    private init(
        _ name: String, _ title: String, _ severity: DoctorFinding.Severity = .warning, isDeep: Bool = false,
        why: String
    ) {
        self.name = name
        self.title = title
        self.why = why
        self.severity = severity
        self.isDeep = isDeep
    }

    static func named(_ name: String) -> DoctorCheck? { all.first { $0.name == name } }

    static let schema = "schema"
    static let rowSecurity = "row-security"
    static let lockWait = "lock-wait"
    static let disk = "disk"

    /// The order decides between findings that are equally bad.
    package static let all = [
        DoctorCheck(
            "checksum-failures", "pages on disk are damaged", .critical,
            why: "Rows in them are lost or wrong, and a backup copies the damage."),
        DoctorCheck(
            rowSecurity, "the tables or their row security are not as designed", .critical,
            why: "A tenant may see or change the mail of another."),
        DoctorCheck(
            "durability", "a setting gives up what a crash must not destroy", .critical,
            why: "After a power failure the database may not start, or may have lost mail."),
        DoctorCheck(
            disk, "the disk is nearly full",
            why: "A full disk stops every write, and the server when it is the write-ahead log that finds no room."),
        DoctorCheck(
            "wraparound", "transaction numbers run out",
            why: "At two billion the server takes no more writes until the oldest rows are frozen."),
        DoctorCheck(
            schema, "the schema is not that of this program", .critical,
            why: "The application and this program expect tables and functions that are not there, or not these."),
        DoctorCheck(
            "archive", "write-ahead log waits for being archived",
            why: "What is not archived cannot be restored, and it stays in pg_wal until the disk is full."),
        DoctorCheck(
            "archive-waiting", "many segments wait for being archived",
            why: "The archive falls behind: a restore would end that much earlier."),
        DoctorCheck(
            "slot-lost", "a replication slot is lost", .critical,
            why: "The standby behind it cannot go on, so there is one copy less of the mail."),
        DoctorCheck(
            "slot-room", "a replication slot is about to be lost",
            why: "When it is lost, the standby behind it has to be made anew."),
        DoctorCheck(
            "slot-retained", "a replication slot keeps much write-ahead log",
            why: "Nothing limits it, so it fills the disk when its reader does not come back."),
        DoctorCheck(
            "slot-inactive", "nothing reads from a replication slot",
            why: "It keeps write-ahead log and dead rows for a reader that may never come back."),
        DoctorCheck(
            "receiver", "the standby does not follow its primary", .critical,
            why: "It would lose everything since then if it had to take over."),
        DoctorCheck(
            "replica-lag", "a standby is behind", why: "It would lose that much if it had to take over."),
        DoctorCheck("replay-delay", "replay is behind", why: "Who reads here sees old mail."),
        DoctorCheck(
            "replay-paused", "replay is paused",
            why: "The standby falls behind, and keeps the log that it has not replayed."),
        DoctorCheck(
            "connections", "connections run out", why: "Whoever comes when all are open is turned away."),
        DoctorCheck(
            lockWait, "sessions wait for a lock", why: "Everybody who needs the same rows or table queues behind it."),
        DoctorCheck(
            "idle-in-transaction", "a transaction is open and does nothing",
            why: "It keeps its locks, and vacuum from removing any row that died since it began."),
        DoctorCheck(
            "prepared-transaction", "a prepared transaction is left",
            why: "It keeps its locks, and vacuum from removing dead rows, over restarts as well."),
        DoctorCheck(
            "long-query", "a statement runs long",
            why: "It takes a connection and a processor, and keeps vacuum from removing rows."),
        DoctorCheck(
            "collation", "the order of letters has changed under the indexes", .critical,
            why: "Indexes on text miss rows and let duplicates in, without any error."),
        DoctorCheck("sequence", "a sequence runs out", why: "When it has, every insert that draws from it fails."),
        DoctorCheck(
            "invalid-index", "an index is not valid", why: "Each write maintains it, and no query may use it."),
        DoctorCheck(
            "duplicate-index", "two indexes are the same", why: "Each write maintains both, and queries need one."),
        DoctorCheck(
            "unused-index", "an index is not used",
            why: "Each write maintains it, and it takes room in memory and on disk."),
        DoctorCheck(
            "dead-rows", "many rows are dead", why: "Each scan reads them, and the table grows while they stay."),
        DoctorCheck("bloat", "dead rows take much room", why: "They are read, cached and backed up for nothing."),
        DoctorCheck(
            "no-statistics", "a table was never analyzed",
            why: "The planner guesses, and reads whole tables where an index would do."),
        DoctorCheck(
            "vacuum-off", "autovacuum is off",
            why: "Dead rows pile up, statistics age, and transaction numbers run out."),
        DoctorCheck(
            "cache-hit", "too little is found in memory", why: "Each miss waits for the system's cache or for the disk."
        ),
        DoctorCheck(
            "checksums", "pages have no checksums",
            why: "A page that the disk or its controller damages is not noticed until it is too late."),
        DoctorCheck(
            "pending-restart", "a setting waits for a restart",
            why: "The next restart, wanted or not, changes how the server behaves."),
        DoctorCheck(
            "profile", "a setting is not what tune wrote", why: "Memory and limits were computed together."),
        DoctorCheck(
            "counters", "folder counters are wrong", isDeep: true,
            why: "People see numbers of unread mail that do not exist, or miss mail that does."),
        DoctorCheck(
            "search-rows", "search does not know all messages", .critical, isDeep: true,
            why: "Mail that no search finds is lost to whoever looks for it."),
    ]
}

extension Threshold {
    /// As "What a doctor looks at" of PostgreSQL's operators has them.
    static let standard = [
        Threshold("connections", .percent, 75, critical: 90, "Open connections, of those that ordinary roles can get."),
        Threshold("lock-wait", .duration, 30, critical: 120, "How long a session has waited for a lock."),
        Threshold("idle-in-transaction", .duration, 300, critical: 900, "How long a transaction has done nothing."),
        Threshold("prepared-transaction", .duration, 300, critical: 900, "Age of a prepared transaction."),
        Threshold("long-query", .duration, 60, critical: nil, "How long a statement has run."),
        Threshold("disk", .percent, 90, critical: 95, "Used part of the volumes of data and write-ahead log."),
        Threshold("wraparound", .percent, 50, critical: 75, "Transaction numbers used, of two billion."),
        Threshold("sequence", .percent, 75, critical: 90, "Numbers used, of those that a sequence has."),
        Threshold("archive", .duration, 300, critical: 900, "How long a segment has waited for being archived."),
        Threshold("archive-waiting", .count, 20, critical: 100, "Segments that wait for being archived."),
        Threshold("slot-room", .percent, 25, critical: 10, isFloor: true, "What is left of max_slot_wal_keep_size."),
        Threshold(
            "slot-retained", .size, 10 * 1_073_741_824, critical: 50 * 1_073_741_824,
            "Write-ahead log that a slot keeps, where max_slot_wal_keep_size is not set."),
        Threshold(
            "replica-lag", .size, 50 * 1_048_576, critical: 100 * 1_048_576,
            "Write-ahead log that a standby has not replayed."),
        Threshold("replay-delay", .duration, 300, critical: 1800, "On a standby: age of what waits for replay."),
        Threshold("dead-rows", .percent, 20, critical: nil, "Dead rows, of all rows of a table."),
        Threshold(
            "dead-rows-least", .count, 100_000, hasCritical: false, "Dead rows below which their share does not matter."
        ),
        Threshold("bloat", .size, 1_073_741_824, critical: 5 * 1_073_741_824, "What the dead rows of a table hold."),
        Threshold("no-statistics", .size, 1_048_576, critical: nil, "Size of a table that was never analyzed."),
        Threshold(
            "cache-hit", .percent, 99, critical: 95, isFloor: true,
            "Blocks found in shared_buffers, of those asked for."),
        Threshold(
            "cache-hit-least", .count, 1_000_000, hasCritical: false,
            "Blocks that must have been asked for before their share says something."),
        Threshold(
            "unused-index-age", .duration, 7 * 86_400, hasCritical: false,
            "Age of the statistics before an index counts as unused."),
        Threshold(
            "unused-index-size", .size, 10 * 1_048_576, hasCritical: false,
            "Size below which an unused index does not matter."),
    ]
}
