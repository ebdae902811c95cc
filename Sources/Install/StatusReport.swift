import Core
package import Postgres
package import Schema

/// Which steps a database has and lacks; the value behind `emaildb status`.
package struct StatusReport: Sendable, Codable {
    /// One step as this binary knows it, or as the ledger does.
    package struct Step: Sendable, Codable {
        /// Where a step stands.
        package enum State: String, Sendable, Codable {
            /// Applied from the file that this binary holds.
            case applied
            /// Begun outside a transaction; `init` goes on with it.
            case started
            /// Not applied.
            case pending
            /// Applied, but not from the file that this binary holds.
            case conflict
        }

        /// The step's number.
        package let step: Int
        /// The file's name without its ending.
        package let name: String
        /// Where it stands.
        package let state: State
        /// When it was applied, ISO 8601, UTC.
        package let appliedAt: String?
        /// How long it took, ms.
        package let milliseconds: Int?
        /// The role that applied it.
        package let appliedBy: String?
    }

    /// The database.
    package let database: String
    /// Whether it exists.
    package let exists: Bool
    /// The server's version; nil when the database does not exist.
    package let serverVersion: String?
    /// Whether the session is encrypted.
    package let encrypted: Bool
    /// The version of emaildb.
    package let toolVersion: String
    /// Every step, in order.
    package let steps: [Step]
    /// Contradictions between ledger and binary, with advice.
    package let problems: [String]

    /// How many steps `init` would apply.
    package var pendingCount: Int { steps.filter { $0.state == .pending || $0.state == .started }.count }

    /// Reads the ledger of a database; reads only.
    /// - Throws: `PostgresError`.
    package static func read(
        settings: ConnectionSettings, database: String, source: SchemaSource
    ) throws -> StatusReport {
        var settings = settings
        settings["dbname"] = database
        do {
            let connection = try Connection(settings)
            let ledger = try Ledger.read(connection)
            return StatusReport(
                ledger: ledger, source: source, database: database, exists: true,
                serverVersion: connection.parameterStatus("server_version"), encrypted: connection.isEncrypted)
        } catch let error as PostgresError where error.kind == .connect && error.sqlState == .invalidCatalogName {
            return StatusReport(
                ledger: .none, source: source, database: database, exists: false, serverVersion: nil, encrypted: false)
        }
    }

    private init(
        ledger: Ledger, source: SchemaSource, database: String, exists: Bool, serverVersion: String?, encrypted: Bool
    ) {
        let entries = Dictionary(ledger.entries.map { ($0.step, $0) }, uniquingKeysWith: { first, _ in first })
        let known = source.steps.map { step in
            Self.describe(number: step.number, name: step.name, hash: step.hash, entry: entries[step.number])
        }
        let unknown = ledger.entries.filter { $0.step > source.steps.count }.map { entry in
            Self.describe(number: entry.step, name: entry.name, hash: nil, entry: entry)
        }
        self.database = database
        self.exists = exists
        self.serverVersion = serverVersion
        self.encrypted = encrypted
        toolVersion = Core.toolVersion
        steps = known + unknown
        problems = ledger.compare(with: source).problems.map { "\($0.description). \($0.advice)" }
    }

    private static func describe(number: Int, name: String, hash: String?, entry: LedgerEntry?) -> Step {
        guard let entry else {
            return Step(
                step: number, name: name, state: .pending, appliedAt: nil, milliseconds: nil, appliedBy: nil)
        }
        let agrees = entry.hash == hash && entry.name == name
        let state: Step.State = agrees ? (entry.state == .done ? .applied : .started) : .conflict
        return Step(
            step: number, name: name, state: state, appliedAt: entry.startedAt, milliseconds: entry.milliseconds,
            appliedBy: entry.appliedBy)
    }
}
