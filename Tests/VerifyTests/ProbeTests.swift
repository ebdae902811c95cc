import Postgres
import TestSupport
import Testing
import Verify

/// The live attacks: nothing on a sound database, the right finding on a broken one, and nothing left behind.
@Suite(.needsServer) struct ProbeTests {
    private static let tables = [
        "email_accounts", "email_folders", "email_messages", "email_attachments", "email_message_search",
        "email_audit_log", "email_message_tombstones",
    ]

    /// The number of rows in each table; a probe may move the number that the next message gets.
    private func rows(_ connection: borrowing Connection) throws -> [String] {
        try Self.tables.map { try connection.query("SELECT count(*)::text FROM \($0)").first?[0] ?? "" }
    }

    @Test func aSoundDatabaseWithMailIsNotTouched() async throws {
        try await TestDatabase.withSchema { settings in
            let connection = try Connection(settings)
            _ = try Tenant(connection)
            let before = try rows(connection)
            #expect(before.filter { $0 != "0" }.count >= 6, "there are rows to be touched")
            let report = try VerifyReport.of(settings, [.probe])
            #expect(report.findings.isEmpty, "\(report.findings)")
            #expect(report.unseen.isEmpty)
            #expect((report.parts.first?.checks ?? 0) > 70)
            #expect(try rows(connection) == before)
            let locks = try connection.query(
                """
                SELECT FROM pg_locks WHERE locktype IN ('advisory', 'relation') AND pid <> pg_backend_pid()
                  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                  AND pid IN (SELECT pid FROM pg_stat_activity WHERE application_name = 'emaildb')
                """)
            #expect(locks.isEmpty)
        }
    }

    /// What is broken, which attack says so, and whether it succeeds or only its control fails.
    private static let holes: [(sql: String, code: String, attack: String)] = [
        (
            "ALTER TABLE email_messages DISABLE ROW LEVEL SECURITY", "EDB-T001",
            "attack: read email_messages of another tenant"
        ),
        (
            "ALTER POLICY email_folders_tenant_policy ON email_folders USING (true)", "EDB-T001",
            "attack: read email_folders of another tenant"
        ),
        (
            "ALTER POLICY email_accounts_tenant_policy ON email_accounts WITH CHECK (true)", "EDB-T001",
            "attack: insert into email_accounts for another tenant"
        ),
        (
            "CREATE POLICY p ON email_attachments USING (current_setting('app.current_tenant_id', true) = '')",
            "EDB-T001",
            "attack: read email_attachments without a tenant"
        ),
        (
            "ALTER TABLE email_messages DROP CONSTRAINT email_messages_folder_fkey", "EDB-T001",
            "attack: move a message to another tenant's folder"
        ),
        (
            "ALTER TABLE email_attachments DISABLE TRIGGER email_attachments_identity;"
                + " ALTER TABLE email_attachments DROP CONSTRAINT email_attachments_message_fkey;"
                + " ALTER POLICY email_attachments_tenant_policy ON email_attachments USING (true) WITH CHECK (true)",
            "EDB-T001", "attack: give a row of email_attachments to another tenant"
        ),
        (
            "GRANT EXECUTE ON FUNCTION email_offboard_tenant(uuid, integer, boolean) TO email_service", "EDB-T001",
            "attack: erase another tenant"
        ),
        (
            "GRANT DELETE ON email_message_tombstones TO email_service;"
                + " CREATE POLICY p ON email_message_tombstones FOR DELETE TO email_service USING (true);"
                + " ALTER TABLE email_message_tombstones ALTER tenant_id DROP NOT NULL",
            "EDB-T001", "attack: falsify the record: delete from email_message_tombstones"
        ),
        (
            "GRANT INSERT ON email_audit_log TO email_service;"
                + " CREATE POLICY p ON email_audit_log FOR INSERT TO email_service WITH CHECK (true)",
            "EDB-T001", "attack: falsify the record: insert into email_audit_log"
        ),
        (
            """
            DROP FUNCTION email_search_references(text[]);
            CREATE FUNCTION email_search_references(keys text[]) RETURNS SETOF uuid
              LANGUAGE sql STABLE SECURITY DEFINER AS 'SELECT message_id FROM public.email_message_search'
            """, "EDB-T001", "attack: find another tenant's mail with email_search_references"
        ),
        (
            "DO $$ BEGIN EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO email_service', current_database()); END $$",
            "EDB-T001", "attack: go around: CREATE TEMP TABLE email_messages (id uuid)"
        ),
        (
            "GRANT SELECT ON pg_long_queries TO email_service", "EDB-T001",
            "attack: go around: SELECT FROM pg_long_queries LIMIT 1"
        ),
        (
            "REVOKE EXECUTE ON FUNCTION email_search_recipients(text, uuid, uuid, bigint, bigint, integer, bigint, uuid)"
                + " FROM email_service",
            "EDB-T002", "attack: find another tenant's mail with email_search_recipients"
        ),
        (
            "ALTER POLICY email_folders_tenant_policy ON email_folders USING (tenant_id = current_setting('app.current_tenant_id')::uuid);"
                + " ALTER TABLE email_messages DISABLE TRIGGER email_messages_inserted",
            "EDB-T002", "attack: find another tenant's mail with email_search"
        ),
        ("REVOKE INSERT ON email_folders FROM email_service", "EDB-T003", "role email_service"),
    ]

    @Test(arguments: holes)
    func aHoleIsFoundByTheAttackThatUsesIt(_ sql: String, _ code: String, _ attack: String) async throws {
        try await TestDatabase.withSchema { settings in
            let connection = try Connection(settings)
            let before = try rows(connection)
            try connection.script(sql)
            let report = try VerifyReport.of(settings, [.probe])
            let isFound = report.findings.contains { $0.code == code && $0.object == attack }
            #expect(isFound, "\(report.summary)")
            #expect(try rows(connection) == before)
        }
    }

    // Only a write that leaves the transaction can outlive the rollback.
    @Test func whatOutlivesTheRollbackIsFound() async throws {
        try await TestDatabase.withSchema { settings in
            let connection = try Connection(settings)
            let target =
                "dbname=\(settings["dbname"] ?? "") host=127.0.0.1 port=\(settings["port"] ?? "") user=postgres"
            try connection.script(
                """
                CREATE SCHEMA others; CREATE EXTENSION dblink SCHEMA others;
                CREATE FUNCTION others.leak() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
                  PERFORM others.dblink_exec('\(target)', format('INSERT INTO email_audit_log (tenant_id, table_name, operation,'
                    || ' record_id) VALUES (%L, ''email_accounts'', ''INSERT'', gen_random_uuid())', NEW.tenant_id));
                  RETURN NULL; END $$;
                CREATE TRIGGER leak AFTER INSERT ON email_accounts FOR EACH ROW EXECUTE FUNCTION others.leak()
                """)
            let report = try VerifyReport.of(settings, [.probe])
            let found = try #require(report.findings.first { $0.code == "EDB-T004" }, "\(report.findings)")
            #expect(found.actual?.contains("in email_audit_log") == true)
        }
    }

    @Test func whoMayNotActAsTheApplicationIsToldSo() async throws {
        try await TestDatabase.withSchema { settings in
            let superuser = try Connection(settings)
            try TestRole.with(password: "x", superuser) { name in
                let database = SQL.identifier(settings["dbname"] ?? "")
                try superuser.script("GRANT CONNECT ON DATABASE \(database) TO \(name)")
                let report = try VerifyReport.of(settings.user(name, password: "x"), [.probe])
                #expect(report.findings.isEmpty)
                #expect(report.unseen.map(\.what) == ["attacks on row security"])
                #expect(report.parts.isEmpty, "nothing was attacked")
                try superuser.script("REVOKE CONNECT ON DATABASE \(database) FROM \(name)")
            }
        }
    }

    @Test func onAStandbyTheCatalogIsReadAndTheProbeRefused() async throws {
        let server = TestServer()
        _ = try await server.installed()
        try await server.becomeStandby()
        let standby = try await server.connectionSettings().database("email_service")
        let report = try VerifyReport.of(standby, [.layout, .security, .probe])
        #expect(report.findings.isEmpty)
        #expect(report.parts.map(\.section) == [.layout, .security])
        #expect(report.unseen.map(\.section) == [.probe])
        #expect(report.unseen.first?.reason.contains("standby") == true)
        try await server.stop()
    }
}
