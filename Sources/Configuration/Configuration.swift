package import Core
import FoundationEssentials
import Glibc
import Postgres

/// The settings that count, and where each comes from.
package struct Configuration: Sendable {
    /// Where a value comes from; the first ones go before the others.
    package enum Origin: Sendable, Hashable {
        case option(String)
        case variable(String)
        case file(String, line: Int, SettingsFile.Role)
        /// A section of libpq's service file.
        case service
        case defaults
    }

    package struct Entry: Sendable, Hashable {
        package let setting: Setting
        /// The values of the option, in order; one for most.
        package let words: [String]
        package let origin: Origin
    }

    /// A file that was looked for.
    package struct File: Sendable, Hashable {
        package enum State: String, Sendable, Codable {
            case used
            /// Of the project, and never trusted.
            case notTrusted = "not trusted"
            /// Of the project, and other than when it was trusted.
            case changed = "changed since it was trusted"
        }

        package let path: String
        package let role: SettingsFile.Role
        package let state: State
    }

    package var entries: [Entry] = []
    package var files: [File] = []
    /// What a file says that is not trusted: for `emaildb config` alone.
    package var untrusted: [Entry] = []

    package init() {}

    /// The first value of a setting, by the order of the origins.
    package func entry(_ section: String, _ key: String) -> Entry? {
        entries.first { $0.setting.section == section && $0.setting.key == key }
    }

    /// Reads what there is.
    ///
    /// A file of the present folder counts once its user has trusted it, path and contents: see decision 0027.
    /// - Parameters:
    ///   - named: of `--config`: a path, or `none`.
    ///   - looking: whether a file that is not trusted is shown instead of refused.
    /// - Throws: ``Failure``: wrong usage for what cannot be used, refused for what is not trusted.
    package static func load(
        named: String? = nil, looking: Bool = false,
        environment: [String: String] = ProcessInfo.processInfo.environment,
        folder: String = FileManager.default.currentDirectoryPath
    ) throws(Failure) -> Configuration {
        var configuration = Configuration()
        configuration.entries = try variables(environment)
        let named = named ?? EnvironmentVariable.configuration.value(in: environment)
        if named == "none" { return configuration }
        if let named {
            let path = named.hasPrefix("/") ? named : folder + "/" + named
            let bytes: [UInt8]
            do throws(FileOutput.Refused) {
                bytes = try readFile(path)
            } catch {
                let shown = named.visibleOnOneLine
                throw Failure(.usage, "--config: \(shown) cannot be read: \(error)", fix: "ls -la \(shown)")
            }
            configuration.use(
                try SettingsFile(named.visibleOnOneLine, .named, bytes: bytes, folder: Self.folder(of: path)))
        } else if let project = try ProjectFile.find(in: folder) {
            try configuration.use(project, environment, looking: looking)
        }
        if let user = try UserFile.find(environment) { configuration.use(user) }
        return configuration
    }

    private mutating func use(_ file: SettingsFile, _ state: File.State = .used) {
        files.append(File(path: file.path, role: file.role, state: state))
        if state == .used { entries += file.entries } else { untrusted = file.entries }
    }

    private mutating func use(
        _ project: ProjectFile, _ environment: [String: String], looking: Bool
    ) throws(Failure) {
        let state = TrustStore(environment)?.state(of: project) ?? .notTrusted
        if state != .used, !looking {
            let why = state == .changed ? "has changed since you trusted it" : "is not trusted"
            throw .refused(
                "\(ProjectFile.name) of this folder \(why): it could send you to another server, or write files",
                fix: "emaildb config   # shows what it says; then: emaildb config --trust, or without it: --config none"
            )
        }
        use(try project.settings(), state)
    }

    /// The variables of this program; those of libpq are libpq's.
    private static func variables(_ environment: [String: String]) throws(Failure) -> [Entry] {
        var entries: [Entry] = []
        for setting in Setting.all where !setting.isKeyword {
            guard let value = environment[setting.variable], !value.isEmpty else { continue }
            func wrong(_ wanted: String) -> Failure {
                Failure(.usage, "\(setting.variable): \(wanted)", fix: "unset \(setting.variable)")
            }
            if value.unicodeScalars.contains(where: SQL.isHidden) { throw wrong("a text on one line is wanted") }
            if setting.kind == .number, Int(value) == nil { throw wrong("a number is wanted") }
            if setting.kind == .flag, !["true", "false"].contains(value) { throw wrong("true or false is wanted") }
            let words = setting.kind == .outputs ? value.parts(" ").map(String.init) : [value]
            entries.append(Entry(setting: setting, words: words, origin: .variable(setting.variable)))
        }
        return entries
    }

    static func folder(of path: String) -> String {
        path.unicodeScalars.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    }
}
