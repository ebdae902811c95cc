import Core

/// A plan, and what carrying it out needs beside it.
struct Preparation: Sendable {
    var plan: TunePlan
    /// In an order in which every beginning of it leaves a server that starts.
    let changes: [SettingChange]
    /// The journal to write before the first change.
    let during: TuneJournal
    /// The journal to write after the last one; nil when nothing is left to undo.
    let after: TuneJournal?
    /// The state with all changes.
    let candidate: ServerState
}

/// Makes a plan of a server's state, without asking.
package struct Planner {
    let options: TuneOptions
    let server: ServerState
    let machine: Machine

    /// - Throws: ``Failure`` when the options ask for what this server should not get.
    func prepare() throws -> Preparation {
        try checkDurability()
        var candidate = server
        let formulas = Formulas(
            profile: options.profile, machine: machine, connections: try connections(),
            autovacuumWorkers: server.integer("autovacuum_max_workers") ?? 3, walSegmentSize: server.walSegmentSize)
        let proposals = ProfileProposals.all(options, server, formulas)
        var items: [TunePlan.Item] = []
        var after: [TuneJournal.Entry] = []
        for proposal in proposals {
            guard let setting = server[proposal.label] else { continue }
            let item = TunePlan.Item(
                setting, proposed: proposal.value, action: action(setting, proposal), why: proposal.why,
                document: proposal.document)
            items.append(item)
            let ours = ours(setting)
            if item.action == .set {
                candidate.set(setting, proposal.value)
                // What has to come back is what was there before our first change.
                after.append(
                    TuneJournal.Entry(
                        name: setting.name, role: setting.role, was: ours.map(\.was) ?? setting.autoValue,
                        set: proposal.value))
            } else if let ours {
                after.append(ours)
            }
        }
        // What an earlier profile set and this one does not want, as far as it is still ours.
        let wanted = Set(proposals.map(\.label))
        let settings = (server.journal?.entries ?? []).compactMap { server[$0.label] }
        let leftovers = settings.filter { !wanted.contains($0.label) }.compactMap { ours($0) }
        let earlier = server.journal?.profile.rawValue ?? "profile"
        for entry in leftovers {
            guard let setting = server[entry.label] else { continue }
            candidate.set(setting, entry.was)
            let waits = setting.role != nil && options.asynchronousCommit == .none
            let reason = waits ? "lets every commit wait for the disk" : "does not want it"
            items.append(
                TunePlan.Item(
                    setting, proposed: entry.was, action: .restore,
                    why: "Set by an earlier \(earlier) run; this one \(reason)."))
        }
        let plan = TunePlan(
            profile: options.profile, isExact: options.isExact, serverVersion: server.version, machine: machine,
            items: items,
            budget: MemoryBudget(candidate, memory: machine.memory.value, shared: nil),
            proof: StartProof(method: .notNeeded), durability: durability(candidate), overrides: overrides(items),
            notes: notes(candidate, items), isResuming: server.journal.map { $0.state != .applied } ?? false,
            manager: server.keeper.map { ManagerCommand($0, items) })
        return Preparation(
            plan: plan, changes: ordered(items, candidate),
            during: TuneJournal(profile: options.profile, state: .applying, entries: after + leftovers),
            after: after.isEmpty ? nil : TuneJournal(profile: options.profile, state: .applied, entries: after),
            candidate: candidate)
    }

    /// Refuses to lose mail or standbys by a word that does not say so, and a role that is not there.
    private func checkDurability() throws {
        if options.isExact, options.profile == .highThroughput,
            !(options.walLevelMinimal && options.asynchronousCommit == .server)
        {
            throw Failure.refused(
                "the documented high-throughput values (--exact) are wal_level = minimal, which ends replication"
                    + " and point-in-time recovery, and synchronous_commit = off, which loses the last mail in a crash",
                fix: "Say so: --exact --wal-level-minimal --async-commit server; or leave --exact away.")
        }
        if options.asynchronousCommit == .application, !server.hasApplicationRole {
            throw Failure.refused("there is no role \(Role.service.name) on this server yet", fix: "emaildb init")
        }
    }

    /// What was asked for; else what is configured, or the documented 200 if that is less.
    ///
    /// Lowering it would turn users away, so that only happens when asked for, and never below what is in use.
    private func connections() throws -> Int {
        let present = server.integer("max_connections") ?? 100
        if server["max_connections"]?.isOnCommandLine == true { return present }
        guard let asked = options.maxConnections else { return max(200, present) }
        if asked < present, asked < server.connections + server.reservedConnections {
            throw Failure.refused(
                "--max-connections \(asked) is less than the \(server.connections) connections in use now and the"
                    + " \(server.reservedConnections) reserved ones",
                fix: "SELECT datname, usename, count(*) FROM pg_stat_activity GROUP BY 1, 2 ORDER BY 3 DESC;")
        }
        return asked
    }

    private func action(_ setting: ServerSetting, _ proposal: Proposal) -> TunePlan.Action {
        let isSame = setting.same(setting.next, proposal.value)
        if setting.isOnCommandLine { return isSame ? .keep : .blocked }
        guard isSame || (proposal.isApproximate && isClose(setting, proposal.value)) else { return .set }
        if !setting.same(setting.running, setting.next) { return setting.needsRestart ? .restart : .reload }
        return isSame ? .keep : .keepClose
    }

    /// Whether the present value is within 5 %: memory and free space differ a little from one look to the next.
    private func isClose(_ setting: ServerSetting, _ value: String) -> Bool {
        guard let present = setting.number(setting.next), let wanted = setting.number(value) else { return false }
        return abs(present - wanted) <= wanted * 0.05
    }

    /// The journal's entry of a setting, if its value is still the one we wrote.
    private func ours(_ setting: ServerSetting) -> TuneJournal.Entry? {
        server.journal?.entries.first { $0.label == setting.label && setting.same(setting.autoValue, $0.set) }
    }

    /// What lowers first, so that memory and limits are never promised twice; a setting of a role last.
    private func ordered(_ items: [TunePlan.Item], _ candidate: ServerState) -> [SettingChange] {
        func rank(_ change: SettingChange) -> Int {
            if change.setting.role != nil { return 3 }
            // Nothing is logged for others before the level allows it, and the level falls only after that ended.
            if change.setting.name == "wal_level" { return change.value == "minimal" ? 2 : 0 }
            guard let to = candidate.number(change.setting.name), let from = change.setting.number(change.setting.next)
            else { return 2 }
            return to < from ? 0 : 1
        }
        let changes = items.filter(\.isChange).compactMap { item in server[item.setting].map { ($0, item.proposed) } }
        return (0...3).flatMap { wanted in changes.filter { rank($0) == wanted } }
    }
}
