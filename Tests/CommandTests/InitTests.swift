import FoundationEssentials
import Glibc
import Postgres
import TestSupport
import Testing

/// What `init` says and does beside applying steps.
@Suite(.needsServer) struct InitTests {
    @Test("A failing step names file, line and column, and leaves nothing") func failingStep() async throws {
        let folder = try TemporaryFolder.withSlowIndex(milliseconds: 1)
        try folder.write("0002_slow_table.sql", "-- Größe 😀\nCREATE TABLE public.before_it (x int);\nSELECT é + 1;\n")
        try await TestDatabase.withEmpty { settings in
            let result = try await CommandRunner.emaildb(
                ["init", "--sql", folder.path], environment: settings.environment)
            #expect(result.status == 2)
            #expect(
                result.errors.contains(
                    "sql/0002_slow_table.sql:3:8: ERROR: column \"é\" does not exist (SQLSTATE 42703)"),
                "\(result.errors)")
            let connection = try Connection(settings)
            #expect(try connection.query("SELECT FROM pg_namespace WHERE nspname = 'emaildb'").isEmpty)
            // Where there is a history already, the failure is written into it.
            let step = try folder.read("0002_slow_table.sql")
            try folder.remove("0002_slow_table.sql")
            try folder.remove("0003_slow_index.sql")
            _ = try await CommandRunner.emaildb(["init", "--sql", folder.path], environment: settings.environment)
            try folder.write("0002_slow_table.sql", step)
            _ = try await CommandRunner.emaildb(["init", "--sql", folder.path], environment: settings.environment)
            #expect(try connection.query("SELECT to_regclass('public.before_it')").first?[0] == nil)
            let events = try connection.query("SELECT step, event, detail->>'message' AS m FROM emaildb.ledger_event")
            #expect(events.map { "\($0.text("step")) \($0.text("event"))" } == ["1 done", "2 failed"])
            #expect(events.last?.text("m").contains("does not exist (42703)") == true)
        }
    }

    @Test func aStepThatEndsItsTransactionIsRefused() async throws {
        let folder = try TemporaryFolder.withSlowIndex(milliseconds: 1)
        try folder.write("0002_slow_table.sql", "COMMIT;\n")
        try await TestDatabase.withEmpty { settings in
            let result = try await CommandRunner.emaildb(
                ["init", "--sql", folder.path], environment: settings.environment)
            #expect(result.status == 64)
            #expect(result.errors.contains("0002_slow_table.sql:1:1: COMMIT in a step"), "\(result.errors)")
            #expect(try Connection(settings).query("SELECT to_regclass('emaildb.ledger')").first?[0] == nil)
        }
    }

    @Test func aStepThatDoesNotGiveItsLayoutIsRolledBack() async throws {
        let folder = try TemporaryFolder.withSlowIndex(milliseconds: 1)
        try folder.write("layout/0002_slow_table.txt", "column slow.id = bigint\n- table slow\n")
        try await TestDatabase.withEmpty { settings in
            let result = try await CommandRunner.emaildb(
                ["init", "--sql", folder.path], environment: settings.environment)
            #expect(result.status == 2)
            #expect(result.errors.contains("column slow.id: expected bigint, found integer"), "\(result.errors)")
            #expect(result.errors.contains("table slow: expected nothing, found permanent"))
            let connection = try Connection(settings)
            #expect(try connection.query("SELECT to_regclass('public.slow')").first?[0] == nil)
        }
    }

    @Test func thePlanRunByPsqlGivesWhatInitGives() async throws {
        let server = TestServer()
        let settings = try await server.connectionSettings().database("email_service")
        let plan = try await CommandRunner.emaildb(["init", "--plan"], environment: settings.environment)
        #expect(plan.status == 0, "\(plan.errors)")
        let absent = try Connection(settings.database("postgres")).query(
            "SELECT FROM pg_database WHERE datname = 'email_service'")
        #expect(absent.isEmpty, "a plan changes nothing")
        let folder = try TemporaryFolder()
        try folder.write("plan.sql", plan.output)
        let psql = try await CommandRunner.run(
            "psql", ["-X", "-q", "-f", folder.path + "/plan.sql"],
            environment: settings.database("postgres").environment)
        #expect(psql.status == 0, "\(psql.errors)")
        let planned = try Set(Cluster.snapshot(settings))
        let after = try await CommandRunner.emaildb(["init"], environment: settings.environment)
        #expect(after.output.contains("nothing to do"), "\(after)")
        let nothing = try await CommandRunner.emaildb(["init", "--plan"], environment: settings.environment)
        #expect(nothing.output.contains("Nothing to do"))

        try Cluster.empty(settings)
        let direct = try await CommandRunner.emaildb(["init"], environment: settings.environment)
        #expect(direct.status == 0, "\(direct.errors)")
        let differences = try planned.symmetricDifference(Cluster.snapshot(settings))
        #expect(differences.count == 0, "\(differences.sorted().prefix(6))")
        try await server.stop()
    }

    @Test("A plan with an index build outside transactions runs in psql") func planOutsideTransactions() async throws {
        let steps = try TemporaryFolder.withSlowIndex(milliseconds: 1)
        try await TestDatabase.withEmpty { settings in
            let plan = try await CommandRunner.emaildb(
                ["init", "--plan", "--sql", steps.path], environment: settings.environment)
            try steps.write("plan", plan.output)
            let psql = try await CommandRunner.run(
                "psql", ["-X", "-q", "-f", steps.path + "/plan"], environment: settings.environment)
            #expect(psql.status == 0, "\(psql.errors)")
            let status = try await CommandRunner.emaildb(
                ["status", "--exit-code", "--sql", steps.path], environment: settings.environment)
            #expect(status.status == 0, "\(status)")
        }
    }

    @Test func waitSurvivesAServerThatComesGoesAndComesBack() async throws {
        let server = TestServer()
        let settings = try await server.connectionSettings().database("email_service")
        // The official image starts a temporary server, stops it, and starts the real one.
        try await server.pause()
        let folder = try TemporaryFolder()
        async let waiting = CommandRunner.emaildb(
            ["init", "--wait", "600", "--verbose"], environment: settings.environment, errorsIn: folder)
        try await eventually("init waits") { folder.says("waiting for the server") }
        try await server.resume()
        // Whatever init is doing at this moment.
        try await server.pause()
        try await server.resume()
        let result = try await waiting
        #expect(result.status == 0, "\(result)")
        try await server.stop()
    }

    @Test("Without --wait an absent server is status 3, with what to type") func absentServer() async throws {
        let port = String(TestPort.free())
        let result = try await CommandRunner.emaildb(["init", "-h", "127.0.0.1", "-p", port])
        #expect(result.status == 3)
        #expect(result.errors.contains("Is the server running there?"))
        #expect(result.output.isEmpty)
        let waited = try await CommandRunner.emaildb(
            ["init", "-h", "127.0.0.1", "-p", port, "--wait", "3", "--verbose"])
        #expect(waited.status == 3)
        #expect(waited.errors.ranges(of: "waiting for the server").count == 1, "said once: \(waited)")
    }

    @Test func aRefusedLoginIsNotWaitedFor() async throws {
        let settings = try await TestServer.shared.connectionSettings()
        let result = try await CommandRunner.emaildb(
            ["init", "--wait", "5", "--verbose"],
            environment: settings.user("nobody_of_this_name", password: "wrong").environment)
        #expect(result.status == 3 && result.errors.contains("into PGPASSWORD"), "\(result)")
        #expect(!result.errors.contains("waiting for the server"), "\(result)")
    }

    @Test("A lock that is not given up is status 5, and its holder is named") func heldLock() async throws {
        try await TestDatabase.withEmpty { settings in
            let holder = try Connection(settings)
            try holder.query("SELECT pg_advisory_lock(1701667177, 1818518065)")
            let result = try await CommandRunner.emaildb(
                ["init", "--lock-timeout", "1"], environment: settings.environment)
            #expect(result.status == 5, "\(result)")
            #expect(result.errors.contains("held by process \(holder.announcedProcessID) of role postgres"))
        }
    }

    @Test func anInterruptRollsBackAndEndsWithTheSignal() async throws {
        let folder = try TemporaryFolder.withSlowIndex(milliseconds: 1)
        try folder.write("0002_slow_table.sql", "CREATE TABLE public.slow (id int); SELECT pg_sleep(60);")
        try await TestDatabase.withEmpty { settings in
            let start = ContinuousClock.now
            let result = try await CommandRunner.emaildb(
                ["init", "--sql", folder.path], environment: settings.environment, signal: SIGINT,
                killWhen: {
                    let activity =
                        "SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()"
                    return try !Connection(settings).query(activity).isEmpty
                })
            #expect(result.status == 130, "\(result)")
            #expect(result.errors.contains("Run emaildb init again"))
            #expect(start.duration(to: .now) < .seconds(50), "the step would sleep for 60 s")
            #expect(try Connection(settings).query("SELECT to_regclass('public.slow')").first?[0] == nil)
        }
    }

    @Test func jsonOfARefusalIsOnStandardOutput() async throws {
        try await TestDatabase.withEmpty { settings in
            let name = settings["dbname"] ?? ""
            try Connection(settings).query("ALTER DATABASE \(name) SET default_transaction_read_only = on")
            let result = try await CommandRunner.emaildb(
                ["init", "--format", "json"], environment: settings.environment)
            #expect(result.status == 4)
            #expect(result.output.contains("\"outcome\" : \"refused\""))
            #expect(result.output.contains("\"exit_status\" : 4"))
        }
    }

    @Test func statusTellsPendingFromAppliedAndAbsent() async throws {
        try await TestDatabase.withEmpty { settings in
            let pending = try await CommandRunner.emaildb(["status", "--exit-code"], environment: settings.environment)
            #expect(pending.status == 1)
            #expect(pending.output.contains("steps pending: emaildb init"))
            let relaxed = try await CommandRunner.emaildb(["status"], environment: settings.environment)
            #expect(relaxed.status == 0)
            _ = try await CommandRunner.emaildb(["init"], environment: settings.environment)
            let applied = try await CommandRunner.emaildb(
                ["status", "--exit-code", "--format", "json"], environment: settings.environment)
            #expect(applied.status == 0)
            #expect(applied.output.contains("\"state\" : \"applied\"") && !applied.output.contains("\"pending\""))
            #expect(!applied.output.contains("\"conflict\""))
            let absent = try await CommandRunner.emaildb(
                ["status", "--exit-code", "-d", TestDatabase.uniqueName()], environment: settings.environment)
            #expect(absent.status == 1)
            #expect(absent.output.contains("does not exist"))
        }
    }

    @Test func textSaysReducedModeAndHowToCompleteIt() async throws {
        let server = TestServer()
        let superuser = try await server.connectionSettings()
        try Connection(superuser).query("CREATE ROLE manager LOGIN CREATEDB CREATEROLE PASSWORD 'manager'")
        // As managed services do: the extension is there, and every role may read it.
        try Connection(superuser).query(
            "CREATE DATABASE email_service OWNER manager TEMPLATE template0 ENCODING 'UTF8'")
        let target = try Connection(superuser.database("email_service"))
        try target.query("CREATE EXTENSION pg_stat_statements SCHEMA public")
        let isOpen = "SELECT has_table_privilege('public', 'public.pg_stat_statements', 'SELECT')::text"
        #expect(try target.query(isOpen).first?[0] == "true")
        let settings = superuser.user("manager", password: "manager").database("email_service")
        let result = try await CommandRunner.emaildb(["init"], environment: settings.environment)
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.contains("extension pg_stat_statements = closed to public"))
        let fix = result.output.split(separator: "\n").first { $0.contains("CALL emaildb.count_statements();") }
        try target.script(String(try #require(fix)))
        #expect(try target.query(isOpen).first?[0] == "false")
        #expect(result.output.contains("reduced mode: the following needs a superuser"))
        #expect(result.output.contains("ALTER ROLE email_backup BYPASSRLS;"))
        try await server.stop()
    }

    @Test func anEditedStepIsStatusSix() async throws {
        let folder = try TemporaryFolder.withSlowIndex(milliseconds: 1)
        try await TestDatabase.withEmpty { settings in
            for status: Int32 in [0, 6] {
                for command in ["init", "status"] {
                    let result = try await CommandRunner.emaildb(
                        [command, "--sql", folder.path], environment: settings.environment)
                    #expect(result.status == status, "\(result)")
                    #expect(result.errors.contains("git checkout") == (status == 6), "\(result)")
                }
                try folder.write("0002_slow_table.sql", try folder.read("0002_slow_table.sql") + "-- a word more\n")
            }
        }
    }

    @Test(arguments: [
        ["init", "--wait", "-1"], ["init", "--nonsense"], ["init", "--sql", "/nonexistent"], ["bogus"],
    ])
    func wrongUsageIsStatusSixtyFour(_ arguments: [String]) async throws {
        #expect(try await CommandRunner.emaildb(arguments).status == 64)
    }
}
