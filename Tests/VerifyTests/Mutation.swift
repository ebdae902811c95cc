import Postgres
import Testing

/// Something done to an installed database, and what `verify` must then find.
struct Mutation: Sendable {
    let sql: String
    /// Code and object of each finding that must be among those found.
    let findings: [(code: String, object: String)]
    /// What takes it back, when no SQL that `verify` gives can.
    let undo: String?

    /// `{database}` stands for the database's name.
    init(_ code: String, _ object: String, _ sql: String, undo: String? = nil) {
        self.sql = sql
        findings = [(code, object)]
        self.undo = undo
    }

    init(_ findings: [(String, String)], _ sql: String, undo: String? = nil) {
        self.sql = sql
        self.findings = findings.map { ($0.0, $0.1) }
        self.undo = undo
    }

    static let all = roles + tables + columns + attached + functions + access + security + reach
}

extension Mutation: CustomTestStringConvertible {
    var testDescription: String { sql }
}

// MARK: - Ledger, extensions, roles, settings

extension Mutation {
    static let roles: [Mutation] = [
        .init(
            "EDB-L901", "database {database}", "ALTER SCHEMA emaildb RENAME TO elsewhere",
            undo: "ALTER SCHEMA elsewhere RENAME TO emaildb"),
        .init(
            "EDB-L903", "step 3", "UPDATE emaildb.ledger SET hash = 'sha256:0' || hash WHERE step = 3",
            undo: "UPDATE emaildb.ledger SET hash = replace(hash, 'sha256:0sha256', 'sha256') WHERE step = 3"),
        .init(
            "EDB-L903", "step 4", "UPDATE emaildb.ledger SET name = 'x' || name WHERE step = 4",
            undo: "UPDATE emaildb.ledger SET name = substr(name, 2) WHERE step = 4"),
        .init(
            "EDB-L903", "step 5", "UPDATE emaildb.ledger SET chain = 'x' || chain WHERE step = 5",
            undo: "UPDATE emaildb.ledger SET chain = substr(chain, 2) WHERE step = 5"),
        .init(
            "EDB-L903", "step 2",
            "CREATE TABLE kept AS SELECT * FROM emaildb.ledger WHERE step = 2;"
                + " DELETE FROM emaildb.ledger WHERE step = 2",
            undo: "INSERT INTO emaildb.ledger SELECT * FROM kept; DROP TABLE kept"),
        .init(
            "EDB-L904", "step 999",
            "INSERT INTO emaildb.ledger SELECT 999, 'future', hash, chain, kind, state, started_at, finished_at, duration_ms,"
                + " applied_by, server_version, tool_version FROM emaildb.ledger WHERE step = 1",
            undo: "DELETE FROM emaildb.ledger WHERE step = 999"),
        .init(
            "EDB-L902", "step {last}",
            "CREATE TABLE kept AS SELECT * FROM emaildb.ledger ORDER BY step DESC LIMIT 1;"
                + " DELETE FROM emaildb.ledger WHERE step = (SELECT step FROM kept)",
            undo: "INSERT INTO emaildb.ledger SELECT * FROM kept; DROP TABLE kept"),
        .init("EDB-L021", "extension pgcrypto", "DROP EXTENSION pgcrypto"),
        .init("EDB-L021", "extension uuid-ossp", "DROP EXTENSION \"uuid-ossp\""),
        .init("EDB-L021", "extension pg_trgm", "DROP EXTENSION pg_trgm CASCADE"),
        .init(
            "EDB-L022", "extension pg_trgm", "ALTER EXTENSION pg_trgm SET SCHEMA others",
            undo: "ALTER EXTENSION pg_trgm SET SCHEMA public"),
        .init(
            "EDB-L022", "extension pg_trgm", "DROP EXTENSION pg_trgm CASCADE; CREATE EXTENSION pg_trgm VERSION '1.3'"),
        .init("EDB-L031", "role email_pooler", "DROP OWNED BY email_pooler; DROP ROLE email_pooler"),
        .init("EDB-L032", "role email_readonly", "ALTER ROLE email_readonly NOLOGIN"),
        .init("EDB-L032", "role email_owner", "ALTER ROLE email_owner LOGIN"),
        .init("EDB-L032", "role email_worker", "ALTER ROLE email_worker NOINHERIT"),
        .init("EDB-L032", "role email_backup", "ALTER ROLE email_backup NOBYPASSRLS"),
        .init("EDB-L032", "role email_search", "ALTER ROLE email_search BYPASSRLS"),
        .init("EDB-L041", "membership email_monitor in pg_monitor", "REVOKE pg_monitor FROM email_monitor"),
        .init(
            "EDB-L042", "membership email_monitor in pg_monitor", "GRANT pg_monitor TO email_monitor WITH ADMIN OPTION"),
        .init(
            "EDB-L043", "membership stranger in email_service", "GRANT email_service TO stranger"),
        .init("EDB-L043", "membership email_search in email_audit", "GRANT email_audit TO email_search"),
        .init(
            "EDB-L051", "setting email_service track_activities",
            "ALTER ROLE email_service IN DATABASE {database} RESET track_activities"),
        .init(
            "EDB-L052", "setting email_service lock_timeout",
            "ALTER ROLE email_service IN DATABASE {database} SET lock_timeout = '6s'"),
        .init(
            "EDB-L053", "setting email_service search_path",
            "ALTER ROLE email_service IN DATABASE {database} SET search_path = others"),
        .init(
            "EDB-L053", "setting email_service row_security in every database",
            "ALTER ROLE email_service SET row_security = off"),
        .init(
            "EDB-L053", "setting database app.current_tenant_id",
            "ALTER DATABASE {database} SET app.current_tenant_id = '7d444840-9dc0-11d1-b245-5ffdce74fad2'"),
    ]

    // MARK: - Tables, sequences, views

    static let tables: [Mutation] = [
        .init("EDB-L061", "table email_attachments", "DROP TABLE email_attachments"),
        .init("EDB-L061", "table email_message_search", "DROP TABLE email_message_search"),
        .init("EDB-L061", "table email_message_tombstones", "DROP TABLE email_message_tombstones"),
        .init("EDB-L061", "table email_audit_log", "DROP TABLE email_audit_log"),
        .init(
            [
                ("EDB-L061", "table email_folders"),
                ("EDB-L151", "constraint email_messages.email_messages_folder_fkey"),
            ],
            "DROP TABLE email_folders CASCADE"),
        .init("EDB-L061", "table emaildb.ledger_event", "DROP TABLE emaildb.ledger_event"),
        .init("EDB-L062", "table email_message_search", "ALTER TABLE email_message_search SET UNLOGGED"),
        .init("EDB-L062", "table email_folders", "ALTER TABLE email_folders REPLICA IDENTITY FULL"),
        .init("EDB-L063", "table emaildb.notes", "CREATE TABLE emaildb.notes (id integer PRIMARY KEY, note text)"),
        .init(
            "EDB-L121", "parameters email_audit_log",
            "ALTER TABLE email_audit_log RESET (autovacuum_vacuum_insert_scale_factor,"
                + " autovacuum_vacuum_insert_threshold, autovacuum_analyze_scale_factor)"),
        .init("EDB-L122", "parameters email_folders", "ALTER TABLE email_folders SET (fillfactor = 51)"),
        .init("EDB-L122", "parameters email_folders", "ALTER TABLE email_folders SET (autovacuum_enabled = off)"),
        .init(
            "EDB-L122", "parameters email_messages",
            "ALTER TABLE email_messages RESET (toast.autovacuum_vacuum_scale_factor)"),
        .init(
            "EDB-L123", "parameters emaildb.ledger", "ALTER TABLE emaildb.ledger SET (autovacuum_enabled = off)"),
        .init("EDB-L131", "sequence email_message_change_seq", "DROP SEQUENCE email_message_change_seq CASCADE"),
        .init("EDB-L132", "sequence email_message_change_seq", "ALTER SEQUENCE email_message_change_seq CYCLE"),
        .init(
            "EDB-L132", "sequence email_message_change_seq", "ALTER SEQUENCE email_message_change_seq INCREMENT BY 10"),
        .init("EDB-L132", "sequence emaildb.ledger_event_id_seq", "ALTER SEQUENCE emaildb.ledger_event_id_seq CACHE 9"),
        .init("EDB-L133", "sequence emaildb.numbers", "CREATE SEQUENCE emaildb.numbers"),
        .init("EDB-L141", "owned-by email_message_change_seq", "ALTER SEQUENCE email_message_change_seq OWNED BY NONE"),
        .init(
            "EDB-L142", "owned-by email_message_change_seq",
            "ALTER SEQUENCE email_message_change_seq OWNED BY email_messages.size_bytes"),
        .init("EDB-L171", "view pg_long_queries", "DROP VIEW pg_long_queries"),
        .init("EDB-L172", "view pg_long_queries", "ALTER VIEW pg_long_queries RESET (security_invoker)"),
        .init("EDB-L172", "view pg_connection_stats", "ALTER VIEW pg_connection_stats SET (security_barrier = true)"),
        .init("EDB-L173", "view emaildb.steps", "CREATE VIEW emaildb.steps AS SELECT 1 AS one"),
        .init(
            [("EDB-L173", "view emaildb.a"), ("EDB-L173", "view emaildb.b"), ("EDB-L193", "function emaildb.c()")],
            "CREATE FUNCTION emaildb.c() RETURNS integer LANGUAGE sql AS 'SELECT 1';"
                + " CREATE VIEW emaildb.a AS SELECT emaildb.c() AS one; CREATE VIEW emaildb.b AS SELECT * FROM emaildb.a"
        ),
        .init(
            "EDB-L182", "view-definition pg_long_queries",
            """
            DO $$ BEGIN EXECUTE 'CREATE OR REPLACE VIEW public.pg_long_queries WITH (security_invoker = true) AS '
              || replace(pg_get_viewdef('pg_long_queries'::regclass), '1000), 1000)', '1000), 2000)')
              || ' OFFSET 0'; END $$
            """.replacing(" || ' OFFSET 0'", with: "").replacing(
                "pg_get_viewdef('pg_long_queries'::regclass)",
                with: "replace(pg_get_viewdef('pg_long_queries'::regclass), 'DESC', 'ASC')")),
        .init(
            "EDB-L293", "extended-statistics email_messages.guess",
            "CREATE STATISTICS guess ON tenant_id, folder_id FROM email_messages"),
        .init(
            "EDB-L303", "inheritance heirs",
            "CREATE TABLE heirs () INHERITS (email_attachments)"),
    ]

    // MARK: - Columns

    static let columns: [Mutation] = [
        .init("EDB-L071", "column email_messages.reply_to", "ALTER TABLE email_messages DROP COLUMN reply_to"),
        .init("EDB-L071", "column email_accounts.port", "ALTER TABLE email_accounts DROP COLUMN port"),
        .init(
            "EDB-L071", "column email_messages.imap_uid_num",
            "ALTER TABLE email_messages DROP COLUMN imap_uid_num CASCADE"),
        .init("EDB-L071", "column emaildb.ledger.duration_ms", "ALTER TABLE emaildb.ledger DROP COLUMN duration_ms"),
        .init(
            "EDB-L072", "column email_accounts.username", "ALTER TABLE email_accounts ALTER username TYPE varchar(254)"),
        .init(
            "EDB-L072", "column email_attachments.mime_type", "ALTER TABLE email_attachments ALTER mime_type TYPE text"),
        .init(
            "EDB-L072", "column email_folders.sync_token",
            "ALTER TABLE email_folders ALTER sync_token TYPE text COLLATE \"C\""),
        .init(
            "EDB-L072", "column email_messages.from_address",
            "ALTER TABLE email_messages DROP COLUMN from_address;"
                + " ALTER TABLE email_messages ADD COLUMN from_address text COLLATE \"C\" GENERATED ALWAYS AS (\"from\") STORED"
        ),
        .init(
            "EDB-L072", "column emaildb.ledger_event.id",
            "ALTER TABLE emaildb.ledger_event ALTER id SET GENERATED BY DEFAULT"),
        .init(
            "EDB-L073", "column email_folders.colour", "ALTER TABLE email_folders ADD COLUMN colour text DEFAULT 'red'"),
        .init("EDB-L073", "column emaildb.ledger.note", "ALTER TABLE emaildb.ledger ADD COLUMN note text"),
        .init(
            "EDB-L081", "default email_accounts.sync_interval",
            "ALTER TABLE email_accounts ALTER sync_interval DROP DEFAULT"),
        .init(
            "EDB-L081", "default email_messages.change_seq", "ALTER TABLE email_messages ALTER change_seq DROP DEFAULT"),
        .init(
            "EDB-L082", "default email_folders.total_count", "ALTER TABLE email_folders ALTER total_count SET DEFAULT 1"
        ),
        .init(
            "EDB-L083", "default email_accounts.protocol",
            "ALTER TABLE email_accounts ALTER protocol SET DEFAULT 'imap'"),
        .init("EDB-L091", "not-null email_accounts.user_id", "ALTER TABLE email_accounts ALTER user_id DROP NOT NULL"),
        .init(
            "EDB-L091", "not-null email_folders.tenant_id", "ALTER TABLE email_folders ALTER tenant_id DROP NOT NULL"),
        .init("EDB-L093", "not-null email_folders.name", "ALTER TABLE email_folders ALTER name SET NOT NULL"),
        .init(
            "EDB-L101", "storage email_messages.html_body",
            "ALTER TABLE email_messages ALTER html_body SET COMPRESSION DEFAULT"),
        .init(
            "EDB-L102", "storage email_messages.text_body",
            "ALTER TABLE email_messages ALTER text_body SET COMPRESSION pglz"),
        .init("EDB-L102", "storage email_messages.cc", "ALTER TABLE email_messages ALTER cc SET STORAGE MAIN"),
        .init("EDB-L103", "storage email_folders.path", "ALTER TABLE email_folders ALTER path SET STORAGE EXTERNAL"),
        .init(
            "EDB-L111", "statistics email_messages.subject",
            "ALTER TABLE email_messages ALTER subject SET STATISTICS -1"),
        .init(
            "EDB-L112", "statistics email_messages.text_body",
            "ALTER TABLE email_messages ALTER text_body SET STATISTICS 100"),
        .init(
            "EDB-L113", "statistics email_messages.tenant_id",
            "ALTER TABLE email_messages ALTER tenant_id SET STATISTICS 500"),
        .init(
            "EDB-L113", "statistics email_messages.tenant_id",
            "ALTER TABLE email_messages ALTER tenant_id SET (n_distinct = 9)"),
        .init(
            "EDB-L111", "statistics idx_email_messages_text_search.1",
            "ALTER INDEX idx_email_messages_text_search ALTER COLUMN 1 SET STATISTICS -1"),
    ]
}
