import Report

/// The first thing that is wrong with the words of a command line, and what to type instead.
struct Mistake {
    let problem: String
    /// Which of the words it is, and those that belong there instead; nil when none comes near.
    var correction: (place: Range<Int>, words: [String])?
    /// What to do, where no other words help.
    var advice: String?
    /// The usage of what is meant, for a line that cannot be shown whole.
    var usage: String?

    /// Looks for it as the parser reads the words; nil when they are right, or wrong in a way that only the parser knows.
    static func first(in words: [String], of root: CommandTree = .root) -> Mistake? {
        var (node, place) = (root, 0)
        while place < words.count, let next = node.command(words[place]) { (node, place) = (next, place + 1) }
        let path = (["emaildb"] + words.prefix(place)).joined(separator: " ")
        if node.passesOn || node.commandName == "help" { return nil }
        if !node.commands.isEmpty {
            return place < words.count ? Reader(node, path, words).mistake(inCommand: place) : nil
        }
        return Reader(node, path, words).mistake(from: place)
    }

    /// A word of the caller as it may be shown: on one line, not too long, and no password.
    static func shown(_ word: String) -> String {
        if isSecret(word) { return "(an address)" }
        let visible = word.visible
        return visible.count > 40 ? visible.prefix(40) + ".." : visible
    }

    /// Whether a word may hold a password.
    static func isSecret(_ word: String) -> Bool {
        word.contains("://") || word.contains("@") || word.lowercased().contains("pass") && word.contains("=")
    }
}

/// Reads the words behind a command.
private struct Reader {
    private let node: CommandTree
    private let path: String
    private let words: [String]

    init(_ node: CommandTree, _ path: String, _ words: [String]) {
        (self.node, self.path, self.words) = (node, path, words)
    }

    // MARK: - Commands

    func mistake(inCommand place: Int) -> Mistake? {
        let word = words[place]
        if node.option(word) != nil || word == "--help" || word == "--version" { return nil }
        if word.hasPrefix("-") { return optionBeforeCommand(place) }
        let problem = "\(path) has no command \(Mistake.shown(word))"
        let key = word.lowercased()
        let isRoot = node.commandName == "emaildb"
        if isRoot, let absent = OtherTools.absent[key] {
            return Mistake(problem: "\(problem): \(absent.reason)", advice: absent.fix)
        }
        let elsewhere = isRoot ? OtherTools.commands : node.commandName == "dev" ? OtherTools.devCommands : [:]
        if let ours = elsewhere[key] {
            return Mistake(
                problem: "\(problem); it is called \(ours.joined(separator: " "))",
                correction: (place..<place + 1, ours))
        }
        if let name = NearMiss.name(for: word, among: node.commands.map(\.commandName) + (isRoot ? ["help"] : [])) {
            return Mistake(problem: "\(problem); \(name) comes nearest", correction: (place..<place + 1, [name]))
        }
        for inner in node.commands {
            if let name = NearMiss.name(for: word, among: inner.commands.map(\.commandName)) {
                let ours = [inner.commandName, name]
                return Mistake(
                    problem: "\(problem); \(ours.joined(separator: " ")) comes nearest",
                    correction: (place..<place + 1, ours))
            }
        }
        if let near = NearMiss.name(for: word, among: elsewhere.keys.filter { $0.count > 3 }),
            let ours = elsewhere[near]
        {
            return Mistake(
                problem: "\(problem); \(ours.joined(separator: " ")) comes nearest",
                correction: (place..<place + 1, ours))
        }
        let names = node.commands.filter(\.isShown).map(\.commandName).joined(separator: ", ")
        return Mistake(problem: "\(problem), but \(names)", advice: "\(path) --help")
    }

    /// Such as `emaildb --host db status`: the command comes first.
    private func optionBeforeCommand(_ place: Int) -> Mistake? {
        let command = words.indices.first { $0 > place && node.command(words[$0]) != nil }
        if let command {
            return Mistake(
                problem: "the command comes before its options",
                correction: (place..<command + 1, [words[command]] + words[place..<command]))
        }
        let name = bare(words[place])
        if let ours = OtherTools.options[name]?.first(where: { ["--help", "--version"].contains($0[0]) }) {
            return Mistake(
                problem: "\(path) has no option \(Mistake.shown(words[place]))", correction: (place..<place + 1, ours))
        }
        let known = node.options.flatMap(\.spellings) + ["--help", "--version"]
        if let near = NearMiss.name(for: words[place], among: known) {
            return Mistake(
                problem: "\(path) has no option \(Mistake.shown(words[place])); \(near) comes nearest",
                correction: (place..<place + 1, [near]))
        }
        return Mistake(
            problem: "\(path) has no option \(Mistake.shown(words[place])): the command comes first",
            advice: "\(path) --help")
    }

    // MARK: - Options

    func mistake(from start: Int) -> Mistake? {
        var place = start
        while place < words.count {
            let word = words[place]
            if word == "--" || word == "--help" || word == "--version" { return nil }
            guard word.hasPrefix("-"), word.count > 1 else {
                if node.positionals.isEmpty { return extra(place) }
                place += 1
                continue
            }
            let (name, value) = parts(word)
            guard let option = node.option(name) else { return unknown(place, name, value) }
            place += 1
            guard option.kind == .option else { continue }
            if let value {
                if let wrong = wrongValue(option, value, place - 1..<place) { return wrong }
            } else if place < words.count, !words[place].hasPrefix("-") {
                if let wrong = wrongValue(option, words[place], place - 1..<place + 1) { return wrong }
                place += 1
            } else {
                return missing(option, place)
            }
        }
        return nil
    }

    private func parts(_ word: String) -> (name: String, value: String?) {
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        return (parts[0], parts.count > 1 ? parts[1] : nil)
    }

    private func bare(_ word: String) -> String {
        String(parts(word).name.drop { $0 == "-" }).replacing("_", with: "-")
    }

    private func unknown(_ place: Int, _ name: String, _ value: String?) -> Mistake {
        let problem = "\(path) has no option \(Mistake.shown(name))"
        let bare = bare(name)
        let key = name.hasPrefix("--") ? bare.lowercased() : bare
        if OtherTools.passwords.contains(key) {
            return Mistake(
                problem: "\(problem): other users of the machine can read the arguments of a program",
                advice: "Put the password into PGPASSWORD, or a line of ~/.pgpass: host:port:database:role:password")
        }
        func replacing(_ ours: [String], _ why: String) -> Mistake {
            let option = node.option(ours[0])
            // An inline value stays; where ours comes with one, or takes none, it goes.
            let kept = value.map { ours.count == 1 && option?.kind == .option ? [ours[0] + "=" + $0] : ours } ?? ours
            return Mistake(
                problem: "\(problem); \(why)", correction: (place..<place + 1, kept),
                usage: ours.count > 1 ? ours.joined(separator: " ") : option?.usage ?? ours[0])
        }
        func has(_ ours: [String]) -> Bool {
            guard let option = node.option(ours[0]) else { return ["--help", "--version"].contains(ours[0]) }
            return ours.count < 2 || option.allValues?.contains(ours[1]) ?? true
        }
        if let ours = OtherTools.options[key]?.first(where: has) {
            return replacing(ours, "it is called \(ours.joined(separator: " "))")
        }
        let looks = ["status", "verify", "ready", "pool"].contains(node.commandName)
        if let why = OtherTools.needless[key], why.hasPrefix("it asks") || looks, node.commandName != "bench" {
            return Mistake(problem: "\(problem): \(why)", correction: (place..<place + 1, []))
        }
        let known = node.options.flatMap(\.spellings).filter { $0.hasPrefix("--") } + ["--help", "--version"]
        if let near = NearMiss.name(for: bare, among: known.map { String($0.dropFirst(2)) }), bare.count > 1 {
            return replacing(["--" + near], "--\(near) comes nearest")
        }
        let theirs = OtherTools.options.keys.filter { $0.count > 3 && $0 != bare }
        if bare.count > 2, let near = NearMiss.name(for: bare, among: theirs),
            let ours = OtherTools.options[near]?.first(where: has)
        {
            return replacing(ours, "\(ours.joined(separator: " ")) comes nearest")
        }
        if !name.hasPrefix("--"), let option = node.option(String(name.prefix(2))), option.kind == .option {
            let rest = String(words[place].dropFirst(2))
            return Mistake(
                problem: "the value of \(option.spellings[0]) is a word of its own",
                correction: (place..<place + 1, [String(name.prefix(2)), rest]), usage: option.usage)
        }
        let others = CommandTree.root.commands.filter {
            $0.option("--" + bare) != nil && $0.commandName != node.commandName
        }
        if let other = others.first {
            return Mistake(
                problem:
                    "\(problem); \(others.map(\.commandName).joined(separator: ", ")) \(others.count == 1 ? "has" : "have")",
                advice: "emaildb \(other.commandName) --help")
        }
        return Mistake(problem: problem, advice: "\(path) --help")
    }

    private func missing(_ option: CommandTree.Option, _ place: Int) -> Mistake {
        if words[place - 1] == "-h" {
            return Mistake(problem: "-h is the host, as in psql, and no host follows", advice: "\(path) --help")
        }
        let values = option.allValues.map { ": " + $0.joined(separator: ", ") } ?? ""
        return Mistake(problem: "\(words[place - 1]) lacks its value\(values)", advice: "\(path) \(option.usage)")
    }

    private func wrongValue(_ option: CommandTree.Option, _ value: String, _ place: Range<Int>) -> Mistake? {
        guard let values = option.allValues, !values.contains(value) else { return nil }
        let list = values.dropLast().joined(separator: ", ") + (values.count > 1 ? " or " : "") + (values.last ?? "")
        let problem = "\(option.name) takes \(list), not \(Mistake.shown(value))"
        guard let near = NearMiss.name(for: value, among: values) else {
            return Mistake(problem: problem, advice: "\(path) \(option.name) \(option.defaultValue ?? values[0])")
        }
        return Mistake(problem: problem, correction: (place, [option.name, near]), usage: "\(option.name) \(near)")
    }

    private func extra(_ place: Int) -> Mistake {
        let word = words[place]
        let problem = "\(path) takes no word \(Mistake.shown(word))"
        if word == "help" { return Mistake(problem: problem, advice: "\(path) --help") }
        if CommandTree.root.command(word) != nil {
            return Mistake(problem: "\(problem): one command at a time", advice: "emaildb \(word) --help")
        }
        if node.option("--dbname") == nil { return Mistake(problem: problem, advice: "\(path) --help") }
        let near = NearMiss.name(
            for: word, among: node.options.filter { $0.name.hasPrefix("--") }.map { String($0.name.dropFirst(2)) })
        if let near, word.count > 3, let option = node.option("--" + near) {
            return Mistake(
                problem: "\(problem); \(option.name) comes nearest", correction: (place..<place + 1, [option.name]),
                usage: option.usage)
        }
        return Mistake(
            problem: "\(problem); a database is named with -d", correction: (place..<place + 1, ["-d", word]),
            usage: "-d \(node.option("-d")?.placeholder ?? "NAME")")
    }
}
