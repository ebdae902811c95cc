import Adopt
import ArgumentParser
import Core
import Report

struct Adopt: Command {
    static let configuration = CommandConfiguration(
        abstract: "Take over a database that has the documented tables already, however they were made.",
        discussion: """
            The old tables move to the schema email_before, and their rows are copied into new ones. Nothing is dropped. Killed, \
            it goes on when it is run again. The application has to be stopped meanwhile: its roles cannot connect.

              emaildb adopt --plan       # what is taken, converted, refused; writes nothing
              emaildb adopt              # as a superuser, the application stopped
              emaildb adopt --undo       # the old tables are back

            Exit status: 0 done; 1 the plan shows something in the way, or rows differ; 4 refused, nothing was written.

            -q prints the result without progress; -v says which rows are looked at and compared.
            """)

    @OptionGroup(title: "Connection") var connection: ConnectionOptions
    @OptionGroup(title: "Output") var output: OutputOptions
    @OptionGroup var source: SourceOptions

    @Flag(help: "Read everything, say what would be done, and write nothing.")
    var plan = false

    @Flag(help: "Put the old tables back, and take away what adopt made.")
    var undo = false

    @Flag(help: "With --undo: lose what was written since.")
    var discardChanges = false

    @Option(help: ArgumentHelp("The schema of the old tables, where several have some.", valueName: "name"))
    var schema: String?

    @Flag(help: "Go on although views, functions, triggers or grants of others use the old tables.")
    var forceDependants = false

    @Flag(help: "Go on although roles of other applications lose what PUBLIC may do in this database.")
    var revokePublic = false

    @Option(help: ArgumentHelp("Copy so many rows in a transaction.", valueName: "rows"))
    var batch = 1000

    @Option(help: ArgumentHelp("Wait this long for other sessions' locks.", valueName: "seconds"))
    var lockTimeout = 600

    func validate() throws {
        try validateSeconds(lockTimeout, "--lock-timeout")
        if plan && undo { throw ValidationError("--plan and --undo exclude each other.") }
        if discardChanges && !undo { throw ValidationError("--discard-changes belongs to --undo.") }
        if schema?.isEmpty == true { throw ValidationError("--schema: a schema has a name.") }
        if !(1...100_000).contains(batch) { throw ValidationError("--batch: from 1 to 100000 rows.") }
    }

    var terminal: Terminal { output.terminal }

    func execute(_ terminal: Terminal) throws -> ExitStatus {
        let (settings, database) = try connection.resolve()
        var adopter = Adopter(settings: settings, database: database, source: try source.resolve())
        adopter.schema = schema
        adopter.forcesDependants = forceDependants
        adopter.revokesPublic = revokePublic
        adopter.batchSize = batch
        adopter.lockTimeout = .seconds(lockTimeout)
        adopter.progress = terminal.show
        let report =
            plan ? try adopter.plan() : undo ? try adopter.undo(discardingChanges: discardChanges) : try adopter.run()
        try terminal.show(report)
        return report.outcome == .differs || !report.problems.isEmpty ? .findings : .done
    }
}
