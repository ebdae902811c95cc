import ArgumentParser
import Core
import Install
import Postgres
import Report

/// The part in replication that a server has to play.
enum NodeChoice: String, ExpressibleByArgument, CaseIterable {
    case primary, standby
}

struct Ready: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check that the database can be used: over TCP, with a real login, with the schema of this program.",
        discussion: """
            For health checks. The host is 127.0.0.1 unless one is named; Unix sockets are refused, because a server \
            answers there before its clients can reach it. Log in as email_monitor, which may read the ledger and \
            no mail.

            Exit status: 0 ready; 1 a step is pending, or the server plays another part than --node says; 2 the ledger \
            cannot be read; 3 no connection, or the server is still starting; 4 a Unix socket was named; 6 the ledger \
            contradicts this program, or the database is newer.
            """)

    @OptionGroup(title: "Connection") var connection: ConnectionOptions
    @OptionGroup(title: "Output") var output: OutputOptions
    @OptionGroup var source: SourceOptions

    @Option(help: "The part that the server has to play in replication; either when not given.")
    var node: NodeChoice?

    @Option(help: ArgumentHelp("Limit for connecting, and for each statement.", valueName: "seconds"))
    var timeout = 3

    func validate() throws {
        if timeout < 1 { throw ValidationError("--timeout is at least 1 second.") }
    }

    func run() throws {
        let terminal = output.terminal
        let readiness: Readiness
        do {
            let (settings, database) = try connection.resolve()
            readiness = try Readiness.check(
                settings: settings, database: database, source: try source.resolve(),
                node: node.flatMap { Readiness.Node(rawValue: $0.rawValue) },
                timeout: .seconds(timeout))
        } catch let error as PostgresError {
            try fail(.connection(error), terminal)
        } catch let failure as InstallFailure {
            try fail(failure, terminal)
        }
        switch output.format {
        case .text:
            if readiness.isReady {
                terminal.result(
                    "\(readiness.database) on \(readiness.host):\(readiness.port): ready, \(readiness.node.rawValue),"
                        + " step \(readiness.appliedSteps) of \(readiness.expectedSteps),"
                        + " PostgreSQL \(readiness.serverVersion)")
            }
        case .json: try terminal.result(json: readiness)
        }
        for problem in readiness.problems {
            terminal.error("not ready: \(problem.problem)\n      \(problem.fix)")
        }
        if readiness.contradictsLedger { throw ExitStatus.ledgerMismatch.code }
        if !readiness.isReady { throw ExitStatus.findings.code }
    }

    private func fail(_ failure: InstallFailure, _ terminal: Terminal) throws -> Never {
        let value = FailureOutput(failure)
        if output.format == .json { try terminal.result(json: value) }
        terminal.error(value.text)
        throw ExitCode(ExitStatus.of(failure))
    }
}
