import Core
import FoundationEssentials
import Glibc
import Install
import Server

/// Fixes the postgresql.auto.conf of a server that is down and would not start, without a server to ask.
package struct Rescue: Sendable {
    private let dataDirectory: String
    private let programs: String?
    private let progress: @Sendable (TuneProgress) -> Void

    /// - Parameters:
    ///   - dataDirectory: the data directory.
    ///   - programs: the folder that holds `bin/postgres`; nil finds it by what the last start left.
    package init(
        dataDirectory: String, programs: String?, progress: @escaping @Sendable (TuneProgress) -> Void = { _ in }
    ) {
        self.dataDirectory = Paths.absolute(dataDirectory)
        self.programs = programs
        self.progress = progress
    }

    private var file: String { dataDirectory + "/postgresql.auto.conf" }

    /// Finds the smallest change with which the server starts, proves it on a scratch server, and makes it; the old file
    /// is kept beside the new one.
    /// - Throws: ``Failure``: refused when the server runs or its programs are not found; a failed step when not
    ///   even an empty file would help.
    package func run() throws -> RescueReport {
        let installation = try installation()
        let contents = FileManager.default.contents(atPath: file)
        let text = contents.map { String(decoding: $0, as: UTF8.self) } ?? ""
        let present = AutoConfiguration(text)
        var words: [String] = []
        let scratch = try ScratchServer(installation, walSegmentSize: walSegmentSize)
        defer { scratch.remove() }
        for candidate in try Self.candidates(present) {
            progress(.doing(candidate.isUnchanged ? "trying the file as it is" : "trying without \(candidate.list)"))
            if let refusal = try refusal(candidate.configuration, scratch) {
                words.append(refusal)
                continue
            }
            if candidate.isUnchanged, contents != nil {
                return RescueReport(file: file, problem: nil, changes: [], kept: nil)
            }
            let kept = try keepOld(contents, installation)
            try AutoConfiguration.write(candidate.configuration.text, to: file, owner: installation.owner)
            let problem =
                words.first
                ?? present.broken.first.map { "line \($0.line) cannot be read: \($0.text.prefix(80))" }
                ?? "the file was missing"
            return RescueReport(file: file, problem: problem, changes: candidate.changes, kept: kept)
        }
        throw Failure(
            .failed,
            "postgresql.auto.conf is not what keeps this server from starting: \(words.last ?? "")",
            fix: "Look at postgresql.conf and at the server's log.")
    }

    // MARK: - Candidates

    private struct Candidate {
        let configuration: AutoConfiguration
        let changes: [String]
        let isUnchanged: Bool
        var list: String { changes.joined(separator: ", ") }
    }

    /// From the smallest change to the largest: unreadable lines, what `tune` wrote, each entry alone, all of them.
    private static func candidates(_ present: AutoConfiguration) throws -> [Candidate] {
        let broken = present.broken.map { "line \($0.line), which cannot be read" }
        var candidates = [Candidate(configuration: present, changes: broken, isUnchanged: broken.isEmpty)]
        func add(_ configuration: AutoConfiguration, _ changes: [String]) {
            candidates.append(Candidate(configuration: configuration, changes: broken + changes, isUnchanged: false))
        }
        if let journal = present.journal {
            add(present.withoutTune(), ["what tune --profile \(journal.profile.rawValue) wrote"])
        }
        let names = present.entries.map(\.name).filter { $0 != TuneJournal.setting }
        for name in names.reversed() {
            var one = present
            one.set(name, nil)
            add(one, [name])
        }
        var less = present
        for count in names.indices.reversed() where names.count > 1 {
            less.set(names[count], nil)
            if count < names.count - 1 { add(less, Array(names[count...])) }
        }
        return candidates
    }

    /// PostgreSQL's words if it would not start with a configuration, or a rule that a scratch server cannot know.
    private func refusal(_ configuration: AutoConfiguration, _ scratch: ScratchServer) throws -> String? {
        let manager = FileManager.default
        let slots = (try? manager.contentsOfDirectory(atPath: dataDirectory + "/pg_replslot"))?.count ?? 0
        if slots > 0, configuration["wal_level"] == "minimal" {
            return "wal_level = minimal with \(slots) replication slots"
        }
        let prepared = (try? manager.contentsOfDirectory(atPath: dataDirectory + "/pg_twophase"))?.count ?? 0
        if prepared > 0, let limit = configuration["max_prepared_transactions"].flatMap({ Int($0) }), limit < prepared {
            return "max_prepared_transactions = \(limit) with \(prepared) prepared transactions"
        }
        do {
            _ = try scratch.attempt(configuration, commandLine: Self.commandLine(dataDirectory).settings)
            return nil
        } catch let refusal as ScratchServer.Refusal {
            return refusal.words
        }
    }

    // MARK: - The installation

    private func installation() throws -> ServerInstallation {
        let version = FileManager.default.contents(atPath: dataDirectory + "/PG_VERSION")
        guard let major = version.flatMap({ Int(String(decoding: $0, as: UTF8.self).filter(\.isNumber)) }) else {
            throw Failure.refused(
                "\(dataDirectory) is no data directory that can be read (PG_VERSION)",
                fix: "emaildb tune --rescue -D DIR")
        }
        if let running = LocalServer.running(dataDirectory) {
            throw Failure.refused(
                "a server runs on \(dataDirectory) (process \(running.pid)), so it does start",
                fix: "emaildb tune --undo   # or stop it first")
        }
        let last = Self.commandLine(dataDirectory)
        let places =
            [programs.map { Paths.absolute($0) + "/bin" }, last.programs, "/usr/lib/postgresql/\(major)/bin"]
            .compactMap { $0 }
        var reason = "no programs of PostgreSQL \(major) were found"
        for place in programs == nil ? places : Array(places.prefix(1)) {
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
    private static func commandLine(_ directory: String) -> (programs: String?, settings: [String: String]) {
        guard let contents = FileManager.default.contents(atPath: directory + "/postmaster.opts") else {
            return (nil, [:])
        }
        let text = String(decoding: contents, as: UTF8.self)
        let program = text.split(separator: " ").first.map { String($0.filter { $0 != "\"" && $0 != "\n" }) }
        var settings: [String: String] = [:]
        for word in text.split(separator: "\"") {
            let word = word.hasPrefix("--") ? word.dropFirst(2) : word
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2, !parts[0].contains(" "), !parts[0].isEmpty {
                settings[String(parts[0]).replacing("-", with: "_")] = String(parts[1])
            }
        }
        let folder = program.flatMap { $0.hasSuffix("/postgres") ? String($0.dropLast("/postgres".count)) : nil }
        return (folder, settings)
    }

    /// The size of the files in pg_wal, bytes.
    private var walSegmentSize: Int {
        let folder = dataDirectory + "/pg_wal/"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        var status = stat()
        guard let name = names.first(where: { $0.count == 24 && $0.allSatisfy(\.isHexDigit) }),
            stat(folder + name, &status) == 0, status.st_size >= ByteSize.megabyte
        else { return 16 * ByteSize.megabyte }
        return Int(status.st_size)
    }

    /// Keeps what is about to be replaced, under a name that nothing has yet.
    private func keepOld(_ contents: Data?, _ installation: ServerInstallation) throws -> String? {
        guard let contents else { return nil }
        for number in 1... {
            let path = "\(file).before-rescue-\(number)"
            if FileManager.default.fileExists(atPath: path) { continue }
            try AutoConfiguration.write(
                String(decoding: contents, as: UTF8.self), to: path, owner: installation.owner)
            return path
        }
        return nil
    }
}

/// What a rescue did.
package struct RescueReport: Sendable, Codable {
    /// The file that was looked at.
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
