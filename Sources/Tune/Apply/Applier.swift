import Core
import Postgres

/// Writes a preparation's changes, with the journal before and after.
///
/// `ALTER SYSTEM` cannot be part of a transaction. Each statement replaces postgresql.auto.conf as a whole, and whatever
/// moment a kill chooses, the journal in the file says what was there before; the order of the changes is such that the
/// server starts after each.
struct Applier {
    let server: ServerState
    let progress: @Sendable (TuneProgress) -> Void

    /// - Throws: ``Failure`` after having put everything back, or when that failed as well.
    func apply(_ preparation: Preparation, _ connection: borrowing Connection) throws {
        let writer = ConfigurationWriter(server: server)
        let needsJournal = !preparation.changes.isEmpty || preparation.plan.isResuming
        if needsJournal { try writer.begin(preparation.during, connection) }
        var written: [Preparation.Change] = []
        do {
            for change in preparation.changes {
                if let signal = Interruption.signal {
                    throw Failure.interrupted(by: signal, "what was written is taken back")
                }
                progress(.writing(change.name))
                try writer.write(change, connection)
                written.append(change)
            }
            if needsJournal {
                try writer.write(preparation.after.entries.isEmpty ? nil : preparation.after, connection)
            }
        } catch let error {
            guard connection.isAlive else { throw error }
            for change in written.reversed() { try? writer.write(writer.present(change), connection) }
            try? writer.write(server.journal, connection)
            if let error = error as? PostgresError {
                throw Failure(error, doing: "writing the configuration; what was written is taken back")
            }
            throw error
        }
        try connection.query("SELECT pg_reload_conf()")
    }
}

/// The statements that write configuration.
struct ConfigurationWriter {
    let server: ServerState

    /// Writes the journal as the first thing of all.
    /// - Throws: ``Failure`` when the file cannot be written: another program manages it.
    func begin(_ journal: TuneJournal, _ connection: borrowing Connection) throws {
        do {
            try write(journal, connection)
        } catch let error as PostgresError where error.kind == .server {
            let manager = Self.manager(server)
            throw Failure.refused(
                "postgresql.auto.conf cannot be written (\(error.message)): this server's configuration is managed"
                    + " elsewhere\(manager.map { ", by \($0.name)" } ?? ", or its files are read-only")",
                fix: manager?.fix
                    ?? "Give the values to whatever writes its configuration (Patroni, CloudNativePG, an operator):"
                    + " emaildb tune --plan --format json")
        }
    }

    /// Writes the journal; nil removes it.
    func write(_ journal: TuneJournal?, _ connection: borrowing Connection) throws {
        // A session knows a setting of another program only when it has one itself (before 17).
        try connection.query("SELECT set_config('\(TuneJournal.setting)', '', false)")
        if let journal {
            try connection.query("ALTER SYSTEM SET \(TuneJournal.setting) = \(SQL.literal(try journal.text))")
        } else {
            try connection.query("ALTER SYSTEM RESET \(TuneJournal.setting)")
        }
    }

    /// Writes one change.
    func write(_ change: Preparation.Change, _ connection: borrowing Connection) throws {
        let name = SQL.identifier(change.name)
        let target = change.role.map { "ALTER ROLE \(SQL.identifier($0))" } ?? "ALTER SYSTEM"
        if let value = change.value {
            let literal = server[change.name]?.literal(value) ?? SQL.literal(value)
            try connection.query("\(target) SET \(name) = \(literal)")
        } else {
            try connection.query("\(target) RESET \(name)")
        }
    }

    /// The change that brings back what was there when the state was read.
    func present(_ change: Preparation.Change) -> Preparation.Change {
        let value = change.role == nil ? server[change.name]?.autoValue : server.applicationCommit
        return Preparation.Change(name: change.name, role: change.role, value: value)
    }

    /// Who keeps the configuration, by the marks it leaves.
    private static func manager(_ server: ServerState) -> (name: String, fix: String)? {
        // Patroni includes the original file under this name, and gives what it controls on the command line.
        if server.settings.values.contains(where: { $0.filePlace?.hasPrefix("postgresql.base.conf") == true }) {
            return ("Patroni", "patronictl edit-config   # under postgresql: parameters:")
        }
        let commands = ["archive_command", "restore_command"].compactMap { server[$0]?.running }
        if commands.contains(where: { $0.contains("/controller/manager") }) {
            return ("CloudNativePG", "kubectl edit cluster   # under spec.postgresql.parameters")
        }
        return nil
    }
}
