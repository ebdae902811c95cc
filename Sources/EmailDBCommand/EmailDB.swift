import ArgumentParser
import Core

@main
struct EmailDB: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "emaildb",
        abstract: "Installs, upgrades, verifies and tunes a multi-tenant e-mail database in PostgreSQL.",
        discussion: """
            The server is found as psql finds it: by --dbname (a name, a URI or a keyword=value string), then \
            DATABASE_URL, then the PG* environment, the password file and the service file. The database is \
            email_service unless one is named.

            Exit status:
            \(ExitStatus.table.map { "  \($0.code)  \($0.meaning)" }.joined(separator: "\n"))
            """,
        version: "emaildb \(toolVersion)",
        subcommands: [
            Init.self, Status.self, Verify.self, Tune.self, Ready.self, Pool.self, Bench.self, Dev.self, Container.self,
        ])
}
