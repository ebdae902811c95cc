import Core
import Install
package import Postgres

/// Makes a server's configuration fit its machine and its work, and takes that back.
///
/// Everything goes through `ALTER SYSTEM`, one `tune` at a time (an advisory lock in the maintenance database), with a
/// journal in the same file; see <doc:Tuning>. Inside this room each folder uses only those before it: State, Machine,
/// Plan, Trial, Apply; the files beside them use all.
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

    // MARK: - What it does; every function throws ``Failure`` or `PostgresError`

    /// Makes a plan, and proves that the server starts with it; nothing is written.
    /// - Parameter forApplying: whether the privileges to carry it out are asked for as well.
    package func plan(_ options: TuneOptions, forApplying: Bool = false) throws -> TunePlan {
        try session(forWriting: forApplying ? ProfileProposals.labels(options) : []) { server, connection in
            let machine = try MachineSensor(root: options.systemRoot).read(options, server, connection)
            let preparation = try Planner(options: options, server: server, machine: machine).prepare()
            let plan = try proven(preparation, server, connection)
            // Ctrl-C reaches the programs of the scratch server as well; without them the proof would look impossible.
            try Interruption.check()
            // What an earlier profile left may be more than this one sets.
            if forApplying, server.keeper == nil { try Privileges.check(preparation.during.labels, connection) }
            return plan
        }
    }

    /// Carries out a plan that ``plan(_:forApplying:)`` made; refused when the server has changed since: only the plan
    /// that was agreed to is applied.
    package func apply(_ plan: TunePlan, _ options: TuneOptions) throws -> TuneReport {
        try session(isLocked: true) { server, connection in
            // With the machine of the plan: its free space may have changed a little since, the plan shall not.
            let preparation = try Planner(options: options, server: server, machine: plan.machine).prepare()
            guard preparation.plan.items == plan.items else {
                throw Failure.refused(
                    "the server's configuration has changed since the plan was made; nothing was written",
                    fix: "emaildb tune --profile \(options.profile.rawValue) --plan")
            }
            try ConfigurationWriter(server: server, progress: progress).apply(preparation, connection)
            return try Interruption.finishing { try TuneReport(plan, connection) }
        }
    }

    /// Looks again at what a plan came to, after a restart.
    package func review(_ plan: TunePlan) throws -> TuneReport { try session { try TuneReport(plan, $1) } }

    /// What ``undo(_:)`` would take back of what ``apply(_:_:)`` did, as far as the values are still ours.
    ///
    /// Nothing is written. Refused when the server would not start with what was there before.
    package func undoPlan() throws -> UndoReport {
        try session { server, connection in
            let undoing = ConfigurationWriter(server: server, progress: progress).undoing()
            if let keeper = server.keeper { throw keeper.refusal(undoing: undoing?.changes ?? []) }
            guard let undoing else { return UndoReport(profile: nil, items: [], restart: []) }
            try Privileges.check(undoing.journal.labels, connection)
            _ = try StartCheck(server: server, progress: progress).prove(undoing.candidate, connection)
            try Interruption.check()
            return undoing.report
        }
    }

    /// Takes back what ``undoPlan()`` listed; refused when the server has changed since: only what was agreed to is
    /// taken back.
    package func undo(_ agreed: UndoReport) throws -> UndoReport {
        try session(isLocked: true) { server, connection in
            let writer = ConfigurationWriter(server: server, progress: progress)
            guard let undoing = writer.undoing(), undoing.items == agreed.items else {
                throw Failure.refused(
                    "the server's configuration has changed since this was shown; nothing was written",
                    fix: "emaildb tune --undo")
            }
            try Interruption.check()
            try writer.takeBack(undoing.changes, undoing.journal, leaving: nil, connection)
            return UndoReport(
                profile: agreed.profile, items: undoing.items, restart: try ServerState(connection).waitingForRestart)
        }
    }

    /// The server and its configuration now, for ``revert(_:to:)`` to return to.
    package func snapshot() throws -> ServerState { try session { server, _ in server } }

    /// Brings back what a plan has changed since a snapshot: an earlier profile, where ``undo()`` would go back to the
    /// time before the first.
    package func revert(_ plan: TunePlan, to snapshot: ServerState) throws {
        try session(isLocked: true) { server, connection in
            guard let journal = server.journal else { return }
            let settings = plan.items.filter(\.isChange).compactMap { snapshot[$0.setting] }
            try ConfigurationWriter(server: snapshot, progress: progress)
                .takeBack(settings.map { ($0, $0.autoValue) }, journal, leaving: snapshot.journal, connection)
        }
    }

    /// The server and its configuration, before anything is written, for ``restart(_:)`` to return to; refused when it
    /// is not on this machine, or a service manager runs it.
    package func restartPoint() throws -> RestartPoint { try session { try RestartPoint($0, $1) } }

    /// Restarts the server if a setting waits for that; every session is ended (pg_ctl's fast mode).
    ///
    /// When it does not come up, its former configuration is put back and it is started with that.
    package func restart(_ point: RestartPoint) throws -> RestartReport {
        guard try !snapshot().waitingForRestart.isEmpty else { return try notRestarted() }
        let start = ContinuousClock.now
        let words = try Interruption.finishing { try point.restart(progress) }
        let milliseconds = start.duration(to: .now).wholeMilliseconds
        return RestartReport(
            outcome: words == nil ? .restarted : .rolledBack, milliseconds: milliseconds, words: words,
            waiting: try snapshot().waitingForRestart)
    }

    /// That nothing was restarted, and what waits for it all the same.
    func notRestarted() throws -> RestartReport {
        RestartReport(outcome: .notNeeded, milliseconds: 0, words: nil, waiting: try snapshot().waitingForRestart)
    }

    // MARK: - Parts

    /// The plan, with what a scratch server showed.
    private func proven(
        _ preparation: Preparation, _ server: ServerState, _ connection: borrowing Connection
    ) throws -> TunePlan {
        var plan = preparation.plan
        let candidate = preparation.candidate
        // What is already too much by the estimate need not be tried.
        try (StartRules.problems(candidate) + plan.budget.problems).refuse()
        guard !preparation.changes.isEmpty else { return plan }
        plan.proof = try StartCheck(server: server, progress: progress).prove(candidate, connection)
        if let shared = plan.proof.sharedMemory {
            plan.budget = MemoryBudget(candidate, memory: plan.budget.memory, shared: shared)
            try plan.budget.problems.refuse()
        }
        let isLarge = (candidate.bytes("shared_buffers") ?? 0) >= 2 * ByteSize.gigabyte
        if let pages = plan.proof.hugePages, plan.profile.isForServers, isLarge {
            plan.notes.append("Huge pages, if the server is to have them: sysctl -w vm.nr_hugepages=\(pages)")
        }
        return plan
    }

    /// A session in the maintenance database, its settings pinned, and the state of the server.
    /// - Parameters:
    ///   - labels: settings that are going to be written, for which privileges are asked before anything is read.
    ///   - isLocked: whether no other `tune` can write meanwhile.
    private func session<Value>(
        forWriting labels: [String] = [], isLocked: Bool = false,
        _ body: (ServerState, borrowing Connection) throws -> Value
    ) throws -> Value {
        let connection = try connect()
        try Session.pin(connection)
        let version = connection.serverVersion
        if version < Preflight.minimumVersion { try [Problem.tooOld(version)].refuse() }
        let pid = try connection.query("SELECT pg_backend_pid() AS pid").first?.integer("pid")
        if pid != connection.announcedProcessID { try [Problem.pooler(command: "tune")].refuse() }
        let manager = try Manager.of(connection)
        let keeper = manager.flatMap { $0.keepsConfiguration ? $0 : nil }
        do {
            try Privileges.check(keeper == nil ? labels : [], connection)
        } catch let failure as Failure {
            // Of a service, nobody can be granted what a plan needs.
            guard let keeper, keeper.isService else { throw failure }
            throw keeper.refusal(keeper.command(for: []))
        }
        // The last gate: whoever writes comes through here.
        if isLocked, let keeper { throw keeper.refusal(keeper.command(for: [])) }
        if isLocked {
            try InstallLock.acquire(connection, deadline: .now + lockTimeout) {
                progress(.doing("waiting for another emaildb: \($0.joined(separator: "; "))"))
            }
        }
        defer { if isLocked, connection.isAlive { try? InstallLock.release(connection) } }
        var server = try ServerState(connection)
        server.manager = manager
        return try body(server, connection)
    }

    private func connect() throws -> Connection {
        var maintenance = settings
        maintenance["dbname"] = DatabaseCreation.maintenanceDatabase
        do {
            return try Connection(maintenance)
        } catch {
            let states: [SQLState?] = [.invalidCatalogName, .insufficientPrivilege]
            guard states.contains(error.sqlState) else { throw error }
            return try Connection(settings)
        }
    }
}
