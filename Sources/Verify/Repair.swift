import Core
import Fix
package import Install
package import Postgres
package import Schema

/// Brings back what a restore left out or changed: runs the fixes that take nothing away.
///
/// What was added by others stays, and so does what a fix would have to delete or drop; rights that others were given are
/// revoked. Where a trigger or rule of others is on a table, its rows are not repaired: it would run as a superuser. Each round is one transaction, and after it what PostgreSQL refuses in one; killed, the next run does the rest.
package struct Repair: Sendable {
    /// How long to wait for another `init`.
    package var lockTimeout = Duration.seconds(600)
    /// Is told of each round how many findings there are.
    package var progress: @Sendable (Int) -> Void = { _ in }

    private static let refusal = "this database cannot be repaired; nothing was written"
    /// One is enough nearly always; what a missing role hid shows in the second.
    private static let rounds = 5

    private let settings: ConnectionSettings
    private let database: String
    private let source: SchemaSource

    package init(settings: ConnectionSettings, database: String, source: SchemaSource) {
        var settings = settings
        settings["dbname"] = database
        (self.settings, self.database, self.source) = (settings, database, source)
    }

    /// Finds and fixes until nothing is left that it may fix.
    /// - Throws: ``Failure``, when the role is no superuser or the server refuses a fix; `PostgresError`.
    package func run() throws -> RepairReport {
        let connection = try Connection(settings)
        try Session.pin(connection)
        let role = try connection.query("SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = session_user")
        guard role.first?.flag("rolsuper") == true else {
            throw Failure.refused(
                Self.refusal,
                [
                    Problem(
                        problem: "\(SQL.identifier(connection.user)) is no superuser, whom the fixes need",
                        fix: "emaildb init --repair --username postgres")
                ])
        }
        if let problem = try UnfinishedAdoption.problem(connection) { throw Failure.refused(Self.refusal, [problem]) }
        try InstallLock.acquire(connection, deadline: .now + lockTimeout, waiting: { _ in })
        defer { if connection.isAlive { try? InstallLock.release(connection) } }
        var report = try look()
        let found = report.findings.count
        for _ in 0..<Self.rounds where !report.findings.isEmpty {
            let plan = FixPlan(report.findings, where: Self.isWanted(report.findings))
            if plan.items.isEmpty { break }
            progress(report.findings.count)
            try apply(plan, report, connection)
            let before = Set(report.findings)
            report = try look()
            if Set(report.findings) == before { break }
        }
        var result = RepairReport()
        result.repaired = max(0, found - report.findings.count)
        result.left = report.findings.map { "\($0.code) \($0.object): \($0.message)" }
        return result
    }

    private func look() throws -> VerifyReport {
        var verifier = Verifier(settings: settings, database: database, source: source)
        verifier.sections = [.layout, .security, .data]
        verifier.messages = 1_000_000
        return try verifier.run()
    }

    /// Whether a statement only makes, changes or revokes: what it drops, others make anew.
    ///
    /// Nor are rows written where a trigger or rule of others would run with this role's rights.
    private static func isWanted(_ findings: [Finding]) -> ([FixStatement]) -> (FixStatement) -> Bool {
        let foreign = Set([.layout(.trigger, .extra), .layout(.rule, .extra), FindingCode.foreignCode].map(\.id))
        let hasForeignCode = findings.contains { foreign.contains($0.code) }
        return { all in
            let made = all.reduce(into: Set<FixStatement.Thing>()) { $0.formUnion($1.makes) }
            return { statement in
                if statement.isComment || hasForeignCode && statement.writesRows { return false }
                let objects = statement.removes.filter { if case .object = $0 { true } else { false } }
                return objects.isEmpty ? !statement.sql.hasPrefix("DROP ") : objects.isSubset(of: made)
            }
        }
    }

    private func apply(_ plan: FixPlan, _ report: VerifyReport, _ connection: borrowing Connection) throws {
        var item = plan.items[0]
        do {
            _ = try connection.pipeline([Statement(FixPlan.session), Statement(report.guardStatement)])
            for next in plan.first { try run(next, &item, connection) }
            if !plan.together.isEmpty {
                try connection.transaction {
                    for setting in FixPlan.transaction { try connection.query(setting) }
                    for next in plan.together { try run(next, &item, connection) }
                }
            }
            for next in plan.alone { try run(next, &item, connection) }
            try Session.pin(connection)
        } catch let error as PostgresError where error.kind == .server && Interruption.signal == nil {
            let problem = Problem(
                problem: "\(item.heading.dropFirst(3)): \(error.message)",
                fix: "emaildb verify --fix-sql > fix.sql   # review it, take this fix out, then: psql -X -f fix.sql")
            throw Failure(
                status: .failed, message: "the server refused a fix; what was in its transaction is rolled back",
                problems: [problem], cause: error)
        }
    }

    private func run(_ next: FixPlan.Item, _ item: inout FixPlan.Item, _ connection: borrowing Connection) throws {
        try Interruption.check()
        item = next
        for statement in SQLText.statements(of: next.statement.sql) { try connection.query(statement) }
    }
}
