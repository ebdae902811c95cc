import Core
import Postgres

/// Everything about the running server that a plan depends on, read in a few round trips.
package struct ServerState: Sendable {
    /// A value that a role or a database has of its own, which comes before that of the configuration files.
    struct Override: Sendable {
        let setting: String
        let value: String
        /// For people: `role x`, `database y`, `role x in database y`.
        let scope: String
    }

    let settings: [String: ServerSetting]
    let overrides: [Override]
    /// Errors in the configuration files, each with its file and line.
    let fileErrors: [String]
    /// What earlier runs changed; nil when none did.
    let journal: TuneJournal?

    let versionNumber: Int
    /// What `version()` says of the platform.
    let platform: String
    let isSuperuser: Bool
    let dataDirectory: String?
    let isInRecovery: Bool
    let connections: Int
    let logicalSlots: Int
    let physicalSlots: Int
    let standbys: Int
    let preparedTransactions: Int
    let walSegmentSize: Int
    let dataSize: Int?
    let hasStatementStatistics: Bool
    let hasApplicationRole: Bool
    /// `synchronous_commit` of the role `email_service` in all databases; nil when it has none of its own.
    let applicationCommit: String?
    let postmasterStart: String
    let user: String

    subscript(_ name: String) -> ServerSetting? { settings[name] }

    /// Settings whose next value only a restart puts into force.
    ///
    /// `pending_restart` alone would also name values that changed and changed back.
    var waitingForRestart: [String] {
        settings.values.filter { $0.needsRestart && !$0.same($0.running, $0.next) }.map(\.name).sorted()
    }

    /// The whole-number value that a setting has after the next restart.
    func integer(_ name: String) -> Int? { self[name].flatMap { $0.number($0.next) }.map { Int($0) } }

    /// The first setting that the server runs with another value than expected; the command line may give one.
    func misread(_ expected: [String: String]) -> String? {
        for (name, value) in expected {
            guard let setting = self[name], !setting.isOnCommandLine, !setting.same(setting.setting, value) else {
                continue
            }
            return "\(name) = \(value) was read as \(setting.setting)"
        }
        return nil
    }

    /// Reads the state.
    /// - Throws: `PostgresError`; SQLSTATE 42501 when the role may not look.
    init(_ connection: borrowing Connection) throws {
        let results = try connection.pipeline([
            Statement(
                """
                SELECT name, setting, unit, vartype, context, source, boot_val, pending_restart
                  FROM pg_catalog.pg_settings
                """),
            Statement(
                "SELECT sourcefile, sourceline, name, setting, error FROM pg_catalog.pg_file_settings ORDER BY seqno"),
            Statement(SQLFile("role_settings").text),
            Statement(SQLFile("server_state").text),
        ])
        let facts = results[3][0]
        let auto = facts.text("data") + "/postgresql.auto.conf"
        var last: [String: (value: String, place: String)] = [:]
        var inAuto: [String: String] = [:]
        var below: [String: String] = [:]
        var errors: [String] = []
        for row in results[1] {
            // A setting that left the files and needs a restart is listed as an error of no file; it is none.
            guard let file = row["sourcefile"] else { continue }
            let place = (file.split(separator: "/").last.map(String.init) ?? file) + ":" + row.text("sourceline")
            guard let name = row["name"]?.lowercased(), let value = row["setting"] else {
                errors.append("\(place): \(row.text("error"))")
                continue
            }
            last[name] = (value, place)
            if file == auto { inAuto[name] = value } else { below[name] = value }
        }
        settings = Dictionary(
            results[0].map { row in
                let name = row.text("name").lowercased()
                let setting = ServerSetting(
                    name: name, type: row.text("vartype"), unit: row["unit"], context: row.text("context"),
                    setting: row.text("setting"), bootValue: row["boot_val"], source: row.text("source"),
                    isPending: row.flag("pending_restart"), fileValue: last[name]?.value,
                    filePlace: last[name]?.place, autoValue: inAuto[name], baseValue: below[name])
                return (name, setting)
            }, uniquingKeysWith: { first, _ in first })
        overrides = results[2].map { row in
            let scope = [("role", row.text("role")), ("database", row.text("database"))]
                .filter { !$0.1.isEmpty }.map { "\($0.0) \($0.1)" }.joined(separator: " in ")
            return Override(setting: row.text("name"), value: row.text("value"), scope: scope)
        }
        applicationCommit =
            overrides.first { $0.scope == "role email_service" && $0.setting == "synchronous_commit" }?
            .value
        fileErrors = errors
        journal = try inAuto[TuneJournal.setting].map { try TuneJournal(text: $0) }
        versionNumber = connection.serverVersion
        platform = facts.text("version")
        isSuperuser = facts.flag("superuser")
        dataDirectory = facts["data"]
        isInRecovery = facts.flag("recovery")
        connections = facts.integer("connections") ?? 0
        logicalSlots = facts.integer("logical") ?? 0
        physicalSlots = facts.integer("physical") ?? 0
        standbys = facts.integer("standbys") ?? 0
        preparedTransactions = facts.integer("prepared") ?? 0
        walSegmentSize = settings["wal_segment_size"].flatMap { $0.bytes($0.setting) } ?? 16 * ByteSize.megabyte
        dataSize = facts.integer("size")
        hasStatementStatistics = facts.flag("statistics")
        hasApplicationRole = facts.flag("application")
        postmasterStart = facts.text("started")
        user = facts.text("me")
    }
}
