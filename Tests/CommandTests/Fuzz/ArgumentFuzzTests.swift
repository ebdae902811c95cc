import Foundation
import Postgres
import TestSupport
import Testing

/// Any argument list ends with a documented status, soon, and in little memory.
///
/// It runs as whoever tests, maybe root: what writes gets an address without a server, paths stay in a temporary
/// folder, `dev start` finds no programs, and of `container` only what does not get as far as a step.
@Suite(.needsServer, .serialized) struct ArgumentFuzzSoakTests {
    private static let readers = [
        ["status"], ["ready"], ["pool"], ["init", "--plan"], ["verify", "--only", "layout"],
        ["verify", "--only", "security"],
        ["verify", "--explain", "all"], ["tune", "--plan"], ["doctor"], ["doctor", "--print-thresholds"],
        ["monitor", "cache"], ["monitor", "queries"], ["config"],
    ]
    private static let writers = [["init"], ["tune"], ["bench"], ["tune", "--yes"], ["tune", "--undo", "--yes"]]
    private static let others = [
        [], ["help"], ["dev"], ["dev", "stop"], ["dev", "status"], ["dev", "env"], ["dev", "psql"], ["dev", "start"],
        ["--version"], ["--experimental-dump-help"], ["--generate-completion-script"], ["no-such"],
    ]
    private static let container = [
        ["container"], ["container", "--help"], ["container", "no-such"], ["container", "--no-such"],
        ["container", "data", "--help"], ["container", "serve", "-h"],
    ]
    private static let nowhere = ["--host", "127.0.0.1", "--port", "1"]

    /// Values that an option takes, beside those that it does not.
    private static let values = [
        "format": ["text", "json", "junit", "sarif", "tap", "github", "openmetrics", "nagios"],
        "color": ["auto", "always", "never"],
        "only": ["layout", "security", "plans,probe", " layout , security "], "node": ["primary", "standby"],
        "profile": ["development", "production", "high-throughput", "read-heavy"], "storage": ["hdd", "ssd", "nvme"],
        "async-commit": ["none", "application", "server"], "fail-on": ["error", "warning"],
        "explain": ["all", "EDB-L163", "edb-s001"], "memory": ["8GB", "64MB"], "wal-volume": ["20GB", "1MB"],
        "cpus": ["2"], "config": ["none", "/dev/null"],
        "max-connections": ["300"], "messages": ["1000"], "tenants": ["4"], "seconds": ["0"], "clients": ["1", "1,4"],
        "seed": ["1"], "database": ["fuzzed"], "timeout": ["1"], "lock-timeout": ["0"], "listen": ["*", "127.0.0.1"],
        "listen-port": ["6432"], "pooler-version": ["1.24", "1.18"], "username": ["postgres", "email_monitor"],
        // A number would be waited for; names that are looked up would be asked for in the network.
        "wait": ["0", "1", "-1", "x", "", "9223372036854775808", "1.5", "-9223372036854775808"],
        "port": ["1", "65536", "x", "1,1"],
        "host": ["127.0.0.1", "127.0.0.1,127.0.0.1", "@none", "::1", "\u{1B}"],
        "dbname": [
            "email_service", "host=127.0.0.1 port=1", "postgresql://127.0.0.1:1/x", "postgres://%ff@127.0.0.1:1/%00",
            "host=127.0.0.1 port=1 connect_timeout=9223372036854775807", "mysql://127.0.0.1/x", "port=", "a='",
        ],
    ]
    private static let flags: Set<String> = [
        "plan", "yes", "undo", "restart", "prove", "rescue", "exact", "wal-level-minimal", "quiet", "verbose", "help",
        "version", "exit-code", "strict", "fix-sql", "probe", "growth", "keep", "revoke-public", "deep",
        "print-thresholds", "trust", "forget",
    ]
    private static let files: Set<String> = [
        "sql", "ignore", "compare", "app-password-file", "data-directory", "postgres", "auth-file", "tls-certificate",
        "tls-key", "server-ca", "thresholds",
    ]
    private static let short = [
        "d": "dbname", "h": "host", "p": "port", "U": "username", "q": "quiet", "v": "verbose", "y": "yes",
        "D": "data-directory",
    ]

    @Test("Any arguments end with a documented status") func anyArguments() async throws {
        let folder = try TemporaryFolder()
        let paths = try Self.fill(folder)
        let options = try await Self.options()
        try #require(options.count > 50, "the options of --help: \(options)")
        let complaints = try await TestDatabase.withSchema(on: TestServer()) { settings in
            let reachable = settings.environment.merging(["PATH": "/usr/bin:/bin"]) { ours, _ in ours }.variables
            let unreachable = [
                "PATH": "/usr/bin:/bin", "PGHOST": "127.0.0.1", "PGPORT": "1",
                "EMAILDB_POSTGRES": folder.path + "/none",
            ].variables
            return try await Fuzz.rounds("argument lists", Rounds.few(60, soak: 5000)) { _, generator in
                let (words, canReach) = Self.list(options, paths, using: &generator)
                let fuzzed = Fuzz.Case(arguments: words, environment: canReach ? reachable : unreachable)
                return try Fuzz.run(fuzzed, in: folder.path)
            }
        }
        #expect(complaints.isEmpty, "\(complaints.count): \(complaints.prefix(30).joined(separator: "\n"))")
    }

    /// The long names of all options, learned from `--help`.
    private static func options() async throws -> [String] {
        var options: Set<String> = []
        for command in ["init", "status", "verify", "doctor", "monitor", "tune", "ready", "pool", "bench", "config"] {
            let help = try await CommandRunner.emaildb([command, "--help"]).output
            options.formUnion(
                help.split(whereSeparator: { " \n,()[];:.".contains($0) }).filter { $0.hasPrefix("--") }
                    .map { String($0.dropFirst(2)) }
                    .filter { !$0.isEmpty && $0.allSatisfy { $0.isLowercase || $0 == "-" } })
        }
        // It ends when somebody ends it.
        options.remove("watch")
        return options.sorted()
    }

    private static func list(
        _ options: [String], _ paths: [String], using generator: inout SeededGenerator
    ) -> (words: [[UInt8]], canReach: Bool) {
        func words(_ list: [String]) -> [[UInt8]] { list.map { Array($0.utf8) } }
        let kind = Int.random(in: 0..<20, using: &generator)
        if kind == 0 { return (words(container.randomElement(using: &generator) ?? []), false) }
        let isReader = kind < 11
        let command = (isReader ? readers : kind < 17 ? writers : others).randomElement(using: &generator) ?? []
        var list = words(command)
        for _ in 0..<Int.random(in: 0...6, using: &generator) {
            list += option(options, paths, using: &generator)
        }
        if Int.random(in: 0..<10, using: &generator) == 0 {
            list.append(HostileText.random(using: &generator))
        }
        if command == ["dev", "start"] { list += words(["--postgres", paths[0] + "/none"]) }
        // The last one counts; what is read needs no such care.
        return (isReader ? list : list + words(nowhere), isReader && kind < 5)
    }

    /// An option, mostly with a value, mostly one that it takes.
    private static func option(
        _ options: [String], _ paths: [String], using generator: inout SeededGenerator
    ) -> [[UInt8]] {
        var name = options.randomElement(using: &generator) ?? ""
        var word = "--" + name
        let isShort = Int.random(in: 0..<6, using: &generator) == 0
        if isShort, let letter = short.keys.sorted().randomElement(using: &generator) {
            (name, word) = (short[letter] ?? "", "-" + letter)
        }
        switch Int.random(in: 0..<20, using: &generator) {
        case 0: return [Array(word.utf8)]
        case 1: return [Array("--".utf8)]
        case 2: return [HostileText.random(using: &generator)]
        default: break
        }
        if flags.contains(name), Int.random(in: 0..<10, using: &generator) > 0 { return [Array(word.utf8)] }
        let value = value(name, paths, using: &generator)
        return isShort || Bool.random(using: &generator)
            ? [Array(word.utf8), value] : [Array((word + "=").utf8) + value]
    }

    private static func value(_ name: String, _ paths: [String], using generator: inout SeededGenerator) -> [UInt8] {
        let isStrict = ["wait", "host", "port"].contains(name)
        if isStrict || Int.random(in: 0..<10, using: &generator) < 5,
            let known = values[name]?.randomElement(using: &generator)
        {
            return Array(known.utf8)
        }
        let path = paths.randomElement(using: &generator) ?? ""
        if Int.random(in: 0..<10, using: &generator) < 8 {
            if files.contains(name) { return Array(path.utf8) }
            if name == "output" || name == "password-file" {
                let kind = ["json", "junit", "sarif", "tap", "x", "email_service", "postgres"].randomElement(
                    using: &generator)
                return Array("\(kind ?? "")=\(path)".utf8)
            }
        }
        return Bool.random(using: &generator)
            ? HostileText.number(using: &generator) : HostileText.random(using: &generator)
    }

    /// What paths lead to: a folder, nothing, files of all kinds, links.
    private static func fill(_ folder: TemporaryFolder) throws -> [String] {
        let odd = try #require(Data(base64Encoded: "/8P+AGEAYgo="))
        let files: [(String, Data)] = [
            ("empty", Data()), ("odd", odd), ("text", Data("EDB-L163 | index x | 2099-01-01 | why\n".utf8)),
            ("json", Data("{\"rates\": [1e999]}".utf8)), ("password", Data("secret\n".utf8)),
            ("deep", Data(String(repeating: "[", count: 100_000).utf8)), ("large", Data(count: 5 << 20)),
            ("lines", Data(String(repeating: "x\n", count: 200_000).utf8)),
        ]
        for (name, data) in files { try data.write(to: URL(filePath: folder.path + "/" + name)) }
        try folder.write("steps/0001_x.sql", "SELECT 1;")
        let manager = FileManager.default
        try manager.createSymbolicLink(atPath: folder.path + "/loop", withDestinationPath: "loop")
        try manager.createSymbolicLink(atPath: folder.path + "/gone", withDestinationPath: "none/x")
        return [folder.path]
            + (files.map(\.0) + ["steps", "loop", "gone", "none", "none/x", "text/x", "x\u{301}"]).map {
                folder.path + "/" + $0
            }
    }
}
