import FoundationEssentials
import Glibc
import Postgres
import TestSupport
import Testing

/// `init` and servers that die at random moments: whatever is left, the next run completes it.
@Suite(.needsServer, .serialized) struct KilledInitSoakTests {
    @Test func theNextInitFinishesAfterTheClientWasKilled() async throws {
        let server = TestServer()
        let settings = try await server.connectionSettings().database("email_service")
        let (expected, duration) = try await Self.undisturbed(settings)
        var generator = SeededGenerator(printing: "killed client")
        var interrupted = 0
        var scale = 1.0
        for round in 1...Rounds.few(8, soak: 35) {
            try Cluster.empty(settings)
            let moment = duration * scale * Double.random(in: 0...1.1, using: &generator)
            let killed = try await CommandRunner.emaildb(
                ["init"], environment: settings.environment, killAfter: moment)
            interrupted += killed.status == 137 ? 1 : 0
            scale = Self.next(scale, killed)
            try await Self.expectNothingOrEverything(settings, expected, "round \(round), killed after \(moment)")
            let next = try await CommandRunner.emaildb(["init"], environment: settings.environment)
            #expect(next.status == 0, "round \(round), killed after \(moment): \(next.errors)")
            #expect(try Cluster.snapshot(settings) == expected, "round \(round), killed after \(moment)")
        }
        #expect(interrupted > 0, "no run was killed before its end: the moments are too late")
        try await server.stop()
    }

    @Test func theNextInitFinishesAfterTheServerWasKilled() async throws {
        let server = TestServer()
        let first = try await server.connectionSettings().database("email_service")
        let (expected, duration) = try await Self.undisturbed(first)
        var generator = SeededGenerator(printing: "killed server")
        var interrupted = 0
        var scale = 1.0
        for round in 1...Rounds.few(4, soak: 25) {
            try Cluster.empty(try await server.connectionSettings())
            let settings = try await server.connectionSettings().database("email_service")
            let moment = duration * scale * Double.random(in: 0.05...1.0, using: &generator)
            let killed = try await CommandRunner.emaildb(
                ["init"], environment: settings.environment, killAfter: moment, victim: try await server.processID())
            try await server.recover()
            #expect(killed.status == 0 || killed.status == 3, "round \(round): \(killed)")
            interrupted += killed.status == 3 ? 1 : 0
            scale = Self.next(scale, killed)
            let restarted = try await server.connectionSettings().database("email_service")
            try await Self.expectNothingOrEverything(restarted, expected, "round \(round), killed after \(moment)")
            let next = try await CommandRunner.emaildb(["init"], environment: restarted.environment)
            #expect(next.status == 0, "round \(round), killed after \(moment): \(next.errors)")
            #expect(try Cluster.snapshot(restarted) == expected, "round \(round), killed after \(moment)")
        }
        #expect(interrupted > 0, "no run lost its server: the moments are too late")
        try await server.stop()
    }

    @Test("An upgrade that is killed leaves the steps that were there, or has made all")
    func upgrade() async throws {
        let server = TestServer()
        let (expected, duration) = try await Self.undisturbed(
            try await server.connectionSettings().database("email_service"))
        var generator = SeededGenerator(printing: "killed upgrade")
        let steps = try FileManager.default.contentsOfDirectory(atPath: "sql").filter { $0.hasSuffix(".sql") }.sorted()
        var (interrupted, before, after) = (0, 0, 0)
        var scale = 1.0
        for round in 1...Rounds.few(6, soak: 40) {
            try Cluster.empty(try await server.connectionSettings())
            let settings = try await server.connectionSettings().database("email_service")
            let applied = Int.random(in: 1..<steps.count, using: &generator)
            let folder = try TemporaryFolder.withSteps()
            for step in steps[applied...] {
                try folder.remove(step)
                try folder.remove("layout/\(step.dropLast(4)).txt")
            }
            let old = try await CommandRunner.emaildb(
                ["init", "--sql", folder.path], environment: settings.environment)
            try #require(old.status == 0, "\(old)")
            let earlier = try Cluster.snapshot(settings)
            #expect(earlier != expected, "the control: steps are pending")
            let isServer = Bool.random(using: &generator)
            let moment = duration * scale * Double.random(in: 0.1...1.0, using: &generator)
            let killed = try await CommandRunner.emaildb(
                ["init"], environment: settings.environment, killAfter: moment,
                victim: isServer ? try await server.processID() : nil)
            if isServer { try await server.recover() }
            scale = Self.next(scale, killed)
            let story = "round \(round), \(applied) steps, \(isServer ? "server" : "client") killed after \(moment)"
            interrupted += killed.status == 0 ? 0 : 1
            let restarted = try await server.connectionSettings().database("email_service")
            try await Self.untilAlone(restarted)
            let left = try Cluster.snapshot(restarted)
            before += left == earlier ? 1 : 0
            after += left == expected ? 1 : 0
            #expect(
                left == earlier || left == expected,
                "\(story): \(Set(left).symmetricDifference(earlier).sorted().prefix(5))")
            let next = try await CommandRunner.emaildb(["init"], environment: restarted.environment)
            #expect(next.status == 0, "\(story): \(next.errors)")
            #expect(try Cluster.snapshot(restarted) == expected, "\(story)")
        }
        print("killed upgrades: \(interrupted) interrupted, \(before) as before, \(after) with all steps")
        #expect(interrupted > 0 && before > 0, "no run was killed before its end: the moments are too late")
        try await server.stop()
    }

    /// How much of the undisturbed run's time the next moment is chosen from.
    ///
    /// That run may have met a busy machine: moments come earlier after a run that was over by then.
    private static func next(_ scale: Double, _ killed: CommandResult) -> Double {
        killed.status == 0 ? scale / 2 : min(1, scale * 2)
    }

    /// What a killed run has left: no object, role or setting at all, or everything, as all steps commit together.
    private static func expectNothingOrEverything(
        _ settings: ConnectionSettings, _ expected: [String], _ story: String
    ) async throws {
        try await untilAlone(settings)
        let maintenance = try Connection(settings.database("postgres"))
        let isThere = try !maintenance.query("SELECT FROM pg_database WHERE datname = 'email_service'").isEmpty
        if isThere,
            try Connection(settings).query("SELECT to_regclass('emaildb.ledger')::text AS ledger").first?["ledger"]
                != nil
        {
            #expect(try Cluster.snapshot(settings) == expected, "\(story): half of it")
            return
        }
        let connection = try Connection(settings.database(isThere ? "email_service" : "postgres"))
        // Those of initdb have lower numbers (FirstNormalObjectId).
        let left = try connection.column(
            """
            SELECT 'role ' || rolname FROM pg_roles WHERE oid >= 16384
            UNION ALL SELECT 'schema ' || nspname FROM pg_namespace WHERE oid >= 16384 AND nspname NOT LIKE 'pg\\_%'
            UNION ALL SELECT 'relation ' || relname FROM pg_class WHERE oid >= 16384
            UNION ALL SELECT 'function ' || proname FROM pg_proc WHERE oid >= 16384
            UNION ALL SELECT 'extension ' || extname FROM pg_extension WHERE oid >= 16384
            UNION ALL SELECT 'setting ' || setconfig::text FROM pg_db_role_setting
            UNION ALL SELECT 'grants ' || datacl::text FROM pg_database 
              WHERE datname = 'email_service' AND datacl IS NOT NULL
            """)
        #expect(left == [], "\(story): neither nothing nor everything")
    }

    /// Waits until the server processes of killed clients have ended.
    private static func untilAlone(_ settings: ConnectionSettings) async throws {
        let connection = try Connection(settings.database("postgres"))
        try await eventually("no other session is left") {
            try connection.query(
                "SELECT FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
            ).isEmpty
        }
    }

    @Test("A build whose client was killed is waited for, and adopted") func killedBuilder() async throws {
        let folder = try TemporaryFolder.withSlowIndex(milliseconds: 1)
        try await TestDatabase.withEmpty { settings in
            let connection = try Connection(settings)
            try Self.holdBuildsOpen(connection)
            async let killed = CommandRunner.emaildb(
                ["init", "--sql", folder.path], environment: settings.environment,
                killWhen: { try Self.isBuilding(settings) })
            #expect(try await killed.status == 137)
            let orphan = try connection.query(
                "SELECT pid FROM pg_stat_activity WHERE query LIKE '%CREATE INDEX CONC%' AND state = 'active'"
                    + " AND datname = current_database() AND pid <> pg_backend_pid()")
            let builder = try #require(orphan.first?.text("pid"), "the killed client's server process still builds")
            let halfBuilt = try connection.query(
                "SELECT indexrelid, indisvalid FROM pg_index WHERE indexrelid = to_regclass('public.slow_index')")
            #expect(halfBuilt.first?.flag("indisvalid") == false)

            async let running = CommandRunner.emaildb(
                ["init", "--verbose", "--sql", folder.path], environment: settings.environment, errorsIn: folder)
            try await eventually("init waits for the build") { folder.says("process \(builder)") }
            try Self.letBuildsEnd(connection)
            let next = try await running
            #expect(next.status == 0, "\(next.errors)")
            let index = try connection.query(
                "SELECT indexrelid, indisvalid FROM pg_index WHERE indexrelid = to_regclass('public.slow_index')")
            #expect(index.first?.flag("indisvalid") == true)
            #expect(index.first?[0] == halfBuilt.first?[0], "the live build was not dropped")
            #expect(try Self.events(connection) == ["started", "started", "adopted"])
        }
    }

    @Test("A build that another session runs without our lock is waited for") func foreignBuilder() async throws {
        let folder = try TemporaryFolder.withSlowIndex(milliseconds: 1)
        try await TestDatabase.withEmpty { settings in
            let connection = try Connection(settings)
            try Self.holdBuildsOpen(connection)
            let step = try folder.read("0003_slow_index.sql")
            try folder.remove("0003_slow_index.sql")
            let before = try await CommandRunner.emaildb(
                ["init", "--sql", folder.path], environment: settings.environment)
            #expect(before.status == 0, "\(before.errors)")
            try folder.write("0003_slow_index.sql", step)
            async let builder: [Void] = Threads.run(1) { _ in
                let connection = try Connection(settings)
                try connection.script(step)
            }
            try await Self.untilBuilding(settings)
            async let running = CommandRunner.emaildb(
                ["init", "--sql", folder.path], environment: settings.environment, errorsIn: folder)
            try await eventually("init waits for the build") { folder.says("still builds this index") }
            try Self.letBuildsEnd(connection)
            let next = try await running
            #expect(next.status == 0, "\(next.errors)")
            _ = try await builder
            #expect(try Self.events(Connection(settings)) == ["started", "adopted"])
        }
    }

    @Test func anInvalidLeftoverIsRebuilt() async throws {
        let folder = try TemporaryFolder.withSlowIndex(milliseconds: 1)
        try await TestDatabase.withEmpty { settings in
            let connection = try Connection(settings)
            try Self.holdBuildsOpen(connection)
            async let running = CommandRunner.emaildb(
                ["init", "--sql", folder.path], environment: settings.environment)
            try await Self.untilBuilding(settings)
            try connection.query(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%CREATE INDEX CONC%'"
                    + " AND datname = current_database() AND pid <> pg_backend_pid()")
            #expect(try await running.status == 3)
            try await eventually("the build is gone") { try !Self.isBuilding(settings) }
            try Self.letBuildsEnd(connection)
            let leftover = try connection.query(
                "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('public.slow_index')")
            #expect(leftover.first?.flag("indisvalid") == false)
            let next = try await CommandRunner.emaildb(
                ["init", "--sql", folder.path], environment: settings.environment)
            #expect(next.status == 0, "\(next.errors)")
            let index = try connection.query(
                "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('public.slow_index')")
            #expect(index.first?.flag("indisvalid") == true)
            #expect(try Self.events(connection) == ["started", "started", "rebuilt", "done"])
        }
    }

    @Test("A valid index of the same name with another definition is refused") func otherIndex() async throws {
        let folder = try TemporaryFolder.withSlowIndex(milliseconds: 1)
        try await TestDatabase.withEmpty { settings in
            let step = try folder.read("0003_slow_index.sql")
            try folder.remove("0003_slow_index.sql")
            _ = try await CommandRunner.emaildb(["init", "--sql", folder.path], environment: settings.environment)
            try folder.write("0003_slow_index.sql", step)
            try Connection(settings).script("CREATE INDEX slow_index ON public.slow (id)")
            let result = try await CommandRunner.emaildb(
                ["init", "--sql", folder.path], environment: settings.environment)
            #expect(result.status == 2)
            #expect(
                result.errors.contains(
                    "expected CREATE INDEX slow_index ON public.slow USING btree (public.slow_value(id))"))
            #expect(result.errors.contains("found CREATE INDEX slow_index ON public.slow USING btree (id)"))
            #expect(result.errors.contains("ALTER INDEX public.slow_index RENAME TO slow_index_old;"))
        }
    }

    /// Whether an index that is not valid yet is being built, its function being called.
    private static func isBuilding(_ settings: ConnectionSettings) throws -> Bool {
        let connection = try Connection(settings)
        return try !connection.query(
            "SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()"
        ).isEmpty
    }

    /// Waits for a build; fails when none is seen, as when it was over before this task had its turn.
    private static func untilBuilding(_ settings: ConnectionSettings) async throws {
        try await eventually("a build is seen") { try isBuilding(settings) }
    }

    /// Keeps builds from ending, however late the next look at them is.
    private static func holdBuildsOpen(_ connection: borrowing Connection) throws {
        try connection.query("SELECT pg_advisory_lock(\(TemporaryFolder.heldOpen))")
    }

    private static func letBuildsEnd(_ connection: borrowing Connection) throws {
        try connection.query("SELECT pg_advisory_unlock(\(TemporaryFolder.heldOpen))")
    }

    private static func events(_ connection: borrowing Connection) throws -> [String] {
        try connection.query("SELECT event FROM emaildb.ledger_event WHERE step = 3 ORDER BY id").map {
            $0.text("event")
        }
    }

    /// What an undisturbed run gives, and how long it takes.
    private static func undisturbed(
        _ settings: ConnectionSettings
    ) async throws -> (snapshot: [String], duration: Duration) {
        var shortest = Duration.seconds(60)
        // The shortest of three: other tests start at the same time, and a moment after the end kills nothing.
        for _ in 1...3 {
            try Cluster.empty(settings)
            let start = ContinuousClock.now
            let result = try await CommandRunner.emaildb(["init"], environment: settings.environment)
            try #require(result.status == 0, "\(result)")
            shortest = min(shortest, start.duration(to: .now))
        }
        return (try Cluster.snapshot(settings), shortest)
    }
}
