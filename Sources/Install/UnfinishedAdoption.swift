package import Core
package import Postgres

/// An `emaildb adopt` that was interrupted or is at work: its rows are not all there, and the application is kept out.
///
/// What is missing then is not to be repaired. The mark is the comment of the schema `email_before`, which every role can read.
package enum UnfinishedAdoption {
    /// How the comment begins.
    package static let mark = "emaildb adopt is under way"
    /// The comment when it is over.
    package static let done = "Tables as they were before emaildb adopt; closed to all but superusers"

    static let query = """
        SELECT FROM pg_catalog.pg_namespace n JOIN pg_catalog.pg_roles r ON r.oid OPERATOR(pg_catalog.=) n.nspowner AND r.rolsuper
        WHERE n.nspname OPERATOR(pg_catalog.=) 'email_before'
          AND pg_catalog.starts_with(pg_catalog.obj_description(n.oid, 'pg_namespace'), '\(mark)')
        """

    static let found = Problem(
        problem: "rows of the old tables are being copied, or that was interrupted",
        fix: "emaildb adopt   # goes on; to give it up: emaildb adopt --undo")

    /// The problem; nil where there is none.
    package static func problem(_ connection: borrowing Connection) throws -> Problem? {
        try connection.query(query).isEmpty ? nil : found
    }
}
