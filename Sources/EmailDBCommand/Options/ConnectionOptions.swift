import ArgumentParser
import Core
import Postgres

/// Where to connect: psql's own options, without one for the password, which belongs in no argument list.
package struct ConnectionOptions: ParsableArguments {
    @Option(
        name: [.customShort("d"), .long],
        help: ArgumentHelp("Database name, postgresql:// URI, or keyword=value string.", valueName: "name|uri|conninfo")
    )
    var dbname: String?

    @Option(name: [.customShort("h"), .long], help: "Server host name, address or socket folder.")
    var host: String?

    @Option(name: [.customShort("p"), .long], help: "Server port.")
    var port: String?

    @Option(name: [.customShort("U"), .long], help: "Role to log in as.")
    var username: String?

    /// The database when nothing names one.
    static let defaultDatabase = "email_service"

    /// The settings and the database that they mean.
    /// - Throws: ``Failure`` for the address of another kind of server, `PostgresError` when the string cannot be parsed.
    func resolve() throws -> (settings: ConnectionSettings, database: String) {
        let target = dbname ?? EnvironmentVariable.databaseURL.value
        var settings = ConnectionSettings()
        do {
            if let target { settings = try ConnectionSettings(target: target) }
        } catch let error as PostgresError where error.kind == .usage {
            throw Failure(.usage, error.message, fix: error.hint)
        }
        if let host { settings["host"] = host }
        if let port { settings["port"] = port }
        if let username { settings["user"] = username }
        let database = settings["dbname"] ?? ConnectionSettings.defaultValue(of: "dbname") ?? Self.defaultDatabase
        return (settings, database)
    }
}
