import Testing

/// What an attacker who may send any SQL as the application, but keeps to his own tenant, can try in one statement.
///
/// The numbers are those of the list that the attacks were taken from. What takes more than a statement is in the other
/// files.
@Suite(.serialized) struct AttackTests {
    private static let tables = ["email_accounts", "email_folders", "email_messages", "email_attachments"]
    private static let readable = tables + ["email_audit_log", "email_message_tombstones"]
    private static let filled = tables + ["email_audit_log"]

    /// An insert into each table, as tenant `{A}` or `{B}` and with references into tenant `{A}` or `{B}`.
    private static func inserts(as tenant: String, into owner: String) -> [String] {
        [
            "INSERT INTO email_accounts (tenant_id, user_id) VALUES ('{\(tenant).tenant}', gen_random_uuid())",
            "INSERT INTO email_folders (tenant_id, account_id) VALUES ('{\(tenant).tenant}', '{\(owner).account}')",
            """
            INSERT INTO email_messages (tenant_id, account_id, folder_id, message_id)
            VALUES ('{\(tenant).tenant}', '{\(owner).account}', '{\(owner).inbox}', 'new')
            """,
            "INSERT INTO email_attachments (tenant_id, message_id) VALUES ('{\(tenant).tenant}', '{\(owner).message}')",
        ]
    }

    private static func id(_ table: String, of tenant: String) -> String {
        switch table {
        case "email_accounts": "{\(tenant).account}"
        case "email_folders": "{\(tenant).inbox}"
        case "email_messages": "{\(tenant).message}"
        default: "{\(tenant).attachment}"
        }
    }

    // MARK: - 1 to 4: reading

    static let reading: [Attack] =
        filled.flatMap { table in
            let theirs = "SELECT FROM \(table) WHERE tenant_id = '{B.tenant}'"
            let any = "SELECT FROM \(table) LIMIT 1"
            return [
                Attack(1, .attacker, theirs, .nothing, control: .victim),
                Attack(
                    1, .attacker, "SELECT FROM \(table) WHERE tenant_id <> '{A.tenant}'", .nothing, control: .superuser),
                Attack(2, .unset, any, .nothing, control: .attacker),
                Attack(3, .forgetful, any, .nothing, control: .attacker),
                Attack(4, .garbled, any, .error("22P02"), control: .attacker),
            ]
        } + [
            Attack(
                1, "SELECT FROM email_message_tombstones WHERE tenant_id = '{B.tenant}'", .nothing, control: .victim,
                "DELETE FROM email_messages; SELECT FROM email_message_tombstones"),
            Attack(
                1, "SELECT FROM email_export_tenant() AS e WHERE e.data ->> 'tenant_id' <> '{A.tenant}'", .nothing,
                control: .attacker, "SELECT FROM email_export_tenant() AS e WHERE e.data ->> 'tenant_id' = '{A.tenant}'"
            ),
            Attack(1, "SELECT FROM email_changes('{B.account}', 0)", .nothing, control: .victim),
            Attack(2, .unset, "SELECT FROM email_changes('{A.account}', 0)", .error("42501"), control: .attacker),
            Attack(2, .unset, "SELECT FROM email_export_tenant()", .error("42501"), control: .attacker),
            Attack(4, .garbled, "SELECT email_require_tenant()", .error("42501"), control: .attacker),
            // No client reads directly what the search functions read.
            Attack(1, "SELECT FROM email_message_search", .error("42501"), control: .superuser),
            Attack(1, "SELECT FROM emaildb.ledger", .error("42501"), control: .superuser),
        ]

    @Test(arguments: reading) func anotherTenantsRowsAreNotRead(_ attack: Attack) async throws {
        try await Duel.fight(attack)
    }

    // MARK: - 5 to 9, 13, 16: writing

    static let writing: [Attack] =
        zip(inserts(as: "B", into: "B"), inserts(as: "A", into: "A")).flatMap { insert, own in
            [
                Attack(5, insert, .error("42501"), control: .victim),
                Attack(6, .unset, own, .error("42501"), control: .attacker),
                Attack(6, .forgetful, own, .error("42501"), control: .attacker),
            ]
        }
        + tables.flatMap { table in
            let mine = "WHERE id = '\(id(table, of: "A"))'"
            let theirs = "WHERE id = '\(id(table, of: "B"))'"
            return [
                Attack(
                    7, "UPDATE \(table) SET tenant_id = '{B.tenant}' \(mine)", .error("23514"), control: .attacker,
                    "UPDATE \(table) SET created_at = 5 \(mine)"),
                Attack(8, "UPDATE \(table) SET created_at = 5 \(theirs)", .nothing, control: .victim),
                Attack(8, "DELETE FROM \(table) \(theirs)", .nothing, control: .victim),
                Attack(8, "SELECT FROM \(table) \(theirs) FOR UPDATE", .nothing, control: .victim),
                Attack(
                    13, upsert(table), .error("42501"), control: .victim),
                Attack(16, "TRUNCATE \(table) CASCADE", .error("42501"), control: .superuser),
            ]
        }
        + zip(inserts(as: "A", into: "B").dropFirst(), inserts(as: "A", into: "A").dropFirst()).map { crossing, own in
            Attack(9, crossing, .error("23503"), control: .attacker, own)
        } + [
            Attack(
                7, "UPDATE email_messages SET folder_id = '{B.archive}' WHERE id = '{A.message}'", .error("23503"),
                control: .attacker, "UPDATE email_messages SET folder_id = '{A.archive}' WHERE id = '{A.message}'"),
            Attack(
                7, "SELECT email_move_messages(ARRAY['{A.message}']::uuid[], '{B.inbox}')", .error("P0002"),
                control: .attacker, "SELECT email_move_messages(ARRAY['{A.message}']::uuid[], '{A.archive}')"),
            Attack(8, "SELECT email_reset_uidvalidity('{B.inbox}', 2)", .error("P0002"), control: .victim),
            // A path that the stranger's account has is refused like one that it does not have.
            Attack(
                10,
                "INSERT INTO email_folders (tenant_id, account_id, path) VALUES ('{A.tenant}', '{B.account}', 'INBOX')",
                .error("23503"), control: .attacker,
                "INSERT INTO email_folders (tenant_id, account_id, path) VALUES ('{A.tenant}', '{A.account}', 'New')"),
            Attack(
                9,
                """
                SELECT FROM email_ingest_find('{B.account}', '{B.inbox}', ARRAY['<{B.mark}@example.com>'], ARRAY['x'], ARRAY['1'])
                """, .nothing, control: .victim),
            Attack(
                9, "SELECT email_ingest('{B.account}', '{B.inbox}', '[{\"message_id\": \"new\"}]')", .error("23503"),
                control: .victim),
            Attack(
                13,
                """
                INSERT INTO email_accounts (tenant_id, user_id, email_address)
                VALUES (current_setting('app.current_tenant_id')::uuid, gen_random_uuid(), '{B.address}')
                ON CONFLICT (email_address) DO UPDATE SET hostname = 'attacker.example'
                """, .error("42501"), control: .victim),
            // Only the operator erases for good.
            Attack(16, "SELECT FROM email_offboard_tenant('{B.tenant}')", .error("42501"), control: .superuser),
            Attack(16, "SELECT email_purge_deleted(0)", .error("42501"), control: .superuser),
            Attack(16, "SELECT FROM email_claim_accounts()", .error("42501"), control: .superuser),
            Attack(16, "SELECT FROM email_sync_backlog()", .error("42501"), control: .superuser),
        ]

    /// An insert by the serving tenant with the id of B's row, which then is to be changed.
    private static func upsert(_ table: String) -> String {
        let columns =
            switch table {
            case "email_accounts": "user_id) SELECT gen_random_uuid()"
            case "email_folders": "account_id) SELECT id FROM email_accounts"
            case "email_messages": "account_id, folder_id, message_id) SELECT account_id, id, 'new' FROM email_folders"
            default: "message_id) SELECT id FROM email_messages"
            }
        let (names, query) = (columns.prefix { $0 != ")" }, columns.drop { $0 != ")" }.dropFirst())
        return """
            WITH own AS (\(query) LIMIT 1)
            INSERT INTO \(table) (id, tenant_id, \(names))
            SELECT '\(id(table, of: "B"))', current_setting('app.current_tenant_id')::uuid, own.* FROM own
            ON CONFLICT (id) DO UPDATE SET created_at = 5
            """
    }

    @Test(arguments: writing) func anotherTenantsRowsAreNotWritten(_ attack: Attack) async throws {
        try await Duel.fight(attack)
    }

    // MARK: - 17 to 27: getting around row security

    static let privileges: [Attack] =
        [
            "SELECT lo_create(0)", "SELECT lo_from_bytea(0, 'x')", "SELECT lo_import('/etc/hostname')",
            "SELECT pg_read_file('postgresql.conf')", "SELECT pg_ls_dir('.')", "COPY email_messages TO '/tmp/stolen'",
            "COPY email_messages TO PROGRAM 'cat'", "COPY email_messages FROM '/etc/hostname'",
        ].map {
            Attack(27, $0, .error("42501"), control: .superuser, "SELECT lo_create(0), pg_read_file('PG_VERSION')")
        }
        + [
            "email_owner", "email_search", "email_audit", "email_keeper", "email_lookup", "email_backup",
            "email_worker", "postgres",
        ].map {
            Attack(23, "SET ROLE \($0)", .error("42501"), control: .superuser)
        }
        + [
            "INSERT INTO email_audit_log (tenant_id, table_name, operation, record_id)"
                + " VALUES ('{A.tenant}', 'email_accounts', 'INSERT', gen_random_uuid())",
            "UPDATE email_audit_log SET actor_id = 'forged'", "DELETE FROM email_audit_log",
            "TRUNCATE email_audit_log", "SELECT email_audit_insert()", "SELECT email_purge_audit(0)",
            "DELETE FROM email_message_tombstones",
            "UPDATE email_messages SET change_seq = 1; DROP TABLE email_audit_log",
        ].map {
            Attack(
                21, $0, .error("42501"), control: .attacker,
                "SELECT FROM email_audit_log WHERE tenant_id = '{A.tenant}'")
        } + [
            Attack(
                17, "COPY email_messages FROM STDIN", .error("0A000"), control: .attacker,
                "COPY email_messages TO STDOUT"),
            Attack(18, "SET row_security = off; SELECT FROM email_messages", .error("42501"), control: .superuser),
            Attack(19, "CREATE TEMP TABLE email_messages (id uuid)", .error("42501"), control: .superuser),
            Attack(
                19, "CREATE FUNCTION now() RETURNS timestamptz LANGUAGE sql AS 'SELECT NULL::timestamptz'",
                .error("42501"),
                control: .superuser, "CREATE FUNCTION public.f() RETURNS int LANGUAGE sql AS 'SELECT 1'"),
            Attack(
                19, "CREATE FUNCTION pg_temp.f() RETURNS int LANGUAGE sql AS 'SELECT 1'", .error("42501"),
                control: .superuser),
            Attack(19, "CREATE SCHEMA stolen", .error("42501"), control: .superuser),
            Attack(
                19, "CREATE VIEW public.stolen AS SELECT * FROM email_messages", .error("42501"), control: .superuser),
            Attack(22, "ALTER TABLE email_messages DISABLE TRIGGER ALL", .error("42501"), control: .superuser),
            Attack(22, "ALTER TABLE email_messages DISABLE ROW LEVEL SECURITY", .error("42501"), control: .superuser),
            Attack(22, "ALTER TABLE email_messages NO FORCE ROW LEVEL SECURITY", .error("42501"), control: .superuser),
            Attack(
                22, "DROP POLICY email_messages_tenant_policy ON email_messages", .error("42501"), control: .superuser),
            Attack(22, "SET session_replication_role = replica", .error("42501"), control: .superuser),
            Attack(
                22, "CREATE TRIGGER t AFTER INSERT ON email_messages EXECUTE FUNCTION email_audit_insert()",
                .error("42501"),
                control: .superuser),
            Attack(23, "SET SESSION AUTHORIZATION email_backup", .error("42501"), control: .superuser),
            Attack(23, "GRANT email_backup TO email_service", .error("42501"), control: .superuser),
            Attack(23, "ALTER ROLE email_service BYPASSRLS", .error("42501"), control: .superuser),
            Attack(27, "CREATE EXTENSION postgres_fdw", .error("42501"), control: .superuser, "SELECT 1"),
            Attack(27, "CREATE EXTENSION dblink", .error("42501"), control: .superuser, "SELECT 1"),
            Attack(
                27, "SELECT dblink('dbname=postgres', 'SELECT 1')", .error("42883"), control: .superuser, "SELECT 1"),
        ]

    @Test(arguments: privileges) func noWayLeadsAroundRowSecurity(_ attack: Attack) async throws {
        try await Duel.fight(attack)
    }

    // MARK: - Declared residuals

    static let residuals: [Attack] = [
        // 11 and 12: email_address and id are unique over all tenants, as documented; a refusal says that it is taken.
        Attack(
            11,
            "INSERT INTO email_accounts (tenant_id, user_id, email_address) VALUES ('{A.tenant}', gen_random_uuid(),"
                + " '{B.address}')", .error("23505"), control: .attacker,
            "INSERT INTO email_accounts (tenant_id, user_id, email_address) VALUES ('{A.tenant}', gen_random_uuid(),"
                + " 'new.{B.address}')"),
        Attack(
            12,
            "INSERT INTO email_folders (id, tenant_id, account_id) VALUES ('{B.inbox}', '{A.tenant}', '{A.account}')",
            .error("23505"), control: .attacker,
            "INSERT INTO email_folders (id, tenant_id, account_id) VALUES (gen_random_uuid(), '{A.tenant}', '{A.account}')"
        ),
        // UNIQUE (message_id, account_id) is looked at before the foreign key: who knows the id of a stranger's account
        // can ask whether it has a mail, where a mail that it does not have gives 23503.
        Attack(
            12,
            """
            INSERT INTO email_messages (tenant_id, account_id, folder_id, message_id)
            VALUES ('{A.tenant}', '{B.account}', '{B.inbox}', '<{B.mark}@example.com>')
            """, .error("23505"), control: .attacker,
            """
            INSERT INTO email_messages (tenant_id, account_id, folder_id, message_id)
            VALUES ('{A.tenant}', '{A.account}', '{A.inbox}', '<{B.mark}@example.com>')
            """),
        // UNIQUE (imap_uid, folder_id) in the same way: who knows the id of a folder can ask which UIDs are in it.
        Attack(
            12, "UPDATE email_messages SET folder_id = '{B.inbox}' WHERE id = '{A.message}'", .error("23505"),
            control: .attacker, "UPDATE email_messages SET folder_id = '{A.archive}' WHERE id = '{A.message}'"),
        // Every role may see sizes; and a role that may name a tenant may name any: row security is no help against SQL
        // that an attacker writes, which is why applications pass values as parameters.
        Attack(
            0, "SELECT WHERE pg_total_relation_size('email_messages') > 0", .success, control: .superuser),
        Attack(
            0, "SELECT set_config('app.current_tenant_id', '{B.tenant}', true); SELECT FROM email_messages", .success,
            control: .victim, "SELECT FROM email_messages"),
    ]

    @Test(arguments: residuals) func whatRemainsPossibleIsKnown(_ attack: Attack) async throws {
        try await Duel.fight(attack)
    }
}
