import Core

/// What PostgreSQL checks only when it starts, and what a scratch server cannot know: slots, prepared transactions and
/// standbys of the running one.
///
/// The messages behind the rules are those of PostgreSQL's `PostmasterMain`, `CheckRequiredParameterValues`,
/// `restoreTwoPhaseData` and `StartupReplicationSlots`.
package enum StartRules {
    /// Everything that would keep the server from starting, or break what depends on it.
    static func problems(_ candidate: ServerState) -> [Problem] {
        walLevel(candidate) + limits(candidate) + standby(candidate)
    }

    private static func walLevel(_ candidate: ServerState) -> [Problem] {
        var problems: [Problem] = []
        let level = candidate.value("wal_level") ?? ""
        problems.need(
            level == "logical" || candidate.logicalSlots == 0,
            "wal_level = \(level) with \(candidate.logicalSlots) logical replication slots: the server would not start",
            "SELECT slot_name FROM pg_replication_slots WHERE slot_type = 'logical';   -- then drop them, or keep"
                + " wal_level = logical")
        guard level == "minimal" else { return problems }
        let senders = candidate.integer("max_wal_senders") ?? 0
        problems.need(
            senders <= 0,
            "wal_level = minimal with max_wal_senders = \(senders): the server would not start (\"WAL streaming"
                + " requires wal_level replica or logical\")",
            "ALTER SYSTEM SET max_wal_senders = 0;   -- no replication and no pg_basebackup any more; or leave"
                + " --wal-level-minimal away, which saves nothing on ordinary inserts")
        let archiving = candidate.value("archive_mode") ?? "off"
        problems.need(
            archiving == "off",
            "wal_level = minimal with archive_mode = \(archiving): the server would not start, and point-in-time"
                + " recovery would end here", "Leave --wal-level-minimal away: the archive is worth more.")
        problems.need(
            candidate.physicalSlots == 0,
            "wal_level = minimal with \(candidate.physicalSlots) physical replication slots: the server would not"
                + " start, and point-in-time recovery and standbys need what it would no longer log",
            "SELECT slot_name, active FROM pg_replication_slots;   -- a standby follows this server")
        problems.need(
            candidate.standbys == 0,
            "wal_level = minimal with \(candidate.standbys) standbys or backups connected: they would break, and so"
                + " would point-in-time recovery", "SELECT application_name, client_addr FROM pg_stat_replication;")
        problems.need(
            !candidate.isOn("summarize_wal"),
            "wal_level = minimal with summarize_wal = on: the server would not start",
            "ALTER SYSTEM SET summarize_wal = off;   -- no incremental backups any more")
        return problems
    }

    private static func limits(_ candidate: ServerState) -> [Problem] {
        var problems: [Problem] = []
        func limit(_ name: String, isAtLeast needed: Int, _ reason: String, _ fix: String) {
            guard let limit = candidate.integer(name) else { return }
            problems.need(limit >= needed, "\(name) = \(limit) with \(reason): the server would not start", fix)
        }
        let reserved = candidate.reservedConnections
        limit(
            "max_connections", isAtLeast: reserved + 1, "\(reserved) reserved connections",
            "Ask for more: --max-connections \(reserved + 20)")
        let slots = candidate.logicalSlots + candidate.physicalSlots
        limit(
            "max_replication_slots", isAtLeast: slots, "\(slots) slots in use",
            "SELECT slot_name FROM pg_replication_slots;   -- drop what is unused")
        limit(
            "max_prepared_transactions", isAtLeast: candidate.preparedTransactions,
            "\(candidate.preparedTransactions) prepared transactions",
            "SELECT gid FROM pg_prepared_xacts;   -- then COMMIT PREPARED or ROLLBACK PREPARED each")
        for name in ["max_wal_size", "min_wal_size"] {
            let size = candidate.bytes(name) ?? .max
            problems.need(
                size >= 2 * candidate.walSegmentSize,
                "\(name) = \(ByteSize.text(size)) is less than two files of write-ahead log, which are"
                    + " \(ByteSize.text(candidate.walSegmentSize)) here: the server would not start",
                "Give pg_wal a larger volume, or --wal-volume if its size is known better.")
        }
        return problems
    }

    /// A standby refuses to start with less than its primary had when it wrote the log; the standby's own present
    /// values are at least that.
    private static func standby(_ candidate: ServerState) -> [Problem] {
        var problems: [Problem] = []
        let names = [
            "max_connections", "max_worker_processes", "max_wal_senders", "max_prepared_transactions",
            "max_locks_per_transaction",
        ]
        for name in names where candidate.isInRecovery {
            let running = candidate[name].flatMap { $0.number($0.running) }.flatMap { Int(exactly: $0) } ?? 0
            let next = candidate.integer(name) ?? running
            problems.need(
                next >= running,
                "\(name) = \(next) on a standby that runs with \(running): it must not be less than on its primary",
                "Lower it on the primary first, and here after that has arrived.")
        }
        return problems
    }
}
