import Configuration
import Core
import Synchronization

/// The configuration of this run, and the command line with what it adds.
enum Configured {
    private static let storage = Mutex(Configuration())

    static var current: Configuration { storage.withLock { $0 } }

    /// Options with which a command does nothing that a setting could change.
    private static let needless = ["--help", "--version", "--print-thresholds", "--explain"]

    /// The words, with the options that the configuration adds behind the command.
    ///
    /// What was typed goes before: an option that is there is not added.
    /// - Throws: ``Failure`` where a file cannot be used.
    static func line(_ words: [String]) throws(Failure) -> [String] {
        var (node, place) = (CommandTree.root, 0)
        while place < words.count, let next = node.command(words[place]) { (node, place) = (next, place + 1) }
        let rest = Array(words[place...])
        let isNeedless = rest.contains { word in needless.contains { word == $0 || word.hasPrefix($0 + "=") } }
        guard node.option("--config") != nil, !isNeedless else { return words }
        let isLooking = node.commandName == "config"
        let configuration = try Configuration.load(named: named(rest, node), looking: isLooking)
        storage.withLock { $0 = configuration }
        if isLooking { return words }
        return words[..<place] + (try added(configuration, node, rest)) + rest
    }

    /// The value of the last `--config`.
    private static func named(_ words: [String], _ node: CommandTree) -> String? {
        var (name, place): (String?, Int) = (nil, 0)
        while place < words.count {
            let word = words[place]
            place += 1
            if word == "--" { break }
            if word.hasPrefix("--config=") { name = String(word.dropFirst("--config=".count)) }
            guard node.option(word)?.kind == .option, place < words.count else { continue }
            if word == "--config" { name = words[place] }
            place += 1
        }
        return name
    }

    private static func added(
        _ configuration: Configuration, _ node: CommandTree, _ rest: [String]
    ) throws(Failure) -> [String] {
        var added: [String] = []
        var known: Set<Setting> = []
        for entry in configuration.entries where !entry.setting.isKeyword {
            let setting = entry.setting
            guard [node.commandName, "connection", "output"].contains(setting.section),
                let option = node.option(setting.option), known.insert(setting).inserted,
                !option.spellings.contains(where: { name in rest.contains { $0 == name || $0.hasPrefix(name + "=") } })
            else { continue }
            // Taking back and starting again are no profile's.
            if setting.section == "tune", rest.contains(where: { ["--undo", "--rescue", "--restart"].contains($0) }) {
                continue
            }
            try check(entry, option)
            added +=
                option.kind == .flag
                ? (entry.words == ["true"] ? [option.name] : []) : entry.words.map { option.name + "=" + $0 }
        }
        return added
    }

    /// Says where a value stands that the option does not take.
    private static func check(_ entry: Configuration.Entry, _ option: CommandTree.Option) throws(Failure) {
        let place = entry.origin.text
        for word in entry.words {
            if let values = option.allValues, !values.contains(word) {
                throw Failure(
                    .usage,
                    "\(place): \(entry.setting.name) takes \(values.joined(separator: ", ")), not \(Mistake.shown(word))",
                    fix: "emaildb help configuration")
            }
            guard entry.setting.kind == .outputs || entry.setting.kind == .file else { continue }
            let file = entry.setting.kind == .outputs ? word.assignment?.value : word
            let formats = option.completionKind?.list?.values ?? []
            if entry.setting.kind == .outputs, !formats.contains((word.assignment?.name ?? "") + "=") {
                let names = formats.map { String($0.dropLast()) }.joined(separator: ", ")
                throw Failure(
                    .usage, "\(place): \(entry.setting.name) takes FORMAT=FILE, the format one of \(names)",
                    fix: "emaildb help configuration")
            }
            if case .file(_, _, .project) = entry.origin, let file, !Configuration.isInside(file) {
                throw .refused(
                    "\(place): \(Mistake.shown(file)) is a link, no file, or in no folder below that of the settings",
                    fix:
                        "ls -la \(Mistake.shown(file))   # or name the file of settings yourself: --config emaildb.toml"
                )
            }
        }
    }
}
