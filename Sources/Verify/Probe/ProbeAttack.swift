/// What the application, serving one tenant, tries; what must come of it; and what proves that it could have come otherwise.
///
/// The probe runs on live databases, so an attack must be harmless also when it succeeds: it only ever names rows of the
/// probe's own tenants, takes no lock that others wait for, and does nothing that a rollback does not take back. In SQL,
/// `{A.name}` stands for a value of the attacker's tenant and `{B.name}` for one of the victim's.
struct ProbeAttack: Sendable {
    enum Actor: Sendable {
        case attacker, victim
        /// No tenant: the setting is empty, as after a transaction that served one.
        case nobody
        case garbled
    }

    enum Outcome: Sendable, Equatable, CustomStringConvertible {
        /// No row is returned, changed or deleted.
        case nothing
        case error(String)
        /// At least one row, or a statement without rows that works.
        case success

        var description: String {
            switch self {
            case .nothing: "no row"
            case .error(let state): "an error, SQLSTATE \(state)"
            case .success: "success"
            }
        }
    }

    /// What is tried, as findings call it: stable.
    let name: String
    let actor: Actor
    let sql: String
    let outcome: Outcome
    /// Who does what, and succeeds, to show that the attack fails for the right reason; nil where the application can do
    /// nothing of the kind, for whomever.
    let control: (actor: Actor, sql: String)?

    init(
        _ name: String, _ sql: String, _ outcome: Outcome, as actor: Actor = .attacker, control: Actor?,
        _ rightful: String? = nil
    ) {
        self.name = name
        self.actor = actor
        self.sql = sql
        self.outcome = outcome
        self.control = control.map { ($0, rightful ?? sql) }
    }

    static let all = reading + writing + functions + sideDoors

    private static let tables = ["email_accounts", "email_folders", "email_messages", "email_attachments"]

    private static func row(_ table: String, _ tenant: String) -> String {
        let key = ["email_accounts": "account", "email_folders": "inbox", "email_messages": "message"][table]
        return "{\(tenant).\(key ?? "attachment")}"
    }

    private static func insert(_ table: String, as tenant: String, into owner: String) -> String {
        switch table {
        case "email_accounts":
            "INSERT INTO email_accounts (tenant_id, user_id) VALUES ('{\(tenant).tenant}', gen_random_uuid())"
        case "email_folders":
            "INSERT INTO email_folders (tenant_id, account_id) VALUES ('{\(tenant).tenant}', '{\(owner).account}')"
        case "email_messages":
            """
            INSERT INTO email_messages (tenant_id, account_id, folder_id, message_id)
            VALUES ('{\(tenant).tenant}', '{\(owner).account}', '{\(owner).inbox}', 'new')
            """
        default:
            "INSERT INTO email_attachments (tenant_id, message_id) VALUES ('{\(tenant).tenant}', '{\(owner).message}')"
        }
    }

    // MARK: - Reading

    private static let reading: [ProbeAttack] =
        (tables + ["email_audit_log"]).flatMap { table in
            let theirs = "SELECT FROM \(table) WHERE tenant_id = '{B.tenant}' LIMIT 1"
            let any = "SELECT FROM \(table) LIMIT 1"
            return [
                ProbeAttack("read \(table) of another tenant", theirs, .nothing, control: .victim),
                ProbeAttack("read \(table) without a tenant", any, .nothing, as: .nobody, control: .attacker),
                ProbeAttack(
                    "read \(table) with a malformed tenant", any, .error("22P02"), as: .garbled, control: .attacker),
            ]
        } + [
            ProbeAttack(
                "read email_message_tombstones of another tenant",
                "SELECT FROM email_message_tombstones WHERE tenant_id = '{B.tenant}'", .nothing, control: .victim,
                "DELETE FROM email_messages WHERE id = '{B.message}'; SELECT FROM email_message_tombstones"),
            ProbeAttack(
                "read email_message_search", "SELECT FROM email_message_search LIMIT 1", .error("42501"), control: nil),
            ProbeAttack("read emaildb.ledger", "SELECT FROM emaildb.ledger LIMIT 1", .error("42501"), control: nil),
            ProbeAttack(
                "read another tenant's rows by a plan made for that tenant",
                """
                SET LOCAL plan_cache_mode = force_generic_plan; SELECT set_config('app.current_tenant_id', '{B.tenant}', true);
                PREPARE emaildb_probe AS SELECT FROM email_messages WHERE id = '{B.message}'; EXECUTE emaildb_probe;
                SELECT set_config('app.current_tenant_id', '{A.tenant}', true); EXECUTE emaildb_probe
                """, .nothing, control: .victim, "EXECUTE emaildb_probe"),
            ProbeAttack(
                "read without row security", "SET LOCAL row_security = off; SELECT FROM email_messages LIMIT 1",
                .error("42501"), control: .attacker, "SELECT FROM email_messages LIMIT 1"),
            ProbeAttack(
                "copy another tenant's rows",
                "SELECT FROM email_export_tenant() AS e WHERE e.data ->> 'tenant_id' <> '{A.tenant}'", .nothing,
                control: .attacker, "SELECT FROM email_export_tenant() AS e WHERE e.data ->> 'tenant_id' = '{A.tenant}'"
            ),
        ]

    // MARK: - Writing

    private static let writing: [ProbeAttack] =
        tables.flatMap { table in
            let mine = "WHERE id = '\(row(table, "A"))'"
            let theirs = "WHERE id = '\(row(table, "B"))'"
            return [
                ProbeAttack(
                    "insert into \(table) for another tenant", insert(table, as: "B", into: "B"), .error("42501"),
                    control: .victim),
                ProbeAttack(
                    "update \(table) of another tenant", "UPDATE \(table) SET created_at = 5 \(theirs)", .nothing,
                    control: .victim),
                ProbeAttack(
                    "delete from \(table) of another tenant", "DELETE FROM \(table) \(theirs)", .nothing,
                    control: .victim),
                ProbeAttack(
                    "lock \(table) of another tenant", "SELECT FROM \(table) \(theirs) FOR UPDATE", .nothing,
                    control: .victim),
                ProbeAttack(
                    "give a row of \(table) to another tenant", "UPDATE \(table) SET tenant_id = '{B.tenant}' \(mine)",
                    .error("23514"), control: .attacker, "UPDATE \(table) SET created_at = 5 \(mine)"),
            ]
        }
        + tables.dropFirst().map { table in
            ProbeAttack(
                "refer from \(table) to another tenant's row", insert(table, as: "A", into: "B"), .error("23503"),
                control: .attacker, insert(table, as: "A", into: "A"))
        } + [
            ProbeAttack(
                "move a message to another tenant's folder",
                "UPDATE email_messages SET folder_id = '{B.archive}' WHERE id = '{A.message}'", .error("23503"),
                control: .attacker, "UPDATE email_messages SET folder_id = '{A.archive}' WHERE id = '{A.message}'"),
            ProbeAttack(
                "overwrite another tenant's account by its address",
                """
                INSERT INTO email_accounts (tenant_id, user_id, email_address)
                VALUES (current_setting('app.current_tenant_id')::uuid, gen_random_uuid(), '{B.address}')
                ON CONFLICT (email_address) DO UPDATE SET hostname = 'attacker.example'
                """, .error("42501"), control: .victim),
        ]
        + [
            "INSERT INTO email_audit_log (tenant_id, table_name, operation, record_id)"
                + " VALUES ('{A.tenant}', 'email_accounts', 'INSERT', gen_random_uuid())",
            "UPDATE email_audit_log SET actor_id = 'nobody' WHERE tenant_id = '{A.tenant}'",
            "DELETE FROM email_audit_log WHERE tenant_id = '{A.tenant}'",
            "DELETE FROM email_message_tombstones WHERE tenant_id = '{A.tenant}'",
        ].map { sql in
            ProbeAttack(
                "falsify the record: " + sql.split(separator: " ").prefix(3).joined(separator: " ").lowercased(), sql,
                .error("42501"), control: .attacker, "SELECT FROM email_audit_log WHERE tenant_id = '{A.tenant}'")
        }

    // MARK: - Functions

    private static let functions: [ProbeAttack] =
        [
            ("email_search", "word"), ("email_search_recipients", "address"), ("email_search_substring", "mark"),
            ("email_search_attachments", "mark"),
        ].flatMap { function, key in
            [
                ProbeAttack(
                    "find another tenant's mail with \(function)", "SELECT FROM \(function)('{B.\(key)}')", .nothing,
                    control: .victim),
                ProbeAttack(
                    "call \(function) without a tenant", "SELECT FROM \(function)('{A.\(key)}')", .error("42501"),
                    as: .nobody, control: .attacker),
            ]
        } + [
            ProbeAttack(
                "find another tenant's mail with email_search_references",
                "SELECT FROM email_search_references(ARRAY['<parent.{B.mark}@example.com>'])", .nothing,
                control: .victim),
            ProbeAttack(
                "follow another tenant's changes", "SELECT FROM email_changes('{B.account}', 0)", .nothing,
                control: .victim),
            ProbeAttack(
                "export without a tenant", "SELECT FROM email_export_tenant()", .error("42501"), as: .nobody,
                control: .attacker),
            ProbeAttack(
                "move a message into another tenant's folder with email_move_messages",
                "SELECT email_move_messages(ARRAY['{A.message}']::uuid[], '{B.inbox}')", .error("P0002"),
                control: .attacker,
                "SELECT email_move_messages(ARRAY['{A.message}']::uuid[], '{A.archive}')"),
            ProbeAttack(
                "void another tenant's UIDs", "SELECT email_reset_uidvalidity('{B.inbox}', 2)", .error("P0002"),
                control: .victim),
            ProbeAttack(
                "ingest into another tenant's folder",
                "SELECT email_ingest('{B.account}', '{B.inbox}', '[{\"message_id\": \"new\"}]')", .error("23503"),
                control: .victim),
            ProbeAttack(
                "erase another tenant", "SELECT FROM email_offboard_tenant('{B.tenant}', 1)", .error("42501"),
                control: nil),
            ProbeAttack(
                "learn which tenants there are", "SELECT FROM email_claim_accounts(0)", .error("42501"), control: nil),
        ]

    // MARK: - Side doors

    private static let sideDoors: [ProbeAttack] = [
        "CREATE TEMP TABLE email_messages (id uuid)", "CREATE TABLE public.emaildb_probe (id uuid)",
        "CREATE FUNCTION public.emaildb_probe() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
        "CREATE SCHEMA emaildb_probe",
        "SELECT lo_create(0)", "SELECT pg_read_file('PG_VERSION')", "SELECT FROM pg_long_queries LIMIT 1",
        "SELECT pg_cancel_backend(0)", "SET LOCAL session_replication_role = replica", "SELECT email_audit_insert()",
    ].map { sql in ProbeAttack("go around: " + sql.prefix(48), sql, .error("42501"), control: nil) }
}
