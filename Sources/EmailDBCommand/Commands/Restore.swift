import ArgumentParser
import Backup
import Core
import Install
import Report
import Verify

struct Restore: Command {
    static let configuration = CommandConfiguration(
        abstract: "Make a cluster from a backup, recovered to a moment, in a folder of its own.",
        discussion: """
            Never into a running cluster or a folder that is not empty. The end is the last transaction that was recovered, and \
            verify. Archiving stays off in the copy until you switch it on.

              emaildb restore --latest --into /var/lib/postgresql/16/restored --repository /backup
              emaildb restore --to '2026-11-27 09:41:00+01:00' --into DIR --repository /backup
              emaildb restore --point before_migration --into DIR --repository /backup --plan

            --latest refuses where the log has a gap, and says until when it can go.
            Exit status: 0 restored, verify has no findings; 1 restored, with findings; 4 refused, nothing written.
            """)

    @Flag(help: "To the end of the log.") var latest = false
    @Option(help: ArgumentHelp("To a time; without a zone it is UTC.", valueName: "time")) var to: String?
    @Option(help: ArgumentHelp("To a restore point (pg_create_restore_point).", valueName: "name")) var point: String?
    @Option(help: ArgumentHelp("From this dump; backup list shows the ids.", valueName: "id")) var backup: String?
    @Option(help: ArgumentHelp("The folder for the cluster.", valueName: "folder"), completion: .directory) var into:
        String
    @Option(help: ArgumentHelp("Along this timeline, when two servers have written to the log.", valueName: "n"))
    var timeline: UInt32?
    @Flag(help: "Only say which backup, how much log, how long about.") var plan = false
    @OptionGroup(title: "Repository") var repository: RepositoryOptions
    @OptionGroup(title: "Passwords, from a dump") var passwords: PasswordOptions
    @OptionGroup(title: "Output") var output: OutputOptions

    func validate() throws {
        let count = (latest ? 1 : 0) + [to, point, backup].count { $0 != nil }
        if count != 1 {
            throw ValidationError("Say how far: --latest, --to TIME, --point NAME, or of a dump --backup ID.")
        }
        if let to, Moment(to) == nil { throw ValidationError("--to: a time looks like '2026-11-27 09:41:00+01:00'.") }
        if backup == nil, !passwords.passwordFile.isEmpty || passwords.appPasswordFile != nil {
            throw ValidationError("Passwords are set from a dump only: a backup of files has them.")
        }
    }

    var terminal: Terminal { output.terminal }

    private var target: RecoveryTarget {
        to.flatMap { Moment($0) }.map { .time($0) } ?? point.map { .point($0) } ?? .latest
    }

    func execute(_ terminal: Terminal) throws -> ExitStatus {
        let roles = backup == nil ? [] : try passwords.read()
        let opened = try repository.open(into: plan ? nil : into)
        let programs = try repository.programs(opened)
        if let backup { return try dump(backup, opened, programs, roles, terminal) }
        var run = RestoreRun(opened, programs, target: target, into: into)
        run.timeline = timeline
        run.progress = { terminal.talk("\($0)") }
        if plan {
            try terminal.show(try run.plan())
            return .done
        }
        return try show(try run.run(), terminal)
    }

    private func dump(
        _ id: String, _ opened: Repository, _ programs: BackupPrograms, _ roles: [RolePassword], _ terminal: Terminal
    ) throws -> ExitStatus {
        guard let record = try opened.list().first(where: { $0.id == id && $0.kind == .dump }) else {
            throw Failure.refused(
                "the repository has no dump \(id)", fix: "emaildb backup list --repository \(opened.folder)")
        }
        var run = DumpRestore(opened, programs, record, into: into)
        run.passwords = roles
        run.progress = { terminal.talk("\($0)") }
        if plan {
            try terminal.show(try run.plan())
            return .done
        }
        return try show(try run.run(), terminal)
    }

    private func show(_ report: RestoreReport, _ terminal: Terminal) throws -> ExitStatus {
        try terminal.show(report)
        return report.verify.findings.isEmpty ? .done : .findings
    }
}
