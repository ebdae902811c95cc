import Postgres

package enum DatabaseCreation {
    package static let maintenanceDatabase = "postgres"

    /// The statement: UTF8 whatever the cluster's default, and nothing that was added to template1.
    package static func statement(_ database: String) -> String {
        "CREATE DATABASE \(SQL.identifier(database)) TEMPLATE template0 ENCODING 'UTF8'"
    }

    /// Creates the database unless another session was faster.
    ///
    /// Advisory locks are local to a database, so this one is taken in the maintenance database; it keeps parallel
    /// runs from failing on each other's CREATE DATABASE. Returns whether this session created it.
    static func run(
        _ connection: borrowing Connection, database: String, deadline: ContinuousClock.Instant,
        waiting: ([String]) -> Void
    ) throws -> Bool {
        try InstallLock.acquire(connection, deadline: deadline, waiting: waiting)
        defer { try? InstallLock.release(connection) }
        var backoff = Backoff()
        while true {
            let existing = try connection.query("SELECT FROM pg_database WHERE datname = $1", [database])
            if !existing.isEmpty { return false }
            do {
                try connection.query(statement(database))
                return true
            } catch let error as PostgresError
                where error.sqlState == .objectInUse || error.sqlState == .duplicateDatabase
                || error.sqlState == .uniqueViolation
            {
                // template0 is being copied for another database, or a session without this lock was faster.
                guard ContinuousClock.now < deadline else { throw error }
                try backoff.sleep(until: deadline)
            }
        }
    }
}
