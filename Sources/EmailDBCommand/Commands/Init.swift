import ArgumentParser
import Core
import Install
import Postgres
import Report
import Verify

struct Init: Command {
    static let configuration = CommandConfiguration(
        abstract: "Bring the database to this program's version, creating it if it is absent.",
        discussion: """
            Safe to run at any time and by any number of processes at once. All pending steps commit together, with their \
            layout checks and ledger rows, or leave nothing behind.

            -q prints nothing of what was done, but errors; -v shows each step with its time, and what is waited for.
            """)

    @OptionGroup(title: "Connection") var connection: ConnectionOptions
    @OptionGroup(title: "Output") var output: OutputOptions
    @OptionGroup var source: SourceOptions

    @Flag(help: "Print the SQL that would run, as a script for psql, and change nothing.")
    var plan = false

    @Flag(help: "Go on although roles of other applications lose what PUBLIC may do in this database.")
    var revokePublic = false

    @Flag(
        help:
            "Also bring back what a restore left out or changed, as verify finds it; takes nothing away. For a superuser."
    )
    var repair = false

    @Option(help: ArgumentHelp("Keep trying this long while the server is absent or restarts.", valueName: "seconds"))
    var wait = 0

    @Option(help: ArgumentHelp("Wait this long for other sessions' locks.", valueName: "seconds"))
    var lockTimeout = 600

    @OptionGroup var passwords: PasswordOptions

    func validate() throws {
        try validateSeconds(wait, "--wait")
        try validateSeconds(lockTimeout, "--lock-timeout")
        if plan && repair {
            throw ValidationError("--plan shows steps; the SQL that --repair would run: emaildb verify --fix-sql")
        }
    }

    var terminal: Terminal { output.terminal }

    func execute(_ terminal: Terminal) throws -> ExitStatus {
        let (settings, database) = try connection.resolve()
        let steps = try source.resolve()
        var installer = Installer(settings: settings, database: database, source: steps)
        installer.wait = .seconds(wait)
        installer.lockTimeout = .seconds(lockTimeout)
        installer.revokesPublic = revokePublic
        installer.progress = terminal.show
        if plan {
            terminal.print(String(try installer.plan().dropLast()))
            return .done
        }
        let passwords = try passwords.read()
        var (applied, repaired): ([InstallReport.AppliedStep]?, RepairReport?)
        if repair {
            // Passwords are for roles, which may have to be made first.
            applied = try installer.run().applied
            var repair = Repair(settings: settings, database: database, source: steps)
            repair.lockTimeout = .seconds(lockTimeout)
            repair.progress = { terminal.detail("repairing: \($0) findings") }
            repaired = try repair.run()
        }
        installer.passwords = passwords
        var report = try installer.run()
        report.applied = applied ?? report.applied
        report.repair = repaired
        try terminal.show(report)
        for item in report.incomplete { terminal.error("\(item.problem)\n      \(item.fix ?? "")") }
        if !terminal.isJSON, !report.applied.isEmpty, report.passwords[RolePassword.application] == nil {
            terminal.talk("email_service has the password it had before, or none: --app-password-file FILE sets one")
        }
        return report.incomplete.isEmpty && repaired?.left.isEmpty != false ? .done : .findings
    }
}
