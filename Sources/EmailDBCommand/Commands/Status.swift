import ArgumentParser
import Core
import Install
import Postgres
import Report

package struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show which steps the database has and which it lacks.")

    @OptionGroup(title: "Connection") var connection: ConnectionOptions
    @OptionGroup(title: "Output") var output: OutputOptions
    @OptionGroup var source: SourceOptions

    @Flag(help: "End with status 1 when a step is pending.")
    var exitCode = false

    func run() throws {
        let terminal = output.terminal
        let report: StatusReport
        do {
            let (settings, database) = try connection.resolve()
            report = try StatusReport.read(settings: settings, database: database, source: try source.resolve())
        } catch let error as PostgresError {
            try fail(.connection(error), terminal)
        } catch let failure as InstallFailure {
            try fail(failure, terminal)
        }
        switch output.format {
        case .text: show(report, terminal)
        case .json: try terminal.result(json: report)
        }
        if !report.problems.isEmpty { throw ExitStatus.ledgerMismatch.code }
        if exitCode && report.pendingCount > 0 { throw ExitStatus.findings.code }
    }

    private func fail(_ failure: InstallFailure, _ terminal: Terminal) throws -> Never {
        terminal.error(FailureOutput(failure).text)
        throw ExitCode(ExitStatus.of(failure))
    }

    private func show(_ report: StatusReport, _ terminal: Terminal) {
        guard report.exists else {
            terminal.result("\(report.database): the database does not exist; create it with: emaildb init")
            return
        }
        var table = Table(["step", "name", "state", "applied at", "ms", "by"], alignsRight: [0, 4])
        for step in report.steps {
            table.add([
                String(step.step), step.name, step.state.rawValue, step.appliedAt ?? "",
                step.milliseconds.map(String.init) ?? "", step.appliedBy ?? "",
            ])
        }
        terminal.result(table.text)
        for problem in report.problems { terminal.error(problem) }
        let verdict = report.pendingCount == 0 ? "up to date" : "\(report.pendingCount) steps pending: emaildb init"
        let color: Terminal.Color = report.problems.isEmpty ? (report.pendingCount == 0 ? .green : .yellow) : .red
        terminal.result(
            "\(report.database) on PostgreSQL \(report.serverVersion ?? "?"), "
                + (report.encrypted ? "TLS" : "not encrypted") + ": "
                + terminal.paint(report.problems.isEmpty ? verdict : "ledger conflict", color))
    }
}
