import Postgres
import TestSupport
import Testing

/// What a role, a database or the environment sets does not change what `init` makes.
@Suite(.needsServer) struct SettingsTests {
    @Test(arguments: ["ROLE", "DATABASE"])
    func hostileSettingsGiveTheSameDatabase(_ level: String) async throws {
        let expected = try await TestDatabase.withSchema { try Cluster.snapshot($0) }
        try await TestDatabase.withEmpty { settings in
            let name = try #require(settings["dbname"])
            let role = name + "_admin"
            let superuser = try Connection(settings)
            try superuser.script(
                """
                CREATE ROLE \(role) SUPERUSER LOGIN PASSWORD 'admin';
                CREATE SCHEMA evil;
                CREATE TABLE evil.pg_class (oid oid); CREATE TABLE evil.pg_roles (rolname text, rolsuper bool);
                CREATE FUNCTION evil.now() RETURNS timestamptz LANGUAGE sql AS 'SELECT ''epoch''::timestamptz';
                CREATE FUNCTION evil.to_regclass(text) RETURNS regclass LANGUAGE sql AS 'SELECT NULL::regclass';
                CREATE FUNCTION evil.to_char(timestamp, text) RETURNS text LANGUAGE sql AS 'SELECT ''evil''';
                """)
            let target = level == "ROLE" ? "ROLE \(role)" : "DATABASE \(name)"
            for setting in [
                "search_path = evil, pg_catalog, public", "statement_timeout = '1s'", "lock_timeout = '1ms'",
                "default_transaction_isolation = serializable", "quote_all_identifiers = on",
                "default_toast_compression = pglz", "standard_conforming_strings = off", "row_security = off",
                "plan_cache_mode = force_custom_plan", "DateStyle = 'German'", "TimeZone = 'Asia/Kathmandu'",
                "default_text_search_config = 'pg_catalog.german'", "check_function_bodies = off",
            ] {
                try superuser.query("ALTER \(target) SET \(setting)")
            }
            let admin = settings.user(role, password: "admin")
            // The control: without the program's own settings, a table is looked for in the wrong schema.
            #expect(try Connection(admin).query("SELECT * FROM pg_class").isEmpty)
            let result = try await CommandRunner.emaildb(["init"], environment: admin.environment)
            #expect(result.status == 0, "\(result.errors)")
            let second = try await CommandRunner.emaildb(["init"], environment: admin.environment)
            #expect(second.output.contains("nothing to do"), "\(second)")
            let status = try await CommandRunner.emaildb(["status"], environment: admin.environment)
            #expect(!status.output.contains("evil") && status.output.contains("up to date"))
            // The hostile settings of the database are facts themselves, and what verify finds.
            let differences = try Set(Cluster.snapshot(settings)).symmetricDifference(expected)
                .filter { !$0.hasPrefix("setting database ") }
            #expect(differences.count == 0, "\(differences.sorted().prefix(6))")
            let verify = try await CommandRunner.emaildb(
                ["verify", "--only", "layout,security"], environment: admin.environment)
            let codes = verify.output.split(separator: "\n").filter { $0.contains("EDB-") }
            #expect(codes.count == (level == "ROLE" ? 0 : 2), "\(verify)")
            #expect(codes.allSatisfy { $0.contains("EDB-L053  setting database ") }, "\(verify)")
            try superuser.script("DROP SCHEMA evil CASCADE; ALTER DATABASE \(name) RESET ALL")
        }
    }

    @Test("What a step sets does not reach the next one") func settingsOfAStep() async throws {
        let folder = try TemporaryFolder.withSteps()
        func check(_ comparison: String) -> String {
            """

            DO $$ BEGIN
              IF pg_catalog.current_setting('work_mem') \(comparison) '7MB'
                OR pg_catalog.current_setting('emaildb_test.note', true) \(comparison) 'left' THEN
                RAISE EXCEPTION 'work_mem is %', pg_catalog.current_setting('work_mem');
              END IF;
            END $$;

            """
        }
        // The control, in the step itself: both are set.
        try folder.write(
            "0001_ledger.sql",
            folder.read("0001_ledger.sql") + "\nSET work_mem = '7MB'; SET emaildb_test.note = 'left';" + check("<>"))
        try folder.write("0002_extensions.sql", check("=") + folder.read("0002_extensions.sql"))
        try await TestDatabase.withEmpty { settings in
            let result = try await CommandRunner.emaildb(
                ["init", "--sql", folder.path], environment: settings.environment)
            #expect(result.status == 0, "\(result)")
        }
    }

    @Test("What init says is done is on disk, whatever a role or a database sets", arguments: ["ROLE", "DATABASE"])
    func commitsWaitForTheDisk(_ level: String) async throws {
        // One of its own: the log of the shared one is long.
        let server = TestServer()
        try await TestDatabase.withEmpty(on: server) { settings in
            let name = try #require(settings["dbname"])
            let superuser = try Connection(settings)
            try superuser.query("CREATE ROLE \(name) SUPERUSER LOGIN PASSWORD 'admin'")
            try superuser.query("ALTER \(level) \(name) SET synchronous_commit = off")
            let admin = settings.user(name, password: "admin")
            #expect(try Connection(admin).query("SHOW synchronous_commit").first?[0] == "off", "the control")
            let folder = try TemporaryFolder.withSteps()
            let first = "0001_ledger.sql"
            // A deferred trigger runs in COMMIT itself.
            try folder.write(
                first,
                folder.read(first) + """

                    CREATE TEMP TABLE at_commit (x integer);
                    CREATE FUNCTION pg_temp.at_commit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                      RAISE LOG '% commits with %', pg_catalog.current_database(), pg_catalog.current_setting('synchronous_commit');
                      RETURN NULL;
                    END $$;
                    CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON at_commit DEFERRABLE INITIALLY DEFERRED
                      FOR EACH ROW EXECUTE FUNCTION pg_temp.at_commit();
                    INSERT INTO at_commit VALUES (1);

                    """)
            let result = try await CommandRunner.emaildb(
                ["init", "--sql", folder.path], environment: admin.environment)
            #expect(result.status == 0, "\(result)")
            let log = try await server.log()
            let commits = log.split(separator: "\n").filter { $0.contains("LOG:  \(name) commits with") }
            #expect(commits.count == 1 && commits.allSatisfy { $0.hasSuffix("commits with on") }, "\(commits)")
        }
        try await server.stop()
    }

    static let passwords = [
        "quote'quote", #"back\slash"#, "per%cent %20", "hash#", "question?mark", "two words ", "new\nline",
        "Größe-密码-🔑", "all'\"\\%#?@:/ \n$`é",
    ]

    @Test("The application's password connects, and neither output nor log shows it", .serialized, arguments: passwords)
    func password(_ password: String) async throws {
        // A server of its own: its whole log, at log_statement = all, must not hold the password.
        let server = Self.passwordServer
        let settings = try await server.connectionSettings().database("email_service")
        let folder = try TemporaryFolder()
        try folder.write("password", password + "\n")
        let file = folder.path + "/password"
        let byOption = try await CommandRunner.emaildb(
            ["init", "--verbose", "--app-password-file", file], environment: settings.environment)
        #expect(byOption.status == 0, "\(byOption.errors)")
        var environment = settings.environment
        environment["EMAILDB_APP_PASSWORD_FILE"] = file
        let again = try await CommandRunner.emaildb(["init", "--format", "json"], environment: environment)
        #expect(
            again.output.contains("\"email_service\" : \"unchanged\"") || password.contains("Größe"), "\(again.output)")

        let application = settings.user("email_service", password: password)
        let connection = try Connection(application)
        let usedPassword = connection.usedPassword
        #expect(usedPassword, "the control: the server asks for a password")
        #expect(throws: PostgresError.self) {
            _ = try Connection(settings.user("email_service", password: password + "x"))
        }
        // As a connection password of the program itself it works as well.
        let status = try await CommandRunner.emaildb(["status"], environment: application.environment)
        #expect(status.errors.contains("permission denied") || status.status == 0, "\(status)")
        for text in [byOption.output, byOption.errors, again.output, again.errors, status.output, status.errors] {
            #expect(!text.holds(password))
        }
        let log = try await server.log()
        #expect(log.contains("CREATE TABLE"), "the control: statements are logged")
        #expect(!log.holds(password))
        #expect(!log.contains("SCRAM-SHA-256$4096:"), "not even the verifier")
    }

    @Test("A password's statement that fails is in no log either") func failingPassword() async throws {
        let server = TestServer()
        let settings = try await server.installed()
        let folder = try TemporaryFolder()
        try folder.write("password", "Sentinel9\n")
        let holder = try Connection(settings)
        // The same row: whoever wants to change it waits.
        try holder.script("BEGIN; ALTER ROLE email_service CONNECTION LIMIT 50")
        let running = try RunningCommand(
            ["init", "--app-password-file", folder.path + "/password"], environment: settings.environment)
        let observer = try Connection(settings)
        let waiting =
            "SELECT pg_cancel_backend(pid) FROM pg_stat_activity"
            + " WHERE wait_event_type = 'Lock' AND query LIKE 'ALTER ROLE email_service PASSWORD %'"
        try await eventually("init waits, and is cancelled") { try !observer.query(waiting).isEmpty }
        let result = try await running.end(within: .seconds(60))
        #expect(result.status == 2, "\(result)")
        try holder.script("ROLLBACK")
        let log = try await server.log()
        #expect(log.contains("ERROR:  canceling statement due to user request"), "the control: the error is logged")
        #expect(!log.contains("SCRAM-SHA-256$4096:") && !(result.output + result.errors).contains("SCRAM-SHA-256$"))
        // The control: of a statement without such care, the log has the text.
        let verifier = try holder.encryptPassword("x", user: "email_worker")
        _ = #expect(throws: PostgresError.self) {
            try holder.query("ALTER ROLE email_none PASSWORD \(SQL.literal(verifier))")
        }
        #expect(try await server.log().contains("STATEMENT:  ALTER ROLE email_none PASSWORD 'SCRAM-SHA-256$"))
        try await server.stop()
    }

    private static let passwordServer = TestServer()

    @Test func aMalformedURIDoesNotShowItsPassword() async throws {
        let result = try await CommandRunner.emaildb(["init", "-d", "postgresql://u:sentinel%zz@127.0.0.1/x"])
        #expect(result.status == 3)
        #expect(!(result.output + result.errors).contains("sentinel"))
        #expect(result.errors.contains("percent-encoded"))
    }
}
