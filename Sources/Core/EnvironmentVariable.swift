import FoundationEssentials

/// The environment variables that the program reads beside libpq's own (`PGHOST` and so on).
package enum EnvironmentVariable: String, CaseIterable, Sendable {
    case databaseURL = "DATABASE_URL"
    case applicationPasswordFile = "EMAILDB_APP_PASSWORD_FILE"
    case postgres = "EMAILDB_POSTGRES"
    case noColor = "NO_COLOR"
    case terminal = "TERM"

    package var name: String { rawValue }

    package var meaning: String {
        switch self {
        case .databaseURL: "where to connect, as `--dbname` takes it, when that is not given"
        case .applicationPasswordFile: "the file of `--app-password-file`, when that is not given (`init`)"
        case .postgres: "folder of an installed server, when `--postgres` is not given (`dev start`)"
        case .noColor: "anything: no colours, unless `--color` says otherwise"
        case .terminal: "`dumb`: no colours, unless `--color` says otherwise"
        }
    }

    /// What it is set to; nil also when that is empty.
    package var value: String? {
        ProcessInfo.processInfo.environment[rawValue].flatMap { $0.isEmpty ? nil : $0 }
    }
}
