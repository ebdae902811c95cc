import ArgumentParser
import Core
import Doctor
import Report

extension MonitorTopic: ExpressibleByArgument {}
extension MonitorFormat: ExpressibleByArgument {}

struct Monitor: Command {
    static let configuration = CommandConfiguration(
        abstract: "Show what a running server does, as a table.",
        discussion: """
            \(MonitorTopic.allCases.map { "\($0.rawValue): \($0.meaning)" }.joined(separator: "\n"))

            Log in as email_monitor. Changes nothing and waits for no lock.

              emaildb monitor queries --username email_monitor
              emaildb monitor tenants --username email_backup
              emaildb monitor locks --watch --interval 1
              emaildb monitor tables --format openmetrics

            -q prints the rows without heading and notes; -v cuts no text.
            """)

    @Argument(help: "What to show.")
    var topic: MonitorTopic

    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    @Option(help: "How the result is written on standard output.")
    var format: MonitorFormat = .text

    @OptionGroup(title: "Again and again") var watch: WatchOptions
    @OptionGroup(title: "Talk") var talk: TalkOptions

    func validate() throws {
        if watch.watch && format != .text { throw ValidationError("--watch is for people: leave --format out.") }
    }

    var terminal: Terminal { talk.terminal(isJSON: format == .json) }

    func execute(_ terminal: Terminal) throws -> ExitStatus {
        let (settings, database) = try connection.resolve()
        let observer = Observer(settings: settings, database: database, topic: topic)
        if watch.watch {
            return try watch.run("emaildb monitor \(topic.rawValue), \(database)", terminal) {
                try observer.look().text(isVerbose: talk.verbose)
            }
        }
        let report = try observer.look()
        switch format {
        case .text, .json: try terminal.show(report)
        case .openmetrics: terminal.print(report.openMetrics)
        }
        return .done
    }
}
