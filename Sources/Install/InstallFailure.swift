package import Core
package import Postgres
package import Schema

/// Why `init` stopped.
///
/// Nothing is half applied in any of these cases.
package enum InstallFailure: Error, Sendable {
    /// The server or the role cannot do what is needed; nothing was written.
    case preflight([Problem])
    /// The ledger contradicts this binary; nothing was written.
    case ledger([LedgerProblem])
    /// Another session kept the lock for longer than allowed.
    case lockTimeout(waited: Duration, holders: [String])
    /// A step failed and was rolled back.
    case step(SchemaStep, PostgresError)
    /// A step's SQL ran, but the catalog does not show what it should; rolled back.
    case layout(SchemaStep, [FactMismatch])
    /// An index of the step's name exists with another definition.
    case conflictingIndex(SchemaStep, [FactMismatch])
    /// No connection, or it was lost.
    case connection(PostgresError)
    /// A statement outside the steps failed.
    case statement(PostgresError, doing: String)
    /// Ctrl-C or a polite kill.
    case interrupted(signal: Int32)

    /// The error that says whether another try may help, if a server or connection error is behind this.
    var postgresError: PostgresError? {
        switch self {
        case .step(_, let error), .connection(let error), .statement(let error, _): error
        default: nil
        }
    }
}

/// Something that could not be set up because the connecting role is not a superuser.
package struct Limitation: Sendable, Hashable, Codable {
    /// What is missing: kind and name of the fact.
    package let missing: String
    /// What that means for the database's users.
    package let consequence: String
    /// The SQL that a superuser runs to complete it.
    package let fix: String
}
