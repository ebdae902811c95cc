import ArgumentParser
import Configuration
import Core
import Postgres
import Report
import Schema

/// How a result is written.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json
}

extension Terminal.Color: ExpressibleByArgument {}

/// What most commands let their caller choose about output.
struct OutputOptions: ParsableArguments {
    @Option(help: "How the result is written on standard output.")
    var format: OutputFormat = .text

    @OptionGroup var talk: TalkOptions

    var terminal: Terminal { talk.terminal(isJSON: format == .json) }
}

/// How much a command says beside its result, and in which colours.
struct TalkOptions: ParsableArguments {
    @Flag(name: [.customShort("q"), .long], help: "Only errors, and the result in its shortest form.")
    var quiet = false

    @Flag(
        name: [.customShort("v"), .long], help: "More about what is going on, on standard error, and the whole result.")
    var verbose = false

    @Option(help: "Colours in text.")
    var color: Terminal.Color = .auto

    func validate() throws {
        if quiet && verbose { throw ValidationError("--quiet and --verbose exclude each other.") }
    }

    func terminal(isJSON: Bool) -> Terminal {
        let isPaged = Configured.current.entry("output", "pager")?.words != ["false"]
        return Terminal(isQuiet: quiet, isVerbose: verbose, isJSON: isJSON, color: color, isPaged: isPaged)
    }
}

/// An argument `name=path`: a file, and what it is for.
struct NamedFile<Name: ExpressibleByArgument>: ExpressibleByArgument {
    let name: Name
    let path: String
}

extension NamedFile {
    init?(argument: String) {
        let parts = argument.splitScalars("=", maxSplits: 1)
        guard parts.count == 2, !parts[1].isEmpty, let name = Name(argument: parts[0]) else { return nil }
        self.init(name: name, path: parts[1])
    }
}

/// The bytes of a file that an option names.
/// - Throws: `ValidationError` with the system's reason.
func inputFile(_ path: String, _ option: String) throws -> [UInt8] {
    do throws(FileOutput.Refused) {
        return try readFile(path)
    } catch {
        throw ValidationError("\(option): \(path) cannot be read: \(error)")
    }
}

/// Which steps to use: those compiled in, or a folder of them.
struct SourceOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Use the steps of this folder instead of the compiled-in ones (for work on the schema).",
            valueName: "folder"), completion: .directory)
    var sql: String?

    func resolve() throws -> SchemaSource {
        do {
            return try sql.map { try SchemaSource.directory($0) } ?? .embedded()
        } catch let invalid as SchemaSource.Invalid {
            throw ValidationError("--sql: " + invalid.description)
        }
    }
}
