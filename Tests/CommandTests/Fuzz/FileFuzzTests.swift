import Core
import Foundation
import Postgres
import Server
import TestSupport
import Testing

/// Any file ends with a documented status: those of `--ignore`, the folders of `--sql`, and postgresql.auto.conf.
@Suite(.needsServer, .serialized) struct FileFuzzSoakTests {
    private static func write(_ bytes: [UInt8], _ path: String) throws {
        try Data(bytes).write(to: URL(filePath: path))
    }

    @Test("Any file of --ignore and --thresholds ends with a documented status") func ignoreFiles() async throws {
        let folder = try TemporaryFolder()
        let lines = """
            # accepted
            EDB-L163 | index idx_of_ours | 2099-12-31 | the reporting team needs it
            EDB-S001 | table email_messages | 2020-01-01 | long ago

            EDB-L101 | table x | 2099-02-28 | one | more
            connections = 75%, 90%
            bloat = 1.5 GB, off   # much

            """
        let complaints = try await TestDatabase.withSchema(on: TestServer()) { settings in
            let server = settings.environment.variables
            return try await Fuzz.rounds("ignore and threshold files", Rounds.few(30, soak: 500)) { round, generator in
                let name = "\(folder.path)/\(round)"
                var bytes = HostileText.mutated(Array(lines.utf8), using: &generator)
                switch Int.random(in: 0..<12, using: &generator) {
                case 0: bytes = Array(repeating: bytes, count: 3000).flatMap { $0 }
                case 1: bytes = HostileText.bytes(0...100_000, using: &generator)
                case 2: bytes = Array(String(repeating: "x\n", count: 300_000).utf8)
                case 3: bytes = Array(String(repeating: "|", count: 1_000_000).utf8)
                case 4: bytes = Array(String(repeating: " \u{301}", count: 200_000).utf8)
                default: break
                }
                try Self.write(bytes, name)
                let isReachable = Int.random(in: 0..<8, using: &generator) == 0
                let format = ["text", "json", "sarif"].randomElement(using: &generator) ?? ""
                let words =
                    Bool.random(using: &generator)
                    ? ["verify", "--only", "security", "--format", format, "--ignore", name]
                    : ["doctor", "--thresholds", name]
                let fuzzed = Fuzz.Case(
                    arguments: words.map { Array($0.utf8) },
                    environment: isReachable ? server : ["PGHOST": "127.0.0.1", "PGPORT": "1"].variables,
                    note: "\(String(decoding: bytes.prefix(300), as: UTF8.self).debugDescription)")
                let complaints = try Fuzz.run(fuzzed, in: folder.path)
                try FileManager.default.removeItem(atPath: name)
                return complaints
            }
        }
        #expect(complaints.isEmpty, "\(complaints.count): \(complaints.prefix(30).joined(separator: "\n"))")
    }

    @Test("Any folder of --sql ends with a documented status") func sqlFolders() async throws {
        let steps = try TemporaryFolder.withSteps()
        let index = try TemporaryFolder.withSlowIndex(milliseconds: 1)
        let server = TestServer()
        let settings = try await server.connectionSettings()
        let work = try TemporaryFolder()
        let complaints = try await Fuzz.rounds("sql folders", Rounds.few(12, soak: 500)) { round, generator in
            let folder = "\(work.path)/\(round)"
            let isShort = Bool.random(using: &generator)
            let changes = try Self.copy(isShort ? index.path : steps.path, to: folder, using: &generator)
            let database = "fuzzed_\(round)"
            let connection = try Connection(settings)
            try connection.query("CREATE DATABASE \(database) TEMPLATE template0")
            let environment = settings.database(database).environment.variables
            let calls = [["init", "--plan"], ["init", "--lock-timeout", "5"], ["status"]]
            let complaints = try calls.flatMap { words in
                let fuzzed = Fuzz.Case(
                    arguments: (words + ["--sql", folder]).map { Array($0.utf8) }, environment: environment,
                    note: changes)
                return try Fuzz.run(fuzzed, in: work.path)
            }
            // On a busy machine the session of a program that was ended may outlive the wait of FORCE.
            _ = try? connection.query("DROP DATABASE \(database) WITH (FORCE)")
            try FileManager.default.removeItem(atPath: folder)
            return complaints
        }
        #expect(complaints.isEmpty, "\(complaints.count): \(complaints.prefix(30).joined(separator: "\n"))")
        try await server.stop()
    }

    /// Copies a folder of steps with some changes; returns what was changed.
    private static func copy(_ source: String, to folder: String, using generator: inout SeededGenerator) throws
        -> String
    {
        let manager = FileManager.default
        try manager.copyItem(atPath: source, toPath: folder)
        let names = try manager.subpathsOfDirectory(atPath: folder).filter { $0.contains(".") }.sorted()
        var changes: [String] = []
        // A short series is worked through sooner, and what is changed in it is reached.
        let kept = Bool.random(using: &generator) ? 4 : 100
        for name in names where (name.split(separator: "/").last?.prefix(4)).flatMap({ Int($0) }) ?? 0 > kept {
            try manager.removeItem(atPath: folder + "/" + name)
        }
        let left = try manager.subpathsOfDirectory(atPath: folder).filter { $0.contains(".") }.sorted()
        for _ in 0..<Int.random(in: 1...3, using: &generator) {
            let name = left.randomElement(using: &generator) ?? ""
            let path = folder + "/" + name
            let bytes = manager.contents(atPath: path).map { [UInt8]($0) } ?? []
            let kind = Int.random(in: 0..<15, using: &generator)
            changes.append("\(name): \(kind)")
            try? manager.removeItem(atPath: path)
            if path.contains("/layout/") {
                try manager.createDirectory(atPath: folder + "/layout", withIntermediateDirectories: true)
            }
            switch kind {
            case 0: try write(bytes + Array(String(repeating: "-- x\n", count: 400_000).utf8), path)
            case 1: try write(bytes + Array(String(repeating: "SELECT ((1));", count: 20_000).utf8), path)
            case 2: try write(bytes + Array(String(repeating: "/*", count: 200_000).utf8), path)
            case 3: try write(Array(String(repeating: "-- emaildb: lends x\n", count: 20_000).utf8) + bytes, path)
            case 4: try write(bytes + Array(String(repeating: "column \"a\u{301}\".b = x\n", count: 20_000).utf8), path)
            case 14: try write(Array(String(repeating: "END;\n", count: 50_000).utf8) + bytes, path)
            case 5: try write(bytes + Array(("SELECT " + String(repeating: "(", count: 100_000)).utf8), path)
            case 6, 10...13: try write(HostileText.mutated(bytes, using: &generator), path)
            case 7: try manager.createDirectory(atPath: path, withIntermediateDirectories: true)
            case 8:
                let target = ["../../none", name, ".", "0001_ledger.sql"].randomElement(using: &generator) ?? ""
                try manager.createSymbolicLink(atPath: path, withDestinationPath: target)
            default:
                let text = HostileText.bytes(1...60, using: &generator)
                try? write(bytes, folder + "/0005_" + String(decoding: text, as: UTF8.self) + ".sql")
            }
        }
        return changes.joined(separator: ", ")
    }

    private static let configuration = """
        # Do not edit this file manually!
        # It will be overwritten by the ALTER SYSTEM command.
        max_connections = '150'
        work_mem = '5MB'
        search_path = '"$user", public, ''x'''

        """

    @Test("Any postgresql.auto.conf can be read, and read again as it was written") func configurations() throws {
        var generator = SeededGenerator(printing: "configurations")
        for round in 0..<Rounds.few(100, soak: 500) {
            var bytes = HostileText.mutated(Array(Self.configuration.utf8), using: &generator)
            if round % 50 == 0 { bytes = Array(repeating: bytes, count: 1 << 18 / max(1, bytes.count)).flatMap { $0 } }
            let start = ContinuousClock.now
            let first = AutoConfiguration(bytes)
            let second = AutoConfiguration(first.bytes)
            #expect(start.duration(to: .now) < .seconds(FuzzedRun.longest), "round \(round): too slow")
            #expect(
                first.entries.map { [$0.name, $0.value] } == second.entries.map { [$0.name, $0.value] },
                "round \(round): \(String(decoding: bytes.prefix(1000), as: UTF8.self).debugDescription)")
            #expect(second.broken.isEmpty, "round \(round): broken")
        }
    }

    @Test("A rescue ends with a documented status, whatever postgresql.auto.conf holds") func rescues() async throws {
        let target = TuneServer()
        let data = try await target.data()
        try await target.server.pause()
        let folder = try TemporaryFolder()
        // One after the other: they work on one data directory.
        let seed = SeededGenerator(printing: "rescues").seed
        var complaints: [String] = []
        for round in 0..<Rounds.few(5, soak: 40) {
            var generator = SeededGenerator(seed: seed &+ UInt64(round))
            let bytes = HostileText.mutated(Array(Self.configuration.utf8), using: &generator)
            let file = try FileHandle(forWritingTo: URL(filePath: data + "/postgresql.auto.conf"))
            try file.truncate(atOffset: 0)
            try file.write(contentsOf: Data(bytes))
            try file.close()
            let words = ["tune", "--rescue", "-D", data, "--yes"]
            let environment = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"].variables
            let note = "round \(round), \(String(decoding: bytes.prefix(600), as: UTF8.self).debugDescription)"
            complaints += try await Threads.run(1) { _ in
                try Fuzz.run(
                    Fuzz.Case(arguments: words.map { Array($0.utf8) }, environment: environment, note: note),
                    in: folder.path)
            }
            .flatMap { $0 }
        }
        #expect(complaints.isEmpty, "\(complaints.count), EMAILDB_SEED=\(seed): \(complaints.joined(separator: "\n"))")
        try await target.server.resume()
        try await target.server.stop()
    }
}
