import Core
import Fix
import Postgres
import Schema

/// Applies steps over one pinned session that holds the installation lock.
struct StepRunner {
    let deadline: ContinuousClock.Instant
    /// Whether the role can bring about every fact, so that none may be missing.
    let isSuperuser: Bool
    let source: SchemaSource
    /// Whether steps before these are in use, so that what waits behind a lock of ours waits for a moment only.
    let isUpgrade: Bool
    let progress: (InstallProgress) -> Void
    /// What a companion does in the first transaction, before and after the steps.
    var before: ((borrowing Connection) throws -> Void)?
    var after: ((borrowing Connection) throws -> Void)?

    /// How long a step waits for a lock: whoever comes after it waits as long.
    ///
    /// Then everything is rolled back and tried again. An application's statement meets at most a few such waits in a row,
    /// one for each table that the steps change, and shall wait less than a second.
    private var lockTimeout: String { isUpgrade ? Self.upgradeLockTimeout : Session.lockTimeout }
    static let upgradeLockTimeout = "200ms"

    /// Applies steps that commit together.
    ///
    /// When it throws, they have left nothing behind (or, outside transactions, a ledger row that says `started`, from which the
    /// next run goes on). Returns how long each took, ms.
    /// - Parameter series: one of ``SchemaStep/transactions(_:)``.
    func apply(_ series: [SchemaStep], _ connection: borrowing Connection) throws -> [Int] {
        var current = series[0]
        func attempt() throws -> [Int] {
            try Interruption.check()
            current = series[0]
            if current.kind == .transactional {
                return try applyInTransaction(series, connection, beginning: { current = $0 })
            }
            let start = ContinuousClock.now
            try buildIndex(current, connection)
            return [start.duration(to: .now).wholeMilliseconds]
        }
        let milliseconds = try retrying(connection, at: { current }, attempt)
        for (step, milliseconds) in zip(series, milliseconds) { progress(.applied(step, milliseconds: milliseconds)) }
        return milliseconds
    }

    // MARK: - In a transaction

    private func applyInTransaction(
        _ series: [SchemaStep], _ connection: borrowing Connection, beginning: (SchemaStep) -> Void
    ) throws -> [Int] {
        try connection.script("BEGIN; SET LOCAL lock_timeout = '\(lockTimeout)'")
        do {
            let isFirst = series[0].number == 1
            if isFirst { try before?(connection) }
            let milliseconds = try series.map { step in
                try Interruption.check()
                beginning(step)
                return try apply(step, connection)
            }
            try settleLayout(series, connection)
            if isFirst { try after?(connection) }
            try Interruption.check()
            try connection.script("COMMIT")
            return milliseconds
        } catch {
            if connection.isAlive, connection.transactionStatus != .idle { _ = try? connection.query("ROLLBACK") }
            if connection.isAlive { try? Session.repin(connection) }
            throw error
        }
    }

    /// Applies one step within the transaction; returns how long it took, ms.
    private func apply(_ step: SchemaStep, _ connection: borrowing Connection) throws -> Int {
        let start = ContinuousClock.now
        try run(step.lendRoles, of: step, connection)
        try run(step.sql, of: step, connection)
        guard connection.transactionStatus == .inTransaction else {
            throw Failure.step(
                step,
                PostgresError(
                    kind: .usage, message: "the file ends the transaction that emaildb opened for it",
                    hint: "Leave BEGIN, COMMIT and ROLLBACK out of step files."))
        }
        let milliseconds = start.duration(to: .now).wholeMilliseconds
        let end = [
            Session.repinning(serverVersion: connection.serverVersion, lockTimeout: lockTimeout), step.returnRoles,
            LedgerWriter.recordDone(step, milliseconds: milliseconds),
        ]
        try run(end.joined(separator: "\n"), of: step, connection)
        return milliseconds
    }

    private func run(_ sql: String, of step: SchemaStep, _ connection: borrowing Connection) throws {
        if sql.isEmpty { return }
        var count = 0
        let shown = 20
        defer { if count > shown { progress(.noticesLeftOut(step, count: count - shown)) } }
        do {
            try connection.handingOnNotices(
                to: { notice in
                    count += 1
                    if count <= shown { progress(.notice(step, notice)) }
                }, { try connection.discardingRows(sql) })
        } catch let error as PostgresError {
            throw Failure.step(step, error)
        }
    }

    /// Holds the catalog against what the steps together make: once, as nobody sees what is between two of them.
    private func settleLayout(_ series: [SchemaStep], _ connection: borrowing Connection) throws {
        let expected = ExpectedLayout(series)
        var mismatches = try layoutMismatches(expected, connection)
        let grants = mismatches.filter { $0.expected.key.kind == .grant && $0.expected.value == FactMismatch.nothing }
        if !grants.isEmpty {
            // What default privileges of others gave; not part of the layout, and so of nothing that was agreed to.
            let fix = LayoutFix(
                expected: ExpectedLayout(source.steps), live: [], database: connection.database,
                installer: connection.user)
            let statements = grants.flatMap { fix.statements(nil, Fact($0.expected.key, $0.actual ?? "")) }
            do {
                try run(statements.map(\.sql).joined(separator: "\n"), of: series[0], connection)
                mismatches = try layoutMismatches(expected, connection)
            } catch let failure as Failure where failure.cause?.sqlState == .insufficientPrivilege {
                // Without a superuser, what belongs to a role that was lent is out of reach by now: as it is, it is refused.
            }
        }
        let byStep = Dictionary(grouping: mismatches) { expected.step(of: $0.expected.key) ?? series[0] }
        if let (step, first) = byStep.min(by: { $0.key.number < $1.key.number }) { throw Failure.layout(step, first) }
    }

    private func layoutMismatches(
        _ expected: ExpectedLayout, _ connection: borrowing Connection
    ) throws -> [FactMismatch] {
        try LiveCatalog.mismatches(expected, connection).filter { isSuperuser || !Limitation.explains($0) }
    }

    // MARK: - Outside transactions

    private func buildIndex(_ step: SchemaStep, _ connection: borrowing Connection) throws {
        guard let index = ConcurrentIndex(sql: step.sql) else {
            preconditionFailure("SchemaSource only lets index builds run outside transactions")
        }
        try connection.script("BEGIN;" + LedgerWriter.recordStarted(step) + "COMMIT;")
        var event = "done"
        switch try waitForOtherBuild(index, step, connection) {
        case .absent: try build(step, connection)
        case .valid: event = "adopted"
        case .invalid:
            progress(.rebuilding(step))
            let name = SQL.identifier(index.schema) + "." + SQL.identifier(index.name)
            try connection.query("DROP INDEX CONCURRENTLY \(name)")
            try connection.script(LedgerWriter.recordEvent(step, "rebuilt"))
            try build(step, connection)
        }
        let mismatches = try layoutMismatches(ExpectedLayout([step]), connection)
        guard mismatches.isEmpty else { throw Failure.layout(step, mismatches, isAdopted: event == "adopted") }
        try connection.script("BEGIN;" + LedgerWriter.recordFinished(step, event: event) + "COMMIT;")
    }

    private func build(_ step: SchemaStep, _ connection: borrowing Connection) throws {
        defer { if connection.isAlive { try? Session.repin(connection) } }
        // The build must wait for every older transaction, and blocks no writer meanwhile.
        try connection.query("SET lock_timeout = 0")
        try run(step.sql, of: step, connection)
    }

    private enum IndexState { case absent, valid, invalid }

    /// Looks for an index of the step's name; while another process still builds it, waits.
    ///
    /// A killed client leaves its server process building. An index that is not valid is therefore only a leftover when
    /// no process holds the lock that a build holds on the table (SHARE UPDATE EXCLUSIVE, for the whole build).
    private func waitForOtherBuild(
        _ index: ConcurrentIndex, _ step: SchemaStep, _ connection: borrowing Connection
    ) throws -> IndexState {
        var backoff = Backoff()
        while true {
            let row = try connection.query(SQLFile("index_builders"), [index.schema, index.name]).first
            guard let row else { return .absent }
            if row.flag("indisvalid") { return .valid }
            guard let builders = row["builders"] else { return .invalid }
            progress(.waitingForBuild(step, processes: builders))
            guard ContinuousClock.now < deadline else {
                throw Failure.lockTimeout(
                    waited: .zero, holders: ["process \(builders), which builds the index"])
            }
            try backoff.sleep(until: deadline)
        }
    }

    // MARK: - Trying again

    /// Runs steps until they get through other people's locks, or the deadline passes.
    private func retrying<Value>(
        _ connection: borrowing Connection, at current: () -> SchemaStep, _ body: () throws -> Value
    ) throws -> Value {
        var backoff = Backoff()
        while true {
            do {
                return try body()
            } catch let failure as Failure {
                guard connection.isAlive else { throw failure }
                try Interruption.check()
                guard let error = failure.cause, Self.mayPass(error), ContinuousClock.now < deadline else {
                    if current().kind == .transactional,
                        let refusal = try Failure.eventTriggers(behind: failure, connection)
                    {
                        throw refusal
                    }
                    recordFailure(current(), failure, connection)
                    throw failure
                }
                progress(.retrying(current(), error))
                try backoff.sleep(until: deadline)
            }
        }
    }

    /// Whether an error comes from what others are doing at the moment: locks, and roles, which all databases of a
    /// cluster share, so that two runs in two databases can meet there.
    private static func mayPass(_ error: PostgresError) -> Bool {
        switch error.sqlState {
        case .lockNotAvailable, .deadlockDetected, .serializationFailure: true
        case .internalError:
            error.message == "tuple concurrently updated" || error.message == "tuple concurrently deleted"
        case .uniqueViolation: error.tableName == "pg_authid" || error.constraintName?.hasPrefix("pg_") == true
        default: false
        }
    }

    /// Writes a failure into the history, after its transaction is gone, if there is a history yet.
    private func recordFailure(_ step: SchemaStep, _ failure: Failure, _ connection: borrowing Connection) {
        guard let exists = try? connection.query("SELECT to_regclass('emaildb.ledger_event')::text").first?[0],
            exists.isEmpty == false
        else { return }
        let message =
            failure.cause.map { "\($0.message) (\($0.sqlState?.rawValue ?? "-"))" } ?? "layout differs"
        _ = try? connection.script(LedgerWriter.recordEvent(step, "failed", detail: message))
    }
}
