import ArgumentParser
import Configuration
import Core
import Postgres
import Report

struct Config: Command {
    static let configuration = CommandConfiguration(
        abstract: "Show the settings that count, and where each comes from; trust the file of this folder.",
        discussion: """
            Options go before the environment, that before emaildb.toml of the present folder, that before the user's own \
            file (~/.config/emaildb/emaildb.toml), that before the defaults. Connects to nothing; shows no password.

            A file of the present folder counts once it was trusted, as it is: after a change it is asked for again. What \
            can be set: emaildb help configuration.

              emaildb config               # look at it
              emaildb config --trust       # then use ./emaildb.toml
              emaildb status --config none # without any file

            -q leaves out where things come from and the files; -v shows also what is overridden.
            """)

    @OptionGroup(title: "Connection") var connection: ConnectionOptions
    @OptionGroup(title: "Output") var output: OutputOptions

    @Flag(help: "Trust ./emaildb.toml, at this place and with these contents.")
    var trust = false

    @Flag(help: "Trust ./emaildb.toml no longer.")
    var forget = false

    func validate() throws {
        if trust && forget { throw ValidationError("--trust and --forget exclude each other.") }
    }

    var terminal: Terminal { output.terminal }

    func execute(_ terminal: Terminal) throws -> ExitStatus {
        var configuration = Configured.current
        if trust || forget {
            let path = try TrustStore.change(trusting: trust)
            terminal.talk("\(path) is \(trust ? "trusted, as it is now" : "not trusted any longer")")
            configuration = try Configuration.load(named: connection.config, looking: true)
        }
        let choice = try ConnectionChoice(connection, configuration)
        try terminal.show(
            ConfigurationReport(configuration, connection: Self.rows(choice), keywords: choice.entries))
        return .done
    }

    /// The connection, whether or not anything sets it.
    private static func rows(_ choice: ConnectionChoice) -> [ConfigurationReport.Row] {
        let resolved = choice.settings.resolved() ?? [:]
        let standard = ["host": "(local socket)", "port": "5432", "dbname": choice.database, "sslmode": "prefer"]
        let always = ["host", "port", "dbname", "user", "sslmode"]
        let more = ["hostaddr", "service", "sslrootcert", "connect_timeout", "password"].filter {
            choice.origins[$0] != nil
        }
        let rows = (always + more).map { keyword in
            let known = keyword == "user" ? nil : resolved[keyword]
            let value =
                choice.settings[keyword] ?? known ?? standard[keyword] ?? ConnectionSettings.defaultValue(of: keyword)
            let isOfService = choice.origins["service"] != nil && known != nil && choice.settings[keyword] == nil
            let origin = choice.origins[keyword] ?? (isOfService ? .service : .defaults)
            return ConfigurationReport.Row(
                "connection.\(keyword)", keyword == "password" ? "(not shown)" : value ?? "", origin)
        }
        return rows
    }
}
