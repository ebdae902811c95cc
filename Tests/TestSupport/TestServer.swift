public import EmailDatabase
import FoundationEssentials
import Glibc
public import Postgres

/// A throwaway PostgreSQL server of one test process: loopback only, durable by nothing, gone when the process ends.
public actor TestServer {
    /// The server that most tests share; each makes databases of its own in it.
    public static let shared = TestServer()

    private let settings: [String: String]
    private let directory: String
    private var started: Task<LocalServer, any Error>?

    /// A server of one's own, for tests that crash it, fill it with roles, or set it up otherwise.
    /// - Parameter settings: server settings beyond those of all test servers.
    public init(settings: [String: String] = [:]) {
        self.settings = settings
        directory = "/tmp/emaildb-test-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
    }

    /// The running server, started at the first call.
    public func server() async throws -> LocalServer {
        if let started { return try await started.value }
        let directory = directory
        let settings = settings
        let task = Task {
            let server = LocalServer(directory: directory)
            let binaries = try ServerBinaries.find(nil, state: ".emaildb")
            var configuration = LocalServer.Configuration(preferredPort: nil, trustsSuperuser: true)
            configuration.settings = [
                "fsync": "off", "full_page_writes": "off", "max_connections": "100", "log_statement": "all",
                "shared_preload_libraries": "pg_stat_statements", "log_line_prefix": "%m [%p] ",
            ].merging(settings) { _, ours in ours }
            try await server.start(binaries, configuration)
            Leftovers.remember(server)
            return server
        }
        started = task
        return try await task.value
    }

    /// How to connect as the superuser.
    public func connectionSettings() async throws -> ConnectionSettings {
        guard let settings = try await server().connectionSettings else {
            throw PostgresError(kind: .connect, message: "the test server is gone")
        }
        return settings
    }

    /// Kills the server without a checkpoint, as a power failure would, and starts it again.
    public func crashAndRestart() async throws {
        let old = try await server()
        try await old.stop(immediately: true)
        started = nil
        _ = try await server()
    }

    /// Stops the server and removes its files.
    public func stop() async throws {
        guard let started else { return }
        let server = try await started.value
        try await server.stop(immediately: true)
        try? FileManager.default.removeItem(atPath: directory)
        self.started = nil
    }

    /// What the server has logged so far.
    public func log() async throws -> String {
        let path = try await server().logFile
        return FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}

/// Servers to stop when the test process ends, however its tests went.
private enum Leftovers {
    private nonisolated(unsafe) static var servers: [(pid: Int32, directory: String)] = []
    private static let registered: Void = {
        _ = atexit {
            for server in Leftovers.servers {
                kill(server.pid, SIGQUIT)
                for _ in 0..<100 where kill(server.pid, 0) == 0 { usleep(20_000) }
                try? FileManager.default.removeItem(atPath: server.directory)
            }
        }
    }()

    static func remember(_ server: LocalServer) {
        _ = registered
        if let pid = server.running?.pid { servers.append((pid, server.directory)) }
    }
}
