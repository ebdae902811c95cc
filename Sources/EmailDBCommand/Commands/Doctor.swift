import ArgumentParser
import Core
import Doctor
import Report

struct Doctor: Command {
    static let configuration = CommandConfiguration(
        abstract: "Say what is wrong with a running server, the worst first, with the command that fixes each.",
        discussion: """
            Log in as email_monitor: it sees everything but rows. Changes nothing and waits for no lock. What cannot be \
            seen is listed as not seen; it is never taken for fine.

              emaildb doctor --username email_monitor
              emaildb doctor --deep --username postgres      # counts the rows, too
              emaildb doctor --print-thresholds > limits     # change it, then: emaildb doctor --thresholds limits
              emaildb doctor --format nagios                 # ends as Nagios wants it: 0, 1 warning, 2 critical, 3 unknown

            Exit status: 0 nothing critical; 1 something critical, with --strict also a warning; 3 no connection.

            -q prints a line for each finding, without evidence and fix; -v lists every check with its outcome.
            """)

    @OptionGroup(title: "Connection") var connection: ConnectionOptions
    @OptionGroup(title: "What to look at, and how to say it") var options: DoctorOptions
    @OptionGroup(title: "Again and again") var watch: WatchOptions
    @OptionGroup(title: "Talk") var talk: TalkOptions
    @OptionGroup var source: SourceOptions

    func validate() throws {
        if watch.watch && options.format != .text {
            throw ValidationError("--watch is for people: leave --format out.")
        }
    }

    var terminal: Terminal { talk.terminal(isJSON: options.format == .json) }

    func execute(_ terminal: Terminal) throws -> ExitStatus {
        let thresholds = try options.limits()
        if options.printThresholds {
            terminal.print(thresholds.file)
            return .done
        }
        let report: DoctorReport
        do {
            let (settings, database) = try connection.resolve()
            var examiner = Examiner(settings: settings, database: database, source: try source.resolve())
            examiner.thresholds = thresholds
            examiner.isDeep = options.deep
            if watch.watch {
                return try watch.run("emaildb doctor, \(database)", terminal) {
                    try examiner.run().text(isVerbose: talk.verbose)
                }
            }
            report = try examiner.run()
        } catch {
            if options.format == .nagios { terminal.print(Self.failure(error).nagios) }
            throw error
        }
        switch options.format {
        case .text, .json: try terminal.show(report)
        case .openmetrics: terminal.print(report.openMetrics)
        case .nagios:
            terminal.print(report.nagios)
            return report.nagiosStatus
        }
        let isBad = report.count(.critical) > 0 || options.strict && report.count(.warning) > 0
        return isBad ? .findings : .done
    }
}
