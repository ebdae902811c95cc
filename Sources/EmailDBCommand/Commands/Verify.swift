import ArgumentParser
import Core
import FoundationEssentials
import Install
import Postgres
import Report
import Verify

struct Verify: Command {
    static let configuration = CommandConfiguration(
        abstract:
            "Compare the database with the expected schema: layout, security, plans, row security under attack, and rows.",
        discussion: """
            Changes nothing: the probe's two tenants and the rows of the plans are rolled back; only sequences stay advanced. \
            Ends with status 0 when nothing was found, 1 with findings (--fail-on error: with errors). What could not be checked is listed as not seen.

              emaildb verify --username email_monitor --only layout,security
              emaildb verify --output junit=verify.xml --output sarif=verify.sarif --ignore verify.ignore
              emaildb verify --fix-sql > fix.sql         # review it, then: psql -X -f fix.sql

            -q prints a line for each finding; -v shows whole fixes, and all that was found right.
            """)

    @OptionGroup(title: "Connection") var connection: ConnectionOptions
    @OptionGroup(title: "What to check, and where to print it") var options: VerifyOptions
    @OptionGroup(title: "Talk") var talk: TalkOptions
    @OptionGroup var source: SourceOptions

    var terminal: Terminal { talk.terminal(isJSON: options.printed == .json) }

    func execute(_ terminal: Terminal) throws -> ExitStatus {
        if let code = options.explain {
            terminal.show(FindingCode.explanation(of: code))
            return .done
        }
        let anchor = ReportAnchor(file: options.sarifAnchor, sql: source.sql)
        try options.begin(at: anchor)
        let report: VerifyReport
        do {
            report = try verify()
        } catch {
            let failure = VerifyOutcome.failure(Self.failure(error))
            try options.write(failure, at: anchor)
            if !options.fixSql, ![.text, .json].contains(options.printed) {
                terminal.print(try options.printed.document(failure, at: anchor))
            }
            throw error
        }
        let isClean = !report.hasFindings(from: options.failOn) && (report.unseen.isEmpty || !options.strict)
        let status: Core.ExitStatus = isClean ? .done : .findings
        let outcome = VerifyOutcome.report(report, status: status)
        try options.write(outcome, at: anchor)
        if options.fixSql {
            terminal.print(report.fixScript.map { String($0.dropLast()) } ?? "-- Nothing to fix.")
        } else if options.printed == .text {
            terminal.show(terminal.isQuiet ? report.brief : report.text(isVerbose: terminal.isVerbose))
        } else {
            terminal.print(try options.printed.document(outcome, at: anchor))
        }
        return status
    }

    private func verify() throws -> VerifyReport {
        let ignored = try options.ignored()
        let steps = try source.resolve()
        let (settings, database) = try connection.resolve()
        var verifier = Verifier(settings: settings, database: database, source: steps)
        verifier.sections = try options.sections()
        verifier.ignoring = ignored
        verifier.messages = options.sample ?? (options.only == nil ? 20_000 : 1_000_000)
        return try verifier.run()
    }
}
