import Core
import Postgres
import Server

/// Everything about the running server that a plan depends on, read in one round trip.
package struct ServerState: Sendable {
    /// By ``ServerSetting/label``.
    private(set) var settings: [String: ServerSetting]
    /// What roles and databases have of their own, which comes before the configuration files; the scope is for people:
    /// `role x`, `database y`, `role x in database y`.
    let overrides: [(setting: String, value: String, scope: String)]
    /// What earlier runs changed; nil when none did.
    let journal: TuneJournal?
    /// Such as `16.4`.
    let version: String
    /// Who keeps the configuration or restarts the server instead of us; nil when nobody is seen to.
    var manager: Manager?
    private let facts: Row

    /// What `version()` says of the platform.
    var platform: String { facts.text("version") }
    var isSuperuser: Bool { facts.flag("superuser") }
    var dataDirectory: String? { facts["data"] }
    var isInRecovery: Bool { facts.flag("recovery") }
    var connections: Int { facts.integer("connections") ?? 0 }
    var logicalSlots: Int { facts.integer("logical") ?? 0 }
    var physicalSlots: Int { facts.integer("physical") ?? 0 }
    var standbys: Int { facts.integer("standbys") ?? 0 }
    var preparedTransactions: Int { facts.integer("prepared") ?? 0 }
    /// For superusers and for members of pg_use_reserved_connections.
    var reservedConnections: Int {
        ["superuser_reserved_connections", "reserved_connections"].compactMap { integer($0) }.reduce(0, +)
    }
    /// Bytes.
    var walSegmentSize: Int { self["wal_segment_size"].flatMap { $0.bytes($0.setting) } ?? 16 * ByteSize.megabyte }
    /// All databases together, bytes.
    var dataSize: Int? { facts.integer("size") }
    var hasStatementStatistics: Bool { facts.flag("statistics") }
    /// Whether the server was built with lz4.
    var hasLZ4: Bool { facts.flag("lz4") }
    var hasApplicationRole: Bool { facts.flag("application") }

    /// The manager, if `ALTER SYSTEM` is not for us.
    var keeper: Manager? { manager.flatMap { $0.keepsConfiguration ? $0 : nil } }

    subscript(_ label: String) -> ServerSetting? { settings[label] }

    /// Settings whose next value only a restart puts into force.
    ///
    /// `pending_restart` alone would also name values that changed and changed back.
    var waitingForRestart: [String] {
        settings.values.filter { $0.needsRestart && !$0.same($0.running, $0.next) }.map(\.name).sorted()
    }

    /// The first setting that the server runs with another value than expected; the command line may give one.
    func misread(_ expected: [String: String]) -> String? {
        let wrong = expected.first { name, value in
            self[name].map { !$0.isOnCommandLine && !$0.same($0.setting, value) } ?? false
        }
        return wrong.map { "\($0.key) = \($0.value) was read as \(self[$0.key]?.setting ?? "")" }
    }

    // MARK: - What the next start would make of it

    /// Writes an entry, or removes it with nil: a candidate is a state with other entries.
    mutating func set(_ setting: ServerSetting, _ value: String?) { settings[setting.label]?.autoValue = value }

    /// The entries of postgresql.auto.conf that differ from those of another state; nil for a removed one.
    func changes(since other: ServerState) -> [String: String?] {
        settings.filter { $1.role == nil && $1.autoValue != other[$0]?.autoValue }.mapValues(\.autoValue)
    }

    func value(_ name: String) -> String? { self[name]?.next }
    func number(_ name: String) -> Double? { self[name].flatMap { $0.number($0.next) } }
    func integer(_ name: String) -> Int? { number(name).flatMap { Int(exactly: $0.rounded(.towardZero)) } }
    func bytes(_ name: String) -> Int? { self[name].flatMap { $0.bytes($0.next) } }
    func isOn(_ name: String) -> Bool { self[name].map { $0.same($0.next, "on") } ?? false }

    /// Reads the state.
    /// - Throws: ``Failure`` for every error in the configuration files; `PostgresError`, with SQLSTATE 42501 when the
    ///   role may not look.
    init(_ connection: borrowing Connection) throws {
        let results = try connection.pipeline([
            """
            SELECT name, setting, current_setting(name) AS shown, unit, vartype, context, source, boot_val
              FROM pg_catalog.pg_settings
            """,
            "SELECT sourcefile, sourceline, name, setting, error FROM pg_catalog.pg_file_settings ORDER BY seqno",
            Statement(SQLFile("role_settings").text),
            Statement(SQLFile("server_state").text),
        ])
        facts = results[3][0]
        let auto = facts.text("data") + "/postgresql.auto.conf"
        overrides = results[2].map { ($0.text("name"), $0.text("value"), $0.text("scope")) }
        let commit = overrides.first { $0 == "synchronous_commit" && $2 == "role \(Role.service.name)" }
        settings = [ServerSetting.applicationCommitLabel: .applicationCommit(commit?.value)]
        for row in results[0] {
            let name = AutoConfiguration.folded(row.text("name"))
            settings[name] = ServerSetting(
                name: name, type: row.text("vartype"), unit: row["unit"], context: row.text("context"),
                setting: row.text("setting"), shown: row.text("shown"), bootValue: row["boot_val"],
                source: row.text("source"))
        }
        let rescue = "Stop the server, then: emaildb tune --rescue -D \(facts.text("data"))"
        var journal: String?
        var problems: [Problem] = []
        for row in results[1] {
            // A setting that left the files and needs a restart is listed as an error of no file; it is none.
            guard let file = row["sourcefile"] else { continue }
            let place = (file.parts("/").last ?? "") + ":" + row.text("sourceline")
            guard let name = row["name"].map(AutoConfiguration.folded), let value = row["setting"] else {
                problems.need(
                    false, "\(place): \(row.text("error")): ALTER SYSTEM fails and the server would not start again",
                    file == auto ? rescue : "Fix that line first.")
                continue
            }
            settings[name]?.filePlace = place
            if file == auto { settings[name]?.autoValue = value } else { settings[name]?.baseValue = value }
            if file == auto, name == TuneJournal.setting { journal = value }
        }
        try problems.refuse()
        self.journal = try journal.map { try TuneJournal(text: $0) }
        version = "\(connection.serverVersion / 10_000).\(connection.serverVersion % 10_000)"
    }
}
