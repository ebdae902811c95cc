import ArgumentParser
import Core
import Glibc
import Install
import Report
import Schema
import Server

struct Dev: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run a private PostgreSQL server in ./.emaildb.",
        subcommands: [Start.self, Stop.self, ShowStatus.self, Environment.self, Psql.self])

    /// The folder of everything that belongs to the private server, under the current one.
    static let state = ".emaildb"

    static var server: LocalServer { LocalServer(directory: state + "/server") }

    /// Nothing is read or done in the folder before it is known whose it is.
    private static func enter(making: Bool = false) throws { try StateFolder.enter(state, making: making) }

    struct Start: DevCommand {
        static let configuration = CommandConfiguration(
            abstract: "Start the server, making its cluster the first time.",
            discussion: "-q prints errors alone; -v also which programs are used, and where the server's log is.")

        @Option(
            help: ArgumentHelp("Folder of an installed server (holds bin/postgres).", valueName: "folder"),
            completion: .directory)
        var postgres: String?

        @Option(help: "Port on 127.0.0.1; another free one is taken when it is in use.")
        var port = 5434

        @Flag(
            help: "Also create the database and store a few hundred messages of three tenants, to look at and search.")
        var sample = false

        @OptionGroup(title: "Talk") var talk: TalkOptions

        func validate() throws {
            if !(1...65535).contains(port) { throw ValidationError("A port is a number from 1 to 65535.") }
        }

        var terminal: Terminal { talk.terminal(isJSON: false) }

        func execute(_ terminal: Terminal) throws -> ExitStatus {
            try Dev.enter(making: true)
            let binaries = try ServerBinaries.find(postgres, state: Dev.state)
            terminal.detail("programs in \(binaries.directory)/bin, log in \(Dev.server.logFile)")
            try Dev.server.start(binaries, preferredPort: port)
            if let running = Dev.server.running, !terminal.isQuiet {
                terminal.show(
                    "PostgreSQL runs on 127.0.0.1:\(running.port) (process \(running.pid), data in \(Dev.state))")
            }
            if sample { try storeSample(terminal) }
            return .done
        }

        private func storeSample(_ terminal: Terminal) throws {
            let database = ConnectionOptions.defaultDatabase
            guard let superuser = Dev.server.connectionSettings,
                let application = Dev.server.applicationSettings(database)
            else { throw Failure(.cannotConnect, "no server runs here", fix: "emaildb dev start") }
            var installer = Installer(settings: superuser, database: database, source: .embedded())
            installer.passwords = [
                try PasswordOptions.password(
                    NamedFile(name: RolePassword.application, path: Dev.server.applicationPasswordFile))
            ]
            installer.progress = terminal.show
            let report = try installer.run()
            terminal.talk(
                "\(database): \(report.applied.isEmpty ? "is there" : "created, \(report.applied.count) steps")")
            let called = CommandLine.arguments.first ?? "emaildb"
            let isPlain = called.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_./".contains($0)) }
            let stored = try SampleMail.store(application).text(program: isPlain ? called : called.quotedForShell)
            if !terminal.isQuiet { terminal.show(stored) }
        }
    }

    struct Stop: DevCommand {
        static let configuration = CommandConfiguration(
            abstract: "Stop the server; its data stays.",
            discussion: "-q prints errors alone; -v also which process it was.")

        @OptionGroup(title: "Talk") var talk: TalkOptions

        var terminal: Terminal { talk.terminal(isJSON: false) }

        func execute(_ terminal: Terminal) throws -> ExitStatus {
            try Dev.enter()
            let running = Dev.server.running
            if let running { terminal.detail("stopping process \(running.pid)") }
            try Dev.server.stop()
            if !terminal.isQuiet { terminal.show(running != nil ? "stopped" : "no server runs here") }
            return .done
        }
    }

    struct ShowStatus: DevCommand {
        static let configuration = CommandConfiguration(
            commandName: "status", abstract: "Say whether the server runs, and how to connect.",
            discussion:
                "-q prints nothing: the exit status says whether it runs; -v also which process serves which folder.")

        @OptionGroup(title: "Talk") var talk: TalkOptions

        var terminal: Terminal { talk.terminal(isJSON: false) }

        func execute(_ terminal: Terminal) throws -> ExitStatus {
            try Dev.enter()
            guard let running = Dev.server.running else {
                if !terminal.isQuiet { terminal.show("no server runs here; start one with: emaildb dev start") }
                return .findings
            }
            if terminal.isQuiet { return .done }
            terminal.detail("process \(running.pid), data in \(Dev.state)/server")
            let file = Dev.server.passwordFile
            terminal.print(
                """
                PostgreSQL runs on 127.0.0.1:\(running.port), log in \(Dev.server.logFile)

                As the application:   PGPASSFILE=\(file) psql -h 127.0.0.1 -p \(running.port) -U email_service email_service
                As the superuser:     PGPASSFILE=\(file) psql -h 127.0.0.1 -p \(running.port) -U postgres email_service
                Look at:              \\dt email_*    \\di idx_email_*    SELECT * FROM pg_connection_stats;
                Or for short:         emaildb dev psql
                For other programs:   eval "$(emaildb dev env)"
                To stop it:           emaildb dev stop
                """)
            return .done
        }
    }

    struct Environment: DevCommand {
        static let configuration = CommandConfiguration(
            commandName: "env", abstract: "Print shell code that points libpq programs at the server, for eval.")

        func execute(_ terminal: Terminal) throws -> ExitStatus {
            try Dev.enter()
            terminal.print(try Dev.server.shellCode())
            return .done
        }
    }

    struct Psql: DevCommand {
        static let configuration = CommandConfiguration(
            abstract: "Open psql on the server, as the application.",
            discussion: """
                As email_service, serving a tenant of the sample when it is there (emaildb dev start --sample); as postgres where \
                there is no database yet. To be the superuser: emaildb dev psql -U postgres
                """)

        @Argument(parsing: .captureForPassthrough, help: "Passed on to psql.")
        var arguments: [String] = []

        func execute(_ terminal: Terminal) throws -> ExitStatus {
            try Dev.enter()
            try Dev.server.becomePsql(ConnectionOptions.defaultDatabase, arguments) { words in
                // What a script reads stays as psql wrote it.
                if isatty(STDIN_FILENO) != 0 { terminal.talk("\(words)") }
            }
        }
    }
}

/// A command about the private server; it prints text.
protocol DevCommand: Command {}

extension DevCommand {
    static var parent: String { "emaildb dev" }
    var terminal: Terminal { Terminal() }
}
