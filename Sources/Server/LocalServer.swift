import Core
import FoundationEssentials
import Glibc
import Install
package import Postgres

/// A private PostgreSQL server in a folder of its own, reachable on the loopback address only.
///
/// The folder holds `data` (the cluster), `pgpass` (the passwords of the superuser and of `email_service`, mode 0600),
/// `application-password` (the latter alone, for `init`) and `log`. PostgreSQL refuses to run as root, so root starts it
/// as `nobody`, who keeps one capability: to search folders that only root may enter.
package struct LocalServer: Sendable {
    package struct Configuration: Sendable {
        /// The port to use if it is free; nil, or one that is taken, means any free port.
        package var preferredPort: Int?
        package var settings = ["shared_preload_libraries": "pg_stat_statements"]
        /// Whether local connections of the superuser are trusted instead of asked for a password (tests).
        package var trustsSuperuser: Bool

        package init(preferredPort: Int? = 5434, trustsSuperuser: Bool = false) {
            self.preferredPort = preferredPort
            self.trustsSuperuser = trustsSuperuser
        }
    }

    package static let superuser = "postgres"

    package let directory: String

    package init(directory: String) { self.directory = Paths.absolute(directory) }

    package var passwordFile: String { directory + "/pgpass" }
    /// The password file of `email_service`, as `init --app-password-file` takes it.
    package var applicationPasswordFile: String { directory + "/application-password" }
    package var logFile: String { directory + "/log" }
    private var data: String { directory + "/data" }
    package var running: (pid: Int32, port: Int)? { Self.running(data) }

    /// The process id and port of the server that runs on a data directory; nil when none does.
    package static func running(_ data: String) -> (pid: Int32, port: Int)? {
        let lines = statusLines(data)
        guard lines.count > 3, let pid = Int32(lines[0]), let port = Int(lines[3]), isPostgres(pid) else { return nil }
        return (pid, port)
    }

    private static func statusLines(_ data: String) -> [Substring] {
        String(decoding: Files.read(data + "/postmaster.pid") ?? [], as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false)
    }

    /// Whether a process is a PostgreSQL server that lives: its number may have been given to another program since, and
    /// a killed server stays behind as a zombie until its parent looks.
    private static func isPostgres(_ pid: Int32) -> Bool {
        let words = String(decoding: Files.read("/proc/\(pid)/stat") ?? [], as: UTF8.self).split(separator: " ")
        return words.count > 2 && words[1] == "(postgres)" && words[2] != "Z"
    }

    /// How to connect as the superuser; nil when no server runs.
    package var connectionSettings: ConnectionSettings? {
        guard let running else { return nil }
        return ConnectionSettings(parameters: [
            "host": "127.0.0.1", "port": String(running.port), "user": Self.superuser, "passfile": passwordFile,
            "dbname": "postgres",
        ])
    }

    /// Starts the server, making its cluster first when there is none; does nothing when it runs.
    package func start(_ binaries: ServerBinaries, _ configuration: Configuration = Configuration()) async throws {
        if running != nil { return try await waitUntilReady() }
        if !FileManager.default.fileExists(atPath: data + "/PG_VERSION") {
            try createCluster(binaries, configuration)
        }
        try prepareLog()
        while true {
            let port = Self.freePort(preferring: configuration.preferredPort)
            do {
                return try launch(binaries, configuration, port: port)
            } catch let error as Failure {
                // Another program may have taken the port since; then there is another port.
                if Self.freePort(preferring: port) == port { throw error }
            }
        }
    }

    private func launch(_ binaries: ServerBinaries, _ configuration: Configuration, port: Int) throws {
        var settings = configuration.settings
        settings["listen_addresses"] = "127.0.0.1"
        settings["unix_socket_directories"] = ""
        settings["port"] = String(port)
        let options = settings.sorted { $0.key < $1.key }.map { "-c \($0.key)='\($0.value)'" }.joined(separator: " ")
        try run(
            binaries, "pg_ctl", ["-D", data, "-w", "-t", "60", "-s", "-l", logFile, "-o", options, "start"],
            fix: "tail \(logFile)")
    }

    /// Whether the server on a data directory accepts connections: the eighth line of its pid file says that.
    static func isReady(_ data: String) -> Bool {
        let lines = statusLines(data)
        return lines.count > 7 && lines[7].hasPrefix("ready")
    }

    private func waitUntilReady() async throws {
        for _ in 0..<600 where running != nil {
            if Self.isReady(data) { return }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw Failure(.failed, "the server does not become ready", fix: "tail \(logFile)")
    }

    /// Stops the server; does nothing when none runs.
    /// - Parameter immediately: without a checkpoint, as after a crash.
    package func stop(immediately: Bool = false) async throws {
        guard let pid = running?.pid else { return }
        // The signals of pg_ctl's fast and immediate modes; pg_ctl itself may be gone or of another version by now.
        kill(pid, immediately ? SIGQUIT : SIGINT)
        for _ in 0..<600 {
            if running == nil { return }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw Failure(.failed, "the server (process \(pid)) does not stop", fix: "tail \(logFile)")
    }

    // MARK: - The cluster

    private func createCluster(_ binaries: ServerBinaries, _ configuration: Configuration) throws {
        let manager = FileManager.default
        // A name of its own: the initdb of a killed start may still be at work, and removes its folder when it fails.
        let attempt = data + ".new.\(getpid())"
        do {
            try manager.createDirectory(atPath: directory, withIntermediateDirectories: true)
            for name in try manager.contentsOfDirectory(atPath: directory) where name.hasPrefix("data.new.") {
                try? manager.removeItem(atPath: directory + "/" + name)
            }
            try manager.createDirectory(atPath: attempt, withIntermediateDirectories: false)
        } catch {
            throw Failure(.failed, "cannot write in \(directory)", fix: "cd to a folder where you may make .emaildb")
        }
        try giveToServer(attempt)
        let password = Self.randomPassword()
        let secret = directory + "/initial-password"
        try writeSecret(password + "\n", to: secret)
        defer { unlink(secret) }
        try giveToServer(secret)
        // A cluster is only there once it is whole: initdb works beside its place.
        try run(
            binaries, "initdb",
            [
                "-D", attempt, "-U", Self.superuser, "--pwfile", secret, "--auth=scram-sha-256", "--locale=C.UTF-8",
                "--encoding=UTF8", "--data-checksums", "--no-instructions",
            ], fix: "tail \(logFile)")
        if configuration.trustsSuperuser {
            let rules = "host all \(Self.superuser) 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n"
            try writeSecret(rules, to: attempt + "/pg_hba.conf")
            try giveToServer(attempt + "/pg_hba.conf")
        }
        let applicationPassword = Self.randomPassword()
        try writeSecret(applicationPassword + "\n", to: applicationPasswordFile)
        try writeSecret(
            "127.0.0.1:*:*:\(Self.superuser):\(password)\n"
                + "127.0.0.1:*:*:\(RolePassword.application):\(applicationPassword)\n", to: passwordFile)
        guard rename(attempt, data) == 0 else {
            throw Failure(.failed, "cannot write in \(directory)", fix: "ls -la \(directory)")
        }
    }

    private func writeSecret(_ text: String, to path: String) throws {
        unlink(path)
        try Files.write(text, to: path)
    }

    private func prepareLog() throws {
        let file = open(logFile, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        guard file >= 0 else { throw Failure(.failed, "cannot write \(logFile)", fix: "ls -la \(directory)") }
        close(file)
        try giveToServer(logFile)
    }

    // MARK: - Processes

    private func giveToServer(_ path: String) throws {
        guard getuid() == 0 else { return }
        guard chown(path, ServerProgram.User.nobody.id, ServerProgram.User.nobody.group) == 0 else {
            throw Failure(.failed, "cannot give \(path) to the user nobody", fix: "run as an ordinary user")
        }
    }

    private func run(_ binaries: ServerBinaries, _ name: String, _ arguments: [String], fix: String) throws {
        let outcome = try ServerProgram(binaries: binaries, user: .nobody).run(name, arguments)
        guard outcome.status == 0 else { throw Failure(.failed, "\(name) failed: \(outcome.lastErrors)", fix: fix) }
    }

    // MARK: - Choices

    private static func randomPassword() -> String {
        let alphabet = Array("abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789")
        return String((0..<32).compactMap { _ in alphabet.randomElement() })
    }

    /// A port of the loopback address on which no program listens at this moment.
    package static func freePort(preferring preferred: Int?) -> Int {
        if let preferred, bind(to: preferred) != nil { return preferred }
        return bind(to: 0) ?? preferred ?? 5434
    }

    private static func bind(to port: Int) -> Int? {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        // As PostgreSQL does: connections that ended a moment ago do not occupy the port.
        var reuse: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &reuse, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(clamping: port)).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        return withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                guard Glibc.bind(descriptor, generic, length) == 0, getsockname(descriptor, generic, &length) == 0
                else { return nil }
                return Int(UInt16(bigEndian: pointer.pointee.sin_port))
            }
        }
    }
}
