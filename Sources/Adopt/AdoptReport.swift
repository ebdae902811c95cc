package import Core

/// What `emaildb adopt` found, will do, or has done.
package struct AdoptReport: Sendable, Codable {
    package enum Outcome: String, Sendable, Codable {
        /// Nothing was written.
        case plan
        /// Every row is taken or refused, and the comparison holds.
        case adopted
        /// Every row is copied, and the comparison does not hold.
        case differs
        /// The old tables are back.
        case undone
    }

    /// Rows of one kind.
    package struct Group: Sendable, Codable {
        package let what: String
        package let count: Int
        /// Up to three ids, as they are in the old table.
        package let examples: [String]
    }

    package struct TableResult: Sendable, Codable {
        package let table: String
        /// Its name before, with schema; nil where there is none.
        package internal(set) var from: String?
        package internal(set) var found = 0
        package internal(set) var taken = 0
        package internal(set) var refused = 0
        /// What is done to values, by column.
        package internal(set) var changes: [Group] = []
        /// Why rows cannot be taken.
        package internal(set) var refusals: [Group] = []
        /// Columns of the founding document that it lacks.
        package internal(set) var missing: [String] = []
        /// Columns that have no place in ours: they stay in email_before.
        package internal(set) var extra: [String] = []
    }

    /// Something of others that uses the old tables.
    package struct Dependant: Sendable, Codable {
        package let kind: String
        package let name: String
        package let what: String
    }

    package struct Difference: Sendable, Codable {
        package let table: String
        package let tenant: String?
        package let oldRows: Int
        package let newRows: Int
    }

    package let outcome: Outcome
    package let database: String
    package let serverVersion: String
    package internal(set) var tables: [TableResult] = []
    /// What moves to the schema email_before beside the tables.
    package internal(set) var moved: [String] = []
    package internal(set) var dependants: [Dependant] = []
    /// What keeps a run from beginning.
    package internal(set) var problems: [Problem] = []
    package internal(set) var notes: [String] = []
    /// About how much disk space the new tables take, bytes.
    package internal(set) var neededBytes: Int?
    /// Folders named Recovered that were made for messages whose folder is none of their account.
    package internal(set) var recoveredFolders = 0
    package internal(set) var differences: [Difference] = []
    package internal(set) var milliseconds = 0
    /// What this run copied, messages a second; nil where it copied none.
    package internal(set) var messagesPerSecond: Int?

    init(_ outcome: Outcome, database: String, serverVersion: String) {
        self.outcome = outcome
        self.database = database
        self.serverVersion = serverVersion
    }

    package var found: Int { tables.map(\.found).reduce(0, +) }
    package var taken: Int { tables.map(\.taken).reduce(0, +) }
    package var refused: Int { tables.map(\.refused).reduce(0, +) }
}

/// How far an adoption is.
package enum AdoptProgress: Sendable {
    case retrying(String)
    /// Rows are read to decide which can be taken.
    case looking(TableKind)
    case copied(TableKind, done: Int, total: Int, perSecond: Int)
    case comparing
}
