import ArgumentParser
import Core
import Install
import Pooler
import Postgres
import Report
import Verify

struct Pool: Command {
    static let configuration = CommandConfiguration(
        abstract: "Print a PgBouncer configuration that is safe for tenants, or probe a running pooler for leaks.",
        discussion: """
            Without --probe, the connection options say where PgBouncer finds the server, and nothing is connected to:

              emaildb pool --host db.internal > pgbouncer.ini
              emaildb init --password-file email_pooler=FILE    # the role that looks passwords up

            It pools transactions: up to 1000 clients share 25 connections to the server, 30 when clients have to wait. \
            The auth_file, which is not printed, holds one line: "email_pooler" "its password".

            With --probe, they say where the pooler listens. One client after the other leaves its tenant and other \
            things behind, in a way it should not, and the next one looks for them; no table is touched:

              emaildb pool --probe --host 127.0.0.1 --port 6432 --username email_service

            Exit status: 0 printed, or safe; 1 something leaks: which, and the lines that fix it; 2 the probe's own \
            statements failed; 3 no connection; 4 PgBouncer cannot be told such a name, or there is no pooler.

            -q leaves out warnings, and prints nothing for a safe pooler; -v says what was looked for.
            """)

    @OptionGroup(title: "Connection") var connection: ConnectionOptions
    @OptionGroup(title: "Output") var output: OutputOptions
    @OptionGroup(title: "PgBouncer") var pooler: PoolerOptions

    @Flag(help: "Probe the running pooler that the connection options lead to.")
    var probe = false

    func validate() throws {
        if !probe && output.format != .text {
            throw ValidationError("--format is for --probe: a configuration has a format of its own.")
        }
        if probe && pooler.isGiven {
            throw ValidationError("--probe takes connection options only: it changes no configuration.")
        }
    }

    var terminal: Terminal { output.terminal }

    func execute(_ terminal: Terminal) throws -> ExitStatus {
        var (settings, database) = try connection.resolve()
        settings["dbname"] = database
        guard probe else {
            let configuration = try pooler.configuration(settings, database)
            terminal.print(String(try configuration.text().dropLast()))
            if configuration.sendsPlaintext {
                terminal.talk(
                    "warning: clients on the network are not encrypted: --tls-certificate FILE --tls-key FILE")
            }
            return .done
        }
        let result = try PoolerProbe.run(settings)
        try terminal.show(result)
        if result.isSafe { return .done }
        terminal.error(
            """
            the pooler hands over what a client leaves behind. In its configuration, section [pgbouncer], then RELOAD:
                  \(lines: PoolerConfiguration.resetLines.joined(separator: "\n"), indent: 6)
            """)
        return .findings
    }
}
