import ArgumentParser
import Configuration
import Core
import Postgres

/// Where to connect: psql's own options, without one for the password, which belongs in no argument list.
package struct ConnectionOptions: ParsableArguments {
    @Option(
        name: [.customShort("d"), .long],
        help: ArgumentHelp(
            "Database name, postgresql:// URI, or keyword=value string.", valueName: "name|uri|conninfo"),
        completion: .list([Self.defaultDatabase]))
    var dbname: String?

    @Option(
        name: [.customShort("h"), .long], help: "Server host name, address or socket folder.", completion: .directory)
    var host: String?

    @Option(name: [.customShort("p"), .long], help: "Server port.")
    var port: String?

    @Option(
        name: [.customShort("U"), .long], help: "Role to log in as.",
        completion: .list(["postgres"] + Role.allCases.filter(\.logsIn).map(\.name)))
    var username: String?

    @Option(
        help: ArgumentHelp(
            "Give the server up when it is silent for so long and not at work; 0 for never.", valueName: "seconds"))
    var answerTimeout = 60

    @Option(
        help: ArgumentHelp(
            "Take settings from this file instead of ./emaildb.toml; from no file: none.", valueName: "file|none"),
        completion: .file())
    var config: String?

    package func validate() throws {
        if answerTimeout < 0 { throw ValidationError("Seconds are not negative.") }
    }

    /// The database when nothing names one.
    static let defaultDatabase = "email_service"

    /// Refuses numbers that libpq, or arithmetic with them, cannot use.
    /// - Parameter place: where the port was named.
    fileprivate static func validate(_ settings: ConnectionSettings, portFrom place: String) throws {
        // Several hosts have several ports, in the same order; an empty one is the default.
        let ports = (settings["port"] ?? ConnectionSettings.defaultValue(of: "port") ?? "").split(separator: ",")
        for port in ports where !(1...65535).contains(Int(port.filter { $0 != " " }) ?? 0) {
            throw ValidationError("\(place): a port is a number from 1 to 65535.")
        }
        guard let timeout = settings["connect_timeout"] else { return }
        let limit = ConnectionSettings.longestTimeout
        if !(-limit...limit).contains(Int(timeout) ?? .max) {
            throw ValidationError("connect_timeout: seconds, \(limit) at most.")
        }
    }

    /// The settings and the database that they mean.
    /// - Throws: ``Failure`` for the address of another kind of server, `PostgresError` when the string cannot be parsed.
    func resolve() throws -> (settings: ConnectionSettings, database: String) {
        let choice = try ConnectionChoice(self, Configured.current)
        return (choice.settings, choice.database)
    }

    /// The last of a port's origins is shown, where the number is none.
    static func validate(_ choice: ConnectionChoice) throws {
        let isTyped = if case .option("--port") = choice.origins["port"] { true } else { false }
        let value = choice.settings["port"].map(Mistake.shown) ?? ""
        try validate(
            choice.settings, portFrom: isTyped ? "--port \(value)" : choice.origins["port"]?.text ?? "PGPORT")
    }
}
