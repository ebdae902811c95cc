import Core
import Postgres

/// Whether what the ledger says is there is there: a dump that was restored brings the ledger, but neither roles nor the grants
/// and settings of the database.
enum Completeness {
    private static let tables = [
        "email_accounts", "email_folders", "email_messages", "email_attachments", "email_message_search",
        "email_message_tombstones", "email_audit_log",
    ]

    /// What is missing, each with the command that brings it back; one short read of the catalog, which any role may do.
    static func problems(_ connection: borrowing Connection) throws -> [Problem] {
        let logins = Role.allCases.filter(\.logsIn).map(\.name)
        let rows = try connection.query(
            SQLFile("completeness"),
            [SQL.array(tables), SQL.array(Role.allCases.map(\.name)), SQL.array(logins)])
        return rows.map { row in
            Problem(
                problem: row.text("problem"),
                fix: "emaildb init --repair   # or review it first: emaildb verify --fix-sql")
        }
    }
}
