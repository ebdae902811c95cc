import ArgumentParser
import Core
import Postgres
import Report
import Tune

struct Tune: Command {
    static let configuration = CommandConfiguration(
        abstract: "Fit the server's configuration to its machine and its work; it can always be undone.",
        discussion: """
            Says what it would change and why, tries that on a scratch server, asks, and writes it with ALTER SYSTEM. \
            It asks before it takes back or restarts, too; where there is no terminal to ask on, --yes is needed. \
            Memory, processors and disk are read on the server, wherever this program runs. Under Patroni, \
            CloudNativePG or another manager it writes nothing, and prints the command of that.

            -q prints the changes without reasons; -v all settings, where each value comes from, and the reasons in full.
            """)

    @OptionGroup(title: "Connection") var connection: ConnectionOptions
    @OptionGroup(title: "Output") var output: OutputOptions
    @OptionGroup(title: "The machine and the values") var machine: TuneOptionGroup
    @OptionGroup var task: TuneTaskOptions

    var terminal: Terminal { output.terminal }

    func execute(_ terminal: Terminal) throws -> ExitStatus {
        let agree = { (intent: TuneIntent) in try confirm(intent, terminal) }
        let result =
            try task.rescue(terminal.show, agree: agree)
            ?? Tuner(
                settings: try connection.resolve().settings, lockTimeout: .seconds(task.lockTimeout),
                progress: terminal.show
            ).run(
                undoes: task.undo, task.profile.map { machine.options($0) }, isPlanOnly: task.plan,
                restarts: task.restart, provingWith: task.prove ? task.messages : nil, agree: agree)
        if result.isDeclined {
            terminal.talk("nothing was written")
        } else {
            try terminal.show(result)
        }
        return result.status(isPlanOnly: task.plan)
    }

    /// Shows what is about to be done and asks, on a terminal; elsewhere only `--yes` is a yes.
    private func confirm(_ intent: TuneIntent, _ terminal: Terminal) throws -> Bool {
        if !terminal.isJSON { terminal.show(intent.text(isVerbose: terminal.isVerbose)) }
        if task.yes { return true }
        guard terminal.canAsk else {
            throw Failure(
                .usage, "this is no terminal to ask on; nothing was written",
                fix: intent.plan == nil ? "add --yes" : "add --yes, or --plan to only look")
        }
        return try terminal.ask(intent.question)
    }
}
