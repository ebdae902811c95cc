import FoundationEssentials
import Glibc
import Postgres
import Synchronization
import TestSupport
import Testing

/// Whatever form an address has, the password in it shows in no output, no log of the server, and no argument list of a child.
@Suite(.needsServer, .serialized) struct SecretTests {
    /// A server that logs all it can.
    private static let server = TestServer(settings: [
        "log_statement": "all", "log_min_duration_statement": "0", "log_connections": "on", "log_disconnections": "on",
        "log_min_error_statement": "debug5",
    ])

    private static let secret = "s3cret\(getpid())Word"

    private static let commands: [[String]] = [
        ["init"], ["init", "--plan"], ["status"], ["status", "--format", "json"], ["ready", "--timeout", "1"],
        ["verify", "--only", "layout", "--format", "json"], ["tune", "--profile", "production", "--plan"], ["pool"],
        ["pool", "--probe"], ["bench", "--messages", "1000", "--seconds", "0", "--database", "email_service"],
        ["dev", "env"], ["dev", "status"],
    ]

    /// `{p}` is the port, `{s}` the secret, `{x}` a port where nothing listens.
    private static let whole = [
        "postgresql://keeper:{s}@127.0.0.1:{p}/email_service",
        "postgres://127.0.0.1:{p}/email_service?user=keeper&password={s}",
        "host=127.0.0.1 port={p} user=keeper dbname=email_service password='{s}'",
        "host=127.0.0.1 port={p} user=keeper dbname=email_service password = {s}",
        "postgresql://keeper:%73{s1}@127.0.0.1:{p}/email_service",
        "postgresql://keeper:{s}@127.0.0.1:{p}/email_service\n",
    ]

    private static let broken = [
        "postgresql://keeper:{s}@127.0.0.1:{x}/email_service", "postgresql://keeper:{s}x@127.0.0.1:{p}/email_service",
        "postgresql://keeper:{s}@127.0.0.1:{p}/nowhere_at_all", "postgresql://keeper:{s}@nowhere.invalid/email_service",
        "postgres://u:{s}@h:port/", "mysql://u:{s}@h/db", "postgresql+asyncpg://u:{s}@127.0.0.1:{p}/db",
        "psql postgres://keeper:{s}@127.0.0.1:{p}/db", "psql \"postgres://keeper:{s}@127.0.0.1:{p}/db\"",
        "postgres:/keeper:{s}@127.0.0.1:{p}/db", "postgres//keeper:{s}@127.0.0.1:{p}/db", "keeper:{s}@127.0.0.1:{p}/db",
        "postgresql://keeper:{s}/x@127.0.0.1:{p}/db", "postgresql://keeper:a@{s}@127.0.0.1:{p}/db",
        "postgresql://keeper:1234/{s}@127.0.0.1:{p}/db", "postgresql://keeper:{s}#x@127.0.0.1:{p}/db",
        "postgresql://keeper:{s}?x@127.0.0.1:{p}/db", "postgresql://keeper:{s}%zz@127.0.0.1:{p}/db",
        "postgresql://keeper:{s} x@127.0.0.1:{p}/db", "postgresql://keeper:{s}@[::1/db",
        "postgresql://keeper:{s}@127.0.0.1:{p}:{p}/db",
        "postgresql://keeper:{s}@127.0.0.1:99999/db", "DATABASE_URL=postgres://keeper:{s}@127.0.0.1:{p}/db",
        "export DATABASE_URL='postgres://keeper:{s}@127.0.0.1:{p}/db'", "host=127.0.0.1 port={p} password='{s}",
        "host=127.0.0.1 port={p} user=keeper password='{s}\\", "host=127.0.0.1 port={p} password=two {s}",
        "host=127.0.0.1 port={p} password:{s}", "postgresql://keeper:{s}@127.0.0.1:{p}/db?schema=public",
        "postgresql://keeper:{s}@127.0.0.1:{p}/db?sslmode=none", "postgresql://keeper:{s}@127.0.0.1:{p}/db&x=1",
    ]

    @Test("No form of an address shows its password") func addresses() async throws {
        let settings = try await Self.server.connectionSettings()
        let port = try #require(settings["port"])
        let connection = try Connection(settings.database("postgres"))
        let verifier = try connection.encryptPassword(Self.secret, user: "keeper")
        try connection.query("CREATE ROLE keeper SUPERUSER LOGIN PASSWORD \(SQL.literal(verifier))")
        try connection.query("SELECT 'known to be logged'")
        let folder = try TemporaryFolder()
        try folder.write("pass", "127.0.0.1:*:*:keeper:\(Self.secret)\n")
        chmod(folder.path + "/pass", 0o600)
        let watch = ProcessWatch(Self.secret)
        func fill(_ text: String) -> String {
            text.replacing("{s1}", with: Self.secret.dropFirst()).replacing("{s}", with: Self.secret)
                .replacing("{p}", with: port).replacing("{x}", with: String(TestPort.free()))
        }
        var outputs = 0
        func run(_ command: [String], _ environment: [String: String]) async throws -> CommandResult {
            let result = try await CommandRunner.emaildb(command, environment: environment, in: folder.path)
            #expect(
                !result.output.holds(Self.secret) && !result.errors.holds(Self.secret),
                "\(command) \(environment): \(result)")
            outputs += 1
            return result
        }
        let addresses = (Self.whole + Self.broken).map(fill)
        for (number, address) in addresses.enumerated() {
            // All read it by the same code: of each that is broken, a third of them.
            let isWhole = number < Self.whole.count
            let commands = Self.commands.enumerated().filter { isWhole || ($0.offset + number) % 3 == 0 }.map(\.element)
            for command in commands {
                if command[0] == "dev" || command == ["status"] {
                    for variable in ["DATABASE_URL", "PGDATABASE"] {
                        _ = try await run(command, [variable: address, "PGHOST": "127.0.0.1", "PGPORT": port])
                    }
                } else {
                    // A database that is there already ends bench before it measures anything.
                    _ = try await run(command + ["-d", address], [:])
                }
            }
        }
        // Control: whole addresses lead to the server, with the password, and the rest of an address is shown.
        for address in Self.whole.map(fill) {
            #expect(try await run(["status", "-d", address], [:]).output.contains("email_service on PostgreSQL"))
        }
        let base = ["PGHOST": "127.0.0.1", "PGPORT": port, "PGUSER": "keeper", "PGDATABASE": "email_service"]
        for variables in [["PGPASSWORD": Self.secret], ["PGPASSFILE": folder.path + "/pass"]] {
            for command in Self.commands {
                _ = try await run(command, base.merging(variables) { $1 })
                _ = try await run(command, base.merging(["PGDATABASE": "nowhere_at_all", "PGPORT": "1"]) { $1 })
            }
            #expect(try await run(["status"], base.merging(variables) { $1 }).status == 0)
        }
        let byFile = "host=127.0.0.1 port=\(port) user=keeper dbname=email_service passfile=\(folder.path)/pass"
        #expect(try await run(["status", "-d", byFile], [:]).status == 0)
        let wrong = try await run(["status", "-d", fill("postgresql://keeper:{s}x@127.0.0.1:{p}/email_service")], [:])
        #expect(wrong.status == 3 && wrong.errors.contains("keeper"), "the control: the user is shown: \(wrong)")
        #expect(outputs > 200)

        // Control of the watch: a child with the secret among its arguments is seen.
        #expect(watch.seen == [])
        _ = try await CommandRunner.run("sh", ["-c", "sleep 1; true", Self.secret])
        try await eventually("the watch sees an argument") { !watch.seen.isEmpty }
        watch.stop()

        let log = try await Self.server.log()
        #expect(log.contains("SELECT 'known to be logged'"), "the control: statements are logged")
        #expect(log.contains("connection authorized: user=keeper"), "the control: logins are logged")
        let lines = log.split(separator: "\n").filter { String($0).holds(Self.secret) }
        #expect(lines.isEmpty, "\(lines.prefix(5))")
    }

    @Test("Passwords that init sets are in no log, neither in clear nor as verifiers") func passwordsOfRoles()
        async throws
    {
        let server = TestServer(settings: [
            "log_statement": "all", "log_min_duration_statement": "0", "log_min_error_statement": "debug5",
            "debug_print_parse": "off", "log_parameter_max_length": "-1",
        ])
        let settings = try await server.connectionSettings().database("email_service")
        let folder = try TemporaryFolder()
        let roles = [
            "email_service", "email_readonly", "email_worker", "email_pooler", "email_monitor", "email_backup",
        ]
        for role in roles { try folder.write(role, "\(Self.secret) of \(role)\n") }
        let files = roles.dropFirst().flatMap { ["--password-file", "\($0)=\(folder.path)/\($0)"] }
        var environment = settings.environment
        environment["EMAILDB_APP_PASSWORD_FILE"] = folder.path + "/email_service"
        let watch = ProcessWatch(Self.secret)
        for options in [["--verbose"], ["--format", "json"], ["--plan"]] {
            let result = try await CommandRunner.emaildb(["init"] + files + options, environment: environment)
            #expect(result.status == 0 && !(result.output + result.errors).holds(Self.secret), "\(result)")
        }
        for role in roles { _ = try Connection(settings.user(role, password: "\(Self.secret) of \(role)")) }
        let connection = try Connection(settings)
        let statements = try connection.column("SELECT query FROM pg_stat_statements WHERE query LIKE '%PASSWORD%'")
        #expect(!statements.contains { $0.contains("SCRAM-SHA-256") }, "\(statements)")
        let log = try await server.log()
        #expect(log.contains("CREATE TABLE public.email_messages"), "the control: statements are logged")
        let lines = log.split(separator: "\n").filter {
            String($0).holds(Self.secret) || $0.contains("SCRAM-SHA-256$4096:")
        }
        #expect(lines.isEmpty, "\(lines.prefix(3))")
        // Control: a verifier that is sent without such care is logged.
        let verifier = try connection.encryptPassword("x", user: "email_worker")
        try connection.query("ALTER ROLE email_worker PASSWORD \(SQL.literal(verifier))")
        #expect(try await server.log().contains("SCRAM-SHA-256$4096:"))
        #expect(watch.seen == [])
        watch.stop()
        try await server.stop()
    }
}

/// Looks at the argument lists of all processes, over and over, for a text; those of `emaildb` itself do not count, as who types
/// them knows them.
private final class ProcessWatch: Sendable {
    private let found = Mutex<Set<String>>([])
    private let isOver = Mutex(false)

    init(_ text: String) {
        Task {
            _ = try await Threads.run(1) { _ in
                while !self.isOver.withLock({ $0 }) {
                    for process in (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? [] {
                        guard Int(process) != nil,
                            let data = FileManager.default.contents(atPath: "/proc/\(process)/cmdline")
                        else { continue }
                        let line = String(decoding: data, as: UTF8.self)
                        if line.holds(text), line.prefix(while: { $0 != "\0" }).hasSuffix("/emaildb") == false {
                            self.found.withLock { _ = $0.insert(line) }
                        }
                    }
                    usleep(5_000)
                }
            }
        }
    }

    var seen: Set<String> { found.withLock { $0 } }

    func stop() { isOver.withLock { $0 = true } }
}
