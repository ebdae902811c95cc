import Core
import Postgres

/// Everything about the running server that a plan depends on, read in one round trip.
package struct ServerState: Sendable {
    /// A value that a role or a database has of its own, which comes before that of the configuration files.
    struct Override: Sendable {
        let setting: String
        let value: String
        /// For people: `role x`, `database y`, `role x in database y`.
        let scope: String
    }

    /// By ``ServerSetting/label``.
    let settings: [String: ServerSetting]
    let overrides: [Override]
    /// Errors in the configuration files, each with its file and line.
    let fileErrors: [String]
    /// What earlier runs changed; nil when none did.
    let journal: TuneJournal?
    /// Such as `16.4`.
    let version: String
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
    /// Bytes.
    var walSegmentSize: Int { self["wal_segment_size"].flatMap { $0.bytes($0.setting) } ?? 16 * ByteSize.megabyte }
    /// All databases together, bytes.
    var dataSize: Int? { facts.integer("size") }
    var hasStatementStatistics: Bool { facts.flag("statistics") }
    var hasApplicationRole: Bool { facts.flag("application") }

    subscript(_ label: String) -> ServerSetting? { settings[label] }

    /// Settings whose next value only a restart puts into force.
    ///
    /// `pending_restart` alone would also name values that changed and changed back.
    var waitingForRestart: [String] {
        settings.values.filter { $0.needsRestart && !$0.same($0.running, $0.next) }.map(\.name).sorted()
    }

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
            "SELECT name, setting, unit, vartype, context, source, boot_val FROM pg_catalog.pg_settings",
            "SELECT sourcefile, sourceline, name, setting, error FROM pg_catalog.pg_file_settings ORDER BY seqno",
            Statement(SQLFile("role_settings").text),
            Statement(SQLFile("server_state").text),
        ])
        facts = results[3][0]
        let auto = facts.text("data") + "/postgresql.auto.conf"
        var places: [String: String] = [:]
        var inAuto: [String: String] = [:]
        var below: [String: String] = [:]
        var errors: [String] = []
        for row in results[1] {
            // A setting that left the files and needs a restart is listed as an error of no file; it is none.
            guard let file = row["sourcefile"] else { continue }
            let place = (file.parts("/").last ?? "") + ":" + row.text("sourceline")
            guard let name = row["name"]?.lowercased(), let value = row["setting"] else {
                errors.append("\(place): \(row.text("error"))")
                continue
            }
            places[name] = place
            if file == auto { inAuto[name] = value } else { below[name] = value }
        }
        overrides = results[2].map { row in
            Override(setting: row.text("name"), value: row.text("value"), scope: row.text("scope"))
        }
        let commit = overrides.first {
            $0.scope == "role \(Role.service.name)" && $0.setting == "synchronous_commit"
        }
        let all =
            [ServerSetting.applicationCommit(commit?.value)]
            + results[0].map { row in
                let name = row.text("name").lowercased()
                return ServerSetting(
                    name: name, type: row.text("vartype"), unit: row["unit"], context: row.text("context"),
                    setting: row.text("setting"), bootValue: row["boot_val"], source: row.text("source"),
                    filePlace: places[name], autoValue: inAuto[name], baseValue: below[name])
            }
        settings = Dictionary(all.map { ($0.label, $0) }, uniquingKeysWith: { first, _ in first })
        fileErrors = errors
        journal = try inAuto[TuneJournal.setting].map { try TuneJournal(text: $0) }
        version = "\(connection.serverVersion / 10_000).\(connection.serverVersion % 10_000)"
    }
}
