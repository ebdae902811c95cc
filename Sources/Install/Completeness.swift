import Core
import Postgres
import Schema

/// Whether what the ledger says is there is there: a dump that was restored brings the ledger, but neither roles nor the grants
/// and settings of the database.
enum Completeness {
    private static let tables = [
        "email_accounts", "email_folders", "email_messages", "email_attachments", "email_message_search",
        "email_message_tombstones", "email_audit_log",
    ]

    /// The step that gives the database its grants and settings; of a series without it nothing is known here.
    private static let access = "0013_access"

    /// What is missing, each with the command that brings it back; one short read of the catalog, which any role may do.
    static func problems(_ source: SchemaSource, _ connection: borrowing Connection) throws -> [Problem] {
        guard source.steps.contains(where: { $0.name == access }) else { return [] }
        let logins = Role.allCases.filter(\.logsIn).map(\.name)
        // The session may be anybody's, a pooler's too: for these statements, no operator of others is found.
        let results = try connection.pipeline([
            "SELECT pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true)",
            Statement(
                SQLFile("completeness").text,
                [SQL.array(tables), SQL.array(Role.allCases.map(\.name)), SQL.array(logins)]),
            Statement(UnfinishedAdoption.query),
        ])
        if !results[2].isEmpty { return [UnfinishedAdoption.found] }
        return results[1].map { row in
            Problem(
                problem: row.text("problem"),
                fix: "emaildb init --repair   # or review it first: emaildb verify --fix-sql")
        }
    }
}
