import Core
import Install
package import Postgres

/// Makes a server's configuration fit its machine and its work, and takes that back.
///
/// Everything goes through `ALTER SYSTEM`, one `tune` at a time (an advisory lock in the maintenance database), with a
/// journal in the same file; see <doc:Tuning>.
package struct Tuner: Sendable {
    let settings: ConnectionSettings
    private let lockTimeout: Duration
    let progress: @Sendable (TuneProgress) -> Void

    /// - Parameters:
    ///   - settings: where to connect and as whom; what is tuned is the cluster, so the database only matters when the
    ///     maintenance database cannot be entered.
    ///   - lockTimeout: how long to wait for another `tune`.
    ///   - progress: told what is going on, from the calling thread.
    package init(
        settings: ConnectionSettings, lockTimeout: Duration = .seconds(60),
        progress: @escaping @Sendable (TuneProgress) -> Void = { _ in }
    ) {
        self.settings = settings
        self.lockTimeout = lockTimeout
        self.progress = progress
    }

    // MARK: - What it does

    /// Makes a plan, and proves that the server starts with it; nothing is written.
    /// - Parameter forApplying: whether the privileges to carry it out are asked for as well.
    /// - Throws: ``Failure``.
    package func plan(_ options: TuneOptions, forApplying: Bool = false) throws -> TunePlan {
        try session { connection in
            try Privileges.check(options, forApplying: forApplying, connection)
            let preparation = try proven(options, connection)
            // Ctrl-C reaches the programs of the scratch server as well; without them the proof would look impossible.
            try Interruption.check()
            // What an earlier profile left may be more than this one sets.
            if forApplying { try Privileges.check(preparation.during, connection) }
            return preparation.plan
        }
    }

    /// Carries out a plan that ``plan(_:forApplying:)`` made.
    /// - Throws: ``Failure``; refused when the server has changed since: only the plan that was agreed to is applied.
    package func apply(_ plan: TunePlan, _ options: TuneOptions) throws -> TuneReport {
        try session { connection in
            try Privileges.check(options, forApplying: true, connection)
            return try locked(connection) {
                let server = try state(connection)
                // With the machine of the plan: its free space may have changed a little since, the plan shall not.
                let preparation = try Planner(options: options, server: server, machine: plan.machine).prepare()
                guard preparation.plan.items == plan.items else {
                    throw Failure.refused(
                        "the server's configuration has changed since the plan was made; nothing was written",
                        fix: "emaildb tune --profile \(options.profile.rawValue) --plan")
                }
                try Applier(server: server, progress: progress).apply(preparation, connection)
                return try Effectiveness.report(plan, connection)
            }
        }
    }

    /// Looks again at what a plan came to, after a restart.
    /// - Throws: ``Failure``.
    package func review(_ plan: TunePlan) throws -> TuneReport {
        try session { try Effectiveness.report(plan, $0) }
    }

    /// Takes back what ``apply(_:_:)`` did, as far as the values are still ours.
    /// - Throws: ``Failure``; refused when the server would not start with what was there before.
    package func undo() throws -> UndoReport {
        try session { connection in
            try Privileges.checkReading(connection)
            return try locked(connection) {
                let server = try state(connection)
                if let journal = server.journal { try Privileges.check(journal, connection) }
                return try Undoer(server: server, progress: progress).undo(connection)
            }
        }
    }

    // MARK: - Parts

    func state(_ connection: borrowing Connection) throws -> ServerState {
        let server = try ServerState(connection)
        guard server.fileErrors.isEmpty else {
            let directory = server.dataDirectory ?? "DATA_DIRECTORY"
            throw Failure.refused(
                StartRules.refusal,
                server.fileErrors.map { error in
                    let isAuto = error.hasPrefix("postgresql.auto.conf:")
                    return Problem(
                        problem: "\(error): ALTER SYSTEM fails and the server would not start again",
                        fix: isAuto
                            ? "Stop the server, then: emaildb tune --rescue -D \(directory)" : "Fix that line first.")
                })
        }
        return server
    }

    private func prepare(
        _ options: TuneOptions, _ server: ServerState, _ connection: borrowing Connection
    ) throws -> Preparation {
        if options.isExact, options.profile == .highThroughput,
            !(options.walLevelMinimal && options.asynchronousCommit == .server)
        {
            throw Failure.refused(
                "the documented high-throughput values (--exact) are wal_level = minimal, which ends replication"
                    + " and point-in-time recovery, and synchronous_commit = off, which loses the last mail in a crash",
                fix: "Say so: --exact --wal-level-minimal --async-commit server; or leave --exact away.")
        }
        if options.asynchronousCommit == .application, !server.hasApplicationRole {
            throw Failure.refused("there is no role email_service on this server yet", fix: "emaildb init")
        }
        let machine = try MachineSensor(root: options.systemRoot).read(options, server, connection)
        return try Planner(options: options, server: server, machine: machine).prepare()
    }

    private func proven(_ options: TuneOptions, _ connection: borrowing Connection) throws -> Preparation {
        let server = try state(connection)
        var preparation = try prepare(options, server, connection)
        // What is already too much by the estimate need not be tried.
        let budget = preparation.plan.budget
        let rules = StartRules.problems(preparation.candidate, server)
        let problems = rules + [budget.problem].compactMap { $0 }
        guard problems.isEmpty else { throw Failure.refused(StartRules.refusal, problems) }
        guard preparation.plan.items.contains(where: \.isChange) else { return preparation }
        let proof = try StartCheck(server: server, progress: progress).prove(preparation.candidate, connection)
        preparation.plan.proof = proof
        if let shared = proof.sharedMemory {
            preparation.plan.budget = MemoryBudget(preparation.candidate, memory: budget.memory, shared: shared)
            if let problem = preparation.plan.budget.problem { throw Failure.refused(StartRules.refusal, [problem]) }
        }
        if let pages = proof.hugePages, preparation.plan.profile.isForServers,
            (preparation.candidate.bytes("shared_buffers") ?? 0) >= 2 * ByteSize.gigabyte
        {
            preparation.plan.notes.append(
                "Huge pages, if the server is to have them: sysctl -w vm.nr_hugepages=\(pages)")
        }
        return preparation
    }

    // MARK: - Sessions

    /// A session in the maintenance database, its settings pinned.
    func session<Value>(_ body: (borrowing Connection) throws -> Value) throws -> Value {
        let connection = try connect()
        try connection.script(Session.pinning(serverVersion: connection.serverVersion))
        guard connection.serverVersion >= Preflight.minimumVersion else {
            throw Failure.refused(StartRules.refusal, [.tooOld(connection.serverVersion)])
        }
        let pid = try connection.query("SELECT pg_backend_pid() AS pid").first?.integer("pid")
        guard pid == connection.announcedProcessID else {
            throw Failure.refused(StartRules.refusal, [.pooler(command: "tune")])
        }
        return try body(connection)
    }

    private func connect() throws -> Connection {
        var maintenance = settings
        maintenance["dbname"] = DatabaseCreation.maintenanceDatabase
        do {
            return try Connection(maintenance)
        } catch let error as PostgresError
            where error.sqlState == .invalidCatalogName || error.sqlState == .insufficientPrivilege
        {
            return try Connection(settings)
        }
    }

    /// Runs a body while no other `tune` can write.
    func locked<Value>(_ connection: borrowing Connection, _ body: () throws -> Value) throws -> Value {
        try InstallLock.acquire(
            connection, deadline: ContinuousClock.now + lockTimeout,
            waiting: { progress(.waitingForLock(holders: $0)) })
        defer { if connection.isAlive { try? InstallLock.release(connection) } }
        return try body()
    }
}
