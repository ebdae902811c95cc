import FoundationEssentials
import Glibc
import Postgres
import Server
import TestSupport
import Testing

/// One signal or two at random moments of every command: the status says so, nothing is half, the next run works.
@Suite(.needsServer, .serialized) struct SignalSoakTests {
    private struct Round {
        let moment: Duration
        let signals: [Int32]
        let pause: Duration
    }

    private static let kinds = [[SIGINT], [SIGTERM], [SIGINT, SIGINT], [SIGTERM, SIGTERM], [SIGINT, SIGTERM]]

    /// Signals a command at random moments of its whole length.
    /// - Parameters:
    ///   - prepare: before each run.
    ///   - check: after each run that was stopped, before the next run, which has to succeed.
    private static func strike(
        _ arguments: [String], _ environment: [String: String], in folder: String? = nil, statuses: Set<Int32> = [0],
        rounds: Int, prepare: () async throws -> Void = {}, check: (String) async throws -> Void = { _ in }
    ) async throws {
        var generator = SeededGenerator(printing: arguments.joined(separator: " "))
        try await prepare()
        let whole = try RunningCommand(arguments, environment: environment, in: folder)
        let first = try await whole.end(within: .seconds(180))
        #expect(statuses.contains(first.status), "\(first)")
        var duration = whole.started.duration(to: .now)
        var stopped = 0
        // On a busy machine the first run may take much longer than the others, so that the moments are too late.
        for number in 1...rounds + 20 where number <= rounds || stopped == 0 {
            try await prepare()
            let signals = kinds.randomElement(using: &generator) ?? [SIGINT]
            let moment = duration * Double.random(in: 0.02...1.05, using: &generator)
            let pause = Duration.milliseconds(Int.random(in: 0...300, using: &generator))
            let running = try RunningCommand(arguments, environment: environment, in: folder)
            try await Task.sleep(for: moment)
            for signal in signals {
                running.signal(signal)
                try await Task.sleep(for: pause)
            }
            let begin = ContinuousClock.now
            let result = try await running.end(within: .seconds(60))
            let what = "\(arguments.joined(separator: " ")), round \(number), \(signals) after \(moment): \(result)"
            let isStopped = signals.contains(result.status - 128)
            stopped += isStopped ? 1 : 0
            #expect(isStopped || statuses.contains(result.status), "\(what)")
            #expect(begin.duration(to: .now) < .seconds(15), "\(what)")
            try await eventually("no child is left: \(what)", within: .seconds(10)) {
                RunningCommand.processes(with: "emaildb-proof-\(running.processID)").isEmpty
            }
            try await check(what)
            let again = try RunningCommand(arguments, environment: environment, in: folder)
            let next = try await again.end(within: .seconds(180))
            duration = min(duration, again.started.duration(to: .now))
            #expect(statuses.contains(next.status), "after \(what): \(next)")
        }
        #expect(stopped > 0, "no run was stopped: the moments are wrong")
    }

    @Test(.timeLimit(.minutes(240))) func initialise() async throws {
        let server = TestServer()
        let settings = try await server.connectionSettings().database("email_service")
        try await Self.strike(
            ["init"], settings.environment, rounds: Rounds.few(4, soak: 200), prepare: { try Cluster.empty(settings) },
            check: { what in
                let connection = try Connection(settings.database("postgres"))
                // Rolled back as a whole, once the server has noticed that the client is gone.
                try await eventually("no session is left: \(what)") {
                    try connection.query(
                        "SELECT FROM pg_stat_activity WHERE application_name = 'emaildb' AND pid <> pg_backend_pid()"
                    )
                    .isEmpty
                }
                guard try !connection.query("SELECT FROM pg_database WHERE datname = 'email_service'").isEmpty else {
                    return
                }
                let steps = try Connection(settings).query("SELECT to_regclass('emaildb.ledger')::text AS ledger")[0]
                if steps["ledger"]?.isEmpty == false {
                    let count = try Connection(settings).query(
                        "SELECT count(*) FROM emaildb.ledger WHERE state = 'done'")
                    #expect(count.first?[0] != "0", "\(what)")
                }
            })
        try await server.stop()
    }

    @Test(.timeLimit(.minutes(240))) func verify() async throws {
        try await TestDatabase.withSchema { settings in
            try await Self.strike(
                ["verify"], settings.environment, statuses: [0, 1], rounds: Rounds.few(4, soak: 200),
                check: { what in
                    for table in ["email_accounts", "email_messages"] {
                        let left = try Connection(settings).query("SELECT FROM public.\(table)")
                        #expect(left.isEmpty, "\(what)")
                    }
                })
        }
    }

    @Test(.timeLimit(.minutes(240))) func tuneAndUndo() async throws {
        let target = TuneServer()
        let environment = try await target.server.connectionSettings().environment
        let before = try await target.configuration()
        let apply = ["tune", "--profile", "production", "--memory", "8GB", "--cpus", "2", "--yes"]
        try await Self.strike(
            apply, environment, rounds: Rounds.few(4, soak: 200), prepare: { try await target.reset() },
            check: { what in
                let now = try await target.configuration()
                #expect(
                    now == before || now.contains("\"state\":\"applied\"") || Self.isHalfKilled(now, what),
                    "\(what): \(now)")
            })
        try await Self.strike(
            ["tune", "--undo", "--yes"], environment, rounds: Rounds.few(4, soak: 200),
            prepare: {
                try await target.reset()
                #expect(try await target.run(Array(apply.dropFirst())).status == 0)
            },
            check: { what in
                let now = try await target.configuration()
                #expect(
                    now == before || now.contains("\"state\":\"applied\"") || Self.isHalfKilled(now, what),
                    "\(what): \(now)")
            })
        try await target.server.stop()
    }

    /// A second signal ends the process at once: then the journal says how far it came, and the next run goes on from there.
    private static func isHalfKilled(_ configuration: String, _ what: String) -> Bool {
        what.contains(", 2] after") || what.contains(", 15] after")
    }

    @Test(.timeLimit(.minutes(240))) func restart() async throws {
        let target = TuneServer()
        let environment = try await target.server.connectionSettings().environment
        _ = try await target.server.processID()
        var size = 20
        try await Self.strike(
            ["tune", "--restart", "--yes"], environment, rounds: Rounds.few(3, soak: 200),
            prepare: {
                size += 1
                let connection = try await target.connect()
                try connection.query("ALTER SYSTEM SET max_worker_processes = \(size % 40 + 10)")
                try connection.query("SELECT pg_reload_conf()")
            },
            check: { what in
                // Begun, a restart comes to its end, also without this program.
                try await eventually("the server is up: \(what)") { (try? await target.connect()) != nil }
            })
        try await target.server.stop()
    }

    @Test(.timeLimit(.minutes(240))) func rescue() async throws {
        let target = TuneServer()
        let setting = try await target.connect()
        try setting.query("ALTER SYSTEM SET work_mem = '5MB'")
        setting.close()
        let data = try await target.data()
        try await target.server.pause()
        let whole = try await target.configuration()
        let broken = whole + "shared_preload_libraries = 'gone'\n"
        try await Self.strike(
            ["tune", "--rescue", "--yes", "-D", data], [:], rounds: Rounds.few(4, soak: 200),
            prepare: { try await target.writeConfiguration(broken) },
            check: { what in
                let now = try await target.configuration()
                #expect(now == broken || now.contains("work_mem = '5MB'") && !now.contains("gone"), "\(what): \(now)")
            })
        try await target.server.stop()
    }

    @Test(.timeLimit(.minutes(240))) func privateServer() async throws {
        let folder = try TemporaryFolder()
        let binaries = try ServerBinaries.find(nil, state: ".emaildb").directory
        let server = LocalServer(directory: folder.path + "/.emaildb/server")
        try await Self.strike(
            ["dev", "start", "--postgres", binaries], [:], in: folder.path, rounds: Rounds.few(4, soak: 200),
            prepare: {
                _ = try await Threads.run(1) { _ in try server.stop(immediately: true) }
                try? FileManager.default.removeItem(atPath: folder.path + "/.emaildb")
            },
            check: { what in
                guard !what.contains("status: 0") else { return }
                try await eventually("no server is left: \(what)", within: .seconds(10)) {
                    RunningCommand.processes(with: folder.path + "/.emaildb/server/data").isEmpty
                }
            })
        _ = try await Threads.run(1) { _ in try server.stop(immediately: true) }
    }

    @Test(.timeLimit(.minutes(240))) func bench() async throws {
        let settings = try await TestServer.shared.connectionSettings()
        let name = TestDatabase.uniqueName()
        let superuser = try Connection(settings)
        try await Self.strike(
            ["bench", "--messages", "1000", "--tenants", "2", "--seconds", "0.01", "--database", name],
            settings.environment,
            rounds: Rounds.few(2, soak: 200),
            check: { what in
                // The server may still be at what was asked last.
                try await eventually("no session is left: \(what)") {
                    try superuser.query(
                        "SELECT FROM pg_stat_activity WHERE application_name = 'emaildb' AND pid <> pg_backend_pid()"
                            + " AND (datname LIKE $1 || '%' OR query LIKE '%' || $1 || '%')", [name]
                    ).isEmpty
                }
                let left = try superuser.query("SELECT datname FROM pg_database WHERE datname LIKE $1 || '%'", [name])
                // Two signals leave them, and the message of the next run says how to drop them.
                if !Self.isHalfKilled("", what) { #expect(left.isEmpty, "\(what)") }
                for row in left { try superuser.query("DROP DATABASE IF EXISTS \(row[0] ?? "") WITH (FORCE)") }
            })
    }

    @Test(.timeLimit(.minutes(240))) func probe() async throws {
        try await PooledDatabase().pooled { settings in
            try await Self.strike(["pool", "--probe"], settings.environment, rounds: Rounds.few(4, soak: 200))
        }
    }
}
