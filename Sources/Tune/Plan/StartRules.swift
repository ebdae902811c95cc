import Core

/// What PostgreSQL checks only when it starts, and what a scratch server cannot know: slots, prepared transactions and
/// standbys of the running one.
///
/// The messages behind the rules are those of PostgreSQL's `PostmasterMain`, `CheckRequiredParameterValues`,
/// `restoreTwoPhaseData` and `StartupReplicationSlots`.
package enum StartRules {
    static let refusal = "this cannot be done; nothing was written"

    private typealias Rule = (isBroken: Bool, problem: String, fix: String)

    /// Everything that would keep the server from starting, or break what depends on it.
    static func problems(_ candidate: Candidate, _ server: ServerState) -> [Problem] {
        (walLevel(candidate, server) + limits(candidate, server) + sizes(candidate, server) + standby(candidate, server))
            .filter(\.isBroken).map { Problem(problem: $0.problem, fix: $0.fix) }
    }

    private static func walLevel(_ candidate: Candidate, _ server: ServerState) -> [Rule] {
        let level = candidate.value("wal_level") ?? ""
        let isMinimal = level == "minimal"
        let senders = candidate.integer("max_wal_senders") ?? 0
        let archiving = candidate.value("archive_mode") ?? "off"
        return [
            (
                level != "logical" && server.logicalSlots > 0,
                "wal_level = \(level) with \(server.logicalSlots) logical replication slots: the server would not start",
                "SELECT slot_name FROM pg_replication_slots WHERE slot_type = 'logical';   -- then drop them, or keep"
                    + " wal_level = logical"
            ),
            (
                isMinimal && senders > 0,
                "wal_level = minimal with max_wal_senders = \(senders): the server would not start (\"WAL streaming"
                    + " requires wal_level replica or logical\")",
                "ALTER SYSTEM SET max_wal_senders = 0;   -- no replication and no pg_basebackup any more; or leave"
                    + " --wal-level-minimal away, which saves nothing on ordinary inserts"
            ),
            (
                isMinimal && archiving != "off",
                "wal_level = minimal with archive_mode = \(archiving): the server would not start, and point-in-time"
                    + " recovery would end here",
                "Leave --wal-level-minimal away: the archive is worth more."
            ),
            (
                isMinimal && server.physicalSlots > 0,
                "wal_level = minimal with \(server.physicalSlots) physical replication slots: the server would not"
                    + " start, and point-in-time recovery and standbys need what it would no longer log",
                "SELECT slot_name, active FROM pg_replication_slots;   -- a standby follows this server"
            ),
            (
                isMinimal && server.standbys > 0,
                "wal_level = minimal with \(server.standbys) standbys or backups connected: they would break, and so"
                    + " would point-in-time recovery",
                "SELECT application_name, client_addr FROM pg_stat_replication;"
            ),
            (
                isMinimal && candidate.isOn("summarize_wal"),
                "wal_level = minimal with summarize_wal = on: the server would not start",
                "ALTER SYSTEM SET summarize_wal = off;   -- no incremental backups any more"
            ),
        ]
    }

    private static func limits(_ candidate: Candidate, _ server: ServerState) -> [Rule] {
        func limit(_ name: String) -> Int { candidate.integer(name) ?? .max }
        let connections = limit("max_connections")
        let reserved =
            (candidate.integer("superuser_reserved_connections") ?? 0)
            + (candidate.integer("reserved_connections") ?? 0)
        let slots = server.logicalSlots + server.physicalSlots
        return [
            (
                reserved >= connections,
                "max_connections = \(connections) with \(reserved) reserved connections: the server would not start",
                "Ask for more: --max-connections \(reserved + 20)"
            ),
            (
                limit("max_replication_slots") < slots,
                "max_replication_slots = \(limit("max_replication_slots")) with \(slots) slots in use: the server would"
                    + " not start",
                "SELECT slot_name FROM pg_replication_slots;   -- drop what is unused"
            ),
            (
                limit("max_prepared_transactions") < server.preparedTransactions,
                "max_prepared_transactions = \(limit("max_prepared_transactions")) with \(server.preparedTransactions)"
                    + " prepared transactions: the server would not start",
                "SELECT gid FROM pg_prepared_xacts;   -- then COMMIT PREPARED or ROLLBACK PREPARED each"
            ),
        ]
    }

    private static func sizes(_ candidate: Candidate, _ server: ServerState) -> [Rule] {
        ["max_wal_size", "min_wal_size"].map { name in
            let size = candidate.bytes(name) ?? .max
            return (
                size < 2 * server.walSegmentSize,
                "\(name) = \(ByteSize.text(size)) is less than two files of write-ahead log, which are"
                    + " \(ByteSize.text(server.walSegmentSize)) here: the server would not start",
                "Give pg_wal a larger volume, or --wal-volume if its size is known better."
            )
        }
    }

    /// A standby refuses to start with less than its primary had when it wrote the log; the standby's own present values
    /// are at least that.
    private static func standby(_ candidate: Candidate, _ server: ServerState) -> [Rule] {
        [
            "max_connections", "max_worker_processes", "max_wal_senders", "max_prepared_transactions",
            "max_locks_per_transaction",
        ].map { name in
            let running = server[name].flatMap { $0.number($0.running) }.map { Int($0) } ?? 0
            let next = candidate.integer(name) ?? .max
            return (
                server.isInRecovery && next < running,
                "\(name) = \(next) on a standby that runs with \(running): it must not be less than on its primary",
                "Lower it on the primary first, and here after that has arrived."
            )
        }
    }
}
