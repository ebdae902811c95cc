/// A setting that a file may hold: an option of a command, or a keyword of the connection.
///
/// What is not in the list cannot be set by a file: no password, no `--yes`, no program to run, no folder of SQL.
package struct Setting: Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        case text
        case number
        case flag
        /// A path, relative to the folder of the file that names it.
        case file
        /// Texts `format=file`.
        case outputs
        /// Words that are joined by commas.
        case words
    }

    package let section: String
    package let key: String
    package let kind: Kind
    /// What it is, for the page of the documentation.
    package let meaning: String

    /// The section and the key, as `verify.ignore`.
    package var name: String { section + "." + key }
    /// The option of the command, as `--fail-on`.
    package var option: String { "--" + key.replacing("_", with: "-") }
    /// The variable of libpq or of this program that says the same.
    package var variable: String {
        if section == "connection" {
            switch key {
            case "user": return "PGUSER"
            case "dbname": return "PGDATABASE"
            case "answer_timeout": break
            default: return "PG" + key.uppercased()
            }
        }
        return "EMAILDB_\(section)_\(key)".uppercased()
    }

    /// The setting of the connection that is an option of the program, not a keyword of libpq.
    package var isKeyword: Bool { section == "connection" && key != "answer_timeout" }

    private init(_ section: String, _ key: String, _ kind: Kind, _ meaning: String) {
        (self.section, self.key, self.kind, self.meaning) = (section, key, kind, meaning)
    }

    package static func named(_ section: String, _ key: String) -> Setting? {
        all.first { $0.section == section && $0.key == key }
    }

    package static let sections = all.map(\.section).reduce(into: [String]()) { list, section in
        if !list.contains(section) { list.append(section) }
    }

    package static let all = [
        Setting("connection", "host", .text, "host name, address or socket folder; several with commas"),
        Setting("connection", "port", .number, "port of the server"),
        Setting("connection", "dbname", .text, "name of the database"),
        Setting("connection", "user", .text, "role to log in as"),
        Setting("connection", "service", .text, "a section of libpq's service file"),
        Setting(
            "connection", "sslmode", .text, "TLS, as libpq's sslmode: verify-full checks the certificate and the host"),
        Setting("connection", "sslrootcert", .file, "the authority that signed the server's certificate"),
        Setting("connection", "connect_timeout", .number, "seconds for each address"),
        Setting(
            "connection", "answer_timeout", .number, "seconds after which a silent server is given up; 0 for never"),
        Setting("output", "color", .text, "auto, always or never"),
        Setting("output", "pager", .flag, "false: long answers are not shown page by page"),
        Setting("init", "wait", .number, "seconds to wait for the server"),
        Setting("init", "lock_timeout", .number, "seconds to wait for other sessions' locks"),
        Setting("verify", "only", .words, "the parts to check"),
        Setting("verify", "sample", .number, "how many messages to look at"),
        Setting("verify", "ignore", .file, "the file of accepted findings"),
        Setting("verify", "fail_on", .text, "error or warning: from where on a finding makes status 1"),
        Setting("verify", "strict", .flag, "true: status 1 also for what could not be checked"),
        Setting("verify", "output", .outputs, "reports to write, each `format=file`"),
        Setting("verify", "sarif_anchor", .text, "the file of the repository that findings are shown at"),
        Setting("doctor", "thresholds", .file, "the file of thresholds"),
        Setting("doctor", "strict", .flag, "true: status 1 also for warnings"),
        Setting("tune", "profile", .text, "development, production, high-throughput or read-heavy"),
        Setting("tune", "memory", .text, "memory of the server, such as 8GB"),
        Setting("tune", "cpus", .number, "processors that the server may use"),
        Setting("tune", "storage", .text, "hdd, ssd or nvme"),
        Setting("tune", "max_connections", .number, "connections"),
        Setting("tune", "wal_volume", .text, "room for write-ahead log, such as 20GB"),
    ]
}
