import Core
import Install

/// What PostgreSQL checks only when it starts, and what a scratch server cannot know: slots, prepared transactions and
/// standbys of the running one.
///
/// The messages behind the rules are those of PostgreSQL's `PostmasterMain`, `CheckRequiredParameterValues`,
/// `restoreTwoPhaseData` and `StartupReplicationSlots`.
package enum StartRules {
    static let refusal = "this cannot be done; nothing was written"

    /// Everything that would keep the server from starting, or break what depends on it.
    static func problems(_ candidate: Candidate, _ server: ServerState) -> [Problem] {
        walLevel(candidate, server) + limits(candidate, server) + standby(candidate, server)
    }

    private static func walLevel(_ candidate: Candidate, _ server: ServerState) -> [Problem] {
        var problems: [Problem] = []
        func add(_ problem: String, _ fix: String) {
            problems.append(Problem(problem: problem, fix: fix))
        }
        let level = candidate.value("wal_level") ?? ""
        if level == "logical" { return [] }
        if server.logicalSlots > 0 {
            add(
                "wal_level = \(level) with \(server.logicalSlots) logical replication slots: the server would not start",
                "SELECT slot_name FROM pg_replication_slots WHERE slot_type = 'logical';   -- then drop them, or keep"
                    + " wal_level = logical")
        }
        guard level == "minimal" else { return problems }
        if let senders = candidate.integer("max_wal_senders"), senders > 0 {
            add(
                "wal_level = minimal with max_wal_senders = \(senders): the server would not start (\"WAL streaming"
                    + " requires wal_level replica or logical\")",
                "ALTER SYSTEM SET max_wal_senders = 0;   -- no replication and no pg_basebackup any more; or leave"
                    + " --wal-level-minimal away, which saves nothing on ordinary inserts")
        }
        if let mode = candidate.value("archive_mode"), mode != "off" {
            add(
                "wal_level = minimal with archive_mode = \(mode): the server would not start, and point-in-time recovery"
                    + " would end here", "Leave --wal-level-minimal away: the archive is worth more.")
        }
        if server.physicalSlots > 0 {
            add(
                "wal_level = minimal with \(server.physicalSlots) physical replication slots: the server would not"
                    + " start, and point-in-time recovery and standbys need what it would no longer log",
                "SELECT slot_name, active FROM pg_replication_slots;   -- a standby follows this server")
        }
        if server.standbys > 0 {
            add(
                "wal_level = minimal with \(server.standbys) standbys or backups connected: they would break, and so"
                    + " would point-in-time recovery", "SELECT application_name, client_addr FROM pg_stat_replication;")
        }
        if candidate.isOn("summarize_wal") {
            add(
                "wal_level = minimal with summarize_wal = on: the server would not start",
                "ALTER SYSTEM SET summarize_wal = off;   -- no incremental backups any more")
        }
        return problems
    }

    private static func limits(_ candidate: Candidate, _ server: ServerState) -> [Problem] {
        var problems: [Problem] = []
        func add(_ problem: String, _ fix: String) {
            problems.append(Problem(problem: problem, fix: fix))
        }
        if let connections = candidate.integer("max_connections") {
            let reserved =
                (candidate.integer("superuser_reserved_connections") ?? 0)
                + (candidate.integer("reserved_connections") ?? 0)
            if reserved >= connections {
                add(
                    "max_connections = \(connections) with \(reserved) reserved connections: the server would not start",
                    "Ask for more: --max-connections \(reserved + 20)")
            }
        }
        if let slots = candidate.integer("max_replication_slots"), slots < server.logicalSlots + server.physicalSlots {
            add(
                "max_replication_slots = \(slots) with \(server.logicalSlots + server.physicalSlots) slots in use: the"
                    + " server would not start", "SELECT slot_name FROM pg_replication_slots;   -- drop what is unused")
        }
        if let limit = candidate.integer("max_prepared_transactions"), limit < server.preparedTransactions {
            add(
                "max_prepared_transactions = \(limit) with \(server.preparedTransactions) prepared transactions: the"
                    + " server would not start",
                "SELECT gid FROM pg_prepared_xacts;   -- then COMMIT PREPARED or ROLLBACK PREPARED each")
        }
        for name in ["max_wal_size", "min_wal_size"] {
            if let size = candidate.bytes(name), size < 2 * server.walSegmentSize {
                add(
                    "\(name) = \(ByteSize.text(size)) is less than two files of write-ahead log, which are"
                        + " \(ByteSize.text(server.walSegmentSize)) here: the server would not start",
                    "Give pg_wal a larger volume, or --wal-volume if its size is known better.")
            }
        }
        return problems
    }

    /// A standby refuses to start with less than its primary had when it wrote the log; the standby's own present values
    /// are at least that.
    private static func standby(_ candidate: Candidate, _ server: ServerState) -> [Problem] {
        guard server.isInRecovery else { return [] }
        return [
            "max_connections", "max_worker_processes", "max_wal_senders", "max_prepared_transactions",
            "max_locks_per_transaction",
        ].compactMap { name in
            guard let setting = server[name], let running = setting.number(setting.running),
                let next = candidate.integer(name), next < Int(running)
            else { return nil }
            return Problem(
                problem:
                    "\(name) = \(next) on a standby that runs with \(Int(running)): it must not be less than on its"
                    + " primary", fix: "Lower it on the primary first, and here after that has arrived.")
        }
    }
}
