import Core
package import Postgres

/// The advisory lock that lets one `init` write at a time in a database.
///
/// It is taken by polling: a session that waits inside `pg_advisory_lock` holds a snapshot, and CREATE INDEX
/// CONCURRENTLY in the session that holds the lock would wait for that snapshot, so both would wait for ever. The lock
/// belongs to the working session, so that a server process orphaned by a killed client keeps it while it still works.
package enum InstallLock {
    /// The lock's two keys: "emai" and "ldb1" in ASCII.
    static let keys = (0x656D_6169, 0x6C64_6231)

    /// Polls until it holds the lock, telling `waiting` each time which sessions hold it.
    package static func acquire(
        _ connection: borrowing Connection, deadline: ContinuousClock.Instant, waiting: ([String]) -> Void
    ) throws {
        let start = ContinuousClock.now
        var backoff = Backoff()
        while true {
            let row = try connection.query("SELECT pg_try_advisory_lock(\(keys.0), \(keys.1))").first
            if row?[0] == "t" { return }
            let holders = try holders(connection)
            guard ContinuousClock.now < deadline else {
                throw Failure.lockTimeout(waited: start.duration(to: .now), holders: holders)
            }
            waiting(holders)
            try backoff.sleep(until: deadline)
        }
    }

    package static func release(_ connection: borrowing Connection) throws {
        try connection.query("SELECT pg_advisory_unlock(\(keys.0), \(keys.1))")
    }

    private static func holders(_ connection: borrowing Connection) throws -> [String] {
        try connection.query(SQLFile("install_lock_holders"), ["\(keys.0)", "\(keys.1)"]).map { row in
            "process \(row.text("pid")) of role \(row.text("role")), connected for \(row.text("seconds")) s"
                + (row["query"].map { ", \(row.text("state")): \($0)" } ?? "")
        }
    }
}

/// Waiting times that grow from 25 ms to one second, with jitter, so that many waiters do not march in step.
struct Backoff {
    private var milliseconds = 25.0

    /// Sleeps for the next waiting time, but not past the deadline.
    /// - Throws: ``Failure`` when a signal asked to stop.
    mutating func sleep(until deadline: ContinuousClock.Instant) throws {
        let pause = Duration.milliseconds(Int(milliseconds * Double.random(in: 0.75...1.25)))
        milliseconds = min(milliseconds * 1.6, 1000)
        let left = ContinuousClock.now.duration(to: deadline)
        pauseThread(for: min(pause, max(left, .milliseconds(1))))
        try Interruption.check()
    }
}
