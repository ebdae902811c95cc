import Core
import Postgres

/// A setting and its new entry; nil removes the entry.
typealias SettingChange = (setting: ServerSetting, value: String?)

/// One setting of the server: what it is, where that comes from, and what the next start would make of it.
///
/// What a role has of its own is a setting, too, whose entry is the role's instead of a line of postgresql.auto.conf.
struct ServerSetting: Sendable {
    let name: String
    /// The role whose own value this is; nil for the server's configuration.
    var role: String?
    /// `pg_settings.vartype`: bool, enum, integer, real, string.
    let type: String
    let unit: String?
    /// `pg_settings.context`: who may change it, and when.
    let context: String
    /// The value in this session, in the setting's unit.
    let setting: String
    /// The same as people write it: `current_setting()`, sizes and times with the largest unit that fits.
    let shown: String
    let bootValue: String?
    let source: String
    /// Where the last entry of all configuration files is, such as `postgresql.conf:64`.
    var filePlace: String?
    /// The entry in postgresql.auto.conf.
    var autoValue: String?
    /// The last entry of the other files, which counts when there is none in postgresql.auto.conf.
    var baseValue: String?

    /// `synchronous_commit` of the role that takes mail in, in all databases; nil when it has none of its own.
    static func applicationCommit(_ value: String?) -> ServerSetting {
        let shown = value ?? "not set"
        return ServerSetting(
            name: "synchronous_commit", role: Role.service.name, type: "enum", unit: nil, context: "user",
            setting: shown, shown: shown, bootValue: nil, source: "role",
            filePlace: value.map { _ in "role \(Role.service.name)" }, autoValue: value)
    }

    static let applicationCommitLabel = label("synchronous_commit", Role.service.name)

    static func label(_ name: String, _ role: String?) -> String { role.map { "\($0): \(name)" } ?? name }

    /// What identifies it, for people as well: its name, behind the role that has it.
    var label: String { Self.label(name, role) }

    /// The last entry of all configuration files, which is the one that counts.
    var fileValue: String? { autoValue ?? baseValue }

    var needsRestart: Bool { context == "postmaster" }

    /// Whether the server's command line gives the value; no file can then change it, not even with a restart.
    var isOnCommandLine: Bool { source == "command line" }

    /// The value that the server runs with, leaving aside what is set for the role or database of this session.
    var running: String {
        let own = ["database", "user", "database user", "client", "session", "global", "interactive", "test"]
        return own.contains(source) ? fileValue ?? bootValue ?? setting : setting
    }

    /// The value after the next restart.
    var next: String {
        if isOnCommandLine { return setting }
        return fileValue ?? (source == "configuration file" ? bootValue ?? setting : running)
    }

    /// Where the next value comes from, for people.
    var origin: String { isOnCommandLine ? "command line" : filePlace ?? "default" }

    /// Whether two texts mean the same value.
    func same(_ first: String?, _ second: String?) -> Bool {
        guard let first, let second else { return first == nil && second == nil }
        if let one = number(first), let two = number(second) { return one == two }
        if isList { return Self.elements(first) == Self.elements(second) }
        if type == "bool" { return Self.isTrue(first) == Self.isTrue(second) }
        return type == "enum" ? first.lowercased() == second.lowercased() : first == second
    }

    /// ``running`` for people.
    var now: String { running == setting ? shown : running }

    /// The value in bytes; nil when it is no size.
    func bytes(_ text: String) -> Int? {
        guard let unit, unit.hasSuffix("B"), let factor = Self.units[unit], let number = number(text), number >= 0
        else { return nil }
        return Int(exactly: (number * factor).rounded(.towardZero))
    }

    /// The value as a number in the setting's unit, whatever unit it is written in; nil when it is none.
    func number(_ text: String) -> Double? {
        guard type == "integer" || type == "real" else { return nil }
        let trimmed = text.filter { $0 != " " }
        let digits = trimmed.prefix { $0.isNumber || $0 == "." || $0 == "-" || $0 == "+" }
        let suffix = String(trimmed.dropFirst(digits.count))
        guard let number = Double(digits), !suffix.isEmpty else { return Double(digits) }
        guard let unit, let from = Self.units[suffix], let to = Self.units[unit] else { return nil }
        return (number * from / to).rounded()
    }

    /// `pg_settings.unit` and the units of configuration files, in bytes and in milliseconds.
    private static let units: [String: Double] = [
        "B": 1, "kB": 1024, "8kB": 8192, "16kB": 16384, "32kB": 32768, "4kB": 4096, "MB": 1_048_576,
        "GB": 1_073_741_824, "TB": 1_099_511_627_776,
        "us": 0.001, "ms": 1, "s": 1000, "min": 60_000, "h": 3_600_000, "d": 86_400_000,
    ]

    private static func isTrue(_ text: String) -> Bool {
        ["on", "true", "yes", "1", "t", "y"].contains(text.lowercased())
    }

    // MARK: - Lists

    /// Whether the value is a list of names; of those, profiles write this one.
    private var isList: Bool { name == "shared_preload_libraries" }

    /// The names of a list.
    static func elements(_ text: String) -> [String] {
        text.parts(",").map { $0.parts("\"", " ").joined() }.filter { !$0.isEmpty }
    }

    /// The value as `ALTER SYSTEM SET name = ` takes it.
    ///
    /// A list in one literal would become a list of one long name.
    func literal(_ value: String) -> String {
        guard isList else { return SQL.literal(value) }
        let elements = Self.elements(value)
        return elements.isEmpty ? "''" : elements.map(SQL.literal).joined(separator: ", ")
    }
}
