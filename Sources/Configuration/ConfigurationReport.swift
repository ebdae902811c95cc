/// What counts, and whence: what `emaildb config` shows.
package struct ConfigurationReport: Sendable, Codable {
    package struct File: Sendable, Codable {
        package let path: String
        package let role: SettingsFile.Role
        package let state: Configuration.File.State
    }

    package struct Row: Sendable, Codable {
        package enum State: String, Sendable, Codable {
            case counts
            /// Something that goes before it says otherwise.
            case overridden
            /// Its file is not trusted.
            case notTrusted = "not trusted"
        }

        package let setting: String
        /// Never a password.
        package let value: String
        package let from: String
        package let state: State

        package init(_ setting: String, _ value: String, _ from: Configuration.Origin, _ state: State = .counts) {
            (self.setting, self.value, self.state) = (setting, value, state)
            self.from = from.text
        }
    }

    package let files: [File]
    package let settings: [Row]

    /// - Parameter rows: of the connection, and others that have no entry.
    package init(_ configuration: Configuration, connection rows: [Row], keywords: Set<Configuration.Entry>) {
        files = configuration.files.map { File(path: $0.path, role: $0.role, state: $0.state) }
        var known: Set<Setting> = []
        var others: [Row] = []
        for entry in configuration.entries {
            let counts = entry.setting.isKeyword ? keywords.contains(entry) : known.insert(entry.setting).inserted
            // What counts of the connection is among the rows.
            if entry.setting.isKeyword && counts { continue }
            others.append(Row(entry, counts ? .counts : .overridden))
        }
        settings = rows + others + configuration.untrusted.map { Row($0, .notTrusted) }
    }

    /// Whether the file of this folder has to be trusted before it counts.
    package var isToTrust: Bool { files.contains { $0.state != .used } }
}

extension ConfigurationReport.Row {
    fileprivate init(_ entry: Configuration.Entry, _ state: State) {
        self.init(entry.setting.name, entry.words.joined(separator: " "), entry.origin, state)
    }
}

extension Configuration.Origin {
    /// As it is shown: `--host`, `PGHOST`, `emaildb.toml:3`, `default`.
    package var text: String {
        switch self {
        case .option(let name), .variable(let name): name
        case .file(let path, let line, _): "\(path):\(line)"
        case .service: "service file"
        case .defaults: "default"
        }
    }
}
