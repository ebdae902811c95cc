import ArgumentParser
import Bench
import Core
import Postgres
import Report
import Schema
import Tune

struct Tune: Command {
    static let configuration = CommandConfiguration(
        abstract: "Fit the server's configuration to its machine and its work; it can always be undone.",
        discussion: """
            Says what it would change and why, tries that on a scratch server, asks, and writes it with ALTER SYSTEM. \
            Memory, processors and disk are read on the server, wherever this program runs.
            """)

    @OptionGroup(title: "Connection") var connection: ConnectionOptions
    @OptionGroup(title: "Output") var output: OutputOptions
    @OptionGroup(title: "The machine and the values") var options: TuneOptionGroup

    @Option(help: "What the server is for: development, production, high-throughput or read-heavy.")
    var profile: TuneProfile?

    @Flag(help: "Only say what would change.")
    var plan = false

    @Flag(name: [.customShort("y"), .long], help: "Do it without asking.")
    var yes = false

    @Flag(help: "Take back what earlier runs wrote, except settings that were changed since.")
    var undo = false

    @Flag(help: "Restart the server where that is needed; it comes back with its former configuration if it must.")
    var restart = false

    @Flag(help: "Measure with emaildb bench before and after, and take it back when it is a loss (minutes).")
    var prove = false

    @Option(help: "Messages to measure with, for --prove.")
    var messages = 20_000

    @Flag(help: "Fix the postgresql.auto.conf of a server that is down and does not start (with -D).")
    var rescue = false

    @Option(
        name: [.customShort("D"), .long], help: ArgumentHelp("Data directory, for --rescue.", valueName: "folder"))
    var dataDirectory: String?

    @Option(help: ArgumentHelp("Folder that holds bin/postgres, for --rescue.", valueName: "folder"))
    var postgres: String?

    @Option(help: ArgumentHelp("Wait this long for another tune.", valueName: "seconds"))
    var lockTimeout = 60

    func validate() throws {
        if lockTimeout < 0 { throw ValidationError("Seconds are not negative.") }
        if plan && yes { throw ValidationError("--plan and --yes exclude each other.") }
        if undo && (profile != nil || plan) { throw ValidationError("--undo takes neither --profile nor --plan.") }
        if prove && (profile == nil || plan) { throw ValidationError("--prove carries a --profile out.") }
        if messages < 1000 { throw ValidationError("--prove needs at least 1000 messages.") }
        if plan && restart { throw ValidationError("--plan writes nothing, so there is nothing to restart for.") }
        if rescue != (dataDirectory != nil) {
            throw ValidationError(
                "--rescue and -D belong together: emaildb tune --rescue -D /var/lib/postgresql/16/main")
        }
        if rescue && (profile != nil || undo || restart || plan) { throw ValidationError("--rescue comes alone.") }
        if profile == nil && !undo && !rescue && !restart {
            let names = TuneProfile.allCases.map(\.rawValue).joined(separator: "|")
            throw ValidationError("Name a profile, or --undo: emaildb tune --profile \(names) --plan")
        }
    }

    var terminal: Terminal { output.terminal }

    func execute(_ terminal: Terminal) throws -> ExitStatus {
        Interruption.install()
        var result = TuneResult()
        if let dataDirectory {
            result.rescued = try Rescue(dataDirectory: dataDirectory, programs: postgres, progress: terminal.show).run()
        } else {
            let tuner = Tuner(
                settings: try connection.resolve().settings, lockTimeout: .seconds(lockTimeout),
                progress: terminal.show)
            result = try tuner.run(request) { plan in
                if !terminal.isJSON { terminal.show(plan.text(isVerbose: terminal.isVerbose)) }
                return try confirm(terminal)
            }
        }
        if result.isDeclined {
            terminal.talk("nothing was written")
        } else {
            try terminal.show(result)
        }
        return result.status(isPlanOnly: plan)
    }

    private var request: TuneRequest {
        var request = TuneRequest()
        request.options = profile.map { options.options($0) }
        request.isPlanOnly = plan
        request.undoes = undo
        request.restarts = restart
        if prove {
            var bench = Benchmark.Options()
            bench.messages = messages
            bench.seconds = 1
            bench.clients = [1, 4]
            request.bench = bench
        }
        return request
    }

    /// Asks on a terminal; elsewhere only `--yes` is a yes.
    private func confirm(_ terminal: Terminal) throws -> Bool {
        if yes { return true }
        guard terminal.canAsk else {
            throw Failure(
                .usage, "this is no terminal to ask on; nothing was written",
                fix: "add --yes, or --plan to only look")
        }
        return terminal.ask("Write this?")
    }
}
