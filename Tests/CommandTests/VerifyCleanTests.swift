import Postgres
import Server
import TestSupport
import Testing

/// What is no drift: the database as it was, after what happens to databases, among what others keep there.
@Suite(.needsServer) struct VerifyCleanTests {
    private func expectClean(_ settings: ConnectionSettings, _ comment: Comment) async throws {
        let result = try await CommandRunner.emaildb(["verify"], environment: settings.environment)
        #expect(result.status == 0, "\(comment): \(result.output)\(result.errors)")
        #expect(!result.output.contains("not seen"), comment)
    }

    @Test func rewritingEverythingIsNoDrift() async throws {
        try await TestDatabase.withSchema { settings in
            let connection = try Connection(settings)
            let name = SQL.identifier(settings["dbname"] ?? "")
            for statement in [
                "VACUUM FULL", "REINDEX DATABASE \(name)", "REINDEX TABLE CONCURRENTLY email_messages", "ANALYZE",
                "CLUSTER email_folders USING email_folders_pkey", "ALTER TABLE email_folders SET WITHOUT CLUSTER",
            ] { try connection.query(statement) }
            try await expectClean(settings, "after VACUUM FULL, REINDEX, CLUSTER")
        }
    }

    @Test func whatOthersKeepInTheDatabaseIsNoDrift() async throws {
        let server = TestServer()
        let settings = try await server.installed()
        try Connection(settings).script(
            """
            CREATE ROLE analyst LOGIN CREATEDB; CREATE ROLE team; GRANT team TO analyst; CREATE ROLE email_marketing LOGIN;
            CREATE SCHEMA shop AUTHORIZATION analyst; CREATE EXTENSION hstore; CREATE EXTENSION citext SCHEMA shop;
            CREATE TABLE shop.orders (id integer PRIMARY KEY, customer text, placed timestamptz DEFAULT now());
            CREATE TABLE public.orders (id serial PRIMARY KEY, note text UNIQUE); GRANT ALL ON public.orders TO analyst, PUBLIC;
            CREATE INDEX idx_email_of_customer ON shop.orders (customer); CREATE UNIQUE INDEX by_note ON public.orders (note, id);
            CREATE VIEW public.big_orders AS SELECT * FROM public.orders WHERE id > 100;
            CREATE VIEW shop.views AS SELECT * FROM pg_stat_activity;
            CREATE FUNCTION public.total() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM public.orders';
            CREATE FUNCTION shop.admin() RETURNS void LANGUAGE sql SECURITY DEFINER AS 'SELECT';
            CREATE FUNCTION shop.stamp() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
            CREATE TRIGGER stamp BEFORE UPDATE ON public.orders FOR EACH ROW EXECUTE FUNCTION shop.stamp();
            ALTER TABLE public.orders ENABLE ROW LEVEL SECURITY; CREATE POLICY open ON public.orders USING (true);
            CREATE TABLE shop.lines (order_id integer REFERENCES shop.orders, n integer) PARTITION BY RANGE (n);
            CREATE TABLE shop.lines_1 PARTITION OF shop.lines FOR VALUES FROM (0) TO (9);
            CREATE STATISTICS shop.guess ON customer, placed FROM shop.orders; CREATE TYPE shop.mood AS ENUM ('good', 'bad');
            ALTER DEFAULT PRIVILEGES FOR ROLE analyst IN SCHEMA shop GRANT SELECT ON TABLES TO team;
            GRANT CONNECT, TEMPORARY ON DATABASE email_service TO analyst; GRANT USAGE ON SCHEMA public TO analyst;
            ALTER ROLE analyst IN DATABASE email_service SET search_path = shop; ALTER DATABASE email_service SET work_mem = '8MB';
            CREATE PUBLICATION shop FOR TABLE shop.orders; SELECT lo_create(4711)
            """)
        try await expectClean(settings, "with tables, schemas, roles and extensions of others")
        // The same kinds of things on what is ours are found: the quiet above is not blindness.
        try Connection(settings).script(
            """
            GRANT SELECT ON email_folders TO analyst; CREATE STATISTICS shop.spy ON subject, folder_id FROM email_messages;
            CREATE VIEW shop.mail AS SELECT * FROM public.email_messages;
            CREATE TABLE shop.tags (message uuid REFERENCES public.email_messages (id))
            """)
        let result = try await CommandRunner.emaildb(
            ["verify", "--only", "layout,security"], environment: settings.environment)
        for code in ["EDB-L263", "EDB-L293", "EDB-S009", "EDB-L153", "EDB-S006"] {
            #expect(result.output.contains(code), "\(code): \(result.output)")
        }
        try await server.stop()
    }

    @Test func aDumpAndRestoreIsNoDrift() async throws {
        let folder = try ServerBinaries.find(nil, state: ".emaildb").directory
        let server = TestServer()
        let settings = try await server.installed()
        let files = try TemporaryFolder()
        var environment = settings.environment
        environment["LD_LIBRARY_PATH"] = folder + "/lib"
        // With --create, or what belongs to the database itself, such as its roles' settings, stays behind.
        let dump = try await CommandRunner.run(
            folder + "/bin/pg_dump", ["-Fc", "--create", "-f", files.path + "/dump"], environment: environment)
        try #require(dump.status == 0, "\(dump.errors)")
        try Connection(settings.database("postgres")).query("DROP DATABASE email_service")
        environment["PGDATABASE"] = "postgres"
        let restore = try await CommandRunner.run(
            folder + "/bin/pg_restore", ["--create", "--exit-on-error", "-d", "postgres", files.path + "/dump"],
            environment: environment)
        try #require(restore.status == 0, "\(restore.errors)")
        try await expectClean(settings, "after pg_dump --create and pg_restore --create")
        try await server.stop()
    }

    @Test func theReducedModeIsSaidAndNothingElse() async throws {
        let server = TestServer()
        let superuser = try await server.connectionSettings()
        try Connection(superuser).query("CREATE ROLE manager LOGIN CREATEDB CREATEROLE PASSWORD 'manager'")
        let settings = superuser.user("manager", password: "manager").database("email_service")
        let installed = try await CommandRunner.emaildb(["init"], environment: settings.environment)
        try #require(installed.status == 0, "\(installed)")
        let target = superuser.database("email_service")
        let script = try await CommandRunner.emaildb(
            ["verify", "--only", "layout,security", "--fix-sql"], environment: target.environment)
        #expect(script.status == 1)
        let codes = Set(
            script.output.split(separator: "\n").filter { $0.hasPrefix("-- EDB-") }.map { $0.split(separator: " ")[1] })
        #expect(codes.isSubset(of: ["EDB-L032", "EDB-L041", "EDB-L051", "EDB-L261", "EDB-L282"]), "\(script.output)")
        let grants = script.output.split(separator: "\n").filter { $0.hasPrefix("GRANT ") && $0.contains(" ON ") }
        #expect(
            grants.allSatisfy { $0.contains("pg_catalog.pg_authid TO email_lookup;") || $0.contains("_advisory_") },
            "\(grants)")
        #expect(codes.contains("EDB-L282"))
        try Connection(target).runFix(script.output)
        try await expectClean(target, "what only a superuser can add was added")
        try await server.stop()
    }
}
