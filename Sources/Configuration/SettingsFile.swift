import Core
import Postgres

/// A file of settings, read and checked.
package struct SettingsFile: Sendable {
    /// How it came to be read.
    package enum Role: String, Sendable, Hashable, Codable {
        /// Named by `--config` or `EMAILDB_CONFIG`.
        case named
        /// `emaildb.toml` of the present folder.
        case project
        /// The user's own.
        case user
    }

    package let path: String
    package let role: Role
    package let entries: [Configuration.Entry]

    /// - Parameters:
    ///   - path: as messages show it.
    ///   - folder: what its relative paths are relative to.
    /// - Throws: ``Failure`` with line and column: wrong usage.
    init(_ path: String, _ role: Role, bytes: [UInt8], folder: String) throws(Failure) {
        (self.path, self.role) = (path, role)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Failure(.usage, "\(path) is no UTF-8 text", fix: "file \(path)")
        }
        do throws(TOMLError) {
            entries = try TOMLReader.entries(text).map { entry throws(TOMLError) in
                let setting = try Self.setting(entry)
                return Configuration.Entry(
                    setting: setting, words: try Self.words(entry, setting, folder, role),
                    origin: .file(path, line: entry.place.line, role))
            }
        } catch {
            throw Failure(
                .usage, "\(path):\(error.place.line):\(error.place.column): \(error.problem)",
                fix: "emaildb help configuration   # or without the file: --config none")
        }
    }

    private static func setting(_ entry: TOMLEntry) throws(TOMLError) -> Setting {
        if isSecret(entry.key) || isSecret(entry.section) {
            throw TOMLError(place: entry.place, problem: "a password \(Self.belongsElsewhere)")
        }
        if let setting = Setting.named(entry.section, entry.key) { return setting }
        guard Setting.sections.contains(entry.section) else {
            let sections = Setting.sections.joined(separator: ", ")
            let problem =
                entry.section.isEmpty ? "settings stand below a table" : "there is no table [\(entry.section)]"
            throw TOMLError(place: entry.place, problem: "\(problem), one of \(sections)")
        }
        let keys = Setting.all.filter { $0.section == entry.section }.map(\.key)
        throw TOMLError(
            place: entry.place, problem: "[\(entry.section)] has no \(entry.key), but \(keys.joined(separator: ", "))")
    }

    private static let belongsElsewhere =
        "belongs in no file of settings: put it into ~/.pgpass (chmod 600): HOST:PORT:DATABASE:ROLE:PASSWORD"

    private static func isSecret(_ name: String) -> Bool {
        let name = name.lowercased()
        return ["pass", "secret", "token"].contains { name.contains($0) }
    }

    /// The words that an option would get.
    private static func words(
        _ entry: TOMLEntry, _ setting: Setting, _ folder: String, _ role: Role
    ) throws(TOMLError) -> [String] {
        func wrong(_ problem: String) -> TOMLError {
            TOMLError(place: entry.valuePlace, problem: "\(entry.key): \(problem)")
        }
        func text(_ value: TOMLEntry.Value, _ wanted: String) throws(TOMLError) -> String {
            guard case .text(let text) = value else { throw wrong("\(wanted) is wanted, not \(value.kind)") }
            if text.isEmpty || text.unicodeScalars.contains(where: SQL.isHidden) {
                throw wrong("a text on one line is wanted, and not an empty one")
            }
            // Never repeated: it may hold a password.
            if text.contains("://") {
                throw wrong(
                    "an address has no place here: write host, port, dbname and user; a password \(belongsElsewhere)")
            }
            return text
        }
        func path(_ text: String) throws(TOMLError) -> String {
            guard role == .project else { return text.hasPrefix("/") ? text : folder + "/" + text }
            // Whoever has written it decides nothing outside.
            if text.hasPrefix("/") || text.splitScalars("/").contains("..") {
                throw wrong("a file of a project names files below its own folder only")
            }
            return folder + "/" + text
        }
        switch setting.kind {
        case .text:
            let text = try text(entry.value, "a text in quotes")
            if setting.isKeyword, text.contains("=") || setting.key == "dbname" && text.contains("@") {
                throw wrong("a keyword=value string or an address has no place here; a password \(belongsElsewhere)")
            }
            return [text]
        case .file: return [try path(try text(entry.value, "a path in quotes"))]
        case .number:
            guard case .number(let number) = entry.value else {
                throw wrong("a number is wanted, not \(entry.value.kind)")
            }
            return [String(number)]
        case .flag:
            guard case .flag(let flag) = entry.value else {
                throw wrong("true or false is wanted, not \(entry.value.kind)")
            }
            return [String(flag)]
        case .outputs, .words:
            let list: [TOMLEntry.Value] = if case .list(let list) = entry.value { list } else { [entry.value] }
            var words: [String] = []
            for value in list {
                let word = try text(value, "a list of texts")
                if setting.kind == .words {
                    words.append(word)
                    continue
                }
                guard let (format, file) = word.assignment, !file.isEmpty else { throw wrong("format=file is wanted") }
                if file == "-" { throw wrong("standard output is for the command line: --output \(format)=-") }
                words.append(format + "=" + (try path(file)))
            }
            if setting.kind == .words { return [words.joined(separator: ",")] }
            return words
        }
    }
}
