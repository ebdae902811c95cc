import FoundationEssentials
import Glibc
import Postgres
import TestSupport
import Testing

/// SIGINT and SIGTERM wherever a command can be: 128 and the signal, at once.
@Suite(.needsServer, .serialized) struct SignalTests {
    /// A server's address where connections are taken and nothing is said.
    private static func silent() throws -> (proxy: FaultyProxy, arguments: [String]) {
        let proxy = try FaultyProxy(to: TestServerPort.silent(), .stall, at: 0)
        return (proxy, ["-h", "127.0.0.1", "-p", String(proxy.port)])
    }

    @Test("While connecting", arguments: [SIGINT, SIGTERM, SIGHUP]) func connecting(_ signal: Int32) async throws {
        let (proxy, address) = try Self.silent()
        defer { proxy.stop() }
        for command in [["status"], ["ready"], ["verify"], ["init"], ["pool", "--probe"], ["bench"]] {
            let running = try RunningCommand(command + address, environment: ["PGCONNECT_TIMEOUT": "60"])
            try await Task.sleep(for: .milliseconds(700))
            let begin = ContinuousClock.now
            running.signal(signal)
            let result = try await running.end(within: .seconds(20))
            #expect(result.status == 128 + signal, "\(command): \(result)")
            // What looks at no signal is ended after two seconds, and a busy machine adds its own.
            #expect(begin.duration(to: .now) < .seconds(4), "\(command)")
        }
    }

    @Test func anIgnoredSignalStaysIgnored() async throws {
        let (proxy, address) = try Self.silent()
        defer { proxy.stop() }
        let shell = ["/bin/sh", "-c", "trap '' INT; exec \"$0\" \"$@\""]
        let running = try RunningCommand(["status"] + address, environment: [:], prefix: shell)
        try await Task.sleep(for: .milliseconds(700))
        running.signal(SIGINT)
        running.signal(SIGINT)
        try await Task.sleep(for: .milliseconds(700))
        #expect(running.isRunning)
        running.signal(SIGTERM)
        #expect(try await running.end(within: .seconds(20)).status == 143)
    }

    @Test("A closed terminal, twice, ends what would go on") func hangUpTwice() async throws {
        let server = TestServer()
        let settings = try await server.installed()
        let postmaster = try await server.processID()
        kill(postmaster, SIGSTOP)
        defer { kill(postmaster, SIGCONT) }
        // Nobody tells it to end, but for the second signal.
        let running = try RunningCommand(["init", "--wait", "60"], environment: settings.environment)
        try await Task.sleep(for: .milliseconds(700))
        running.signal(SIGHUP)
        running.signal(SIGHUP)
        #expect(try await running.end(within: .seconds(20)).status == 128 + SIGHUP)
        kill(postmaster, SIGCONT)
        try await server.stop()
    }

    @Test func whileWaitingForTheLock() async throws {
        try await TestDatabase.withEmpty { settings in
            let holder = try Connection(settings)
            try holder.query("SELECT pg_advisory_lock(\(0x656D_6169), \(0x6C64_6231))")
            let running = try RunningCommand(["init", "--verbose"], environment: settings.environment)
            try await eventually("init waits") { running.errors.contains("waiting") }
            let begin = ContinuousClock.now
            running.signal(SIGINT)
            let result = try await running.end(within: .seconds(20))
            #expect(result.status == 130 && begin.duration(to: .now) < .seconds(4), "\(result)")
            #expect(try holder.query("SELECT FROM pg_namespace WHERE nspname = 'emaildb'").isEmpty)
        }
    }

    @Test("A cancel request that has no effect is sent again") func cancelledAgain() async throws {
        try await TestDatabase.withEmpty { settings in
            let folder = try TemporaryFolder.withSteps()
            let first = try folder.read("0001_ledger.sql")
            try folder.write(
                "0001_ledger.sql",
                first
                    + "\nDO $$ BEGIN PERFORM pg_catalog.pg_sleep(60); EXCEPTION WHEN query_canceled THEN PERFORM pg_catalog.pg_sleep(61); END $$;\n"
            )
            let running = try RunningCommand(["init", "--sql", folder.path], environment: settings.environment)
            let observer = try Connection(settings)
            try await eventually("the step sleeps") {
                try !observer.query(
                    "SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()"
                ).isEmpty
            }
            let begin = ContinuousClock.now
            running.signal(SIGTERM)
            let result = try await running.end(within: .seconds(20))
            #expect(result.status == 143, "\(result)")
            // Without the second request only the limit for a frozen server would end it, after 5 s.
            #expect(begin.duration(to: .now) < .seconds(3))
            #expect(try observer.query("SELECT FROM pg_namespace WHERE nspname = 'emaildb'").isEmpty)
        }
    }

    @Test("A signal that a step does not heed is looked at before the next step") func betweenSteps() async throws {
        // One of its own: the log of the shared one is long.
        let server = TestServer()
        try await TestDatabase.withEmpty(on: server) { settings in
            let mark = "begun in \(settings["dbname"] ?? "")"
            func folder(_ pause: String) throws -> TemporaryFolder {
                let folder = try TemporaryFolder.withSteps()
                let (first, second) = ("0001_ledger.sql", "0002_extensions.sql")
                // Takes the cancellation for its own, and ends well.
                let step =
                    "\nDO $$ BEGIN PERFORM pg_catalog.pg_sleep(\(pause)); EXCEPTION WHEN query_canceled THEN NULL; END $$;\n"
                try folder.write(first, folder.read(first) + step)
                try folder.write(second, "DO $$ BEGIN RAISE LOG '\(mark)'; END $$;\n" + folder.read(second))
                return folder
            }
            func marks() async throws -> Int {
                try await server.log().split(separator: "\n").count { $0.hasSuffix("LOG:  " + mark) }
            }
            let slow = try folder("60")
            let running = try RunningCommand(["init", "--sql", slow.path], environment: settings.environment)
            let observer = try Connection(settings)
            try await eventually("the step sleeps") {
                try !observer.query(
                    "SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()"
                ).isEmpty
            }
            running.signal(SIGTERM)
            let result = try await running.end(within: .seconds(20))
            #expect(result.status == 143, "\(result)")
            #expect(try await marks() == 0)
            #expect(try observer.query("SELECT FROM pg_namespace WHERE nspname = 'emaildb'").isEmpty)
            // The control: without a signal the second step does begin.
            let quick = try folder("0")
            let whole = try await CommandRunner.emaildb(
                ["init", "--sql", quick.path], environment: settings.environment)
            #expect(whole.status == 0, "\(whole)")
            #expect(try await marks() == 1)
        }
        try await server.stop()
    }

    @Test("A frozen server: the first signal ends it in time, the second at once", arguments: [1, 2])
    func frozen(_ signals: Int) async throws {
        let server = TestServer()
        let settings = try await server.installed()
        let holder = try Connection(settings)
        try holder.script("BEGIN; LOCK TABLE emaildb.ledger IN ACCESS EXCLUSIVE MODE")
        // Inside of its transaction the holder would see the same sessions for ever.
        let observer = try Connection(settings)
        let running = try RunningCommand(["verify"], environment: settings.environment)
        let waiting = "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND application_name = 'emaildb'"
        try await eventually("verify waits") { try !observer.query(waiting).isEmpty }
        let backend = try #require(try observer.query(waiting).first?[0].flatMap { Int32($0) })
        let postmaster = try await server.processID()
        for process in [postmaster, backend] { kill(process, SIGSTOP) }
        defer { for process in [postmaster, backend] { kill(process, SIGCONT) } }
        var begin = ContinuousClock.now
        running.signal(SIGINT)
        if signals == 2 {
            try await Task.sleep(for: .milliseconds(500))
            #expect(running.isRunning, "the control: a frozen server does not answer")
            begin = .now
            running.signal(SIGTERM)
        }
        if signals == 1 {
            // The server is given its five seconds, and asked once: a request that is not answered yet is not repeated.
            try await Task.sleep(for: .milliseconds(2500))
            #expect(running.isRunning, "it waits for the server: \(running.errors)")
            let threads = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(running.processID)/task").count
            #expect(threads < 8, "\(threads) threads")
        }
        let result = try await running.end(within: .seconds(30))
        #expect(result.status == (signals == 1 ? 130 : 143), "\(result)")
        #expect(begin.duration(to: .now) < (signals == 1 ? .seconds(8) : .seconds(1)))
        for process in [postmaster, backend] { kill(process, SIGCONT) }
        try await server.stop()
    }

    @Test("In a login that takes long, and goes on in a thread that is left behind") func login() async throws {
        let server = TestServer()
        let superuser = try await server.connectionSettings()
        let zeros = String(repeating: "A", count: 43) + "="
        // So many rounds keep the client's half of the login busy for seconds.
        try Connection(superuser).query(
            "CREATE ROLE slow LOGIN PASSWORD 'SCRAM-SHA-256$5000000:AAAAAAAAAAAAAAAAAAAAAA==$\(zeros):\(zeros)'")
        var settings = superuser
        settings["user"] = "slow"
        settings["password"] = "any"
        for _ in 1...3 {
            let running = try RunningCommand(["status"], environment: settings.environment)
            try await Task.sleep(for: .milliseconds(400))
            running.signal(SIGINT)
            let result = try await running.end(within: .seconds(20))
            #expect(result.status == 130, "\(result)")
        }
        try await server.stop()
    }

    /// Such a thread crashed once in twenty times in what the exit of C had taken away under it.
    @Test("The end of the program takes nothing away under threads that are left behind")
    func end() async throws {
        let settings = try await TestServer.shared.connectionSettings()
        var environment = settings.environment
        environment["LD_DEBUG"] = "files"
        for arguments in [["status"], ["ready", "-d", "postgres"], ["status", "--port", "1"]] {
            let result = try await CommandRunner.emaildb(arguments, environment: environment)
            #expect(result.errors.contains("calling init: "), "the control")
            #expect(!result.errors.contains("calling fini: "), "\(arguments)")
        }
        let control = try await CommandRunner.run("true", [], environment: environment)
        #expect(control.errors.contains("calling fini: "))
    }

    @Test("At a question") func question() async throws {
        let target = TuneServer()
        let folder = try TemporaryFolder()
        let command = "'\(CommandRunner.emaildb)' tune --profile development --memory 1GB"
        // script(1) gives the program a terminal, where the character 3 is Ctrl-C. It reaches the shell, too ($SHELL, or sh),
        // and not every shell goes on by itself after it.
        let typing =
            "for n in $(seq 600); do grep -aqs 'Write this' log && break; sleep 0.05; done; printf '\\003'; sleep 8"
        let begin = ContinuousClock.now
        let result = try await CommandRunner.run(
            "sh", ["-c", "(\(typing)) | script -qefc \"trap : INT; \(command); echo ended \\$?; stty -a\" log"],
            environment: try await target.server.connectionSettings().environment, in: folder.path,
            killAfter: .seconds(60))
        #expect(result.output.contains("ended 130"), "\(result)")
        #expect(result.output.contains(" icanon ") && result.output.contains(" echo "), "\(result)")
        #expect(begin.duration(to: .now) < .seconds(40))
        #expect(try await !target.configuration().contains("shared_buffers"))
        try await target.server.stop()
    }

    // MARK: - Programs that it starts

    private static func stoppedServer() async throws -> (target: TuneServer, data: String) {
        let target = TuneServer()
        let connection = try await target.connect()
        for setting in ["work_mem = '5MB'", "max_connections = '120'", "wal_level = 'logical'"] {
            try connection.query("ALTER SYSTEM SET \(setting)")
        }
        connection.close()
        let data = try await target.data()
        try await target.server.pause()
        return (target, data)
    }

    @Test("Ctrl-C at a terminal is no refusal of the server") func rescueAtATerminal() async throws {
        let (target, data) = try await Self.stoppedServer()
        let before = try await target.configuration()
        var generator = SeededGenerator(printing: "rescue at a terminal")
        for _ in 1...Rounds.few(4, soak: 50) {
            let moment = Double.random(in: 0.05...2.5, using: &generator)
            let command = "'\(CommandRunner.emaildb)' tune --rescue -D '\(data)'"
            let result = try await CommandRunner.run(
                "sh",
                [
                    "-c",
                    "(sleep \(moment); printf '\\003'; sleep 4) | script -qefc \"trap : INT; \(command); echo ended \\$?\" /dev/null",
                ],
                killAfter: .seconds(60))
            let isWhole = result.output.contains("ended 0") && result.output.contains("nothing was changed")
            #expect(result.output.contains("ended 130") || isWhole, "\(moment): \(result)")
            #expect(try await target.configuration() == before, "\(moment): \(result)")
        }
        try await target.server.stop()
    }

    @Test("A program that a signal ends is no refusal of the server", arguments: [SIGKILL, SIGTERM])
    func rescueWithoutItsProgram(_ signal: Int32) async throws {
        let (target, data) = try await Self.stoppedServer()
        let before = try await target.configuration()
        var result: CommandResult?
        var mark = ""
        // On a busy machine pg_ctl may come and go unseen.
        for _ in 1...10 where (result?.status ?? 0) == 0 {
            let running = try RunningCommand(["tune", "--rescue", "--yes", "-D", data], environment: [:])
            mark = "emaildb-proof-\(running.processID)"
            try await eventually("the scratch server is being started", every: .milliseconds(1)) {
                let found = RunningCommand.processes(with: mark).filter { process in
                    (try? String(contentsOfFile: "/proc/\(process)/comm", encoding: .utf8)) == "pg_ctl\n"
                }
                for process in found { kill(process, signal) }
                return !found.isEmpty || !running.isRunning
            }
            result = try await running.end(within: .seconds(30))
        }
        #expect(result?.status == 128 + signal, "\(String(describing: result))")
        #expect(try await target.configuration() == before)
        try await eventually("no server is left", within: .seconds(10)) { RunningCommand.processes(with: mark).isEmpty }
        try await target.server.stop()
    }
}

/// A port where something listens that never speaks.
enum TestServerPort {
    private static let socket: (descriptor: Int32, port: Int) = {
        let descriptor = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                _ = bind(descriptor, generic, length)
                _ = getsockname(descriptor, generic, &length)
            }
        }
        _ = listen(descriptor, 128)
        return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
    }()

    static func silent() -> Int { socket.port }
}
