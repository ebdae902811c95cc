import ArgumentParser
import Core
import Install
import Postgres
import Report

struct Init: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Bring the database to this program's version, creating it if it is absent.",
        discussion: """
            Safe to run at any time and by any number of processes at once. Every step commits together with its layout \
            check and its ledger row, or leaves nothing behind.
            """)

    @OptionGroup(title: "Connection") var connection: ConnectionOptions
    @OptionGroup(title: "Output") var output: OutputOptions
    @OptionGroup var source: SourceOptions

    @Flag(help: "Print the SQL that would run, as a script for psql, and change nothing.")
    var plan = false

    @Option(help: ArgumentHelp("Keep trying this long while the server is absent or restarts.", valueName: "seconds"))
    var wait = 0

    @Option(help: ArgumentHelp("Wait this long for other sessions' locks.", valueName: "seconds"))
    var lockTimeout = 600

    @OptionGroup var passwords: PasswordOptions

    func validate() throws {
        if wait < 0 || lockTimeout < 0 { throw ValidationError("Seconds are not negative.") }
    }

    func run() throws {
        let terminal = output.terminal
        Interruption.install()
        let installer: Installer
        do {
            let (settings, database) = try connection.resolve()
            let options = Installer.Options(
                wait: .seconds(wait), lockTimeout: .seconds(lockTimeout), passwords: try passwords.read())
            installer = Installer(
                settings: settings, database: database, source: try source.resolve(), options: options,
                progress: InitOutput(terminal).progress)
        } catch let error as PostgresError {
            try fail(.connection(error), terminal)
        }
        do {
            if plan {
                terminal.result(String(try installer.plan().dropLast()))
            } else {
                let report = try installer.run()
                switch output.format {
                case .text: InitOutput(terminal).show(report)
                case .json: try terminal.result(json: report)
                }
            }
        } catch let failure as InstallFailure {
            try fail(failure, terminal)
        }
    }

    private func fail(_ failure: InstallFailure, _ terminal: Terminal) throws -> Never {
        let value = FailureOutput(failure)
        if output.format == .json { try terminal.result(json: value) }
        terminal.error(value.text)
        throw ExitCode(ExitStatus.of(failure))
    }
}
