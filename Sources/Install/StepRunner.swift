import Core
import Postgres
import Schema

/// Applies single steps over one pinned session that holds the installation lock.
struct StepRunner {
    let deadline: ContinuousClock.Instant
    /// Whether the role can bring about every fact, so that none may be missing.
    let isSuperuser: Bool
    let progress: (InstallProgress) -> Void
    private let prepared = LiveCatalog.Prepared()

    /// Applies a step; when it throws, the step has left nothing behind (or, outside transactions, a ledger row that
    /// says `started`, from which the next run goes on).
    ///
    /// The last step waits for the disk, and with it everything before it. Returns how long it took, ms.
    func apply(_ step: SchemaStep, isLast: Bool, _ connection: borrowing Connection) throws -> Int {
        try Interruption.check()
        let start = ContinuousClock.now
        try retrying(step, connection) {
            switch step.kind {
            case .transactional: try applyInTransaction(step, isLast: isLast, connection)
            case .noTransaction: try buildIndex(step, connection)
            }
        }
        let milliseconds = start.duration(to: .now).wholeMilliseconds
        progress(.applied(step, milliseconds: milliseconds))
        return milliseconds
    }

    // MARK: - In a transaction

    private func applyInTransaction(_ step: SchemaStep, isLast: Bool, _ connection: borrowing Connection) throws {
        // An asynchronous commit cannot be lost alone: WAL is written in order, so a crash can only drop the newest
        // steps together with their ledger rows. The last step's commit waits, and makes all of them durable.
        try connection.script("BEGIN; SET LOCAL synchronous_commit = \(isLast ? "on" : "off")")
        do {
            try run(step.lendRoles, of: step, connection)
            try run(step.sql, of: step, connection)
            guard connection.transactionStatus == .inTransaction else {
                throw Failure.step(
                    step,
                    PostgresError(
                        kind: .usage, message: "the file ends the transaction that emaildb opened for it",
                        hint: "Leave BEGIN, COMMIT and ROLLBACK out of step files."))
            }
            try Session.repin(connection)
            try run(step.returnRoles, of: step, connection)
            let mismatches = try layoutMismatches(step, connection)
            if !mismatches.isEmpty { throw Failure.layout(step, mismatches) }
            try connection.script(LedgerWriter.recordDone(step) + "COMMIT;")
        } catch {
            if connection.isAlive, connection.transactionStatus != .idle { _ = try? connection.query("ROLLBACK") }
            if connection.isAlive { try? Session.repin(connection) }
            throw error
        }
    }

    private func run(_ sql: String, of step: SchemaStep, _ connection: borrowing Connection) throws {
        if sql.isEmpty { return }
        do {
            try connection.script(sql)
        } catch let error as PostgresError {
            throw Failure.step(step, error)
        }
    }

    private func layoutMismatches(_ step: SchemaStep, _ connection: borrowing Connection) throws -> [FactMismatch] {
        guard let layout = step.layout else { return [] }
        return try LiveCatalog.mismatches(layout, prepared, connection).filter {
            isSuperuser || !Limitation.explains($0)
        }
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
        let mismatches = try layoutMismatches(step, connection)
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

    /// Runs a step until it gets through other people's locks, or the deadline passes.
    private func retrying(_ step: SchemaStep, _ connection: borrowing Connection, _ body: () throws -> Void) throws {
        var backoff = Backoff()
        while true {
            do {
                return try body()
            } catch let failure as Failure {
                guard connection.isAlive else { throw failure }
                try Interruption.check()
                guard let error = failure.cause, Self.mayPass(error), ContinuousClock.now < deadline else {
                    recordFailure(step, failure, connection)
                    throw failure
                }
                progress(.retrying(step, error))
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
