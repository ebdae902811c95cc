import ArgumentParser
import Core
import Report

struct Help: Command {
    static let configuration = CommandConfiguration(
        commandName: "help", abstract: "Show a command's options, or print a guide.",
        discussion: """
            Without a word it lists the commands and the guides.

              emaildb help using-the-database     # or a part of the name that no other guide has
              emaildb help init                   # the same as emaildb init --help
            """)

    @Argument(
        help: ArgumentHelp("A command, or a guide.", valueName: "topic"), completion: .list(Guide.all.map(\.topic)))
    var words: [String] = []

    var terminal: Terminal { Terminal() }

    func execute(_ terminal: Terminal) throws -> ExitStatus {
        if words.isEmpty { throw CleanExit.helpRequest(EmailDB.self) }
        if let command = Self.command(words) { throw CleanExit.helpRequest(command) }
        guard words.count == 1, let guide = Guide.named(words[0]) else { throw unknown }
        terminal.show(guide.text)
        return .done
    }

    /// The command that some words lead to.
    private static func command(_ words: [String]) -> (any ParsableCommand.Type)? {
        var command: any ParsableCommand.Type = EmailDB.self
        for word in words {
            guard let next = command.configuration.subcommands.first(where: { $0._commandName == word }) else {
                return nil
            }
            command = next
        }
        return command
    }

    private var unknown: Failure {
        let commands = CommandTree.root.commands.map(\.commandName)
        let name = words.joined(separator: " ")
        let near =
            NearMiss.name(for: name, among: commands + Guide.all.map(\.topic)) ?? OtherTools.commands[name]?.first
        return Failure(
            .usage, "there is no command and no guide \(Mistake.shown(name))",
            fix: near.map { "emaildb help \($0)" } ?? "emaildb help")
    }
}
