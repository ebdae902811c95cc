import Bench
import FoundationEssentials
import Glibc
import Postgres
import TestSupport
import Testing

/// What a database holds or says, and numbers at the edge of their type, neither fill the memory nor end the program by
/// a trap.
@Suite(.needsServer) struct AmountTests {
    /// Runs the program with so much address space, kB.
    private func limited(
        _ kilobytes: Int, _ arguments: [String], _ settings: ConnectionSettings
    ) async throws -> CommandResult {
        let script = "ulimit -v \(kilobytes); exec \"$0\" \"$@\""
        return try await CommandRunner.run(
            "sh", ["-c", script, CommandRunner.emaildb] + arguments, environment: settings.environment)
    }

    /// Enough for every command; what is bounded needs no more.
    private static let memory = 1_000_000

    /// Steps of a folder: the ledger, and one with some SQL.
    private func steps(_ sql: String) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        try folder.write("0001_ledger.sql", try String(contentsOfFile: "sql/0001_ledger.sql", encoding: .utf8))
        try folder.write("0002_talks.sql", sql)
        try folder.write("layout/0002_talks.txt", "")
        return folder
    }

    @Test("A gap in the ledger is one problem, however wide", arguments: [30_000_000, Int(Int32.max)])
    func aWideGap(_ step: Int) async throws {
        try await TestDatabase.withSchema { settings in
            try Connection(settings).query(
                """
                INSERT INTO emaildb.ledger SELECT (jsonb_populate_record(l, jsonb_build_object('step', $1::int,
                  'name', 'later'))).* FROM emaildb.ledger l WHERE step = 1
                """, [String(step)])
            for command in [["status"], ["init"], ["ready"], ["verify", "--only", "layout"]] {
                let result = try await limited(Self.memory, command, settings)
                #expect(
                    result.status == (command == ["verify", "--only", "layout"] ? 1 : 6), "\(command) \(result.status)")
                let said = result.output + result.errors
                #expect(said.contains("to \(step - 1) are not in the ledger"), "\(command): \(said.prefix(2000))")
                #expect(said.utf8.count < 100_000)
            }
        }
    }

    @Test("A ledger of a million rows is no ledger") func manyRows() async throws {
        try await TestDatabase.withSchema { settings in
            try Connection(settings).script(
                """
                INSERT INTO emaildb.ledger SELECT (jsonb_populate_record(l, jsonb_build_object('step', n + 1000,
                  'name', repeat('x', 63)))).* FROM emaildb.ledger l, generate_series(1, 200000) n WHERE step = 1
                """)
            let result = try await limited(Self.memory, ["init"], settings)
            #expect(
                result.status == 6 && result.errors.contains("more than 10000 rows"), "\(result.errors.suffix(500))")
        }
    }

    @Test("Warnings of a step are shown as they come, the first of them, and counted") func manyWarnings() async throws
    {
        let folder = try steps(
            """
            DO $$ BEGIN FOR i IN 1..400000 LOOP RAISE WARNING 'warning % %', i, repeat('x', 2000); END LOOP;
              PERFORM pg_sleep(1.5); END $$;
            """)
        let log = try TemporaryFolder()
        try await TestDatabase.withEmpty { settings in
            let script = "ulimit -v \(Self.memory); exec \"$0\" \"$@\" 2>errors"
            let environment = settings.environment
            async let running = CommandRunner.run(
                "sh", ["-c", script, CommandRunner.emaildb, "init", "--sql", folder.path], environment: environment,
                in: log.path)
            let observer = try Connection(settings)
            try await eventually("the first warning is shown while the step runs", every: .milliseconds(20)) {
                log.says("WARNING: warning 1 ")
            }
            #expect(
                try observer.query(
                    "SELECT FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%RAISE WARNING%'"
                        + " AND pid <> pg_backend_pid() AND datname = current_database()"
                ).count == 1)
            let result = try await running
            let errors = try log.read("errors")
            #expect(result.status == 0, "\(errors.suffix(500))")
            #expect(errors.contains("0002_talks.sql: and 399980 more like these"), "\(errors.suffix(500))")
            #expect(errors.contains("warning 20 ") && !errors.contains("warning 21 "))
            #expect(errors.utf8.count < 100_000)
        }
    }

    @Test("What a step returns is not kept") func manyRowsOfAStep() async throws {
        let folder = try steps("SELECT n, repeat('x', 10000) FROM generate_series(1, 200000) n; SELECT 1;")
        try await TestDatabase.withEmpty { settings in
            let result = try await limited(Self.memory, ["init", "--sql", folder.path], settings)
            #expect(result.status == 0, "\(result)")
        }
    }

    @Test(
        "A step's error and COPY are seen while rows are thrown away",
        arguments: [
            (
                "SELECT generate_series(1, 10); SELECT 1 / (n - 5) FROM generate_series(1, 10) n; SELECT 2",
                "division by zero"
            ),
            ("CREATE TABLE public.c (t text); COPY public.c FROM STDIN", "COPY FROM STDIN has no data here"),
        ])
    func errorsOfAStep(_ sql: String, _ words: String) async throws {
        let folder = try steps(sql)
        try await TestDatabase.withEmpty { settings in
            let result = try await CommandRunner.emaildb(
                ["init", "--sql", folder.path], environment: settings.environment)
            #expect(result.status == 2 && result.errors.contains(words), "\(result)")
        }
    }

    @Test(
        "Numbers that no clock, port or size can hold are wrong usage",
        arguments: [
            ["init", "--wait", "9223372036854775807"], ["init", "--lock-timeout", "9223372036854775807"],
            ["init", "--wait", "99999999999999999999"], ["ready", "--timeout", "9223372036854775807"],
            ["ready", "--timeout", "9223372036854775"], ["status", "-d", "connect_timeout=9223372036854775807"],
            ["status", "-d", "connect_timeout=99999999999999999999"],
            ["status", "-d", "postgresql:///x?connect_timeout=9223372036854776"],
            ["status", "--port", "99999999999999999999"], ["status", "--port", "65536"], ["status", "-d", "port=0"],
            ["pool", "--listen-port", "65536"], ["dev", "start", "--port", "9223372036854775807"],
            ["tune", "--profile", "production", "--plan", "--memory", "99999999999999999999GB"],
            ["tune", "--profile", "production", "--plan", "--memory", "1000000TB"],
            ["tune", "--profile", "production", "--plan", "--wal-volume", "1000000TB"],
            ["tune", "--profile", "production", "--plan", "--max-connections", "9223372036854775807"],
            ["tune", "--profile", "production", "--lock-timeout", "9223372036854775807", "--plan"],
            ["tune", "--profile", "production", "--prove", "--messages", "9223372036854775807", "--yes"],
            ["bench", "--messages", "9223372036854775807"], ["bench", "--seconds", "1e400"],
            ["bench", "--seconds", "nan"],
            ["bench", "--clients", "9223372036854775808"], ["bench", "--tenants", "9223372036854775807"],
        ])
    func numbers(_ arguments: [String]) async throws {
        let settings = try await TestServer.shared.connectionSettings()
        let result = try await CommandRunner.emaildb(arguments, environment: settings.environment)
        #expect(result.status == 64, "\(result)")
    }

    @Test(
        "The largest numbers that are taken do no harm",
        arguments: [
            ["status", "-d", "connect_timeout=2000000 dbname=postgres"],
            ["status", "-d", "connect_timeout=0 dbname=postgres"],
            ["tune", "--profile", "production", "--plan", "--memory", "1GB", "--wal-volume", "1024TB"],
            ["ready", "--timeout", "2000000", "-d", "postgres"],
        ])
    func largestNumbers(_ arguments: [String]) async throws {
        let settings = try await TestServer.shared.connectionSettings()
        let result = try await CommandRunner.emaildb(arguments, environment: settings.environment)
        #expect(result.status <= 1, "\(result)")
    }

    @Test("Without threads for its clients a bench ends, and its databases are dropped", .enabled(if: getuid() == 0))
    func noThread() async throws {
        let settings = try await TestServer.shared.connectionSettings()
        let name = TestDatabase.uniqueName()
        // root has as many as it likes; of this user there is no other process.
        let words = [
            "--reuid", "65529", "--regid", "65529", "--clear-groups", "prlimit", "--nproc=6", CommandRunner.emaildb,
            "bench",
            "--messages", "1000", "--tenants", "4", "--seconds", "0", "--clients", "16", "--database", name,
        ]
        var environment = settings.environment
        environment["PGPASSFILE"] = nil
        let result = try await CommandRunner.run("setpriv", words, environment: environment)
        // It may also be a connection of one of them that gets none.
        let says = ["clients got a thread", "no thread can be started"].contains { result.errors.contains($0) }
        #expect(result.status == 2 && says, "\(result)")
        let left = try Connection(settings.database("postgres")).query(
            "SELECT FROM pg_database WHERE datname LIKE $1 || '%'", [name])
        #expect(left.isEmpty)
    }
}
