import ArgumentParser
import Configuration
import Core
import Glibc
import Report

@main
struct EmailDB: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "emaildb",
        abstract: "Installs, upgrades, verifies and tunes a multi-tenant e-mail database in PostgreSQL.",
        discussion: """
            The server is found as psql finds it: by --dbname (a name, a URI or a keyword=value string), then \
            DATABASE_URL, then the PG* environment, the password file and the service file. The database is \
            email_service unless one is named.

            Exit status:
            \(ExitStatus.table.map { "  \($0.code)  \($0.meaning)" }.joined(separator: "\n"))

            Guides, printed by emaildb help TOPIC:
            \(Guide.all.map { "  \($0.topic)" }.joined(separator: "\n"))
            """,
        version: "emaildb \(toolVersion)",
        subcommands: [
            Init.self, Status.self, Verify.self, Doctor.self, Monitor.self, Tune.self, Ready.self, Pool.self,
            Bench.self, Adopt.self, Backup.self, Restore.self, Undelete.self, Config.self,
            Dev.self, Container.self, Help.self,
        ])

    static func main() {
        keepStandardDescriptors()
        widen()
        let words = Array(CommandLine.arguments.dropFirst())
        if let answer = Self.completion(words) { return Terminal().print(answer) }
        do {
            var command = try parseAsRoot(Configured.line(Self.askingForHelp(words)))
            try command.run()
        } catch let failure as Failure {
            end(failure, words)
        } catch {
            guard exitCode(for: error).isSuccess else { end(wrong(words, message(for: error)), words) }
            // Help and versions; the parser's own printing does not notice a full disk.
            Terminal().show("\(lines: fullMessage(for: error))")
        }
    }

    private static func wrong(_ words: [String], _ message: String) -> Failure {
        guard !Configured.current.entries.isEmpty, (try? parseAsRoot(words)) != nil else {
            return WrongUsage(words, message: message).failure
        }
        return Failure(.usage, "a setting cannot be used: \(WrongUsage.short(message))", fix: "emaildb config")
    }

    /// Ends with what is wrong, in JSON also on standard output where the line asks for it.
    private static func end(_ failure: Failure, _ words: [String]) -> Never {
        Terminal(isJSON: WrongUsage.asksForJSON(words)).fail(failure)
        fflush(nil)
        Glibc.exit(failure.status.code)
    }

    /// Without a command: what there is, and what to type first.
    func run() throws { Terminal().show(Overview.text) }

    /// What shells ask for: the candidates behind the words, or the script with which they ask.
    private static func completion(_ words: [String]) -> String? {
        if words.first == "---complete" { return Completion(Array(words.dropFirst())).text }
        let option = "--generate-completion-script"
        guard words.first == option || words.first?.hasPrefix(option + "=") == true else { return nil }
        let shell = words.count > 1 ? words[1] : String((words.first ?? "").dropFirst(option.count + 1))
        return CompletionScript(rawValue: shell)?.text
    }

    /// A last `-h` asks for help; with a word behind it, it is psql's option for the host.
    static func askingForHelp(_ words: [String]) -> [String] {
        var (node, place) = (CommandTree.root, 0)
        while place < words.count, let next = node.command(words[place]) { (node, place) = (next, place + 1) }
        guard words.last == "-h", place > 0, !node.passesOn else { return words }
        let before = words.count > place + 1 ? node.option(words[words.count - 2]) : nil
        return before?.kind == .option ? words : words.dropLast() + ["--help"]
    }

    /// Sees to it that no file or connection gets the number of a standard descriptor that the parent has closed: what is
    /// written for people would go into it.
    private static func keepStandardDescriptors() {
        for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(descriptor, F_GETFD) < 0 {
            // Nothing can be written into it, which is an error as it is for a closed one.
            _ = open("/dev/null", O_RDONLY)
        }
    }

    /// Help is written 40 columns wide or wider: in less than its margin the parser prints nothing, or traps.
    private static func widen() {
        var size = winsize()
        let isTerminal = ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
        let named = getenv("COLUMNS").flatMap { Int(String(cString: $0)) }
        if named ?? (isTerminal ? Int(size.ws_col) : 80) < 40 { setenv("COLUMNS", "40", 1) }
    }
}
