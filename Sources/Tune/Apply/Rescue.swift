import Core
import FoundationEssentials
import Server

/// Fixes the postgresql.auto.conf of a server that is down and would not start, without a server to ask.
package struct Rescue: Sendable {
    private let dataDirectory: String
    private let programs: String?
    private let progress: @Sendable (TuneProgress) -> Void

    /// - Parameter programs: the folder that holds `bin/postgres`; nil finds it by what the last start left.
    package init(
        dataDirectory: String, programs: String?, progress: @escaping @Sendable (TuneProgress) -> Void = { _ in }
    ) {
        self.dataDirectory = Paths.absolute(dataDirectory)
        self.programs = programs
        self.progress = progress
    }

    /// Finds the smallest change with which the server starts, proves it on a scratch server, and makes it; the old
    /// file is kept beside the new one.
    /// - Parameter agree: shown what would be changed; nothing is written unless it answers yes.
    /// - Returns: nil when that answered no.
    /// - Throws: ``Failure``: refused when the server runs, its programs are not found, or a manager keeps it; a failed
    ///   step when not even an empty file would help.
    package func run(agree: (RescueReport) throws -> Bool) throws -> RescueReport? {
        let file = dataDirectory + "/postgresql.auto.conf"
        let installation = try installation()
        let bytes = fileBytes(file)
        let present = AutoConfiguration(bytes ?? [])
        var words: [String] = []
        let scratch = try ScratchServer(installation, walSegmentSize: walSegmentSize)
        defer { scratch.remove() }
        for (configuration, changes) in Self.candidates(present) {
            let list = changes.joined(separator: ", ")
            progress(.doing(changes.isEmpty ? "trying the file as it is" : "trying without \(list)"))
            if let refusal = try refusal(configuration, scratch) {
                words.append(refusal)
                continue
            }
            if changes.isEmpty, bytes != nil { return RescueReport(file: file, problem: nil, changes: [], kept: nil) }
            let problem =
                words.first
                ?? present.broken.first.map { "line \($0.line) cannot be read: \($0.text.prefix(80))" }
                ?? "the file was missing"
            let kept = bytes.flatMap { _ in Self.newName(file) }
            let report = RescueReport(file: file, problem: problem, changes: changes, kept: kept)
            guard try agree(report) else { return nil }
            guard fileBytes(file) == bytes, RunningServer(dataDirectory) == nil else {
                throw Failure.refused(
                    "\(file) has changed since this was shown, or the server was started; nothing was written",
                    fix: "emaildb tune --rescue -D \(dataDirectory)")
            }
            try Interruption.check()
            if let bytes, let kept { try AutoConfiguration.write(bytes, to: kept, owner: installation.owner) }
            try AutoConfiguration.write(configuration.bytes, to: file, owner: installation.owner)
            return report
        }
        throw Failure(
            .failed,
            "postgresql.auto.conf is not what keeps this server from starting: \(words.last ?? "")",
            fix: "Look at postgresql.conf and at the server's log.")
    }

    /// A name for what is about to be replaced, which nothing has yet.
    private static func newName(_ file: String) -> String? {
        (1...).lazy.map { "\(file).before-rescue-\($0)" }.first { !FileManager.default.fileExists(atPath: $0) }
    }

    /// From the smallest change to the largest: unreadable lines, what `tune` wrote, each entry alone, all of them.
    private static func candidates(_ present: AutoConfiguration) -> [(AutoConfiguration, changes: [String])] {
        let broken = present.broken.map { "line \($0.line), which cannot be read" }
        var candidates = [(present, broken)]
        if let journal = present.journal {
            candidates.append(
                (present.withoutTune(), broken + ["what tune --profile \(journal.profile.rawValue) wrote"]))
        }
        let names = present.entries.map(\.name).filter { $0 != TuneJournal.setting }
        let last = names.indices.reversed()
        for left in last.map({ names[$0...$0] }) + last.dropFirst().map({ names[$0...] }) {
            candidates.append((left.reduce(into: present) { $0.set($1, nil) }, broken + left))
        }
        return candidates
    }

    /// PostgreSQL's words if it would not start with a configuration, or a rule that a scratch server cannot know.
    private func refusal(_ configuration: AutoConfiguration, _ scratch: ScratchServer) throws -> String? {
        let slots = names("pg_replslot").count
        if slots > 0, configuration["wal_level"] == "minimal" {
            return "wal_level = minimal with \(slots) replication slots"
        }
        let prepared = names("pg_twophase").count
        if let limit = configuration["max_prepared_transactions"].flatMap({ Int($0) }), limit < prepared {
            return "max_prepared_transactions = \(limit) with \(prepared) prepared transactions"
        }
        do {
            _ = try scratch.attempt(configuration, commandLine: lastStart.settings)
            return nil
        } catch let refusal as ScratchServer.Refusal {
            return refusal.words
        }
    }

    // MARK: - The data directory

    private func installation() throws -> ServerInstallation {
        guard let major = fileText(dataDirectory + "/PG_VERSION").flatMap({ Int($0.filter(\.isNumber)) }) else {
            throw Failure.refused(
                "\(dataDirectory) is no data directory that can be read (PG_VERSION)",
                fix: "emaildb tune --rescue -D DIR")
        }
        if let running = RunningServer(dataDirectory) {
            throw Failure.refused(
                "a server runs on \(dataDirectory) (process \(running.pid)), so it does start",
                fix: "emaildb tune --undo   # or stop it first")
        }
        let last = lastStart
        let configurationFile = last.settings["config_file"] ?? dataDirectory + "/postgresql.conf"
        let manager = Manager.of(
            dataDirectory: dataDirectory, configurationFile: configurationFile, arguments: last.settings)
        if let manager { throw manager.refusal(manager.command(for: [])) }
        let found = [last.programs, "/usr/lib/postgresql/\(major)/bin"].compactMap(\.self)
        var reason = "no programs of PostgreSQL \(major) were found"
        for place in programs.map({ [Paths.absolute($0) + "/bin"] }) ?? found {
            do {
                return try ServerInstallation(
                    dataDirectory: dataDirectory, configurationFile: last.settings["config_file"], programs: place,
                    major: major)
            } catch let unreachable as ServerInstallation.Unreachable {
                reason = unreachable.reason
            }
        }
        throw Failure.refused(
            "the server cannot be tried: \(reason)",
            fix:
                "emaildb tune --rescue -D \(dataDirectory) --postgres DIR   # holds bin/postgres; as the data's owner or root"
        )
    }

    /// What postmaster.opts keeps of the last start: the program's folder, and its `-c name=value` arguments.
    private var lastStart: (programs: String?, settings: [String: String]) {
        // The program's path, and behind it each argument in double quotes.
        let words = fileText(dataDirectory + "/postmaster.opts")?.parts("\"") ?? []
        let program = words.first?.dropLast() ?? ""
        let settings = words.dropFirst().reduce(into: [String: String]()) { settings, word in
            guard let (name, value) = (word.hasPrefix("--") ? word.dropFirst(2) : word).assignment,
                !name.isEmpty, name.unicodeScalars.allSatisfy({ $0 != " " && $0 != "/" })
            else { return }
            settings[String(name.map { $0 == "-" ? "_" : $0 })] = value
        }
        return (program.hasSuffix("/postgres") ? String(program.dropLast("/postgres".count)) : nil, settings)
    }

    private func names(_ folder: String) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: dataDirectory + "/" + folder)) ?? []
    }

    /// The size of the files in pg_wal, bytes.
    private var walSegmentSize: Int {
        let segment = names("pg_wal").first { $0.utf8.count == 24 && $0.allSatisfy(\.isHexDigit) }
        return segment.flatMap { fileSize(dataDirectory + "/pg_wal/" + $0) } ?? 16 * ByteSize.megabyte
    }
}

/// What a rescue did.
package struct RescueReport: Sendable, Codable {
    package let file: String
    /// Why the server would not start; nil when it would.
    package let problem: String?
    /// What was taken out of the file; empty when nothing was changed.
    package let changes: [String]
    /// Where the old file is kept.
    package let kept: String?
}

extension AutoConfiguration {
    /// The journal, if there is one that can be read.
    var journal: TuneJournal? { self[TuneJournal.setting].flatMap { try? TuneJournal(text: $0) } }

    /// As it was before the first `tune`, as far as values are still ours.
    func withoutTune() -> AutoConfiguration {
        var configuration = self
        for entry in journal?.entries ?? [] where entry.role == nil && self[entry.name] == entry.set {
            configuration.set(entry.name, entry.was)
        }
        configuration.set(TuneJournal.setting, nil)
        return configuration
    }
}
