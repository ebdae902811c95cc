public import Postgres

/// Which steps a database has and lacks; the value behind `emaildb status`.
public struct StatusReport: Sendable, Codable {
    /// One step as this binary knows it, or as the ledger does.
    public struct Step: Sendable, Codable {
        /// Where a step stands.
        public enum State: String, Sendable, Codable {
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
        public let step: Int
        /// The file's name without its ending.
        public let name: String
        /// Where it stands.
        public let state: State
        /// When it was applied, ISO 8601, UTC.
        public let appliedAt: String?
        /// How long it took, ms.
        public let milliseconds: Int?
        /// The role that applied it.
        public let appliedBy: String?
    }

    /// The database.
    public let database: String
    /// Whether it exists.
    public let exists: Bool
    /// The server's version; nil when the database does not exist.
    public let serverVersion: String?
    /// Whether the session is encrypted.
    public let encrypted: Bool
    /// The version of emaildb.
    public let toolVersion: String
    /// Every step, in order.
    public let steps: [Step]
    /// Contradictions between ledger and binary, with advice.
    public let problems: [String]

    /// How many steps `init` would apply.
    public var pendingCount: Int { steps.filter { $0.state == .pending || $0.state == .started }.count }

    /// Reads the ledger of a database; reads only.
    /// - Throws: ``InstallFailure/connection(_:)``.
    public static func read(
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
        } catch let error as PostgresError {
            guard error.kind == .connect, error.sqlState == .invalidCatalogName else {
                throw error.kind == .server
                    ? InstallFailure.statement(error, doing: "reading the ledger") : InstallFailure.connection(error)
            }
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
        toolVersion = EmailDatabase.toolVersion
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
