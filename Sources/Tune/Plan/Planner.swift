import Core
import Postgres

/// A plan, and what carrying it out needs beside it.
struct Preparation: Sendable {
    /// One entry to write.
    struct Change: Sendable {
        let name: String
        /// The role that has it; nil for the server's configuration.
        let role: String?
        /// The value; nil removes the entry.
        let value: String?
    }

    var plan: TunePlan
    /// In an order in which every beginning of it leaves a server that starts.
    let changes: [Change]
    /// The journal to write before the first change.
    let during: TuneJournal
    /// The journal to write after the last one.
    let after: TuneJournal
    let candidate: Candidate
}

/// Makes a plan of a server's state, without asking.
package struct Planner {
    let options: TuneOptions
    let server: ServerState
    let machine: Machine
    /// The role that takes mail in.
    static let applicationRole = "email_service"

    /// - Throws: ``Failure`` with every reason at once.
    func prepare() throws -> Preparation {
        let connections = try connections()
        let formulas = Formulas(
            profile: options.profile, machine: machine, connections: connections,
            autovacuumWorkers: server.integer("autovacuum_max_workers") ?? 3, walSegmentSize: server.walSegmentSize)
        let proposals = ProfileProposals(options: options, server: server, formulas: formulas).all
        var items: [TunePlan.Item] = []
        var candidate = Candidate(server)
        var changes: [Preparation.Change] = []
        var during: [TuneJournal.Entry] = []
        var after: [TuneJournal.Entry] = []
        for proposal in proposals {
            guard let setting = server[proposal.name] else { continue }
            let item = item(setting, proposal)
            items.append(item)
            let ours = ours(setting)
            if item.action == .set {
                candidate.set(setting.name, proposal.value)
                changes.append(Preparation.Change(name: setting.name, role: nil, value: proposal.value))
                let entry = TuneJournal.Entry(
                    name: setting.name, was: was(setting, wanted: proposal.value), set: proposal.value)
                during.append(entry)
                after.append(entry)
            } else if let ours {
                during.append(ours)
                after.append(ours)
            }
        }
        for entry in leftovers(proposals) {
            guard let setting = server[entry.name] else { continue }
            during.append(entry)
            items.append(restoring(setting, entry))
            candidate.set(setting.name, entry.was)
            changes.append(Preparation.Change(name: setting.name, role: nil, value: entry.was))
        }
        addApplicationCommit(&items, &changes, &during, &after)
        let profile = options.profile
        let budget = MemoryBudget(candidate, memory: machine.memory.value, shared: nil)
        let notes = PlanNotes(
            options: options, server: server, formulas: formulas, candidate: candidate, items: items)
        let plan = TunePlan(
            profile: profile, isExact: options.isExact, serverVersion: Self.version(server.versionNumber),
            machine: machine, items: items, budget: budget, proof: StartProof(.notNeeded),
            durability: notes.durability, overrides: notes.overrides, notes: notes.notes,
            isResuming: server.journal.map { $0.state != .applied } ?? false)
        return Preparation(
            plan: plan, changes: ordered(changes),
            during: TuneJournal(profile: profile, state: .applying, entries: during),
            after: TuneJournal(profile: profile, state: .applied, entries: after), candidate: candidate)
    }

    // MARK: - Connections

    /// What was asked for; else what is configured, or the documented 200 if that is less.
    ///
    /// Lowering it would turn users away, so that only happens when asked for, and never below what is in use.
    private func connections() throws -> Int {
        let present = server.integer("max_connections") ?? 100
        if server["max_connections"]?.isOnCommandLine == true { return present }
        guard let asked = options.maxConnections else { return max(200, present) }
        let reserved =
            (server.integer("superuser_reserved_connections") ?? 3) + (server.integer("reserved_connections") ?? 0)
        if asked < present, asked < server.connections + reserved {
            throw Failure.refused(
                "--max-connections \(asked) is less than the \(server.connections) connections in use now and the"
                    + " \(reserved) reserved ones",
                fix: "SELECT datname, usename, count(*) FROM pg_stat_activity GROUP BY 1, 2 ORDER BY 3 DESC;")
        }
        return asked
    }

    // MARK: - Items

    private func item(_ setting: ServerSetting, _ proposal: Proposal) -> TunePlan.Item {
        TunePlan.Item(
            setting: setting.name, now: setting.display(setting.running), proposed: proposal.value,
            source: setting.origin, effect: setting.needsRestart ? .restart : .reload,
            action: action(setting, proposal), why: proposal.why, document: proposal.document)
    }

    private func action(_ setting: ServerSetting, _ proposal: Proposal) -> TunePlan.Action {
        if setting.isOnCommandLine {
            return setting.same(setting.setting, proposal.value) ? .keep : .blocked
        }
        let isSame = setting.same(setting.next, proposal.value)
        guard isSame || (proposal.isApproximate && isClose(setting, proposal.value)) else { return .set }
        if !setting.same(setting.running, setting.next) { return setting.needsRestart ? .restart : .reload }
        return isSame ? .keep : .keepClose
    }

    /// Whether the present value is within 5 %: memory and free space differ a little from one look to the next.
    private func isClose(_ setting: ServerSetting, _ value: String) -> Bool {
        guard let present = setting.number(setting.next), let wanted = setting.number(value) else { return false }
        return abs(present - wanted) <= wanted * 0.05
    }

    // MARK: - The journal

    /// The journal's entry of a setting, if its value is still the one we wrote.
    private func ours(_ setting: ServerSetting) -> TuneJournal.Entry? {
        server.journal?[setting.name].flatMap { setting.same(setting.autoValue, $0.set) ? $0 : nil }
    }

    /// What has to come back when the profile is undone: what was there before our first change.
    private func was(_ setting: ServerSetting, wanted: String) -> String? {
        if let ours = ours(setting) { return ours.was }
        // An apply that was killed before this setting: what we would write may be there by chance.
        if let entry = server.journal?[setting.name], setting.same(setting.autoValue, entry.was) { return entry.was }
        return setting.autoValue
    }

    /// What an earlier profile set and this one does not want, as far as it is still ours.
    private func leftovers(_ proposals: [Proposal]) -> [TuneJournal.Entry] {
        let wanted = Set(proposals.map(\.name))
        return (server.journal?.entries ?? []).filter { entry in
            guard entry.role == nil, !wanted.contains(entry.name), let setting = server[entry.name] else {
                return false
            }
            return setting.same(setting.autoValue, entry.set)
        }
    }

    private func restoring(_ setting: ServerSetting, _ entry: TuneJournal.Entry) -> TunePlan.Item {
        TunePlan.Item(
            setting: setting.name, now: setting.display(setting.running), proposed: entry.was, source: setting.origin,
            effect: setting.needsRestart ? .restart : .reload, action: .restore,
            why: "Set by an earlier \(server.journal?.profile.rawValue ?? "profile") run; this one does not want it.",
            document: nil)
    }

    /// `synchronous_commit` of the role that takes mail in, wanted or left over.
    private func addApplicationCommit(
        _ items: inout [TunePlan.Item], _ changes: inout [Preparation.Change], _ during: inout [TuneJournal.Entry],
        _ after: inout [TuneJournal.Entry]
    ) {
        let name = "synchronous_commit"
        let role = Self.applicationRole
        let present = server.applicationCommit
        let entry = server.journal?.entry(name, role: role)
        func add(_ proposed: String?, _ action: TunePlan.Action, _ why: String) {
            items.append(
                TunePlan.Item(
                    setting: "\(role): \(name)", now: present ?? "not set", proposed: proposed,
                    source: present == nil ? "default" : "role \(role)", effect: .newSessions, action: action, why: why,
                    document: FoundingDocument.line(name, options.profile)))
            if action != .keep { changes.append(Preparation.Change(name: name, role: role, value: proposed)) }
        }
        if options.asynchronousCommit == .application {
            let isSet = present == "off"
            add("off", isSet ? .keep : .set, "Asked for (--async-commit application): its commits do not wait.")
            let ours = isSet ? entry : .init(name: name, role: role, was: entry?.was ?? present, set: "off")
            during += [ours].compactMap { $0 }
            after += [ours].compactMap { $0 }
        } else if let entry, present == entry.set {
            add(entry.was, .restore, "Set by an earlier run; this one lets every commit wait for the disk.")
            during.append(entry)
        }
    }

    // MARK: - Order

    /// What lowers first, so that memory and limits are never promised twice; a setting of a role last.
    private func ordered(_ changes: [Preparation.Change]) -> [Preparation.Change] {
        func rank(_ change: Preparation.Change) -> Int {
            if change.role != nil { return 3 }
            guard let setting = server[change.name] else { return 2 }
            // Nothing is logged for others before the level allows it, and the level falls only after that ended.
            if change.name == "wal_level" { return change.value == "minimal" ? 2 : 0 }
            guard let new = change.value ?? setting.baseValue ?? setting.bootValue, let to = setting.number(new),
                let from = setting.number(setting.next)
            else { return 2 }
            return to < from ? 0 : 1
        }
        return changes.enumerated().sorted { (rank($0.element), $0.offset) < (rank($1.element), $1.offset) }
            .map(\.element)
    }

    static func version(_ number: Int) -> String { "\(number / 10_000).\(number % 10_000)" }
}
