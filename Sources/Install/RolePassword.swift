import Core
package import Postgres

/// The password of one of the schema's roles, which the server only ever sees as a SCRAM verifier.
package struct RolePassword: Sendable {
    /// The role that the application logs in as.
    package static let application = Role.service.name

    /// The roles that log in, and so can have a password.
    package static let roles = Role.allCases.filter(\.logsIn).map(\.name)

    /// The role that standbys copy the whole cluster as; the schema has no part in it.
    package static let replication = "email_replication"

    package let role: String
    private let password: String

    /// - Parameter role: one of ``roles`` or ``replication``; another name is a programming error.
    package init(role: String, password: String) {
        precondition(
            Self.roles.contains(role) || role == Self.replication,
            "\(role) is none of the roles that can have a password")
        self.role = role
        self.password = password
    }

    /// The password in a file's bytes, without the one line end that editors and `echo` add; nil when they are no UTF-8
    /// text, hold a NUL character, or nothing else.
    package static func text(_ bytes: some Sequence<UInt8>) -> String? {
        guard let text = String(validating: Array(bytes), as: UTF8.self) else { return nil }
        var scalars = text.unicodeScalars
        if scalars.last == "\n" { scalars.removeLast() }
        if scalars.last == "\r" { scalars.removeLast() }
        return scalars.isEmpty || scalars.contains("\0") ? nil : String(scalars)
    }

    /// Makes the role ``replication`` if there is none, and gives it a password; needs a superuser.
    package static func allowReplication(_ password: String, _ connection: borrowing Connection) throws {
        let found = try connection.query("SELECT FROM pg_catalog.pg_roles WHERE rolname = $1", [replication])
        if found.isEmpty { try connection.query("CREATE ROLE \(replication)") }
        try connection.query("ALTER ROLE \(replication) LOGIN REPLICATION")
        _ = try RolePassword(role: replication, password: password).apply(connection)
    }

    /// Sets the password unless the server already has it; says whether it did.
    ///
    /// Only a superuser may read the stored verifier; any other role sets the password again each time.
    func apply(_ connection: borrowing Connection) throws -> Bool {
        let own = try connection.query("SELECT rolsuper FROM pg_roles WHERE rolname = session_user").first
        let isSuperuser = own?.flag("rolsuper") == true
        if isSuperuser {
            let stored = try connection.query("SELECT rolpassword FROM pg_authid WHERE rolname = $1", [role])
            if let text = stored.first?[0], SCRAMVerifier(text)?.matches(password: password) == true { return false }
        }
        let verifier = try connection.encryptPassword(password, user: role)
        try connection.transaction {
            if isSuperuser {
                // A verifier is no password, but it can be attacked off line: keep it out of the log and out of
                // pg_stat_statements as well.
                try connection.script(
                    """
                    SET LOCAL log_statement = none; SET LOCAL log_min_duration_statement = -1;
                    SET LOCAL log_min_error_statement = panic; SET LOCAL pg_stat_statements.track_utility = off;
                    """)
            }
            try connection.query("ALTER ROLE \(role) PASSWORD \(SQL.literal(verifier))")
        }
        return true
    }
}
