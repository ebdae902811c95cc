/// What others may make, own, preset or take away around the design, where a comparison of its own facts sees nothing.
extension Mutation {
    static let reach = shadows + owners + catalogRights + foreignCode + presets + replication + logins

    private static let shadows: [Mutation] =
        [
            ("format", "text, text"), ("concat", "text, text"), ("concat_ws", "text, text, text"),
            ("quote_ident", "text"),
            ("current_setting", "text, boolean"), ("lower", "text"), ("jsonb_build_object", "text, text"), ("now", ""),
        ].map { name, arguments in
            Mutation(
                "EDB-S015", "function \(name)(\(arguments))",
                "CREATE FUNCTION public.\(name)(\(arguments)) RETURNS text LANGUAGE sql AS 'SELECT NULL::pg_catalog.text'"
            )
        }
        + [
            ("||", "text", "text"), ("=", "text", "name"), ("@>", "text[]", "text[]"), ("->>", "jsonb", "name"),
        ].map { name, left, right in
            Mutation(
                "EDB-S015", "operator \"\(name)\"(\(left), \(right))",
                "CREATE FUNCTION others.anything(\(left), \(right)) RETURNS boolean LANGUAGE sql AS 'SELECT true';"
                    + " CREATE OPERATOR public.\(name) (FUNCTION = others.anything, LEFTARG = \(left), RIGHTARG = \(right))"
            )
        } + [
            .init("EDB-S015", "domain text", "CREATE DOMAIN public.text AS integer"),
            .init("EDB-S015", "domain uuid", "CREATE DOMAIN public.uuid AS pg_catalog.text"),
            .init("EDB-S015", "type name", "CREATE TYPE public.name AS ENUM ('a')"),
            .init(
                "EDB-S015", "cast \"(text AS boolean)\"", "CREATE CAST (text AS boolean) WITH INOUT AS IMPLICIT"),
            .init("EDB-S015", "cast \"(text AS bigint)\"", "CREATE CAST (text AS bigint) WITH INOUT AS ASSIGNMENT"),
        ]

    private static let owners: [Mutation] = [
        .init("EDB-S016", "schema public", "GRANT CREATE ON SCHEMA public TO stranger"),
        .init("EDB-S016", "schema public", "GRANT ALL ON SCHEMA public TO pg_monitor WITH GRANT OPTION"),
        .init("EDB-S017", "schema public", "ALTER SCHEMA public OWNER TO stranger"),
        .init("EDB-S017", "database", "ALTER DATABASE {database} OWNER TO stranger"),
        .init("EDB-S020", "schema email_service", "CREATE SCHEMA email_service"),
        .init("EDB-S020", "schema email_readonly", "CREATE SCHEMA email_readonly AUTHORIZATION stranger"),
    ]

    private static let catalogRights: [Mutation] = [
        .init(
            "EDB-S018", "function pg_catalog.pg_read_file(text)",
            "GRANT EXECUTE ON FUNCTION pg_read_file(text) TO email_service"),
        .init("EDB-S018", "function pg_catalog.pg_ls_dir(text)", "GRANT EXECUTE ON FUNCTION pg_ls_dir(text) TO PUBLIC"),
        .init(
            "EDB-S018", "function pg_catalog.pg_reload_conf()",
            "GRANT EXECUTE ON FUNCTION pg_reload_conf() TO email_worker"),
        .init(
            "EDB-S018", "function pg_catalog.pg_switch_wal()",
            "GRANT EXECUTE ON FUNCTION pg_switch_wal() TO email_readonly"),
        .init(
            "EDB-S018", "function pg_catalog.pg_stat_reset()",
            "GRANT EXECUTE ON FUNCTION pg_stat_reset() TO email_service WITH GRANT OPTION"),
        .init("EDB-S018", "table pg_catalog.pg_statistic", "GRANT SELECT ON pg_statistic TO email_service"),
        .init("EDB-S018", "table pg_catalog.pg_authid", "GRANT SELECT ON pg_authid TO PUBLIC"),
        .init(
            "EDB-S018", "column pg_catalog.pg_authid.rolpassword",
            "GRANT SELECT (rolpassword) ON pg_authid TO email_readonly"),
        .init("EDB-S018", "table pg_catalog.pg_proc", "GRANT UPDATE ON pg_proc TO email_service"),
        .init("EDB-S018", "view pg_catalog.pg_hba_file_rules", "GRANT SELECT ON pg_hba_file_rules TO PUBLIC"),
        .init(
            "EDB-S018", "table information_schema.sql_features",
            "GRANT DELETE ON information_schema.sql_features TO PUBLIC"),
        .init("EDB-S018", "schema pg_catalog", "GRANT CREATE ON SCHEMA pg_catalog TO email_service"),
        .init("EDB-S018", "parameter log_statement", "GRANT SET ON PARAMETER log_statement TO PUBLIC"),
        .init(
            "EDB-S018", "parameter session_replication_role",
            "GRANT SET ON PARAMETER session_replication_role TO email_service"),
        .init(
            "EDB-S018", "parameter archive_command", "GRANT ALTER SYSTEM ON PARAMETER archive_command TO email_worker"),
        .init(
            "EDB-S018", "foreign-data wrapper passing",
            "CREATE FOREIGN DATA WRAPPER passing; GRANT USAGE ON FOREIGN DATA WRAPPER passing TO PUBLIC"),
        .init(
            "EDB-S018", "foreign table others.abroad",
            "CREATE FOREIGN DATA WRAPPER farther; CREATE SERVER away FOREIGN DATA WRAPPER farther;"
                + " CREATE FOREIGN TABLE others.abroad (a integer) SERVER away; GRANT SELECT ON others.abroad TO email_service"
        ),
        .init("EDB-S018", "tablespace pg_default", "GRANT CREATE ON TABLESPACE pg_default TO email_service"),
        .init(
            "EDB-S018", "large object \"4711\"", "SELECT lo_create(4711); GRANT SELECT ON LARGE OBJECT 4711 TO PUBLIC"),
        .init("EDB-S027", "database postgres", "GRANT CONNECT ON DATABASE postgres TO email_service"),
        .init("EDB-S027", "database postgres", "GRANT CREATE, TEMPORARY ON DATABASE postgres TO email_worker"),
    ]

    private static let foreignCode: [Mutation] = [
        .init(
            "EDB-S019", "trigger others.journal.spy",
            "CREATE TABLE others.journal (a integer); GRANT USAGE ON SCHEMA others TO email_service; GRANT INSERT ON others.journal TO email_service;"
                + " CREATE FUNCTION others.spy() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN RETURN NULL; END';"
                + " CREATE TRIGGER spy AFTER INSERT ON others.journal EXECUTE FUNCTION others.spy()"),
        .init(
            "EDB-S019", "rule others.log.instead",
            "CREATE TABLE others.log (a integer); GRANT USAGE ON SCHEMA others TO email_service; GRANT UPDATE (a) ON others.log TO email_service;"
                + " CREATE RULE instead AS ON UPDATE TO others.log DO ALSO DELETE FROM others.log"),
        .init(
            "EDB-S021", "event trigger watch",
            "CREATE FUNCTION others.watch() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';"
                + " CREATE EVENT TRIGGER watch ON ddl_command_end EXECUTE FUNCTION others.watch()"),
        .init(
            "EDB-S021", "event trigger see",
            "CREATE FUNCTION others.see() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';"
                + " CREATE EVENT TRIGGER see ON sql_drop EXECUTE FUNCTION others.see(); ALTER EVENT TRIGGER see ENABLE ALWAYS"
        ),
        .init(
            "EDB-S005", "function pg_catalog.all_mail()",
            "SET LOCAL allow_system_table_mods = on; CREATE FUNCTION pg_catalog.all_mail() RETURNS SETOF public.email_messages LANGUAGE sql"
                + " SECURITY DEFINER AS 'SELECT * FROM public.email_messages'"),
    ]

    private static let presets: [Mutation] = [
        .init("EDB-L053", "setting database enable_indexscan", "ALTER DATABASE {database} SET enable_indexscan = off"),
        .init(
            "EDB-L053", "setting email_service default_transaction_read_only in every database",
            "ALTER ROLE email_service SET default_transaction_read_only = on"),
        .init(
            "EDB-L053", "setting database enable_hashjoin in every database", "ALTER ROLE ALL SET enable_hashjoin = off"
        ),
        .init(
            "EDB-S026", "database", "UPDATE pg_database SET datcollversion = '0.1' WHERE datname = '{database}'"),
    ]

    private static let replication: [Mutation] = [
        .init("EDB-S022", "publication two", "CREATE PUBLICATION two FOR TABLE email_messages, email_accounts"),
        .init("EDB-S022", "publication away", "CREATE PUBLICATION away FOR ALL TABLES"),
        .init("EDB-S022", "publication away", "CREATE PUBLICATION away FOR TABLES IN SCHEMA public"),
        .init(
            "EDB-S022", "publication four",
            "CREATE TABLE others.list (a integer); CREATE PUBLICATION four FOR TABLE others.list, email_attachments"),
        .init(
            "EDB-S022", "subscription home",
            "CREATE SUBSCRIPTION home CONNECTION 'host=127.0.0.1 dbname=nowhere' PUBLICATION away WITH (connect = false, slot_name = NONE);"
                + " INSERT INTO pg_subscription_rel (srsubid, srrelid, srsubstate) SELECT oid, 'public.email_messages'::regclass, 'r' FROM pg_subscription",
            undo: "DROP SUBSCRIPTION home"),
    ]

    private static let logins: [Mutation] = [
        .init("EDB-S023", "role email_service", "ALTER ROLE email_service VALID UNTIL '2020-01-01'"),
        .init("EDB-S023", "role email_worker", "ALTER ROLE email_worker CONNECTION LIMIT 0"),
        .init("EDB-S023", "role email_pooler", "ALTER ROLE email_pooler CONNECTION LIMIT 5 VALID UNTIL '2099-01-01'"),
        .init(
            "EDB-S024", "role email_worker", "ALTER ROLE email_worker PASSWORD 'md5c4ca4238a0b923820dcc509a6f75849b'",
            undo: "ALTER ROLE email_worker PASSWORD NULL"),
    ]
}
