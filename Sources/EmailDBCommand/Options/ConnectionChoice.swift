import Configuration
import Core
import FoundationEssentials
import Postgres

/// Where to connect, of all that names it: options, the environment, files, in this order.
struct ConnectionChoice {
    private(set) var settings = ConnectionSettings()
    private(set) var database = ConnectionOptions.defaultDatabase
    /// By libpq's keyword: where a value that is set comes from.
    private(set) var origins: [String: Configuration.Origin] = [:]
    /// The entries of files that count.
    private(set) var entries: Set<Configuration.Entry> = []

    /// Keywords that belong to the host of their file: with another host they do not count.
    private static let bound: Set<String> = ["host", "port", "service", "sslmode", "sslrootcert"]
    private static let variables = [
        "host": "PGHOST", "hostaddr": "PGHOSTADDR", "port": "PGPORT", "dbname": "PGDATABASE", "user": "PGUSER",
        "password": "PGPASSWORD", "service": "PGSERVICE", "sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT",
        "connect_timeout": "PGCONNECT_TIMEOUT",
    ]

    init(_ options: ConnectionOptions, _ configuration: Configuration) throws {
        let target = options.dbname ?? EnvironmentVariable.databaseURL.value
        let place: Configuration.Origin =
            options.dbname == nil ? .variable(EnvironmentVariable.databaseURL.name) : .option("--dbname")
        do {
            if let target { settings = try ConnectionSettings(target: target) }
        } catch {
            guard error.kind == .usage else { throw error }
            throw Failure(.usage, error.message, fix: error.hint)
        }
        for keyword in settings.parameters.keys { origins[keyword] = place }
        for (keyword, value) in [("host", options.host), ("port", options.port), ("user", options.username)] {
            guard let value else { continue }
            settings[keyword] = value
            origins[keyword] = .option(keyword == "user" ? "--username" : "--" + keyword)
        }
        let environment = ProcessInfo.processInfo.environment
        for (keyword, variable) in Self.variables
        where settings[keyword] == nil && environment[variable]?.isEmpty == false {
            origins[keyword] = .variable(variable)
        }
        // An address, or a service, says all of it.
        let isAddress = target.map { $0.contains("=") || $0.contains("://") } ?? false
        if !isAddress, origins["service"] == nil { fill(configuration) }
        try ConnectionOptions.validate(self)
        settings.answerTimeout = options.answerTimeout == 0 ? nil : .seconds(options.answerTimeout)
        let resolved = settings.resolved()
        database = settings["dbname"] ?? resolved?["dbname"] ?? database
        // libpq would send it to a server as a name, where the process list and the log show it.
        if settings["dbname"] == nil, database.contains("://") || database.contains("@") || database.contains("=") {
            throw Failure(
                .usage, "PGDATABASE, which holds a name, has an address in it",
                fix: "Put the address into DATABASE_URL.")
        }
    }

    /// Fills in what files say, where nothing before them speaks of it.
    private mutating func fill(_ configuration: Configuration) {
        for file in configuration.files where file.state == .used {
            let own = configuration.entries.filter { entry in
                guard entry.setting.isKeyword, case .file(file.path, _, file.role) = entry.origin else { return false }
                return true
            }
            let hasHost = own.contains { ["host", "service"].contains($0.setting.key) }
            let isElsewhere = ["host", "hostaddr", "service"].contains { origins[$0] != nil }
            for entry in own where origins[entry.setting.key] == nil {
                let keyword = entry.setting.key
                if hasHost, isElsewhere, Self.bound.contains(keyword) { continue }
                settings[keyword] = entry.words[0]
                origins[keyword] = entry.origin
                entries.insert(entry)
            }
        }
    }
}
