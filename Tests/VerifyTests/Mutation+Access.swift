/// Owners, grants, and what the security questions are about.
extension Mutation {
    static let access: [Mutation] = [
        .init("EDB-L252", "owner table email_messages", "ALTER TABLE email_messages OWNER TO email_audit"),
        .init("EDB-L252", "owner table emaildb.ledger", "ALTER TABLE emaildb.ledger OWNER TO email_owner"),
        .init("EDB-L252", "owner view pg_long_queries", "ALTER VIEW pg_long_queries OWNER TO postgres"),
        .init("EDB-L252", "owner function email_now_ms()", "ALTER FUNCTION email_now_ms() OWNER TO postgres"),
        .init(
            "EDB-L252", "owner function email_audit_insert()",
            "ALTER FUNCTION email_audit_insert() OWNER TO email_owner"),
        .init(
            "EDB-L252", "owner function emaildb.write_audit_function(IN audited regclass)",
            "ALTER PROCEDURE emaildb.write_audit_function OWNER TO email_owner"),
        .init(
            "EDB-L261", "grant view pg_long_queries to email_monitor",
            "REVOKE SELECT ON pg_long_queries FROM email_monitor"),
        .init(
            "EDB-L261", "grant table email_folders to email_readonly",
            "REVOKE SELECT ON email_folders FROM email_readonly"),
        .init(
            "EDB-L261", "grant column email_messages.folder_id to email_search",
            "REVOKE SELECT (folder_id) ON email_messages FROM email_search"),
        .init(
            "EDB-L261", "grant function email_now_ms() to email_service",
            "REVOKE EXECUTE ON FUNCTION email_now_ms() FROM email_service"),
        .init(
            "EDB-L261", "grant sequence email_message_change_seq to email_service",
            "REVOKE USAGE ON SEQUENCE email_message_change_seq FROM email_service"),
        .init("EDB-L261", "grant schema public to email_readonly", "REVOKE USAGE ON SCHEMA public FROM email_readonly"),
        .init(
            "EDB-L261", "grant database to email_monitor", "REVOKE CONNECT ON DATABASE {database} FROM email_monitor"),
        .init(
            "EDB-L262", "grant table email_folders to email_service",
            "REVOKE DELETE ON email_folders FROM email_service"),
        .init(
            "EDB-L262", "grant table email_folders to email_service",
            "GRANT SELECT ON email_folders TO email_service WITH GRANT OPTION"),
        .init(
            "EDB-L262", "grant table email_folders to email_readonly", "GRANT INSERT ON email_folders TO email_readonly"
        ),
        .init(
            "EDB-L261", "grant column pg_catalog.pg_authid.rolpassword to email_lookup",
            "REVOKE SELECT (rolpassword) ON pg_authid FROM email_lookup"),
        .init(
            "EDB-L263", "grant column pg_catalog.pg_authid.rolpassword to email_pooler",
            "GRANT SELECT (rolpassword) ON pg_authid TO email_pooler"),
        .init(
            "EDB-L263", "grant table pg_catalog.pg_authid to public", "GRANT SELECT ON pg_authid TO PUBLIC"),
        .init(
            "EDB-L262", "grant table email_messages to email_keeper", "GRANT SELECT ON email_messages TO email_keeper"),
        .init(
            "EDB-L262", "grant sequence email_message_change_seq to email_service",
            "GRANT UPDATE ON SEQUENCE email_message_change_seq TO email_service"),
        .init("EDB-L263", "grant table email_messages to public", "GRANT SELECT ON email_messages TO PUBLIC"),
        .init("EDB-L263", "grant table email_messages to stranger", "GRANT SELECT ON email_messages TO stranger"),
        .init(
            "EDB-L263", "grant column email_messages.subject to stranger",
            "GRANT SELECT (subject) ON email_messages TO stranger"),
        .init(
            "EDB-L263",
            "grant function email_offboard_tenant(tenant uuid, batch_size integer, keep_audit boolean) to public",
            "GRANT EXECUTE ON FUNCTION email_offboard_tenant(uuid, integer, boolean) TO PUBLIC"),
        .init("EDB-L263", "grant schema emaildb to stranger", "GRANT USAGE ON SCHEMA emaildb TO stranger"),
        .init("EDB-L263", "grant schema public to public", "GRANT USAGE ON SCHEMA public TO PUBLIC"),
        .init("EDB-L263", "grant database to public", "GRANT CONNECT ON DATABASE {database} TO PUBLIC"),
        .init(
            "EDB-L263", "grant table emaildb.ledger to email_service", "GRANT SELECT ON emaildb.ledger TO email_service"
        ),
        .init(
            "EDB-L263", "grant view pg_long_queries to email_service",
            "GRANT SELECT ON pg_long_queries TO email_service"),
        .init(
            "EDB-L271", "default-privileges email_owner on FUNCTIONS",
            "ALTER DEFAULT PRIVILEGES FOR ROLE email_owner GRANT EXECUTE ON FUNCTIONS TO PUBLIC"),
        .init(
            "EDB-L272", "default-privileges email_search on FUNCTIONS",
            "ALTER DEFAULT PRIVILEGES FOR ROLE email_search GRANT EXECUTE ON FUNCTIONS TO email_service"),
        .init(
            "EDB-L273", "default-privileges postgres on TABLES in public",
            "ALTER DEFAULT PRIVILEGES FOR ROLE postgres IN SCHEMA public GRANT SELECT ON TABLES TO PUBLIC"),
        .init(
            "EDB-L273", "default-privileges email_owner on TABLES",
            "ALTER DEFAULT PRIVILEGES FOR ROLE email_owner GRANT ALL ON TABLES TO email_service"),
        .init(
            "EDB-L282", "system-functions pg_terminate_backend",
            "GRANT EXECUTE ON FUNCTION pg_terminate_backend(integer, bigint) TO PUBLIC"),
        .init(
            "EDB-L282", "system-functions pg_cancel_backend",
            "GRANT EXECUTE ON FUNCTION pg_cancel_backend(integer) TO PUBLIC"),
        .init("EDB-L282", "system-functions large objects", "GRANT EXECUTE ON FUNCTION lo_create(oid) TO PUBLIC"),
    ]

    // MARK: - Security

    static let security: [Mutation] = [
        .init(
            [("EDB-S001", "role email_service"), ("EDB-L032", "role email_service")],
            "ALTER ROLE email_service SUPERUSER"),
        .init(
            [("EDB-S001", "role email_readonly"), ("EDB-L032", "role email_readonly")],
            "ALTER ROLE email_readonly BYPASSRLS"),
        .init([("EDB-S001", "role email_worker")], "ALTER ROLE email_worker CREATEROLE"),
        .init([("EDB-S001", "role email_service")], "ALTER ROLE email_service CREATEDB"),
        .init([("EDB-S001", "role email_service")], "ALTER ROLE email_service REPLICATION"),
        .init(
            [("EDB-S001", "role email_service"), ("EDB-L043", "membership email_service in pg_read_all_data")],
            "GRANT pg_read_all_data TO email_service"),
        .init(
            [("EDB-S001", "role email_service"), ("EDB-L043", "membership email_service in team")],
            "CREATE ROLE chief BYPASSRLS; CREATE ROLE team; GRANT chief TO team; GRANT team TO email_service"),
        .init(
            [("EDB-S002", "role email_service"), ("EDB-L043", "membership email_service in email_owner")],
            "GRANT email_owner TO email_service"),
        .init(
            [("EDB-S002", "role email_readonly")],
            "CREATE TABLE others.mine (id integer); ALTER TABLE others.mine OWNER TO email_readonly"),
        .init(
            [("EDB-S003", "table email_folders"), ("EDB-L262", "grant table email_folders to email_service")],
            "GRANT TRUNCATE ON email_folders TO email_service"),
        .init(
            [("EDB-S003", "table email_messages"), ("EDB-L263", "grant table email_messages to public")],
            "GRANT REFERENCES, TRIGGER ON email_messages TO PUBLIC"),
        .init(
            [("EDB-S004", "database"), ("EDB-L263", "grant database to public")],
            "GRANT TEMPORARY ON DATABASE {database} TO PUBLIC"),
        .init(
            [("EDB-S004", "schema public"), ("EDB-L262", "grant schema public to email_service")],
            "GRANT CREATE ON SCHEMA public TO email_service"),
        .init(
            "EDB-S005", "function others.all_mail()",
            "CREATE FUNCTION others.all_mail() RETURNS SETOF email_messages LANGUAGE sql SECURITY DEFINER"
                + " AS 'SELECT * FROM public.email_messages'; GRANT USAGE ON SCHEMA others TO email_service"),
        .init(
            [("EDB-S005", "function email_purge_audit(older_than_ms bigint, batch_size integer)")],
            "GRANT EXECUTE ON FUNCTION email_purge_audit(bigint, integer) TO email_service",
            undo: nil),
        .init(
            [
                ("EDB-S006", "constraint orders.orders_message_fkey"),
                ("EDB-L153", "constraint orders.orders_message_fkey"),
            ],
            "CREATE TABLE orders (message uuid CONSTRAINT orders_message_fkey REFERENCES email_messages (id))"),
        .init(
            [
                ("EDB-S006", "constraint email_folders.email_folders_account_fkey"),
                ("EDB-L152", "constraint email_folders.email_folders_account_fkey"),
            ],
            "ALTER TABLE email_folders DROP CONSTRAINT email_folders_account_fkey, ADD CONSTRAINT email_folders_account_fkey"
                + " FOREIGN KEY (account_id) REFERENCES email_accounts (id) ON DELETE CASCADE"),
        .init(
            [("EDB-S007", "policy email_folders.email_folders_tenant_policy")],
            """
            CREATE FUNCTION others.tenant() RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT current_setting('app.current_tenant_id', true)::uuid $$;
            ALTER POLICY email_folders_tenant_policy ON email_folders USING (tenant_id = others.tenant())
            """),
        .init(
            [("EDB-S007", "policy email_folders.email_folders_tenant_policy")],
            """
            CREATE FUNCTION others.tenant_now() RETURNS uuid LANGUAGE sql VOLATILE AS $$ SELECT current_setting('app.current_tenant_id', true)::uuid $$;
            ALTER POLICY email_folders_tenant_policy ON email_folders USING (tenant_id = others.tenant_now())
            """),
        .init("EDB-S008", "function textlike(text,text)", "ALTER FUNCTION textlike(text, text) LEAKPROOF"),
        .init("EDB-S008", "function texteq(text,text)", "ALTER FUNCTION texteq(text, text) NOT LEAKPROOF"),
        .init(
            "EDB-S009", "view all_mail", "CREATE VIEW all_mail AS SELECT * FROM email_messages"),
        .init(
            "EDB-S009", "view others.copy",
            "CREATE MATERIALIZED VIEW others.copy AS SELECT id FROM public.email_messages"),
        .init(
            "EDB-S013", "server elsewhere",
            "CREATE EXTENSION postgres_fdw SCHEMA others; CREATE SERVER elsewhere FOREIGN DATA WRAPPER postgres_fdw;"
                + " GRANT USAGE ON FOREIGN SERVER elsewhere TO email_service"),
        .init(
            "EDB-S014", "extension pg_stat_statements", "GRANT SELECT ON pg_stat_statements TO PUBLIC"),
        .init(
            "EDB-S012", "setting password_encryption", "ALTER DATABASE {database} SET password_encryption = md5",
            undo: "ALTER DATABASE {database} RESET password_encryption"),
    ]
}
