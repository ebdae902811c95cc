package import Core
package import Postgres
package import Schema

package struct InstallReport: Sendable, Codable {
    package struct AppliedStep: Sendable, Codable {
        package let step: Int
        package let name: String
        /// How long it took, layout check and ledger included, ms.
        package let milliseconds: Int
    }

    package enum PasswordOutcome: String, Sendable, Codable {
        case unchanged, set
    }

    package let database: String
    package let serverVersion: String
    package let toolVersion: String
    /// The number of the last step, which the database now has.
    package let schemaStep: Int
    package let createdDatabase: Bool
    package var applied: [AppliedStep] = []
    package internal(set) var passwords: [String: PasswordOutcome] = [:]
    /// What only a superuser could have set up; empty in the full mode.
    package internal(set) var limitations: [Limitation] = []
    /// What a restore left out of a database whose ledger has every step.
    package internal(set) var incomplete: [Problem] = []
    /// What `--repair` did; nil where it was not asked for.
    package var repair: RepairReport?
}

/// What was put right of a database that differs from the schema, and what was not.
package struct RepairReport: Sendable, Codable {
    /// How many findings are gone.
    package var repaired = 0
    /// What is left, as code, object and message: no SQL fixes it, or its fix would take something away.
    package var left: [String] = []

    package init() {}
}

package enum InstallProgress: Sendable {
    /// The server does not answer yet, or went away, and `--wait` is not over.
    case waitingForServer(PostgresError)
    case waitingForLock(holders: [String])
    case creatingDatabase(String)
    case applied(SchemaStep, milliseconds: Int)
    /// What the server says while a step runs.
    case notice(SchemaStep, PostgresError)
    /// How much more it said.
    case noticesLeftOut(SchemaStep, count: Int)
    /// A step is tried again because others hold what it needs.
    case retrying(SchemaStep, PostgresError)
    /// Another process is building this step's index.
    case waitingForBuild(SchemaStep, processes: String)
    /// An invalid leftover of an earlier build is replaced.
    case rebuilding(SchemaStep)
}
