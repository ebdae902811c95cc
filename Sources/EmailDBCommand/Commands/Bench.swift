import ArgumentParser
import Bench
import Core
import Postgres
import Report

struct Bench: Command {
    static let configuration = CommandConfiguration(
        abstract: "Measure loading, reading and searching mail on this server, beside the documented layout.",
        discussion: """
            Makes two scratch databases, fills both with the same generated mail as the role email_service, under row \
            security, and drops them at the end; the roles email_* stay. Needs a superuser. Have nothing else running. With \
            --scale there is one database, of our layout, which stays for later runs.

            -q prints the result without progress; -v says what is measured now.
            """)

    @OptionGroup(title: "Connection") var connection: ConnectionOptions
    @OptionGroup(title: "Output") var output: OutputOptions
    @OptionGroup var source: SourceOptions
    @OptionGroup(title: "What to measure") var options: BenchOptions

    var terminal: Terminal { output.terminal }

    func execute(_ terminal: Terminal) throws -> ExitStatus {
        if options.scale {
            let benchmark = ScaleBenchmark(
                settings: try connection.resolve().settings, source: try source.resolve(), options: options.options,
                progress: terminal.show)
            try terminal.show(try benchmark.run())
            return .done
        }
        let earlier = try options.earlierReport()
        let benchmark = Benchmark(
            settings: try connection.resolve().settings, source: try source.resolve(), options: options.options,
            progress: terminal.show)
        var report = try benchmark.run()
        if let earlier { report.compare(with: earlier) }
        try terminal.show(report)
        return .done
    }
}
