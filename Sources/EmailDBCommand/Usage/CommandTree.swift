import ArgumentParser
import FoundationEssentials

/// A command as the parser describes it (`--experimental-dump-help`): its options, and the commands below it.
///
/// What is said about wrong input, the man pages and the reference of the commands come from here, so that none of them can
/// name an option that the program does not have.
struct CommandTree: Decodable {
    struct Option: Decodable {
        enum Kind: String, Decodable { case positional, option, flag }

        struct Name: Decodable {
            let kind: String
            let name: String

            var text: String { (kind == "long" ? "--" : "-") + name }
        }

        /// What completes its value; one of the three is there.
        struct Values: Decodable {
            struct List: Decodable { let values: [String] }
            struct Path: Decodable {}
            let list: List?
            let file: Path?
            let directory: Path?
        }

        let kind: Kind
        let shouldDisplay: Bool
        let sectionTitle: String?
        let isOptional: Bool
        let isRepeating: Bool
        let names: [Name]?
        let valueName: String?
        let defaultValue: String?
        /// The values that it takes, where they are a list.
        let allValues: [String]?
        let abstract: String?
        let parsingStrategy: String
        let completionKind: Values?

        var spellings: [String] { names?.map(\.text) ?? [] }
        /// Its long name, such as `--format`; that of a short one where it has no other.
        var name: String { spellings.first { $0.hasPrefix("--") } ?? spellings.first ?? "" }
        /// The name with what follows it, such as `--output FORMAT=FILE`.
        var usage: String { kind == .option ? "\(name) \(placeholder)" : name }
        var placeholder: String { (valueName ?? "value").uppercased() }
    }

    let commandName: String
    let shouldDisplay: Bool
    let abstract: String?
    let discussion: String?
    let subcommands: [CommandTree]?
    let arguments: [Option]?

    /// Whether it is for people; the steps of a container are for its image.
    var isShown: Bool { shouldDisplay && commandName != "container" }
    /// The parser's own `help` comes behind the program's.
    var commands: [CommandTree] {
        let all = subcommands ?? []
        return all.indices.filter { index in !all[..<index].contains { $0.commandName == all[index].commandName } }.map
        { all[$0] }
    }
    var options: [Option] { (arguments ?? []).filter { $0.kind != .positional } }
    var positionals: [Option] { (arguments ?? []).filter { $0.kind == .positional } }
    /// Whether all words after it belong to another program, such as psql.
    var passesOn: Bool { positionals.contains { $0.parsingStrategy == "allRemainingInput" } }

    func command(_ name: String) -> CommandTree? { commands.first { $0.commandName == name } }

    func option(_ spelling: String) -> Option? { options.first { $0.spellings.contains(spelling) } }

    /// The whole program.
    static let root: CommandTree = {
        struct Dump: Decodable { let command: CommandTree }
        do {
            return try JSONDecoder().decode(Dump.self, from: Data(EmailDB._dumpHelp().utf8)).command
        } catch {
            preconditionFailure("the parser's description of the program: \(error)")
        }
    }()
}
