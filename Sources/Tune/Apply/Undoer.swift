import Postgres

/// Takes back what the journal lists.
struct Undoer {
    let server: ServerState
    let progress: @Sendable (TuneProgress) -> Void

    func undo(_ connection: borrowing Connection) throws -> UndoReport {
        guard var journal = server.journal else { return UndoReport(profile: nil, items: [], restart: []) }
        let writer = ConfigurationWriter(server: server)
        var candidate = Candidate(server)
        let items = journal.entries.map { entry -> UndoReport.Item in
            let outcome = outcome(entry)
            let isOurs = outcome == .restored || outcome == .unset
            if isOurs, entry.role == nil { candidate.set(entry.name, entry.was) }
            let setting = entry.role.map { "\($0): \(entry.name)" } ?? entry.name
            return UndoReport.Item(setting: setting, was: entry.was, set: entry.set, outcome: outcome)
        }
        _ = try StartCheck(server: server, progress: progress).prove(candidate, connection)
        journal.state = .undoing
        try writer.begin(journal, connection)
        for (entry, item) in zip(journal.entries, items) where item.outcome == .restored || item.outcome == .unset {
            progress(.writing(item.setting))
            try writer.write(.init(name: entry.name, role: entry.role, value: entry.was), connection)
        }
        try writer.write(nil, connection)
        try connection.query("SELECT pg_reload_conf()")
        let restart = try Effectiveness.waitForReload(connection, until: { $0.journal == nil })
            .waitingForRestart
        return UndoReport(profile: journal.profile, items: items, restart: restart)
    }

    private func outcome(_ entry: TuneJournal.Entry) -> UndoReport.Outcome {
        let present: String?
        let isOurs: Bool
        let isBack: Bool
        if entry.role != nil {
            present = server.applicationCommit
            isOurs = present == entry.set
            isBack = present == entry.was
        } else {
            guard let setting = server[entry.name] else { return .keptTheirs }
            present = setting.autoValue
            isOurs = setting.same(present, entry.set)
            isBack = setting.same(present, entry.was)
        }
        if isOurs { return entry.was == nil ? .unset : .restored }
        return isBack ? .alreadyBack : .keptTheirs
    }
}

/// What `undo` did.
package struct UndoReport: Sendable, Codable {
    /// What became of one setting.
    package enum Outcome: String, Sendable, Codable {
        /// The entry that was there before is there again.
        case restored
        /// Our entry is removed; the default, or another file, counts again.
        case unset
        /// An undo that was stopped, or an apply that never came so far, left it as it was before.
        case alreadyBack = "already back"
        /// It has another value since, which stays.
        case keptTheirs = "kept, changed since"
    }

    /// One setting.
    package struct Item: Sendable, Codable {
        /// Its name.
        package let setting: String
        /// The entry before the first `tune`; nil when there was none.
        package let was: String?
        /// What `tune` had written.
        package let set: String
        /// What became of it.
        package let outcome: Outcome
    }

    /// The profile that was undone; nil when there was nothing to undo.
    package let profile: TuneProfile?
    /// Every setting of the journal.
    package let items: [Item]
    /// Settings that wait for a restart.
    package let restart: [String]
}
