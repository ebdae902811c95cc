import Core
import Postgres

/// The password of one of the schema's roles, which the server only ever sees as a SCRAM verifier.
package struct RolePassword: Sendable {
    /// The role that the application logs in as.
    package static let application = Role.service.name

    /// The roles that log in, and so can have a password.
    package static let roles = Role.allCases.filter(\.logsIn).map(\.name)

    /// The role.
    package let role: String
    private let password: String

    /// - Parameters:
    ///   - role: one of ``roles``; a name of somebody else's role is a programming error.
    ///   - password: the password that the role shall have.
    package init(role: String, password: String) {
        precondition(Self.roles.contains(role), "\(role) is none of the roles that can have a password")
        self.role = role
        self.password = password
    }

    /// Sets the password unless the server already has it.
    ///
    /// Only a superuser may read the stored verifier; any other role sets the password again each time.
    /// - Returns: whether it was set.
    func apply(_ connection: borrowing Connection) throws -> Bool {
        let isSuperuser = try connection.query("SELECT rolsuper FROM pg_roles WHERE rolname = session_user").first?
            .flag("rolsuper")
        if isSuperuser == true {
            let stored = try connection.query("SELECT rolpassword FROM pg_authid WHERE rolname = $1", [role])
            if let text = stored.first?[0], SCRAMVerifier(text)?.matches(password: password) == true { return false }
        }
        let verifier = try connection.encryptPassword(password, user: role)
        try connection.transaction {
            if isSuperuser == true {
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
