import ArgumentParser
import Backup
import Core
import FoundationEssentials
import Postgres
import Report

struct Undelete: Command {
    static let configuration = CommandConfiguration(
        abstract: "Bring one tenant, or one account of it, back from a backup, without touching others.",
        discussion: """
            Restores a copy aside, and brings back what the database has not any longer, in one transaction. Nothing that exists is \
            overwritten; clients see the mail as new changes. Writers of this tenant wait meanwhile. --plan counts first.

              emaildb undelete --tenant ID --at '2026-11-27 09:41:00+01:00' --repository /backup --username postgres --plan

            Exit status: 0 done, or nothing to bring back; 2 failed, nothing was brought back; 4 refused.
            """)

    @Option(help: ArgumentHelp("The tenant.", valueName: "uuid")) var tenant: String
    @Option(help: ArgumentHelp("Only this account of the tenant.", valueName: "uuid")) var account: String?
    @Option(help: ArgumentHelp("A time when it was all there; without a zone it is UTC.", valueName: "time")) var at:
        String
    @Option(help: ArgumentHelp("Along this timeline, when two servers have written to the log.", valueName: "n"))
    var timeline: UInt32?
    @Flag(help: "Only count what would be brought back.") var plan = false
    @OptionGroup(title: "Repository") var repository: RepositoryOptions
    @OptionGroup(title: "Connection") var connection: ConnectionOptions
    @OptionGroup(title: "Output") var output: OutputOptions

    func validate() throws {
        if UUID(uuidString: tenant) == nil { throw ValidationError("--tenant: a UUID.") }
        if let account, UUID(uuidString: account) == nil { throw ValidationError("--account: a UUID.") }
        if Moment(at) == nil { throw ValidationError("--at: a time looks like '2026-11-27 09:41:00+01:00'.") }
    }

    var terminal: Terminal { output.terminal }

    func execute(_ terminal: Terminal) throws -> ExitStatus {
        guard let moment = Moment(at) else {
            throw ValidationError("--at: a time looks like '2026-11-27 09:41:00+01:00'.")
        }
        return try connection.withSource(repository) { _, source in
            var run = UndeleteRun(source, try repository.open(), tenant: tenant.lowercased(), at: moment)
            run.account = account?.lowercased()
            run.timeline = timeline
            run.progress = { terminal.talk("\($0)") }
            let report = try run.run(isPlanOnly: plan)
            try terminal.show(report)
            return report.status
        }
    }
}
