import Glibc
import Postgres
import TestSupport
import Testing

/// A server, or what is between, that goes silent, hangs up or garbles: every command ends by its own limit.
@Suite(.needsServer, .serialized) struct SilenceSoakTests {
    /// A command, and the limit that its options give it: of connecting and of an answer.
    struct Case: Sendable {
        let arguments: [String]
        let limit: Duration
        /// How it ends when the server is never heard of again.
        var lost: Int32 = 3
    }

    static let cases = [
        Case(arguments: ["ready", "--timeout", "1"], limit: .seconds(2)),
        Case(arguments: ["status", "--answer-timeout", "1"], limit: .seconds(3)),
        Case(arguments: ["verify", "--only", "layout,security", "--answer-timeout", "1"], limit: .seconds(3)),
        Case(arguments: ["init", "--answer-timeout", "1"], limit: .seconds(3)),
        Case(arguments: ["init", "--plan", "--answer-timeout", "1"], limit: .seconds(3)),
        Case(
            arguments: ["tune", "--profile", "production", "--memory", "1GB", "--plan", "--answer-timeout", "1"],
            limit: .seconds(6)),
        Case(arguments: ["pool", "--probe", "--answer-timeout", "1"], limit: .seconds(3)),
        // It tries to drop what it has made; where the fault does no harm, it measures.
        Case(
            arguments: [
                "bench", "--messages", "1000", "--tenants", "2", "--seconds", "0.01", "--answer-timeout", "1",
                "--database",
                "fault_bench",
            ],
            limit: .seconds(9)),
    ]

    /// What README's table lists.
    static let documented: Set<Int32> = [0, 1, 2, 3, 4, 5, 6, 64]

    @Test("At each of the first 2,000 bytes", arguments: cases.indices) func anyByte(_ index: Int) async throws {
        let each = Self.cases[index]
        try await TestDatabase.withSchema { settings in
            let port = try #require(settings["port"].flatMap { Int($0) })
            var generator = SeededGenerator(printing: each.arguments[0])
            let few = (0..<4).map { _ in Int.random(in: 0..<2000, using: &generator) }
            let count = Rounds.few(few.count, soak: 2000)
            let bytes = count == few.count ? few : Array(0..<count)
            let rounds = FaultyProxy.Fault.allCases.flatMap { fault in bytes.map { (fault, $0) } }
            // Most of the time they wait.
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (number, (fault, byte)) in rounds.enumerated() {
                    if number >= Rounds.few(2, soak: 16) { try await group.next() }
                    group.addTask { try await Self.run(each, fault, byte, port, settings) }
                }
                try await group.waitForAll()
            }
        }
    }

    private static func run(
        _ each: Case, _ fault: FaultyProxy.Fault, _ byte: Int, _ port: Int, _ settings: ConnectionSettings
    ) async throws {
        let proxy = try FaultyProxy(to: port, fault, at: byte)
        defer { proxy.stop() }
        var environment = settings.environment
        environment["PGPORT"] = String(proxy.port)
        environment["PGCONNECT_TIMEOUT"] = "2"
        let running = try RunningCommand(each.arguments, environment: environment)
        let result = try await running.end(within: each.limit + .seconds(30))
        let time = running.started.duration(to: .now)
        let what = "\(each.arguments[0]) \(fault) \(byte) of \(proxy.bytesPassed): \(time) \(result)"
        // What a busy machine adds is not the program's; nor does a fault that did no harm make its work shorter.
        #expect(result.status == 0 || time < each.limit + .seconds(Rounds.few(20, soak: 2)), "\(what)")
        #expect(documented.contains(result.status), "\(what)")
        if fault == .stall, byte < 300 { #expect(result.status == each.lost, "\(what)") }
    }

    // MARK: - Others

    @Test("A statement that is at work is not given up") func workIsNoSilence() async throws {
        try await TestDatabase.withEmpty { settings in
            let folder = try TemporaryFolder.withSteps()
            let first = try folder.read("0001_ledger.sql")
            try folder.write("0001_ledger.sql", "SELECT pg_catalog.pg_sleep(4);\n" + first)
            let result = try await CommandRunner.emaildb(
                ["init", "--plan", "--sql", folder.path, "--answer-timeout", "1"], environment: settings.environment)
            #expect(result.status == 0, "\(result)")
            let running = try RunningCommand(
                ["init", "--sql", folder.path, "--answer-timeout", "1"], environment: settings.environment)
            let observer = try Connection(settings)
            try await eventually("it sleeps") {
                try !observer.query(
                    "SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()"
                )
                .isEmpty
            }
            try await Task.sleep(for: .seconds(3))
            #expect(running.isRunning, "\(running.errors)")
            _ = try await running.end(within: .seconds(60))
            #expect(!running.errors.contains("no answer"), "\(running.errors)")
        }
    }

    @Test func readyIsBoundAlsoWhereConnectTimeoutIsNot() async throws {
        for timeout in ["0", "-1"] {
            let running = try RunningCommand(
                [
                    "ready", "--timeout", "1", "-d",
                    "host=127.0.0.1 port=\(TestServerPort.silent()) connect_timeout=\(timeout)",
                ],
                environment: [:])
            #expect(try await running.end(within: .seconds(20)).status == 3)
            #expect(running.started.duration(to: .now) < .seconds(4))
        }
    }

    @Test("As psql: the service's database, user and host") func service() async throws {
        try await TestDatabase.withSchema { settings in
            let folder = try TemporaryFolder()
            let lines = settings.parameters.filter { $0.key != "passfile" }.map { "\($0.key)=\($0.value)\n" }
            try folder.write("services", "[mail]\n" + lines.joined())
            let environment = ["PGSERVICEFILE": folder.path + "/services"]
            let name = try #require(settings["dbname"])
            for (arguments, more) in [
                (["-d", "service=mail"], [:]), ([], ["PGSERVICE": "mail"]),
                ([], ["DATABASE_URL": "postgresql://?service=mail"]),
            ] as [([String], [String: String])] {
                let result = try await CommandRunner.emaildb(
                    ["verify", "--only", "layout", "--format", "json"] + arguments,
                    environment: environment.merging(more) { $1 })
                #expect(
                    result.status == 0 && result.output.contains("\"database\" : \"\(name)\""),
                    "\(arguments): \(result)")
            }
            let pool = try await CommandRunner.emaildb(["pool", "-d", "service=mail"], environment: environment)
            #expect(pool.output.contains("\(name) = host=127.0.0.1 port=\(settings["port"] ?? "")"), "\(pool)")
            let unknown = try await CommandRunner.emaildb(["status", "-d", "service=other"], environment: environment)
            #expect(unknown.status == 3 && unknown.errors.contains("other"), "\(unknown)")
        }
    }
}
