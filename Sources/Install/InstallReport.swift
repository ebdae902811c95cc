import Core
package import Postgres
package import Schema

/// What `init` did; the value behind its text and its JSON.
package struct InstallReport: Sendable, Codable {
    /// One step that this run applied.
    package struct AppliedStep: Sendable, Codable {
        /// The step's number.
        package let step: Int
        /// The file's name without its ending.
        package let name: String
        /// How long it took, layout check and ledger included, ms.
        package let milliseconds: Int
    }

    /// What became of a password that was given.
    package enum PasswordOutcome: String, Sendable, Codable {
        /// It was in force already.
        case unchanged
        /// It was set.
        case set
    }

    /// The database.
    package let database: String
    /// The server's version, such as `16.4`.
    package let serverVersion: String
    /// The version of emaildb.
    package let toolVersion: String
    /// The number of the last step, which the database now has.
    package let schemaStep: Int
    /// Whether this run created the database.
    package internal(set) var createdDatabase: Bool
    /// The steps that this run applied, in order; empty when there was nothing to do.
    package internal(set) var applied: [AppliedStep]
    /// What became of the passwords that were given, by role.
    package internal(set) var passwords: [String: PasswordOutcome]
    /// What only a superuser could have set up; empty in the full mode.
    package internal(set) var limitations: [Limitation]
}

/// What `init` is doing, for people who watch.
package enum InstallProgress: Sendable {
    /// The server does not answer yet, or went away, and `--wait` is not over.
    case waitingForServer(PostgresError)
    /// Another session holds the installation lock.
    case waitingForLock(holders: [String])
    /// The database is being created.
    case creatingDatabase(String)
    /// A step begins.
    case applying(SchemaStep)
    /// A step is complete.
    case applied(SchemaStep, milliseconds: Int)
    /// A step is tried again because others hold what it needs.
    case retrying(SchemaStep, PostgresError)
    /// Another process is building this step's index.
    case waitingForBuild(SchemaStep, processes: String)
    /// An invalid leftover of an earlier build is replaced.
    case rebuilding(SchemaStep)
}
