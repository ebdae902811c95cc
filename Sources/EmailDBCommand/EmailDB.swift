import ArgumentParser
import Core

/// The command line program.
@main
struct EmailDB: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "emaildb",
        abstract: "Builds a multi-tenant e-mail database in PostgreSQL, and keeps it right.",
        discussion: """
            The server is found as psql finds it: by --dbname (a name, a URI or a keyword=value string), then \
            DATABASE_URL, then the PG* environment, the password file and the service file. The database is \
            email_service unless one is named.

            Exit status: 0 done; 1 findings; 2 a step failed, nothing is half applied; 3 cannot connect; 4 refused \
            before anything was written; 5 waited too long for a lock; 6 the ledger contradicts this program, or the \
            database is newer; 64 wrong usage; 128 + signal when interrupted.
            """,
        version: "emaildb \(toolVersion)",
        subcommands: [
            Init.self, Status.self, Verify.self, Tune.self, Ready.self, Pool.self, Bench.self, Dev.self,
        ])
}
