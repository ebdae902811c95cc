import ArgumentParser
import Core
import Install
import Report

struct Status: Command {
    static let configuration = CommandConfiguration(
        abstract: "Say whether the database has all steps of this program, and which it lacks.",
        discussion: """
            One line when all is well; steps that are pending or contradict this program are listed.

            -q prints the one line alone; -v lists every step with its time and by whom it was applied.
            """)

    @OptionGroup(title: "Connection") var connection: ConnectionOptions
    @OptionGroup(title: "Output") var output: OutputOptions
    @OptionGroup var source: SourceOptions

    @Flag(help: "End with status 1 when a step is pending, or a restore left something out.")
    var exitCode = false

    var terminal: Terminal { output.terminal }

    func execute(_ terminal: Terminal) throws -> ExitStatus {
        let (settings, database) = try connection.resolve()
        let report = try StatusReport.read(settings: settings, database: database, source: try source.resolve())
        try terminal.show(report)
        for problem in report.problems { terminal.error("\(problem)") }
        for item in report.incomplete { terminal.error("\(item.problem)\n      \(item.fix ?? "")") }
        if !report.problems.isEmpty { return .ledgerMismatch }
        return exitCode && (report.pendingCount > 0 || !report.incomplete.isEmpty) ? .findings : .done
    }
}
