import Core
package import Postgres
package import Schema

/// What another command does in the one transaction in which `init` makes the schema.
///
/// Either throws to roll everything back; an error that names a lock that others hold makes the transaction be tried again.
package struct Companion: Sendable {
    /// Before the first step; what is in the way is looked at afterwards.
    let before: @Sendable (borrowing Connection) throws -> Void
    /// After the last step of that transaction, its layout checked.
    let after: @Sendable (borrowing Connection) throws -> Void

    package init(
        before: @escaping @Sendable (borrowing Connection) throws -> Void,
        after: @escaping @Sendable (borrowing Connection) throws -> Void
    ) {
        self.before = before
        self.after = after
    }
}

/// Brings a database to the version of a series of steps, creating it when it is absent.
///
/// Safe to run at any time, by any number of processes at once: the second finds nothing left to do.
package struct Installer: Sendable {
    /// How long to keep trying while the server does not answer or restarts.
    package var wait = Duration.zero
    package var lockTimeout = Duration.seconds(600)
    /// The passwords that roles shall have; those of other roles are left alone.
    package var passwords: [RolePassword] = []
    /// Whether other applications' roles may lose what PUBLIC may do in this database.
    package var revokesPublic = false
    package var progress: @Sendable (InstallProgress) -> Void = { _ in }
    /// What else belongs to the transaction that makes the schema.
    package var companion: Companion?

    private static let refusal = "this database cannot be set up yet; nothing was written"

    private var settings: ConnectionSettings
    private let database: String
    private let source: SchemaSource

    package init(settings: ConnectionSettings, database: String, source: SchemaSource) {
        self.settings = settings
        self.settings["dbname"] = database
        self.database = database
        self.source = source
    }

    /// Applies all pending steps.
    ///
    /// When the ledger shows every step, this is one connection and three short reads. Else it takes the advisory lock
    /// of ``InstallLock`` and whatever the steps' own statements take.
    package func run() throws -> InstallReport { try persisting { try attempt() } }

    /// The SQL that ``run()`` would execute now, as a script for psql.
    /// - Throws: ``Failure``, `PostgresError`; a plan is only made where `run` would write.
    package func plan() throws -> String {
        try persisting {
            try withTarget(
                existing: { connection in
                    try Session.pin(connection)
                    let pending = try comparison(connection).pending
                    if !pending.isEmpty { try preflight(connection, pending: pending) }
                    return InstallPlan.text(pending: pending, connection)
                },
                absent: { connection in
                    try Session.pin(connection)
                    try preflight(connection, pending: nil)
                    return InstallPlan.text(pending: source.steps, creating: database, connection)
                })
        }
    }

    // MARK: - One attempt

    private func attempt() throws -> InstallReport {
        let deadline = ContinuousClock.now + lockTimeout
        return try withTarget(
            existing: { connection in try update(connection, deadline: deadline, created: false) },
            absent: { connection in
                try Session.pin(connection)
                try preflight(connection, pending: nil)
                progress(.creatingDatabase(database))
                let created = try DatabaseCreation.run(
                    connection, database: database, deadline: deadline,
                    waiting: { progress(.waitingForLock(holders: $0)) })
                let target = try Connection(settings)
                return try update(target, deadline: deadline, created: created)
            })
    }

    /// Connects to the target, or, when the cluster has none of that name, to the maintenance database.
    private func withTarget<Value>(
        existing: (borrowing Connection) throws -> Value, absent: (borrowing Connection) throws -> Value
    ) throws -> Value {
        do {
            let connection = try Connection(settings)
            return try existing(connection)
        } catch let error as PostgresError where error.kind == .connect && error.sqlState == .invalidCatalogName {
            var maintenance = settings
            maintenance["dbname"] = DatabaseCreation.maintenanceDatabase
            let connection = try Connection(maintenance)
            return try absent(connection)
        } catch let error as PostgresError where error.kind == .connect && error.sqlState == .insufficientPrivilege {
            let role = settings["user"] ?? settings.resolved()?["user"] ?? "ROLE"
            let grant = "GRANT CONNECT ON DATABASE \(SQL.identifier(database)) TO \(SQL.identifier(role));"
            throw Failure.refused(
                Self.refusal,
                [Problem(problem: error.message, fix: grant + "   -- as a superuser or the database's owner")])
        }
    }

    private func update(
        _ connection: borrowing Connection, deadline: ContinuousClock.Instant, created: Bool
    ) throws -> InstallReport {
        var report = InstallReport(
            database: database, serverVersion: connection.parameterStatus("server_version") ?? "",
            toolVersion: toolVersion, schemaStep: source.steps.count, createdDatabase: created)
        let pending = try comparison(connection).pending
        if !pending.isEmpty {
            try Session.pin(connection)
            let preflight: Preflight
            do {
                // With a companion, what is in the way is looked at after it has moved its own things away.
                preflight = try self.preflight(connection, pending: pending, isNew: created || companion != nil)
            } catch let refusal as Failure {
                // What was in the way may be what another init has just committed.
                if try comparison(connection).pending.count == pending.count { throw refusal }
                return try update(connection, deadline: deadline, created: created)
            }
            report.applied = try applyPending(connection, deadline: deadline, isSuperuser: preflight.isSuperuser)
            if !preflight.isSuperuser && !report.applied.isEmpty {
                report.limitations = try Limitation.all(source, connection)
            }
        }
        if report.applied.isEmpty { report.incomplete = try Completeness.problems(source, connection) }
        if !passwords.isEmpty { try Session.pin(connection) }
        for password in passwords {
            report.passwords[password.role] = try password.apply(connection) ? .set : .unchanged
        }
        return report
    }

    private func applyPending(
        _ connection: borrowing Connection, deadline: ContinuousClock.Instant, isSuperuser: Bool
    ) throws -> [InstallReport.AppliedStep] {
        try InstallLock.acquire(connection, deadline: deadline, waiting: { progress(.waitingForLock(holders: $0)) })
        defer { if connection.isAlive { try? InstallLock.release(connection) } }
        // The process that held the lock before may have applied them.
        let pending = try comparison(connection).pending
        var runner = StepRunner(
            deadline: deadline, isSuperuser: isSuperuser, source: source, isUpgrade: pending.first?.number != 1,
            progress: progress)
        if let companion, pending.count == source.steps.count {
            runner.before = { connection in
                try companion.before(connection)
                try look(connection, pending: pending)
            }
            runner.after = companion.after
        }
        return try SchemaStep.transactions(pending).flatMap { series in
            try zip(series, runner.apply(series, connection)).map { step, milliseconds in
                InstallReport.AppliedStep(step: step.number, name: step.name, milliseconds: milliseconds)
            }
        }
    }

    // MARK: - Refusals

    private func comparison(_ connection: borrowing Connection) throws -> LedgerComparison {
        do {
            do {
                return try readLedger(connection)
            } catch let error as PostgresError where error.sqlState == .insufficientPrivilege {
                // A role that becomes another one at login reads it as itself.
                try Session.pin(connection)
                return try readLedger(connection)
            }
        } catch let error as PostgresError where error.sqlState == .insufficientPrivilege {
            let role = SQL.identifier(connection.user)
            let owner = try connection.query("SELECT FROM pg_catalog.pg_roles WHERE rolname = 'email_owner'")
            let problem = Problem(
                problem: "\(role) may not read emaildb.ledger, so it is not the role that keeps this database",
                fix: owner.isEmpty
                    ? "emaildb init -d OTHER_NAME   # the schema emaildb is of others; or run init as a superuser"
                    : "GRANT email_owner TO \(role);   -- or run init as a superuser")
            throw Failure.refused(Self.refusal, [problem])
        }
    }

    private func readLedger(_ connection: borrowing Connection) throws -> LedgerComparison {
        let comparison = try Ledger.readAsLedger(connection).compare(with: source)
        if !comparison.problems.isEmpty { throw Failure.ledger(comparison.problems) }
        return comparison
    }

    /// - Parameters:
    ///   - pending: the steps to come in this database; nil where the target is to be created from here.
    ///   - isNew: whether this run has created the database, so that nothing of others is there.
    @discardableResult
    private func preflight(
        _ connection: borrowing Connection, pending: [SchemaStep]?, isNew: Bool = false
    ) throws -> Preflight {
        if pending == nil, let problem = DatabaseCreation.refusal(ofName: database) {
            throw Failure(status: .usage, message: problem.problem, problems: [problem])
        }
        do {
            let preflight = try look(connection, pending: pending, isNew: isNew)
            if preflight.problems.isEmpty { return preflight }
            throw Failure.refused(Self.refusal, preflight.problems)
        } catch let error as PostgresError where error.sqlState == .insufficientPrivilege {
            let role = SQL.identifier(connection.user)
            let problem = Problem(
                problem: "\(role) may not read what init looks at first: \(error.message)",
                fix: "emaildb init --username postgres   # or another superuser; or grant SELECT on it to \(role)")
            throw Failure.refused(Self.refusal, [problem])
        }
    }

    private func look(_ connection: borrowing Connection, pending: [SchemaStep]?, isNew: Bool) throws -> Preflight {
        var preflight = try Preflight(connection, target: database, targetExists: pending != nil)
        guard try !isNew && !isBlank(connection, pending: pending) else { return preflight }
        if preflight.problems.isEmpty, pending?.count ?? source.steps.count == source.steps.count {
            let remains = try Remains(
                source, connection, isTarget: pending != nil, isSuperuser: preflight.isSuperuser)
            preflight.problems += remains.problems
        }
        if let pending {
            let applied = source.steps.filter { step in !pending.contains { $0.number == step.number } }
            let occupants = try Occupants(connection, applied: applied, pending: pending)
            preflight.problems += occupants.inTheWay + (revokesPublic ? [] : occupants.losing)
        }
        return preflight
    }

    /// Looks, within the transaction that a companion began, at what is in the way still.
    private func look(_ connection: borrowing Connection, pending: [SchemaStep]) throws {
        let remains = try Remains(source, connection, isTarget: true, isSuperuser: true)
        let occupants = try Occupants(connection, applied: [], pending: pending, mayRehearse: false)
        let problems = remains.problems + occupants.inTheWay + (revokesPublic ? [] : occupants.losing)
        if !problems.isEmpty { throw Failure.refused(Self.refusal, problems) }
    }

    /// Whether the target is there and nothing in it or its cluster can be in the way, as one short read tells.
    private func isBlank(_ connection: borrowing Connection, pending: [SchemaStep]?) throws -> Bool {
        guard pending?.count == source.steps.count else { return false }
        let roles = SQL.array(Role.allCases.map(\.name))
        return try connection.query(SQLFile("preflight_blank"), [roles]).first?.flag("blank") == true
    }

    // MARK: - Waiting for the server

    /// Starts from scratch as long as the server is away or restarting and `wait` is not over; each attempt reads the
    /// ledger anew, so whether a lost COMMIT took effect need not be known.
    private func persisting<Value>(_ body: () throws -> Value) throws -> Value {
        let deadline = ContinuousClock.now + wait
        var backoff = Backoff()
        var reported: PostgresError?
        while true {
            do {
                return try body()
            } catch {
                try Interruption.check()
                let cause = error as? PostgresError ?? (error as? Failure)?.cause
                guard let cause, Self.isTransient(cause) else { throw error }
                guard ContinuousClock.now < deadline else { throw cause }
                if cause != reported { progress(.waitingForServer(cause)) }
                reported = cause
            }
            try backoff.sleep(until: deadline)
        }
    }

    /// Whether a connection error may go away by itself: the server is absent, starting, stopping, restarting or full.
    private static func isTransient(_ error: PostgresError) -> Bool {
        let passing: [SQLState?] = [
            nil, .connectionFailure, .cannotConnectNow, .tooManyConnections, .adminShutdown, .crashShutdown,
        ]
        return (error.kind == .connect || error.kind == .connectionLost) && passing.contains(error.sqlState)
    }
}
