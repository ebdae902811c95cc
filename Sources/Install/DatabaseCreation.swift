import Core
import Postgres

package enum DatabaseCreation {
    package static let maintenanceDatabase = "postgres"

    /// The statement: UTF8 and C.UTF-8 whatever the cluster's default, and nothing that was added to template1.
    ///
    /// Under C.UTF-8 letters of every script have their case and indexes outlive the system's collation: it sorts by code point,
    /// and clients sort for people.
    package static func statement(_ database: String, serverVersion: Int) -> String {
        "CREATE DATABASE \(SQL.identifier(database)) TEMPLATE template0 ENCODING 'UTF8' "
            + "LOCALE_PROVIDER \(serverVersion >= 170_000 ? "builtin" : "libc") LOCALE 'C.UTF-8'"
    }

    /// Why a database of this name is not created: it is more likely an address, or text around a name, than a name.
    static func refusal(ofName name: String) -> Problem? {
        let isOdd =
            name.unicodeScalars.contains(where: SQL.isHidden) || name.contains("://") || name.contains("@")
            || name.unicodeScalars.first?.properties.isWhitespace != false
            || name.unicodeScalars.last?.properties.isWhitespace != false
        guard isOdd else { return nil }
        return Problem(
            problem:
                "a database is not created under this name: it is empty, begins or ends with a blank, or has a control"
                + " character, :// or @ in it",
            fix: "emaildb init -d NAME   # or an address: -d postgresql://USER@HOST:PORT/NAME")
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
                try connection.query(statement(database, serverVersion: connection.serverVersion))
                return true
            } catch {
                // template0 is being copied for another database, or a session without this lock was faster.
                let passing: [SQLState?] = [.objectInUse, .duplicateDatabase, .uniqueViolation]
                guard passing.contains(error.sqlState), ContinuousClock.now < deadline else { throw error }
                try backoff.sleep(until: deadline)
            }
        }
    }
}
