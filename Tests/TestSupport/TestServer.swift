import Core
import FoundationEssentials
import Glibc
package import Postgres
package import Server

/// A throwaway PostgreSQL server of one test process: loopback only, durable by nothing, gone when the process ends.
package actor TestServer {
    /// The server that most tests share; each makes databases of its own in it.
    package static let shared = TestServer()

    private let settings: [String: String]
    private let isPlain: Bool
    private let binaries: String?
    private let directory: String
    private var preferredPort: Int?
    private var started: Task<LocalServer, any Error>?

    /// A server of one's own, for tests that crash it, fill it with roles, or set it up otherwise.
    /// - Parameters:
    ///   - settings: server settings beyond those of all test servers.
    ///   - binaries: the folder of a server other than the one under test.
    ///   - isPlain: whether the command line has only these settings, as it comes before every configuration file.
    package init(settings: [String: String] = [:], binaries: String? = nil, isPlain: Bool = false) {
        self.settings = settings
        self.isPlain = isPlain
        self.binaries = binaries
        directory = "/tmp/emaildb-test-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
    }

    /// The running server, started at the first call.
    package func server() async throws -> LocalServer {
        if let started { return try await started.value }
        let directory = directory
        let settings = settings
        let asked = self.binaries
        let isPlain = isPlain
        let port = preferredPort
        let task = Task {
            let server = LocalServer(directory: directory)
            let binaries = try ServerBinaries.find(asked, state: ".emaildb")
            let usual = [
                "fsync": "off", "full_page_writes": "off", "max_connections": "100", "log_statement": "all",
                "shared_preload_libraries": "pg_stat_statements", "log_line_prefix": "%m [%p] ",
            ]
            let all = isPlain ? settings : usual.merging(settings) { _, ours in ours }
            _ = try await Threads.run(1) { _ in
                try server.start(binaries, preferredPort: port, settings: all, trustsSuperuser: true)
            }
            Leftovers.remember(server)
            return server
        }
        started = task
        do {
            return try await task.value
        } catch {
            started = nil
            throw error
        }
    }

    /// How to connect as the superuser.
    package func connectionSettings() async throws -> ConnectionSettings {
        guard let settings = try await server().connectionSettings else {
            throw PostgresError(kind: .connect, message: "the test server is gone")
        }
        return settings
    }

    /// Where its files are, or will be.
    nonisolated var folder: String { directory }

    /// Starts the stopped or killed server again on a port of its choice.
    func restart(port: Int?) async throws {
        preferredPort = port
        started = nil
        _ = try await server()
    }

    /// Stops the server, for ``resume()`` to start it again on the same port.
    package func pause() async throws {
        let server = try await server()
        preferredPort = server.running?.port
        _ = try await Threads.run(1) { _ in try server.stop() }
    }

    /// Starts the server again after ``pause()``.
    package func resume() async throws { try await restart(port: preferredPort) }

    /// Stops the server and removes its files.
    package func stop() async throws {
        guard let started else { return }
        let server = try await started.value
        _ = try await Threads.run(1) { _ in try server.stop(immediately: true) }
        try? FileManager.default.removeItem(atPath: directory)
        self.started = nil
    }

    /// What the server has logged so far.
    package func log() async throws -> String {
        let path = try await server().logFile
        return FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}

/// Servers to stop when the test process ends, however its tests went.
private enum Leftovers {
    private nonisolated(unsafe) static var servers: [LocalServer] = []
    private static let registered: Void = {
        _ = atexit {
            for server in Leftovers.servers {
                // Whichever process it is by now: some tests restart it.
                if let pid = server.running?.pid {
                    kill(pid, SIGQUIT)
                    for _ in 0..<100 where kill(pid, 0) == 0 { usleep(20_000) }
                }
                try? FileManager.default.removeItem(atPath: server.directory)
            }
        }
    }()

    static func remember(_ server: LocalServer) {
        _ = registered
        servers.append(server)
    }
}

extension TestServer {
    /// The postmaster's process id.
    package func processID() async throws -> Int32 {
        guard let running = try await server().running else {
            throw PostgresError(kind: .connect, message: "the test server is gone")
        }
        preferredPort = running.port
        return running.pid
    }

    /// Starts the server again on the same port after its postmaster was killed with SIGKILL, or just now if it was not.
    package func recover() async throws {
        let old = try await server()
        if let running = old.running { kill(running.pid, SIGKILL) }
        try await eventually("the postmaster is gone", every: .milliseconds(10)) { old.running == nil }
        // Its children end by themselves when they notice; until then they hold the shared memory, and a new
        // postmaster refuses to start.
        try await eventually("a new postmaster starts", every: .milliseconds(100)) {
            do { try await restart(port: preferredPort) } catch is Failure { return false }
            return true
        }
    }
}

extension TestServer {
    /// Turns the server into a hot standby: it stays in recovery and waits for a primary that does not exist.
    package func becomeStandby() async throws {
        let server = try await server()
        _ = try await Threads.run(1) { _ in try server.stop() }
        let signal = server.directory + "/data/standby.signal"
        guard FileManager.default.createFile(atPath: signal, contents: nil) else {
            throw PostgresError(kind: .usage, message: "cannot write \(signal)")
        }
        chmod(signal, 0o666)
        try await restart(port: nil)
    }
}
