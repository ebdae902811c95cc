import ArgumentParser
import Bench
import Core
import Postgres
import Report
import Schema
import Tune

package struct Tune: ParsableCommand {
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

    @Flag(help: "Take back what earlier runs wrote, as far as nobody has changed it since.")
    var undo = false

    @Flag(help: "Restart the server where that is needed; it comes back with its former configuration if it must.")
    var restart = false

    @Flag(help: "Measure with emaildb bench before and after, and take it back when it is a loss (minutes).")
    var prove = false

    @Option(help: "Messages to measure with, for --prove.")
    var messages = 20_000

    @Flag(help: "Mend the postgresql.auto.conf of a server that is down and does not start (with -D).")
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

    func run() throws {
        let terminal = output.terminal
        let show = TuneOutput(terminal)
        Interruption.install()
        var result = TuneResult()
        do {
            if let dataDirectory {
                result.rescued = try Rescue(
                    dataDirectory: dataDirectory, programs: postgres, progress: show.progress
                ).run()
            } else {
                let tuner = Tuner(
                    settings: try connection.resolve().settings, lockTimeout: .seconds(lockTimeout),
                    progress: show.progress)
                try change(tuner, &result, show, terminal)
            }
        } catch let failure as TuneFailure {
            try fail(failure, terminal)
        } catch let error as PostgresError {
            try fail(TuneFailure.connection(error), terminal)
        }
        switch output.format {
        case .text: show.show(result)
        case .json: try terminal.result(json: result)
        }
        if let status = result.status(isPlanOnly: plan) { throw status.code }
    }

    private func change(
        _ tuner: Tuner, _ result: inout TuneResult, _ show: TuneOutput, _ terminal: Terminal
    ) throws {
        // Before anything is written: whoever asks for a restart that cannot be had hears it now.
        let point = restart ? try tuner.restartPoint() : nil
        if undo { result.undone = try tuner.undo() }
        if let profile {
            let options = options.options(profile)
            let plan = try tuner.plan(options, forApplying: !self.plan)
            result.plan = plan
            if !self.plan, !plan.isEmpty {
                if output.format == .text { show.show(plan) }
                try confirm(terminal)
                if prove {
                    result.tried = try trial(tuner, show).run(plan, options, point)
                    return
                }
                result.applied = try tuner.apply(plan, options)
            }
        }
        guard let point else { return }
        let restarted = try tuner.restart(point)
        result.restarted = restarted
        if let plan = result.plan, restarted.outcome == .restarted { result.applied = try tuner.review(plan) }
    }

    private func trial(_ tuner: Tuner, _ show: TuneOutput) throws -> TuneTrial {
        var bench = Benchmark.Options()
        bench.messages = messages
        bench.seconds = 1
        bench.clients = [1, 4]
        return TuneTrial(
            tuner: tuner, settings: try connection.resolve().settings, source: .embedded(), bench: bench,
            progress: show.progress)
    }

    /// Asks on a terminal; elsewhere only `--yes` is a yes.
    private func confirm(_ terminal: Terminal) throws {
        if yes { return }
        guard terminal.canAsk else {
            terminal.error("this is no terminal to ask on; nothing was written\n  - add --yes, or --plan to only look")
            throw ExitCode(64)
        }
        guard terminal.ask("Write this?") else {
            terminal.talk("nothing was written")
            throw ExitStatus.findings.code
        }
    }

    private func fail(_ failure: TuneFailure, _ terminal: Terminal) throws -> Never {
        let value = FailureOutput(failure)
        if output.format == .json { try terminal.result(json: value) }
        terminal.error(value.text)
        throw ExitCode(ExitStatus.of(failure))
    }
}
