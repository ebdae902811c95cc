import Core
import Postgres

/// Writes the server's configuration, each time between two states of the journal.
///
/// `ALTER SYSTEM` cannot be part of a transaction. Each statement replaces postgresql.auto.conf as a whole. At
/// whatever moment a kill comes, the journal in the file says what was there before; the order of the changes is such
/// that the server starts after each.
struct ConfigurationWriter {
    /// As it was when it was read: what is taken back goes back to this.
    let server: ServerState
    let progress: @Sendable (TuneProgress) -> Void

    /// Carries a preparation out.
    /// - Throws: ``Failure`` after having put everything back, or when that failed as well.
    func apply(_ preparation: Preparation, _ connection: borrowing Connection) throws {
        guard !preparation.changes.isEmpty || preparation.plan.isResuming else { return try reload(connection) }
        try begin(preparation.during, connection)
        var written: [SettingChange] = []
        do {
            for change in preparation.changes {
                if let signal = Interruption.signal {
                    throw Failure.interrupted(by: signal, "what was written is taken back")
                }
                try Interruption.finishing { try write(change.setting, change.value, connection) }
                written.append(change)
            }
            try Interruption.check()
            try Interruption.finishing { try write(preparation.after, connection) }
        } catch {
            guard connection.isAlive else { throw error }
            Interruption.finishing {
                for (setting, _) in written.reversed() { try? write(setting, setting.autoValue, connection) }
                try? write(server.journal, connection)
            }
            guard let error = error as? PostgresError else { throw error }
            throw Failure(error, doing: "writing the configuration; what was written is taken back")
        }
        try Interruption.finishing { try reload(connection) }
    }

    /// What taking everything back comes to; nil when no `tune` has written here.
    func undoing() -> Undoing? {
        guard let journal = server.journal else { return nil }
        var undoing = Undoing(journal: journal, candidate: server)
        for entry in journal.entries {
            var outcome = UndoReport.Outcome.keptTheirs
            if let setting = server[entry.label] {
                if setting.same(setting.autoValue, entry.set) {
                    outcome = entry.was == nil ? .unset : .restored
                    undoing.candidate.set(setting, entry.was)
                    undoing.changes.append((setting, entry.was))
                } else if setting.same(setting.autoValue, entry.was) {
                    outcome = .alreadyBack
                }
            }
            undoing.items.append(
                UndoReport.Item(setting: entry.label, was: entry.was, set: entry.set, outcome: outcome))
        }
        return undoing
    }

    /// Takes changes back, and leaves another journal, or none, instead of the one that is in the file.
    func takeBack(
        _ changes: [SettingChange], _ journal: TuneJournal, leaving last: TuneJournal?,
        _ connection: borrowing Connection
    ) throws {
        try Interruption.finishing {
            var journal = journal
            journal.state = .undoing
            try begin(journal, connection)
            for change in changes { try write(change.setting, change.value, connection) }
            try write(last, connection)
            try reload(connection)
        }
    }

    /// Writes the journal as the first thing of all.
    /// - Throws: ``Failure`` when the file cannot be written: another program manages it.
    private func begin(_ journal: TuneJournal, _ connection: borrowing Connection) throws {
        do {
            try write(journal, connection)
        } catch let error as PostgresError where error.kind == .server {
            throw Failure.refused(
                "postgresql.auto.conf cannot be written (\(error.message)): this server's configuration is managed"
                    + " elsewhere, or its files are read-only",
                fix: "Give the values to whatever writes its configuration (Patroni, CloudNativePG, an operator):"
                    + " emaildb tune --profile PROFILE --plan --format json")
        }
    }

    /// Writes the journal; nil removes it.
    private func write(_ journal: TuneJournal?, _ connection: borrowing Connection) throws {
        // A session knows a setting of another program only when it has one itself (before 17).
        try connection.query("SELECT set_config('\(TuneJournal.setting)', '', false)")
        let change = try journal.map { "SET \(TuneJournal.setting) = \(SQL.literal(try $0.text))" }
        try connection.query("ALTER SYSTEM \(change ?? "RESET \(TuneJournal.setting)")")
    }

    private func write(_ setting: ServerSetting, _ value: String?, _ connection: borrowing Connection) throws {
        progress(.detail("writing \(setting.label)"))
        try connection.query(Self.statement(setting, value))
    }

    /// The SQL that writes an entry; nil removes it.
    static func statement(_ setting: ServerSetting, _ value: String?) -> String {
        let name = SQL.identifier(setting.name)
        let target = setting.role.map { "ALTER ROLE \(SQL.identifier($0))" } ?? "ALTER SYSTEM"
        let change = value.map { "SET \(name) = \(setting.literal($0))" }
        return "\(target) \(change ?? "RESET \(name)")"
    }

    private func reload(_ connection: borrowing Connection) throws { try connection.query("SELECT pg_reload_conf()") }
}

/// What taking everything back comes to, before it is done.
struct Undoing {
    let journal: TuneJournal
    /// The state with everything taken back.
    var candidate: ServerState
    var changes: [SettingChange] = []
    var items: [UndoReport.Item] = []

    /// As it will be, if it is agreed to.
    var report: UndoReport {
        UndoReport(profile: journal.profile, items: items, restart: candidate.waitingForRestart)
    }
}

extension Manager {
    /// That nothing is taken back here; where we wrote before it came, with the SQL that takes that back.
    func refusal(undoing changes: [SettingChange]) -> Failure {
        // Of the others, some do not let anybody say ALTER SYSTEM.
        let ours = kind == .patroni ? changes.map { ConfigurationWriter.statement($0.setting, $0.value) + ";" } : []
        let note = "-- in psql on this member: what tune wrote before, which comes before what Patroni sets"
        return refusal(([command(for: [])] + (ours.isEmpty ? [] : [note]) + ours).joined(separator: "\n"))
    }
}

/// What `undo` did, or would do.
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

    package struct Item: Sendable, Codable, Hashable {
        package let setting: String
        /// The entry before the first `tune`; nil when there was none.
        package let was: String?
        /// What `tune` had written.
        package let set: String
        package let outcome: Outcome
    }

    /// The profile that was undone; nil when there was nothing to undo.
    package let profile: TuneProfile?
    package let items: [Item]
    /// Settings that wait for a restart.
    package let restart: [String]
}
