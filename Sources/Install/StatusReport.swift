package import Core
package import Postgres
package import Schema

package struct StatusReport: Sendable, Codable {
    /// One step as this binary knows it, or as the ledger does.
    package struct Step: Sendable, Codable {
        package enum State: String, Sendable, Codable {
            /// Applied from the file that this binary holds.
            case applied
            /// Begun outside a transaction; `init` goes on with it.
            case started
            case pending
            /// Applied, but not from the file that this binary holds.
            case conflict
        }

        package let step: Int
        package let name: String
        package let state: State
        /// When it was applied, ISO 8601, UTC.
        package let appliedAt: String?
        package let milliseconds: Int?
        package let appliedBy: String?
    }

    package let database: String
    package let exists: Bool
    /// The server's version; nil when the database does not exist.
    package let serverVersion: String?
    package let encrypted: Bool
    package let toolVersion: String
    package let steps: [Step]
    /// Contradictions between ledger and binary, each with its fix.
    package let problems: [String]
    /// What a restore left out, though the ledger has every step.
    package var incomplete: [Problem] = []

    /// How many steps `init` would apply.
    package var pendingCount: Int { steps.filter { $0.state == .pending || $0.state == .started }.count }

    package static func read(
        settings: ConnectionSettings, database: String, source: SchemaSource
    ) throws -> StatusReport {
        var settings = settings
        settings["dbname"] = database
        do {
            let connection = try Connection(settings)
            let ledger = try Ledger.readAsLedger(connection)
            let comparison = ledger.compare(with: source)
            var report = StatusReport(
                database: database, exists: true, serverVersion: connection.parameterStatus("server_version"),
                encrypted: connection.isEncrypted, toolVersion: Core.toolVersion, steps: steps(ledger, source),
                problems: comparison.problems.map { "\($0.problem.problem). \($0.problem.fix ?? "")" })
            if comparison.pending.isEmpty && comparison.problems.isEmpty {
                report.incomplete = try Completeness.problems(source, connection)
            }
            return report
        } catch let error as PostgresError where error.kind == .connect && error.sqlState == .invalidCatalogName {
            return StatusReport(
                database: database, exists: false, serverVersion: nil, encrypted: false, toolVersion: Core.toolVersion,
                steps: steps(.none, source), problems: [])
        }
    }

    private static func steps(_ ledger: Ledger, _ source: SchemaSource) -> [Step] {
        let known = source.steps.map { step in
            let entry = ledger.entries.first { $0.step == step.number }
            return Step(step.number, step.name, entry, agrees: entry?.hash == step.hash && entry?.name == step.name)
        }
        let unknown = ledger.entries.filter { $0.step > source.steps.count }
        return known + unknown.map { Step($0.step, $0.name, $0, agrees: false) }
    }
}

extension StatusReport.Step {
    fileprivate init(_ number: Int, _ name: String, _ entry: LedgerEntry?, agrees: Bool) {
        let state: State? = entry.map { agrees ? ($0.state == .done ? .applied : .started) : .conflict }
        self.init(
            step: number, name: name, state: state ?? .pending, appliedAt: entry?.startedAt,
            milliseconds: entry?.milliseconds, appliedBy: entry?.appliedBy)
    }
}
