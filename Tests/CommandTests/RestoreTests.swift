import FoundationEssentials
import Postgres
import Server
import TestSupport
import Testing

/// A dump that was restored, in whatever way: the database says that something is missing, and one command makes it whole.
@Suite(.needsServer) struct RestoreTests {
    /// How a dump is restored, into a server without our roles unless they are brought first.
    struct Way: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// Roles and their memberships come first, as pg_dumpall --globals-only writes them.
        var bringsRoles = false
        /// The database is made by `emaildb init` beforehand.
        var isPrepared = false
        var dump: [String] = []
        var restore: [String] = []
        /// What is done in the restored database afterwards.
        var afterwards = ""
        /// Nothing is missing.
        var isWhole = false
    }

    static let ways = [
        Way(testDescription: "without the roles"),
        Way(testDescription: "without the roles, --no-owner", restore: ["--no-owner"]),
        Way(testDescription: "without the roles, --no-privileges", restore: ["--no-privileges"]),
        Way(
            testDescription: "without the roles, --no-owner --no-privileges",
            restore: ["--no-owner", "--no-privileges"]),
        Way(testDescription: "with the roles", bringsRoles: true),
        Way(testDescription: "with the roles, --no-owner", bringsRoles: true, restore: ["--no-owner"]),
        Way(testDescription: "with the roles, --no-privileges", bringsRoles: true, restore: ["--no-privileges"]),
        Way(testDescription: "with the roles, -C", bringsRoles: true, restore: ["-C"], isWhole: true),
        Way(
            testDescription: "with the roles, -C, renamed", bringsRoles: true, restore: ["-C"],
            afterwards: "ALTER DATABASE source RENAME TO renamed", isWhole: true),
        Way(
            testDescription: "data only, without triggers", isPrepared: true,
            restore: ["--data-only", "--disable-triggers"], isWhole: true),
        Way(
            testDescription: "with the roles, without the ids of change numbers", bringsRoles: true,
            restore: ["-C"], afterwards: "SELECT setval('public.email_message_change_seq', 1)", isWhole: true),
    ]

    /// What every row says, but for the bookkeeping of the restore itself.
    private static let mail = """
        SELECT md5(string_agg(concat_ws('|', m.id, m.tenant_id, m.account_id, f.name, m.message_id, m.subject, m.is_read, m.is_deleted,
          m.has_attachments), E'\\n' ORDER BY m.id)) FROM public.email_messages m JOIN public.email_folders f ON f.id = m.folder_id
        """

    @Test("The ways of restoring", arguments: ways) func way(_ way: Way) async throws {
        let (from, to) = (TestServer(), TestServer())
        let source = try await from.installed("source")
        let connection = try Connection(source)
        try connection.script(DataRows.sql)
        let expected = try connection.value(Self.mail)
        connection.close()
        let folder = try TemporaryFolder()
        let file = folder.path + "/dump"
        try await run("pg_dump", ["-Fc", "-f", file] + way.dump, source)
        let target = try await to.connectionSettings()
        if way.bringsRoles {
            try await run(
                "pg_dumpall", ["--globals-only", "--no-role-passwords", "-f", folder.path + "/roles"], source)
            // The superuser is there already.
            try await run("psql", ["-X", "-q", "-f", folder.path + "/roles"], target.database("postgres"))
        }
        var restored = target.database("source")
        if way.isPrepared {
            let result = try await CommandRunner.emaildb(["init"], environment: restored.environment)
            #expect(result.status == 0, "\(result)")
        } else if !way.restore.contains("-C") {
            try Connection(target.database("postgres")).query("CREATE DATABASE source TEMPLATE template0")
        }
        // Errors, such as roles that are missing, do not end it.
        try await run(
            "pg_restore", way.restore + ["-d", way.restore.contains("-C") ? "postgres" : "source", file], target,
            statuses: [0, 1])
        if way.afterwards.hasPrefix("ALTER DATABASE") {
            try Connection(target.database("postgres")).query(way.afterwards)
            restored = target.database("renamed")
        } else if !way.afterwards.isEmpty {
            try Connection(restored).query(way.afterwards)
        }

        for command in [["init"], ["ready"], ["status", "--exit-code"]] {
            let result = try await CommandRunner.emaildb(command, environment: restored.environment)
            #expect(result.status == (way.isWhole ? 0 : 1), "\(command): \(result)")
            #expect(way.isWhole || result.errors.contains("emaildb init --repair"), "\(command): \(result)")
        }
        let repair = try await CommandRunner.emaildb(["init", "--repair"], environment: restored.environment)
        #expect(repair.status == 0, "\(repair)")
        let verify = try await CommandRunner.emaildb(["verify"], environment: restored.environment)
        #expect(verify.status == 0, "\(verify)")
        let ready = try await CommandRunner.emaildb(["ready"], environment: restored.environment)
        #expect(ready.status == 0, "\(ready)")
        #expect(try Connection(restored).value(Self.mail) == expected)
        try await from.stop()
        try await to.stop()
    }

    @Test("What others added stays, and is reported") func nothingIsTaken() async throws {
        try await TestDatabase.withSchema { settings in
            let connection = try Connection(settings)
            try connection.script(
                """
                CREATE INDEX others ON public.email_messages (subject); ALTER TABLE public.email_messages ADD COLUMN colour text;
                CREATE TABLE public.notes (a integer); DROP INDEX public.idx_email_messages_thread_id;
                GRANT TRUNCATE ON public.email_messages TO email_service
                """)
            let result = try await CommandRunner.emaildb(["init", "--repair"], environment: settings.environment)
            #expect(result.status == 1, "\(result)")
            #expect(
                result.output.contains("index others") && result.output.contains("email_messages.colour"), "\(result)")
            let kept = try connection.query(
                "SELECT to_regclass('public.others'), to_regclass('public.notes'), to_regclass('public.idx_email_messages_thread_id')"
            )
            #expect(kept[0][0] == "others" && kept[0][1] == "notes" && kept[0][2] != nil)
            #expect(
                try connection.value("SELECT has_table_privilege('email_service', 'public.email_messages', 'TRUNCATE')")
                    == "f")
        }
    }

    @Test("A trigger of others is not run with a superuser's rights") func foreignTrigger() async throws {
        try await TestDatabase.withSchema { settings in
            let connection = try Connection(settings)
            try connection.script(DataRows.sql)
            try connection.script(
                """
                CREATE SCHEMA others; CREATE TABLE others.ran (who text);
                CREATE FUNCTION others.run() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN INSERT INTO others.ran VALUES (current_user); RETURN NEW; END $$;
                CREATE TRIGGER others BEFORE UPDATE ON public.email_messages FOR EACH ROW EXECUTE FUNCTION others.run();
                SET session_replication_role = replica; UPDATE public.email_messages SET is_flagged = NULL;
                RESET session_replication_role
                """)
            let result = try await CommandRunner.emaildb(["init", "--repair"], environment: settings.environment)
            #expect(result.status == 1 && result.output.contains("EDB-D007"), "\(result)")
            #expect(try connection.query("SELECT FROM others.ran").isEmpty)
            // The control: once it is gone, rows are repaired.
            try connection.query("DROP TRIGGER others ON public.email_messages")
            let repaired = try await CommandRunner.emaildb(["init", "--repair"], environment: settings.environment)
            #expect(repaired.status == 0, "\(repaired)")
        }
    }

    @Test("Only a superuser repairs") func whoMayNot() async throws {
        // One of its own: members of our roles are findings in every database of a cluster.
        let server = TestServer()
        try await TestDatabase.withSchema(on: server) { settings in
            let connection = try Connection(settings)
            let role = "repairer_\(settings["dbname"] ?? "")"
            try connection.query("CREATE ROLE \(role) LOGIN PASSWORD 'secret' IN ROLE email_owner, email_monitor")
            try connection.query("GRANT CONNECT ON DATABASE \(settings["dbname"] ?? "") TO \(role)")
            let result = try await CommandRunner.emaildb(
                ["init", "--repair"], environment: settings.user(role, password: "secret").environment)
            #expect(
                result.status == 4 && result.errors.contains("emaildb init --repair --username postgres"), "\(result)")
        }
        try await server.stop()
    }

    private func run(
        _ program: String, _ arguments: [String], _ settings: ConnectionSettings, statuses: Set<Int32> = [0]
    ) async throws {
        let programs = try ServerBinaries.find(nil, state: ".emaildb").directory
        let result = try await CommandRunner.run(
            programs + "/bin/" + program, arguments, environment: settings.environment)
        try #require(statuses.contains(result.status), "\(program): \(result)")
    }
}
