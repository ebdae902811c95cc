import ArgumentParser
import FoundationEssentials
import Glibc
import Report
import Schema

/// How a result is written.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json
}

/// When text is coloured.
enum ColorChoice: String, ExpressibleByArgument, CaseIterable {
    case auto, always, never
}

/// What most commands let their caller choose about output.
struct OutputOptions: ParsableArguments {
    @Option(help: "How the result is written on standard output.")
    var format: OutputFormat = .text

    @OptionGroup var talk: TalkOptions

    /// The terminal that these choices describe.
    var terminal: Terminal { talk.terminal }
}

/// How much a command says beside its result, and in which colours.
struct TalkOptions: ParsableArguments {
    @Flag(name: [.customShort("q"), .long], help: "Only errors on standard error.")
    var quiet = false

    @Flag(name: [.customShort("v"), .long], help: "More about what is going on, on standard error.")
    var verbose = false

    @Option(help: "Colours in text.")
    var color: ColorChoice = .auto

    func validate() throws {
        if quiet && verbose { throw ValidationError("--quiet and --verbose exclude each other.") }
    }

    /// The terminal that these choices describe.
    var terminal: Terminal {
        func colours(_ descriptor: Int32) -> Bool {
            switch color {
            case .always: return true
            case .never: return false
            case .auto:
                let environment = ProcessInfo.processInfo.environment
                return isatty(descriptor) == 1 && (environment["NO_COLOR"] ?? "").isEmpty
                    && environment["TERM"] != "dumb"
            }
        }
        return Terminal(
            isQuiet: quiet, isVerbose: verbose, colorsResults: colours(STDOUT_FILENO),
            colorsTalk: colours(STDERR_FILENO))
    }
}

/// Which steps to use: those compiled in, or a folder of them.
struct SourceOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Use the steps of this folder instead of the compiled-in ones (for work on the schema).",
            valueName: "folder"))
    var sql: String?

    /// The series of steps.
    func resolve() throws -> SchemaSource {
        do {
            return try sql.map { try SchemaSource.directory($0) } ?? .embedded()
        } catch let invalid as SchemaSource.Invalid {
            throw ValidationError("--sql: " + invalid.description)
        }
    }
}
