/// Constraints, indexes, triggers, rules, row security, policies, functions.
extension Mutation {
    static let attached: [Mutation] = [
        // Constraints
        .init(
            "EDB-L151", "constraint email_folders.email_folders_type_check",
            "ALTER TABLE email_folders DROP CONSTRAINT email_folders_type_check"),
        .init(
            "EDB-L151", "constraint email_attachments.email_attachments_message_fkey",
            "ALTER TABLE email_attachments DROP CONSTRAINT email_attachments_message_fkey"),
        .init(
            [
                ("EDB-L151", "constraint email_accounts.email_accounts_tenant_id_key"),
                ("EDB-L151", "constraint email_folders.email_folders_account_fkey"),
            ], "ALTER TABLE email_accounts DROP CONSTRAINT email_accounts_tenant_id_key CASCADE"),
        .init(
            "EDB-L151", "constraint email_messages.email_messages_pkey",
            "ALTER TABLE email_messages DROP CONSTRAINT email_messages_pkey"),
        .init(
            "EDB-L152", "constraint email_accounts.email_accounts_port_check",
            "ALTER TABLE email_accounts DROP CONSTRAINT email_accounts_port_check,"
                + " ADD CONSTRAINT email_accounts_port_check CHECK (port BETWEEN 1 AND 65535) NOT VALID"),
        .init(
            "EDB-L152", "constraint email_accounts.email_accounts_port_check",
            "ALTER TABLE email_accounts DROP CONSTRAINT email_accounts_port_check,"
                + " ADD CONSTRAINT email_accounts_port_check CHECK (port > 0)"),
        .init(
            "EDB-L152", "constraint email_folders.email_folders_account_fkey",
            "ALTER TABLE email_folders DROP CONSTRAINT email_folders_account_fkey, ADD CONSTRAINT email_folders_account_fkey"
                + " FOREIGN KEY (tenant_id, account_id) REFERENCES email_accounts (tenant_id, id)"),
        .init(
            "EDB-L152", "constraint email_folders.email_folders_account_fkey",
            "ALTER TABLE email_folders ALTER CONSTRAINT email_folders_account_fkey DEFERRABLE"),
        .init(
            "EDB-L152", "constraint email_accounts.idx_email_accounts_email_address",
            "ALTER TABLE email_accounts DROP CONSTRAINT idx_email_accounts_email_address,"
                + " ADD CONSTRAINT idx_email_accounts_email_address UNIQUE (tenant_id, email_address)"),
        .init(
            [
                ("EDB-L152", "constraint email_attachments.email_attachments_message_fkey"),
                ("EDB-L212", "trigger email_attachments.email_attachments_lock"),
            ], "ALTER TABLE email_attachments DISABLE TRIGGER ALL"),
        .init(
            "EDB-L153", "constraint email_folders.short_names",
            "ALTER TABLE email_folders ADD CONSTRAINT short_names CHECK (length(name) < 50)"),
        .init(
            "EDB-L153", "constraint notes.notes_message_fkey",
            "CREATE TABLE notes (tenant_id uuid, message uuid, CONSTRAINT notes_message_fkey FOREIGN KEY (tenant_id, message)"
                + " REFERENCES email_messages (tenant_id, id))"),
        // Indexes
        .init("EDB-L161", "index idx_email_messages_thread_id", "DROP INDEX idx_email_messages_thread_id"),
        .init("EDB-L161", "index idx_email_messages_imap_uid", "DROP INDEX idx_email_messages_imap_uid"),
        .init(
            "EDB-L162", "index idx_email_folders_account_type",
            "DROP INDEX idx_email_folders_account_type; CREATE INDEX idx_email_folders_account_type ON email_folders (type, account_id)"
        ),
        .init(
            "EDB-L162", "index idx_email_messages_folder_received",
            "DROP INDEX idx_email_messages_folder_received;"
                + " CREATE INDEX idx_email_messages_folder_received ON email_messages (folder_id, received_at)"),
        .init(
            "EDB-L162", "index idx_email_messages_message_id",
            "DROP INDEX idx_email_messages_message_id;"
                + " CREATE INDEX idx_email_messages_message_id ON email_messages (message_id, account_id)"),
        .init(
            "EDB-L162", "index idx_email_messages_purge",
            "DROP INDEX idx_email_messages_purge; CREATE INDEX idx_email_messages_purge ON email_messages (deleted_at)"),
        .init(
            "EDB-L162", "index idx_email_messages_thread_id",
            "DROP INDEX idx_email_messages_thread_id;"
                + " CREATE INDEX idx_email_messages_thread_id ON email_messages USING hash (thread_id)"),
        .init(
            "EDB-L162", "index idx_email_attachments_content_hash",
            "DROP INDEX idx_email_attachments_content_hash; CREATE INDEX idx_email_attachments_content_hash"
                + " ON email_attachments (content_hash varchar_pattern_ops)"),
        .init(
            "EDB-L162", "index idx_email_messages_thread_id",
            "DROP INDEX idx_email_messages_thread_id;"
                + " CREATE INDEX idx_email_messages_thread_id ON email_messages (thread_id) INCLUDE (tenant_id)"),
        .init(
            "EDB-L162", "index idx_email_messages_account_read",
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'idx_email_messages_account_read'::regclass"),
        .init(
            "EDB-L162", "index email_folders_pkey",
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'email_folders_pkey'::regclass"),
        .init(
            "EDB-L162", "index idx_email_messages_purge",
            "UPDATE pg_index SET indisready = false, indisvalid = false WHERE indexrelid = 'idx_email_messages_purge'::regclass"
        ),
        .init(
            "EDB-L162", "index idx_email_messages_purge", "ALTER INDEX idx_email_messages_purge SET (fillfactor = 70)"),
        .init("EDB-L163", "index by_subject", "CREATE INDEX by_subject ON email_messages (subject)"),
        // Triggers and rules
        .init(
            "EDB-L211", "trigger email_folders.email_folders_identity",
            "DROP TRIGGER email_folders_identity ON email_folders"),
        .init(
            "EDB-L211", "trigger email_messages.email_messages_audit_update",
            "DROP TRIGGER email_messages_audit_update ON email_messages"),
        .init(
            "EDB-L211", "trigger email_messages.email_messages_search_content",
            "DROP TRIGGER email_messages_search_content ON email_messages"),
        .init(
            "EDB-L212", "trigger email_messages.email_messages_touch",
            "ALTER TABLE email_messages DISABLE TRIGGER email_messages_touch"),
        .init(
            "EDB-L212", "trigger email_messages.email_messages_inserted",
            "ALTER TABLE email_messages ENABLE REPLICA TRIGGER email_messages_inserted"),
        .init(
            "EDB-L212", "trigger emaildb.ledger_event.ledger_event_append_only",
            "ALTER TABLE emaildb.ledger_event DISABLE TRIGGER ledger_event_append_only"),
        .init(
            "EDB-L212", "trigger email_folders.email_folders_touch",
            "DROP TRIGGER email_folders_touch ON email_folders; CREATE TRIGGER email_folders_touch BEFORE UPDATE OF name"
                + " ON email_folders FOR EACH ROW EXECUTE FUNCTION email_touch_row()"),
        .init(
            "EDB-L213", "trigger email_messages.spy",
            "CREATE TRIGGER spy AFTER INSERT ON email_messages FOR EACH ROW EXECUTE FUNCTION email_touch_row()"),
        .init(
            "EDB-L223", "rule email_folders.nothing",
            "CREATE RULE nothing AS ON DELETE TO email_folders DO INSTEAD NOTHING"),
        // Row security
        .init("EDB-L232", "row-security email_accounts", "ALTER TABLE email_accounts DISABLE ROW LEVEL SECURITY"),
        .init("EDB-L232", "row-security email_messages", "ALTER TABLE email_messages NO FORCE ROW LEVEL SECURITY"),
        .init(
            "EDB-L232", "row-security email_audit_log",
            "ALTER TABLE email_audit_log DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY"),
        .init("EDB-L232", "row-security emaildb.ledger", "ALTER TABLE emaildb.ledger ENABLE ROW LEVEL SECURITY"),
        .init(
            "EDB-L241", "policy email_messages.email_messages_tenant_policy",
            "DROP POLICY email_messages_tenant_policy ON email_messages"),
        .init(
            "EDB-L242", "policy email_folders.email_folders_tenant_policy",
            "ALTER POLICY email_folders_tenant_policy ON email_folders USING (true)"),
        .init(
            "EDB-L242", "policy email_folders.email_folders_tenant_policy",
            "ALTER POLICY email_folders_tenant_policy ON email_folders WITH CHECK (true)"),
        .init(
            "EDB-L242", "policy email_accounts.email_accounts_tenant_policy",
            "ALTER POLICY email_accounts_tenant_policy ON email_accounts TO PUBLIC"),
        .init(
            "EDB-L242", "policy email_attachments.email_attachments_tenant_policy",
            "ALTER POLICY email_attachments_tenant_policy ON email_attachments"
                + " USING (tenant_id = current_setting('app.current_tenant_id')::uuid)"),
        .init(
            "EDB-L242", "policy email_audit_log.email_audit_log_owner_policy",
            "DROP POLICY email_audit_log_owner_policy ON email_audit_log; CREATE POLICY email_audit_log_owner_policy"
                + " ON email_audit_log FOR SELECT TO email_audit USING (true)"),
        .init(
            "EDB-L242", "policy email_messages.email_messages_search_policy",
            "DROP POLICY email_messages_search_policy ON email_messages; CREATE POLICY email_messages_search_policy"
                + " ON email_messages AS RESTRICTIVE FOR SELECT TO email_search USING (true)"),
        .init(
            "EDB-L243", "policy email_messages.open",
            "CREATE POLICY open ON email_messages FOR SELECT TO PUBLIC USING (true)"),
        .init(
            "EDB-L243", "policy email_folders.closed",
            "CREATE POLICY closed ON email_folders AS RESTRICTIVE TO email_service USING (false)"),
    ]

    // MARK: - Functions

    static let functions: [Mutation] = [
        .init(
            "EDB-L191", "function email_move_messages(ids uuid[], target_folder uuid)",
            "DROP FUNCTION email_move_messages(uuid[], uuid)"),
        .init(
            [
                ("EDB-L191", "function email_messages_audit_update()"),
                ("EDB-L211", "trigger email_messages.email_messages_audit_update"),
            ], "DROP FUNCTION email_messages_audit_update() CASCADE"),
        .init(
            [("EDB-L191", "function email_now_ms()"), ("EDB-L081", "default email_messages.created_at")],
            "DROP FUNCTION email_now_ms() CASCADE"),
        .init(
            "EDB-L191", "function emaildb.write_audit_function(IN audited regclass)",
            "DROP PROCEDURE emaildb.write_audit_function(regclass)"),
        .init("EDB-L192", "function email_touch_row()", "ALTER FUNCTION email_touch_row() SECURITY DEFINER"),
        .init("EDB-L192", "function email_require_tenant()", "ALTER FUNCTION email_require_tenant() IMMUTABLE"),
        .init("EDB-L192", "function email_require_tenant()", "ALTER FUNCTION email_require_tenant() RESET search_path"),
        .init(
            "EDB-L192", "function email_audit_insert()",
            "ALTER FUNCTION email_audit_insert() SET search_path = public, pg_catalog"),
        .init(
            [
                ("EDB-L192", "function email_message_key(message_id text, raw_sha256 bytea)"),
                ("EDB-S008", "function email_message_key(text,bytea)"),
            ],
            "ALTER FUNCTION email_message_key(text, bytea) LEAKPROOF"),
        .init(
            "EDB-L192", "function email_check_counters()", "ALTER FUNCTION email_check_counters() STRICT"),
        .init("EDB-L192", "function email_check_counters()", "ALTER FUNCTION email_check_counters() PARALLEL SAFE"),
        .init("EDB-L192", "function email_check_counters()", "ALTER FUNCTION email_check_counters() ROWS 5 COST 7"),
        .init(
            "EDB-L192", "function email_repair_counters(folder_id uuid)",
            "DROP FUNCTION email_repair_counters(uuid); CREATE FUNCTION email_repair_counters(folder_id uuid) RETURNS integer"
                + " LANGUAGE sql AS 'SELECT 1'"),
        .init(
            "EDB-L193", "function email_now_ms(integer)",
            "CREATE FUNCTION email_now_ms(integer) RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint'"),
        .init(
            "EDB-L193", "function emaildb.undo()", "CREATE FUNCTION emaildb.undo() RETURNS void LANGUAGE sql AS ''"),
        .init(
            "EDB-L202", "function-body email_touch_row()",
            "CREATE OR REPLACE FUNCTION email_touch_row() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$"
        ),
        .init(
            "EDB-L202", "function-body email_now_ms()",
            "CREATE OR REPLACE FUNCTION email_now_ms() RETURNS bigint LANGUAGE sql VOLATILE PARALLEL SAFE RETURN 1::bigint"
        ),
        .init(
            "EDB-L202", "function-body email_folders_audit_update()",
            "CREATE OR REPLACE FUNCTION email_folders_audit_update() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER"
                + " SET search_path = pg_catalog, pg_temp SET row_security = on SET enable_nestloop = off"
                + " AS $$ BEGIN RETURN NULL; END $$"),
        .init(
            "EDB-L202", "function-body email_search_term(term text, is_prefix boolean)",
            "CREATE OR REPLACE FUNCTION email_search_term(term text, is_prefix boolean) RETURNS tsquery LANGUAGE sql"
                + " IMMUTABLE PARALLEL SAFE RETURN plainto_tsquery('simple'::regconfig, term)"),
    ]
}
