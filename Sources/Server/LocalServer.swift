package import Core
import FoundationEssentials
import Glibc
import Install
package import Postgres

/// A private PostgreSQL server in a folder of its own, reachable on the loopback address only.
///
/// The folder holds `data` (the cluster), `pgpass` (the passwords of the superuser and of `email_service`, mode 0600),
/// `application-password` (the latter alone, for `init`), `log`, and `lock`, which one start or stop at a time holds.
/// PostgreSQL refuses to run as root, so root starts it as `nobody`, who keeps at most one capability: to search folders
/// that only root may enter. Where others can change the folder, ``StateFolder`` comes first.
///
/// Starting and stopping block the thread.
package struct LocalServer: Sendable {
    package static let superuser = "postgres"

    package let directory: String

    package init(directory: String) { self.directory = Paths.absolute(directory) }

    package var passwordFile: String { directory + "/pgpass" }
    /// The password file of `email_service`, as `init --app-password-file` takes it.
    package var applicationPasswordFile: String { directory + "/application-password" }
    package var logFile: String { directory + "/log" }
    private var data: String { directory + "/data" }
    package var running: RunningServer? { RunningServer(data) }

    /// How to connect as the superuser; nil when no server runs.
    package var connectionSettings: ConnectionSettings? {
        guard let running else { return nil }
        return ConnectionSettings(parameters: [
            "host": "127.0.0.1", "port": String(running.port), "user": Self.superuser, "passfile": passwordFile,
            "dbname": "postgres", "hostaddr": "127.0.0.1", "sslmode": "disable", "gssencmode": "disable",
        ])
    }

    /// Starts the server, making its cluster first when there is none; does nothing when it runs.
    /// - Parameters:
    ///   - preferredPort: the port to use if it is free; nil, or one that is taken, means any free port.
    ///   - settings: as on its command line.
    ///   - trustsSuperuser: whether local connections of the superuser are trusted instead of asked for a password; only
    ///     a new cluster follows it.
    package func start(
        _ binaries: ServerBinaries, preferredPort: Int?,
        settings: [String: String] = ["shared_preload_libraries": "pg_stat_statements"], trustsSuperuser: Bool = false
    ) throws {
        try locked {
            try startAlone(
                binaries, preferredPort: preferredPort, settings: settings, trustsSuperuser: trustsSuperuser)
        }
    }

    private func startAlone(
        _ binaries: ServerBinaries, preferredPort: Int?, settings: [String: String], trustsSuperuser: Bool
    ) throws {
        try wait(until: { running?.isReady != false }, "the server does not become ready")
        if running != nil { return }
        if !Files.exists(data + "/PG_VERSION") { try createCluster(binaries, trustsSuperuser: trustsSuperuser) }
        if !Files.exists(logFile) { try Files.write("".utf8, to: logFile, owner: .nobody) }
        while true {
            let port = Self.freePort(preferring: preferredPort)
            let own = ["listen_addresses": "127.0.0.1", "unix_socket_directories": "", "port": String(port)]
            let outcome = try binaries.start(data, log: logFile, settings.merging(own) { $1 }, as: .nobody)
            if outcome.status == 0 { return }
            // Another program may have taken the port since; then there is another port.
            if Self.freePort(preferring: port) == port {
                throw Failure(.failed, "pg_ctl failed: \(outcome.lastErrors)", fix: "tail \(logFile)")
            }
        }
    }

    /// Stops the server; does nothing when none runs.
    /// - Parameter immediately: without a checkpoint, as after a crash.
    package func stop(immediately: Bool = false) throws {
        if running == nil && !Files.exists(lockFile) { return }
        try locked { try stopAlone(immediately: immediately) }
    }

    private func stopAlone(immediately: Bool) throws {
        guard let running else { return }
        let pid = running.pid
        guard running.isCertain else {
            throw Failure(
                .refused, "process \(pid) of another user may be the server on \(data), so it is not stopped here",
                fix: "As that user, or as root: kill -INT \(pid)")
        }
        // The signals of pg_ctl's fast and immediate modes; pg_ctl itself may be gone or of another version by now.
        kill(pid, immediately ? SIGQUIT : SIGINT)
        try wait(until: { self.running == nil }, "the server (process \(pid)) does not stop")
    }

    private var lockFile: String { directory + "/lock" }

    /// Runs a body while no other process starts or stops the server of this folder.
    private func locked(_ body: () throws -> Void) throws {
        try? Files.makeFolder(directory)
        let file = open(lockFile, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else {
            throw Failure(.failed, "cannot write in \(directory)", fix: "cd to a folder where you may make .emaildb")
        }
        defer { close(file) }
        // As long as making a cluster and starting it may take together.
        for _ in 0..<2400 {
            if flock(file, LOCK_EX | LOCK_NB) == 0 { return try body() }
            pauseThread(for: .milliseconds(100))
        }
        throw Failure(
            .lockTimeout, "another emaildb dev is still at work in \(directory)", fix: "fuser -v \(lockFile)")
    }

    private func wait(until isDone: () -> Bool, _ problem: String) throws {
        for _ in 0..<600 {
            if isDone() { return }
            try Interruption.check()
            pauseThread(for: .milliseconds(100))
        }
        throw Failure(.failed, problem, fix: "tail \(logFile)")
    }

    // MARK: - Use

    /// Shell code that points libpq programs at the running server.
    package func shellCode() throws(Failure) -> String {
        let running = try requireRunning()
        let variable = EnvironmentVariable.applicationPasswordFile.name
        return """
            unset DATABASE_URL PGSERVICE PGHOSTADDR PGDATABASE PGPASSWORD PGOPTIONS PGSERVICEFILE PGSSLMODE PGREQUIRESSL
            unset PGSSLNEGOTIATION PGSSLROOTCERT PGSSLCERT PGSSLKEY PGSSLCERTMODE PGGSSENCMODE PGCHANNELBINDING
            unset PGREQUIREAUTH PGREQUIREPEER PGTARGETSESSIONATTRS PGLOADBALANCEHOSTS PGMINPROTOCOLVERSION PGMAXPROTOCOLVERSION
            export PGHOST=127.0.0.1 PGPORT=\(running.port) PGUSER=\(Self.superuser)
            export PGPASSFILE=\(passwordFile.quotedForShell)
            export \(variable)=\(applicationPasswordFile.quotedForShell)
            """
    }

    /// Becomes psql: in a database that `emaildb init` made as the application, which serves a tenant of ``SampleMail`` when it is
    /// there; else as the superuser.
    ///
    /// Where there is no database of that name, in `postgres`.
    /// - Parameter telling: what is to be said first: as whom.
    package func becomePsql(
        _ database: String, _ arguments: [String], telling: (String) -> Void
    ) throws(Failure) -> Never {
        let running = try requireRunning()
        // They lead elsewhere; PG_COLOR and the like are psql's own.
        for name in ProcessInfo.processInfo.environment.keys where name.hasPrefix("PG") && !name.hasPrefix("PG_") {
            unsetenv(name)
        }
        let found = connectionSettings.flatMap { settings in
            try? Connection(settings).query("SELECT FROM pg_database WHERE datname = $1", [database])
        }
        var user = Self.superuser
        if found?.isEmpty == false, let hasSample = hasSample(database) {
            user = Role.service.name
            if hasSample { setenv("PGOPTIONS", "-c app.current_tenant_id=\(SampleMail.firstTenant)", 1) }
            telling(
                "as email_service, "
                    + (hasSample ? "tenant \(SampleMail.firstTenant) of the sample" : "no tenant: no rows")
                    + "; as the superuser: emaildb dev psql -U \(Self.superuser)")
        }
        try Interruption.check()
        Interruption.uninstall()
        setenv("PGPASSFILE", passwordFile, 1)
        unsetenv("PGPASSWORD")
        unsetenv("PGSERVICE")
        become(
            ["psql", "-h", "127.0.0.1", "-p", String(running.port), "-U", user, "-d"]
                + [found?.isEmpty == false ? database : "postgres"] + arguments)
        throw Failure(.failed, "psql cannot be started", fix: "apt-get install postgresql-client")
    }

    /// How the application connects to a database; nil when no server runs.
    package func applicationSettings(_ database: String) -> ConnectionSettings? {
        guard var settings = connectionSettings else { return nil }
        settings["dbname"] = database
        settings["user"] = Role.service.name
        return settings
    }

    /// Whether the application finds mail of the sample in a database; nil where it cannot log in.
    private func hasSample(_ database: String) -> Bool? {
        guard let settings = applicationSettings(database), let connection = try? Connection(settings) else {
            return nil
        }
        _ = try? connection.query("SELECT set_config('app.current_tenant_id', $1, false)", [SampleMail.firstTenant])
        return (try? connection.query("SELECT FROM public.email_accounts LIMIT 1"))?.isEmpty == false
    }

    private func requireRunning() throws(Failure) -> RunningServer {
        guard let running else { throw Failure(.cannotConnect, "no server runs here", fix: "emaildb dev start") }
        return running
    }

    // MARK: - The cluster

    private func createCluster(_ binaries: ServerBinaries, trustsSuperuser: Bool) throws {
        // A name of its own: the initdb of a killed start may still be at work, and removes its folder when it fails.
        let attempt = data + ".new.\(getpid())"
        do throws(Failure) {
            try Files.makeFolder(attempt, owner: .nobody)
            for name in try Files.names(directory) where name.hasPrefix("data.new.") && !attempt.hasSuffix(name) {
                try? Files.remove(directory + "/" + name)
            }
        } catch {
            guard error.problems.allSatisfy({ $0.fix == nil }) else { throw error }
            throw Failure(.failed, "cannot write in \(directory)", fix: "cd to a folder where you may make .emaildb")
        }
        let password = UUID().uuidString
        let secret = directory + "/initial-password"
        try Files.write((password + "\n").utf8, to: secret, owner: .nobody)
        defer { unlink(secret) }
        // A cluster is only there once it is whole: initdb works beside its place.
        let options = ["--pwfile", secret, "--auth=scram-sha-256", "--locale=C.UTF-8", "--data-checksums"]
        do {
            try binaries.makeCluster(attempt, options, as: .nobody, fix: "tail \(logFile)")
        } catch {
            try? Files.remove(attempt)
            throw error
        }
        if trustsSuperuser {
            let rules = "host all \(Self.superuser) 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n"
            try Files.write(rules.utf8, to: attempt + "/pg_hba.conf", owner: .nobody)
        }
        let applicationPassword = UUID().uuidString
        try Files.write((applicationPassword + "\n").utf8, to: applicationPasswordFile)
        let logins = [(Self.superuser, password), (RolePassword.application, applicationPassword)]
        try Files.write(logins.map { "127.0.0.1:*:*:\($0):\($1)\n" }.joined().utf8, to: passwordFile)
        guard rename(attempt, data) == 0 else {
            throw Failure(.failed, "cannot write in \(directory)", fix: "ls -la \(directory)")
        }
    }

    // MARK: - Choices

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
