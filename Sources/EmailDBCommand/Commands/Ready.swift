import ArgumentParser
import Core
import Install
import Postgres
import Report

extension Readiness.Node: ExpressibleByArgument {}

struct Ready: Command {
    static let configuration = CommandConfiguration(
        abstract: "Check that the database can be used: over TCP, with a real login, with the schema of this program.",
        discussion: """
            For health checks. The host is 127.0.0.1 unless one is named; Unix sockets are refused, because a server \
            answers there before its clients can reach it. Log in as email_monitor, which may read the ledger and \
            no mail.

            Exit status: 0 ready; 1 a step is pending, or the server plays another part than --node says; 2 the ledger \
            cannot be read; 3 no connection, or the server is still starting; 4 a Unix socket was named; 6 the ledger \
            contradicts this program, or the database is newer.

            -q prints nothing when it is ready; -v also what was asked.
            """)

    @OptionGroup(title: "Connection") var connection: ConnectionOptions
    @OptionGroup(title: "Output") var output: OutputOptions
    @OptionGroup var source: SourceOptions

    @Option(help: "The part that the server has to play in replication; either when not given.")
    var node: Readiness.Node?

    @Option(
        help: ArgumentHelp(
            "Limit for connecting, and for the answer; ends within a second after.", valueName: "seconds"))
    var timeout = 3

    func validate() throws {
        try validateSeconds(timeout, "--timeout", from: 1)
    }

    var terminal: Terminal { output.terminal }

    func execute(_ terminal: Terminal) throws -> ExitStatus {
        var (settings, database) = try connection.resolve()
        // A little more than the server's own limit, which says more when it is the server that is slow.
        settings.deadline = .now + .seconds(timeout + 1)
        let readiness = try Readiness.check(
            settings: settings, database: database, source: try source.resolve(), node: node,
            timeout: .seconds(timeout))
        try terminal.show(readiness)
        for item in readiness.problems { terminal.error("not ready: \(item.problem)\n      \(item.fix ?? "")") }
        if readiness.contradictsLedger { return .ledgerMismatch }
        return readiness.isReady ? .done : .findings
    }
}
