import ArgumentParser
import Bench
import Core
import FoundationEssentials
import Install
import Postgres
import Report

package struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Measure loading, reading and searching mail on this server, beside the documented layout taken literally.",
        discussion: """
            Makes two scratch databases, fills both with the same generated mail as the role email_service, under row \
            security, and drops them at the end; the roles email_* stay. Needs a superuser. Have nothing else running.
            """)

    @OptionGroup(title: "Connection") var connection: ConnectionOptions
    @OptionGroup(title: "Output") var output: OutputOptions
    @OptionGroup var source: SourceOptions
    @OptionGroup(title: "What to measure") var options: BenchOptions

    func run() throws {
        let terminal = output.terminal
        Interruption.install()
        do {
            let earlier = try options.earlierReport()
            let benchmark = Benchmark(
                settings: try connection.resolve().settings, source: try source.resolve(), options: options.options,
                progress: BenchOutput(terminal).progress)
            var report = try benchmark.run()
            if let earlier { report.compare(with: earlier) }
            switch output.format {
            case .text: BenchOutput(terminal).show(report)
            case .json: try terminal.result(json: report)
            }
        } catch let failure as BenchFailure {
            terminal.error("\(failure.problem)\n  - \(failure.fix)")
            throw ExitStatus.refused.code
        } catch InstallFailure.interrupted(let signal) {
            terminal.error("stopped by signal \(signal)" + (options.keep ? "" : "; the scratch databases are dropped"))
            throw ExitCode(128 + signal)
        } catch let failure as InstallFailure {
            terminal.error(FailureOutput(failure).text)
            throw ExitCode(ExitStatus.of(failure))
        } catch let error as PostgresError {
            let isConnection = error.kind != .server && error.kind != .usage
            let failure =
                isConnection ? InstallFailure.connection(error) : InstallFailure.statement(error, doing: "bench")
            terminal.error(FailureOutput(failure).text)
            throw ExitCode(ExitStatus.of(failure))
        }
    }
}
