import ArgumentParser
import Core
import Dispatch
import FoundationEssentials
import Glibc
import Postgres
import Report
import Server
import Synchronization

struct Dev: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "A private PostgreSQL server in ./.emaildb, for people without one.",
        subcommands: [Start.self, Stop.self, ShowStatus.self, Environment.self, Psql.self])

    /// The folder of everything that belongs to the private server, under the current one.
    static let state = ".emaildb"

    static var server: LocalServer { LocalServer(directory: state + "/server") }

    struct Start: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Start the server, making its cluster the first time.")

        @Option(help: ArgumentHelp("Folder of an installed server (holds bin/postgres).", valueName: "folder"))
        var postgres: String?

        @Option(help: "Port on 127.0.0.1; another free one is taken when it is in use.")
        var port = 5434

        func validate() throws {
            if !(1...65535).contains(port) { throw ValidationError("A port is a number from 1 to 65535.") }
        }

        func run() throws {
            try Dev.reporting { [postgres, port] in
                let binaries = try ServerBinaries.find(postgres, state: Dev.state)
                try await Dev.server.start(binaries, LocalServer.Configuration(preferredPort: port))
                if let running = Dev.server.running {
                    print("PostgreSQL runs on 127.0.0.1:\(running.port) (process \(running.pid), data in \(Dev.state))")
                }
            }
        }
    }

    struct Stop: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Stop the server; its data stays.")

        func run() throws {
            try Dev.reporting {
                let wasRunning = Dev.server.running != nil
                try await Dev.server.stop()
                print(wasRunning ? "stopped" : "no server runs here")
            }
        }
    }

    struct ShowStatus: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "status", abstract: "Say whether the server runs, and how to connect.")

        func run() throws {
            guard let running = Dev.server.running else {
                print("no server runs here; start one with: emaildb dev start")
                throw ExitStatus.findings.code
            }
            let file = Dev.server.passwordFile
            print(
                """
                PostgreSQL runs on 127.0.0.1:\(running.port), log in \(Dev.server.logFile)

                As the application:   PGPASSFILE=\(file) psql -h 127.0.0.1 -p \(running.port) -U email_service email_service
                As the superuser:     PGPASSFILE=\(file) psql -h 127.0.0.1 -p \(running.port) -U postgres email_service
                Look at:              \\dt email_*    \\di idx_email_*    SELECT * FROM pg_connection_stats;
                Or for short:         emaildb dev psql
                For other programs:   eval "$(emaildb dev env)"
                To stop it:           emaildb dev stop
                """)
        }
    }

    struct Environment: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "env", abstract: "Print shell code that points libpq programs at the server, for eval.")

        func run() throws {
            let running = try Dev.requireRunning()
            print(
                """
                unset DATABASE_URL PGSERVICE PGHOSTADDR PGDATABASE PGPASSWORD PGOPTIONS
                export PGHOST=127.0.0.1 PGPORT=\(running.port) PGUSER=\(LocalServer.superuser)
                export PGPASSFILE=\(Self.quoted(Dev.server.passwordFile))
                export EMAILDB_APP_PASSWORD_FILE=\(Self.quoted(Dev.server.applicationPasswordFile))
                """)
        }

        /// A path as one word of a shell.
        private static func quoted(_ path: String) -> String {
            "'" + path.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
        }
    }

    struct Psql: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Open psql on the server.")

        @Argument(parsing: .captureForPassthrough, help: "Passed on to psql.")
        var arguments: [String] = []

        func run() throws {
            let running = try Dev.requireRunning()
            setenv("PGPASSFILE", Dev.server.passwordFile, 1)
            unsetenv("PGPASSWORD")
            unsetenv("PGSERVICE")
            let database = (try? ConnectionOptions.defaultDatabaseExists(Dev.server)) == true
            let command =
                ["psql", "-h", "127.0.0.1", "-p", String(running.port), "-U", LocalServer.superuser]
                + ["-d", database ? ConnectionOptions.defaultDatabase : "postgres"] + arguments
            var pointers = command.map { strdup($0) } + [nil]
            execvp("psql", &pointers)
            Terminal.plain.error("psql cannot be started\n  - apt-get install postgresql-client")
            throw ExitStatus.failed.code
        }
    }

    static func requireRunning() throws -> (pid: Int32, port: Int) {
        if let running = server.running { return running }
        Terminal.plain.error("no server runs here\n  - emaildb dev start")
        throw ExitStatus.cannotConnect.code
    }

    /// Runs a body, and says what went wrong with the server, and what to type.
    ///
    /// Blocks instead of making the whole program asynchronous: starting the concurrency runtime takes longer than the
    /// rest of an `init` that has nothing to do.
    static func reporting(_ body: @escaping @Sendable () async throws -> Void) throws {
        let done = DispatchSemaphore(value: 0)
        let failure = Mutex<(any Error)?>(nil)
        Task.detached {
            do { try await body() } catch { failure.withLock { $0 = error } }
            done.signal()
        }
        done.wait()
        switch failure.withLock({ $0 }) {
        case nil: return
        case let error as LocalServerError:
            Terminal.plain.error("\(error.problem)\n  - \(error.fix)")
            throw ExitStatus.failed.code
        case let error?: throw error
        }
    }
}

extension ConnectionOptions {
    /// Whether a private server has the default database already.
    static func defaultDatabaseExists(_ server: LocalServer) throws -> Bool {
        guard let settings = server.connectionSettings else { return false }
        let connection = try Connection(settings)
        return try !connection.query("SELECT FROM pg_database WHERE datname = $1", [defaultDatabase]).isEmpty
    }
}
