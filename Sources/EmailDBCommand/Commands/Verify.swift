import ArgumentParser
import Core
import FoundationEssentials
import Install
import Postgres
import Report
import Verify

package struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Hold the database against what it should be: layout, security, plans, and row security under attack.",
        discussion: """
            Changes nothing: the probe's two tenants and the rows of the plans are rolled back; only sequences stay advanced. \
            Ends with status 0 when nothing was found, 1 with findings. What could not be looked at is said, not passed.

              emaildb verify --username email_monitor --only layout,security
              emaildb verify --output junit=verify.xml --output sarif=verify.sarif --ignore verify.ignore
              emaildb verify --fix-sql > mend.sql        # review it, then: psql -X -f mend.sql
            """)

    @OptionGroup(title: "Connection") var connection: ConnectionOptions
    @OptionGroup(title: "What to look at, and where to say it") var options: VerifyOptions
    @OptionGroup(title: "Talk") var talk: TalkOptions
    @OptionGroup var source: SourceOptions

    func run() throws {
        let terminal = talk.terminal
        if let code = options.explain { return terminal.result(FindingCodeText.explanation(of: code)) }
        let resolved = try options.resolve()
        let steps = try source.resolve()
        Interruption.install()
        let report: VerifyReport
        do {
            let (settings, database) = try connection.resolve()
            report = try Verifier(settings: settings, database: database, source: steps, options: resolved).run()
        } catch let failure as InstallFailure {
            try fail(failure, terminal)
        } catch let error as PostgresError {
            try fail(.connection(error), terminal)
        }
        for file in options.output { try write(file, report) }
        if options.fixSql {
            terminal.result(report.mendingScript.map { String($0.dropLast()) } ?? "-- Nothing to mend.")
        } else {
            terminal.result(try options.format.text(report, terminal))
        }
        if !report.findings.isEmpty || options.strict && !report.unseen.isEmpty { throw ExitStatus.findings.code }
    }

    private func write(_ file: FindingFile, _ report: VerifyReport) throws {
        do {
            let text = try file.format.text(report, .plain) + "\n"
            try text.write(toFile: file.path, atomically: true, encoding: .utf8)
        } catch {
            Terminal.plain.error("cannot write \(file.path)\n  - ls -la \(file.path)")
            throw ExitStatus.failed.code
        }
    }

    private func fail(_ failure: InstallFailure, _ terminal: Terminal) throws -> Never {
        let value = FailureOutput(failure, of: .verify)
        if options.format == .json { try terminal.result(json: value) }
        terminal.error(value.text)
        throw ExitCode(ExitStatus.of(failure))
    }
}
