import Foundation
import Glibc
import TestSupport
import Testing

/// What Tab completes, typed in real shells; and what is generated from the program.
@Suite struct CompletionTests {
    private func candidates(_ words: [String]) async throws -> [String] {
        let result = try await CommandRunner.emaildb(["---complete"] + words)
        #expect(result.status == 0 && result.errors.isEmpty, "\(result)")
        return result.output.split(separator: "\n").map { String($0.prefix { $0 != "\t" }) }
    }

    @Test(
        "The program offers what it takes",
        arguments: [
            (["ver"], ["verify", ":"]), (["dev", "st"], ["start", "stop", "status", ":"]), (["contai"], [":"]),
            (["verify", "--fo"], ["--format", ":"]), (["verify", "--format", "j"], ["json", "junit", ":"]),
            (["verify", "--format=ju"], ["--format=junit", ":"]),
            (["verify", "--only", "layout,pr"], ["layout,probe", ":"]),
            (["verify", "--only", "probe,pr"], [":"]), (["verify", "--output", "ma"], ["markdown=", ":open"]),
            (["verify", "--output", "json=x"], [":file"]), (["verify", "--ignore", ""], [":file"]),
            (["init", "--sql", ""], [":folder"]),
            (["init", "--password-file", "email_b"], ["email_backup=", ":open"]), (["status", "--wait"], [":"]),
            (["verify", "--strict", "--stri"], [":"]),
            (["verify", "--output", "json=x", "--outp"], ["--output", ":"]),
            (["tune", "--profile", "pro"], ["production", ":"]), (["help", "using"], ["using-the-database", ":"]),
            (["dev", "psql", "--"], [":"]), (["no-such", "--"], ["--version", "--help", ":"]),
            (["verify", "--port", ""], [":"]),
        ] as [([String], [String])])
    func offers(_ words: [String], _ expected: [String]) async throws {
        #expect(try await candidates(words) == expected)
    }

    @Test func everyOptionThatTakesAFileOrAListIsCompleted() async throws {
        struct Dump: Decodable {
            struct Command: Decodable {
                let commandName: String
                let subcommands: [Command]?
                let arguments: [Argument]?
            }
            struct Argument: Decodable {
                struct Name: Decodable { let name: String }
                let valueName: String?
                let names: [Name]?
            }
            let command: Command
        }
        let dump = try await CommandRunner.emaildb(["--experimental-dump-help"]).output
        let commands = try JSONDecoder().decode(Dump.self, from: Data(dump.utf8)).command.subcommands ?? []
        var count = 0
        for command in commands {
            for argument in command.arguments ?? []
            where ["file", "folder", "format=file", "role=file"].contains(argument.valueName) {
                let name = "--" + (argument.names?.last?.name ?? "")
                let offered = try await candidates([command.commandName, name, ""])
                #expect(offered.last != ":", "\(command.commandName) \(name)")
                count += 1
            }
        }
        #expect(count > 15, "the control")
    }

    // MARK: - Typed

    /// A shell in a terminal of tmux.
    private struct Typist {
        let socket = "emaildb-\(UUID().uuidString)"

        @discardableResult
        func tmux(_ words: [String]) async throws -> String {
            try await CommandRunner.run("tmux", ["-L", socket, "-f", "/dev/null"] + words).output
        }

        /// The server inherits nothing: with one descriptor of a program that Foundation has started, that would never end.
        func start(_ words: [String]) async throws {
            let script = """
                (for file in /proc/self/fd/*; do number=${file##*/}; [ "$number" -lt 3 ] || eval "exec $number>&-"; done
                 exec tmux -L "$0" -f /dev/null new-session -d "$@" </dev/null >/dev/null 2>&1)
                """
            _ = try await CommandRunner.run("bash", ["-c", script, socket] + words)
        }

        /// Types a text and Tab, and waits until the line ends as expected.
        func type(_ text: String, expecting line: String) async throws {
            for _ in 0..<3 {
                try await tmux(["send-keys", "-l", "--", text])
                try await tmux(["send-keys", "Tab"])
                for _ in 0..<30 {
                    if try await tmux(["capture-pane", "-p", "-J"]).contains(line) { return }
                    try await Task.sleep(for: .milliseconds(100))
                }
                // The shell may not have been ready for the first keys.
                try await tmux(["send-keys", "C-e", "C-u"])
            }
            let screen = try await tmux(["capture-pane", "-p", "-J"])
            Issue.record("\(text) did not become \(line): \(screen)")
        }
    }

    private static func isInstalled(_ program: String) -> Bool {
        ["/usr/bin/", "/bin/"].contains { FileManager.default.isExecutableFile(atPath: $0 + program) }
    }

    @Test(
        "Typed in a shell, Tab completes commands, options, lists and files",
        .enabled("tmux is not installed") { isInstalled("tmux") },
        arguments: [
            (["bash", "--norc", "--noprofile", "-i"], "source ./script"),
            (["zsh", "-f", "-i"], "autoload -Uz compinit; compinit -u -D; source ./script"),
            (["fish", "--no-config", "-i"], "source ./script"),
        ].filter { isInstalled($0.0[0]) })
    func typed(_ shell: [String], _ load: String) async throws {
        let folder = try TemporaryFolder()
        let script = try await CommandRunner.emaildb(["--generate-completion-script", shell[0]])
        #expect(script.status == 0)
        try folder.write("script", script.output)
        try folder.write("ignored findings.txt", "")
        try folder.write("report-of-today.json", "")
        try folder.write("steps/0001_x.sql", "")
        let typist = Typist()
        let program = CommandRunner.emaildb.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(
            separator: "/")
        let environment = ["HOME=\(folder.path)", "TERM=screen", "PS1=$ ", "PATH=\(program):/usr/bin:/bin"]
        try await typist.start(["-x", "150", "-y", "40", "-c", folder.path, "env", "-i"] + environment + shell)
        try await Task.sleep(for: .seconds(1))
        try await typist.tmux(["send-keys", load + "; clear", "Enter"])
        try await Task.sleep(for: .seconds(1))
        for (text, line) in [
            ("emaildb veri", "emaildb verify "), ("emaildb verify --outp", "verify --output "),
            ("emaildb tune --profile prod", "--profile production"),
            ("emaildb verify --output json=report", "--output json=report-of-today.json"),
            ("emaildb init --sql st", "--sql steps/"),
            ("emaildb init --sql=st", "--sql=steps/"), ("emaildb verify --only layout,sec", "--only layout,security"),
            ("emaildb verify --output markd", "--output markdown="),
            ("emaildb verify --ignore ignored", #"--ignore ignored\ findings.txt"#),
            ("emaildb help using", "help using-the-database"),
        ] {
            try await typist.type(text, expecting: line)
            try await typist.tmux(["send-keys", "C-e", "C-u"])
            try await typist.tmux(["send-keys", "clear", "Enter"])
        }
        // Its signals may be blocked, as those of this process are; nobody else knows the socket.
        for format in ["#{pane_pid}", "#{pid}"] {
            let text = try await typist.tmux(["display-message", "-p", format])
            if let process = Int32(text.filter(\.isNumber)) { kill(process, SIGKILL) }
        }
    }

    // MARK: - Generated pages

    @Test("The page of commands is what the program says: run make reference") func reference() async throws {
        let folder = try TemporaryFolder()
        let page = folder.path + "/Commands.md"
        let result = try await CommandRunner.run(
            "deployment/scripts/reference", [CommandRunner.emaildb, "--page", page])
        try #require(result.status == 0, "\(result)")
        let written = try String(
            contentsOfFile: "Sources/EmailDBCommand/Documentation.docc/Commands.md", encoding: .utf8)
        #expect(try folder.read("Commands.md") == written)
    }

    @Test(
        "Every command has a man page that man shows without a warning",
        .enabled("man is not installed") { isInstalled("man") })
    func manPages() async throws {
        let folder = try TemporaryFolder()
        let result = try await CommandRunner.run("deployment/scripts/reference", [CommandRunner.emaildb, folder.path])
        try #require(result.status == 0, "\(result)")
        let manuals = folder.path + "/share/man/man1/"
        let names = try FileManager.default.contentsOfDirectory(atPath: manuals)
        #expect(
            names.count > 12 && names.contains("emaildb-dev-start.1") && !names.contains { $0.contains("container") })
        for name in names {
            let shown = try await CommandRunner.run(
                "man", ["--warnings", "-l", manuals + name], environment: ["MANWIDTH": "100", "LC_ALL": "C.UTF-8"])
            #expect(shown.status == 0 && shown.errors.isEmpty && shown.output.contains("SYNOPSIS"), "\(name): \(shown)")
        }
        let verify = try await CommandRunner.run(
            "man", ["-l", manuals + "emaildb-verify.1"], environment: ["MANWIDTH": "100"])
        #expect(verify.output.contains("--output FORMAT=FILE"), "\(verify.output)")
    }
}
