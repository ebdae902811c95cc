import TestSupport
import Testing

/// Wrong command lines: status 64, few lines, and the right one among them.
@Suite struct WrongUsageTests {
    // MARK: - What other tools call it

    @Test(
        "Commands and options of other tools name ours",
        arguments: [
            ("migrate", "emaildb init"), ("up", "emaildb init"), ("check", "emaildb verify"),
            ("diff", "emaildb verify"),
            ("migrate --dry-run --json --url mail", "emaildb init --plan --format json --dbname mail"),
            ("plan", "emaildb init --plan"), ("info", "emaildb status"), ("psql", "emaildb dev psql"),
            ("start", "emaildb dev start"), ("dev up", "emaildb dev start"), ("version", "emaildb --version"),
            ("-V", "emaildb --version"), ("down", "only go forward"), ("drop", "dropdb email_service"),
            ("init --dry-run", "emaildb init --plan"),
            ("tune --dry-run --profile production", "--plan --profile production"),
            ("verify --dry-run", "emaildb verify"), ("init --yes", "it asks nothing"),
            ("status --json", "emaildb status --format json"), ("verify --sarif", "emaildb verify --format sarif"),
            ("status --sarif", "emaildb status --help"), ("status --url=mail", "emaildb status --dbname=mail"),
            ("status --user postgres", "emaildb status --username postgres"), ("init --password x", "PGPASSWORD"),
            ("--host db status", "emaildb status --host db"), ("init mail", "emaildb init -d mail"),
            ("init status", "one command at a time"), ("verify -p5432", "emaildb verify -p 5432"),
            ("verify --profile x", "emaildb tune --help"), ("verify -h --format json", "-h is the host"),
            ("verify --port 65536", "--port 65536: a port is a number from 1 to 65535"),
            ("help verfy", "emaildb help verify"), ("help tunning", "emaildb help tuning"),
            ("verify --only layuot", "layout comes nearest"), ("verify --explain EDB-L611", "--explain EDB-L"),
        ])
    func otherTools(_ line: String, _ answer: String) async throws {
        let result = try await CommandRunner.emaildb(line.split(separator: " ").map(String.init))
        #expect(result.status == 64 && (result.output.isEmpty || line.hasSuffix("--format json")), "\(result)")
        #expect(result.errors.contains(answer), "\(line): \(result.errors)")
        #expect(result.errors.split(separator: "\n").count <= 5)
    }

    @Test(
        "Neither a password nor a control character of a wrong line is shown",
        arguments: [
            ["init", "postgresql://u:s3cret@h/x"], ["init", "--url", "postgresql://u:s3cret@h/x", "--no-such"],
            ["migrate", "-d", "host=h password=s3cret"], ["postgresql://u:s3cret@h/x"],
            ["init", "--url=postgresql://u:s3cret@h/x"],
            ["init", "--wait=postgresql://u:s3cret@h/x"], ["init", "user=u password=s3cret"], ["\u{1B}[2J"],
            ["verify", "--no\u{1B}[2J\nsuch"], ["verify", "--format", "\u{1B}]0;x\u{7}"],
            ["verify", "--only", "\u{1B}[2J"],
            ["help", "\u{1B}[2J"], ["verify", "--explain", "\u{1B}"],
            ["verify", String(repeating: "long ", count: 9000)],
        ])
    func nothingIsGivenAway(_ words: [String]) async throws {
        let result = try await CommandRunner.emaildb(words)
        #expect(result.status == 64 && !result.errors.contains("s3cret"), "\(result)")
        #expect(result.errors.unicodeScalars.allSatisfy { $0.value >= 0x20 || $0 == "\n" }, "\(result)")
        #expect(result.errors.utf8.count < 1000)
    }

    // MARK: - Help

    @Test(arguments: [
        ["-h"], ["verify", "-h"], ["verify", "--format", "json", "-h"], ["dev", "-h"], ["dev", "start", "-h"],
    ])
    func aLastHAsksForHelp(_ words: [String]) async throws {
        let result = try await CommandRunner.emaildb(words)
        #expect(result.status == 0 && result.output.contains("USAGE: emaildb"), "\(result)")
    }

    @Test func anHWithAWordBehindItIsTheHost() async throws {
        let result = try await CommandRunner.emaildb(["status", "-h", "127.0.0.1", "-p", "1"])
        #expect(result.status == 3 && result.errors.contains("127.0.0.1"), "\(result)")
        let name = try await CommandRunner.emaildb(["status", "-p", "1", "-d", "-h"])
        #expect(name.status != 0, "the value of an option: \(name)")
    }

    @Test func aloneItShowsSixCommandsAndWhatToTypeFirst() async throws {
        let result = try await CommandRunner.emaildb([])
        #expect(result.status == 0 && result.errors.isEmpty)
        let lines = result.output.split(separator: "\n")
        #expect(
            lines.filter { $0.hasPrefix("  emaildb ") && !$0.contains("&&") && !$0.contains("postgresql:") }.count == 6)
        #expect(result.output.contains("emaildb dev start && eval \"$(emaildb dev env)\" && emaildb init"))
        #expect(lines.count < 24 && lines.allSatisfy { $0.count <= 90 }, "one screen")
    }

    @Test(arguments: ["using-the-database", "UsingTheDatabase", "superuser", "finding-codes", "kubernetes"])
    func aGuideIsPrinted(_ topic: String) async throws {
        let result = try await CommandRunner.emaildb(["help", topic])
        #expect(result.status == 0 && result.output.split(separator: "\n").count > 10, "\(result)")
        #expect(!result.output.contains("](") && !result.output.contains("```"), "Markdown of links and code")
    }

    @Test func everyGuideThatHelpListsIsThere() async throws {
        let help = try await CommandRunner.emaildb(["help"]).output
        let topics = help.split(separator: "Guides, printed by").last?.split(separator: "USAGE:").first ?? ""
        let names = topics.split(separator: "\n").filter { $0.hasPrefix("  ") }.map { $0.drop { $0 == " " } }
        #expect(names.count > 10, "\(help)")
        for name in names { #expect(try await CommandRunner.emaildb(["help", String(name)]).status == 0, "\(name)") }
    }

    // MARK: - Random lines

    /// Lines of which the command, the options and the values that are words of a list are mutated.
    private static let right = [
        "init --plan", "init --wait 1 --revoke-public", "init --format json --lock-timeout 5", "status --exit-code",
        "status --format json --quiet", "verify --only layout,security",
        "verify --format sarif --fail-on error --strict",
        "verify --format junit --verbose", "verify --fix-sql --color never", "tune --profile production --plan",
        "tune --profile read-heavy --storage nvme --plan", "tune --undo --yes", "ready --node primary --timeout 2",
        "ready --format json --username email_monitor", "pool --probe", "bench --messages 1000 --tenants 4 --keep",
    ]

    private enum Kind: CaseIterable {
        case command, option, value, foreignCommand, foreignOption, missing, extra, number, order
    }

    private static let foreign = (
        commands: [
            "migrate": "init", "apply": "init", "validate": "verify", "lint": "verify", "info": "status",
            "history": "status",
            "healthcheck": "ready", "benchmark": "bench", "pgbouncer": "pool", "optimize": "tune",
        ],
        options: [
            "--json": "--format json", "--url": "--dbname", "--user": "--username", "--no-color": "--color never",
            "--silent": "--quiet",
        ]
    )

    private static func mutated(_ word: String, using generator: inout SeededGenerator) -> String {
        var letters = Array(word)
        let first = letters.firstIndex { $0 != "-" } ?? 0
        for _ in 0..<Int.random(in: 1...(letters.count - first > 6 ? 2 : 1), using: &generator) {
            let place = Int.random(in: first..<letters.count, using: &generator)
            switch Int.random(in: 0..<4, using: &generator) {
            case 0 where letters.count - first > 3: letters.remove(at: place)
            case 1: letters.insert(letters[place], at: place)
            case 2 where place + 1 < letters.count: letters.swapAt(place, place + 1)
            default: letters[place] = "abcdefghijklmnopqrstuvwxyz".randomElement(using: &generator) ?? "x"
            }
        }
        return String(letters)
    }

    /// A wrong line, and what has to be named; nil where no name is near.
    private static func wrong(_ kind: Kind, using generator: inout SeededGenerator) -> (
        words: [String], meant: String?
    )? {
        var words = (right.randomElement(using: &generator) ?? "").split(separator: " ").map(String.init)
        let options = words.indices.filter { words[$0].hasPrefix("--") }
        guard let place = options.randomElement(using: &generator) else { return nil }
        switch kind {
        case .command, .option, .value:
            let values = words.indices.filter {
                $0 > 0 && !words[$0].hasPrefix("-") && words[$0].allSatisfy(\.isLetter)
            }
            let target: Int? = kind == .command ? 0 : kind == .option ? place : values.randomElement(using: &generator)
            guard let target else { return nil }
            let meant = words[target]
            words[target] = mutated(meant, using: &generator)
            return words[target] == meant ? nil : (words, meant)
        case .foreignCommand:
            guard let (theirs, ours) = foreign.commands.sorted(by: { $0.key < $1.key }).randomElement(using: &generator)
            else { return nil }
            words[0] = theirs
            return (words, "emaildb " + ours)
        case .foreignOption:
            guard let (theirs, ours) = foreign.options.sorted(by: { $0.key < $1.key }).randomElement(using: &generator)
            else { return nil }
            words.append(theirs)
            if ours == "--dbname" || ours == "--username" { words.append("mail") }
            return (words, ours)
        case .missing: return (words + [["--dbname", "--host", "--color"].randomElement(using: &generator) ?? ""], nil)
        case .extra: return (words + ["mail"], "-d mail")
        case .number:
            let option = ["--port", "--answer-timeout"].randomElement(using: &generator) ?? ""
            return (
                words + [option, ["-1", "x", "99999999999999999999", "1.5"].randomElement(using: &generator) ?? ""], nil
            )
        case .order: return ([words[place]] + words, "emaildb " + words[0])
        }
    }

    private static let nowhere = ["PGHOST": "127.0.0.1", "PGPORT": "1"]

    @Test(arguments: right) func theRightLinesAreRight(_ line: String) async throws {
        let result = try await CommandRunner.emaildb(
            line.split(separator: " ").map(String.init), environment: Self.nowhere)
        #expect(result.status == 3, "\(result)")
    }

    @Test("Three hundred wrong lines: status 64, at most five lines, and nine near misses in ten are understood")
    func randomLines() async throws {
        var generator = SeededGenerator(printing: "wrong command lines")
        var (lines, near, understood): (Int, Int, [String]) = (0, 0, [])
        var missed: [String] = []
        while lines < Rounds.few(300, soak: 5000) {
            let kind = Kind.allCases.randomElement(using: &generator) ?? .command
            guard let (words, meant) = Self.wrong(kind, using: &generator) else { continue }
            lines += 1
            let result = try await CommandRunner.emaildb(words, environment: Self.nowhere)
            let text = result.errors
            // A number out of range is found by the command, which then writes its result in the format asked for.
            #expect(
                result.status == 64 && (result.output.isEmpty || words.contains("--format")),
                "\(words): \(result.status) \(result.errors)")
            #expect(text.split(separator: "\n").count <= 5 && text.hasPrefix("error: "), "\(words): \(text)")
            #expect(!text.contains("Fatal error") && !text.contains("Backtrace"), "\(words): \(text)")
            guard let meant else { continue }
            near += 1
            if text.contains(meant) { understood.append(text) } else { missed.append("\(words) \(meant): \(text)") }
        }
        print("wrong command lines: \(understood.count) of \(near) near misses named")
        #expect(near > lines / 2 && understood.count * 10 >= near * 9, "\(missed.joined(separator: "\n"))")
    }
}
