import Postgres
import TestSupport

/// One thing that others did in a database, or in its cluster, before `init` came.
///
/// In the SQL, `{db}` is the database, `{app}` a role that logs in, `{other}` one that does not, `{me}` the role that `init` runs
/// as, `{our}` one of the design's roles, which is made first; of `[[a|b]]` one is chosen.
struct Preparation: Sendable {
    let sql: String
    /// Codes of findings that it causes and that `init` rightly leaves.
    ///
    /// They are what others keep for themselves or gave to PUBLIC, or an operator has set: `verify` names it, and the ignore file
    /// has a place for the reason.
    let allowed: Set<String>

    init(_ sql: String, leaves allowed: Set<String> = []) {
        self.sql = sql
        self.allowed = allowed
    }

    /// The SQL for one round, each choice made.
    func chosen(_ values: [String: String], using generator: inout SeededGenerator) -> String {
        var text = sql
        while let start = text.firstRange(of: "[["), let end = text.firstRange(of: "]]") {
            let choices = text[start.upperBound..<end.lowerBound].split(
                separator: "|", omittingEmptySubsequences: false)
            let choice = choices.randomElement(using: &generator).map(String.init) ?? ""
            text.replaceSubrange(start.lowerBound..<end.upperBound, with: choice)
        }
        if text.contains("{our}") {
            let role = Self.ours.randomElement(using: &generator) ?? ""
            text =
                "DO $do$ BEGIN CREATE ROLE \(role); EXCEPTION WHEN duplicate_object THEN NULL; END $do$;\n"
                + text.replacing("{our}", with: role)
        }
        for (name, value) in values { text = text.replacing("{\(name)}", with: value) }
        return text
    }

    private static let ours = [
        "email_owner", "email_service", "email_readonly", "email_search", "email_backup", "email_monitor",
        "email_keeper",
        "email_lookup",
    ]

    /// Objects that have a name of the design, or one that its extensions give.
    static let ofOurNames = [
        "CREATE TABLE public.[[email_messages|email_accounts|email_folders|email_attachments|email_audit_log]] (id integer)",
        "CREATE TABLE public.email_messages AS SELECT generate_series(1, 100) AS id; ANALYZE public.email_messages",
        "CREATE TABLE public.email_accounts (id integer) PARTITION BY LIST (id)",
        "CREATE VIEW public.[[email_messages|email_slow_queries|pg_long_queries|pg_connection_stats]] AS SELECT 1 AS a",
        "CREATE MATERIALIZED VIEW public.email_folders AS SELECT 1 AS a",
        "CREATE SEQUENCE public.[[email_message_change_seq|email_messages]]",
        "CREATE TYPE public.email_folders AS (a integer)", "CREATE TYPE public.email_attachments AS ENUM ('a', 'b')",
        "CREATE TYPE public.email_accounts AS RANGE (subtype = integer)", "CREATE TYPE public.email_messages",
        "CREATE DOMAIN public.[[email_messages|email_audit_log]] AS text",
        "CREATE FUNCTION public.email_now_ms([[|a integer|a text DEFAULT 'x'|VARIADIC a text[] ]]) RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint'",
        "CREATE PROCEDURE public.[[email_now_ms|email_search|email_require_tenant]]() LANGUAGE sql AS 'SELECT 1'",
        "CREATE AGGREGATE public.[[email_search|email_require_tenant]](text) (SFUNC = textcat, STYPE = text)",
        "CREATE TABLE public.notes (id integer); CREATE INDEX [[idx_email_messages_folder_received|email_messages_pkey|idx_email_own]] ON public.notes (id)",
        "CREATE TABLE public.notes2 (id integer, a integer); CREATE STATISTICS public.[[email_messages_belonging|other_belonging]] (dependencies) ON id, a FROM public.notes2",
        "CREATE TABLE public.notes3 (id integer); ALTER TABLE public.notes3 ENABLE ROW LEVEL SECURITY; CREATE POLICY email_messages_tenant_policy ON public.notes3",
        "CREATE SCHEMA [[email_owner|email_service|email_search|email_messages|email]]",
        "CREATE SCHEMA emaildb", "CREATE SCHEMA emaildb AUTHORIZATION {app}; CREATE TABLE emaildb.mine (a integer)",
        "CREATE SCHEMA emaildb; CREATE TABLE emaildb.ledger ([[a integer|step integer, name text, hash text, chain text, state text|step text]])",
        "CREATE SCHEMA emaildb; CREATE TABLE emaildb.ledger (step integer, name text, hash text, chain text, state text, started_at timestamptz);"
            + " INSERT INTO emaildb.ledger VALUES ([[1|99|NULL|-3]], '0001_ledger', 'x', 'y', 'done', now())",
        "CREATE SCHEMA emaildb; CREATE TABLE emaildb.ledger (step text, name integer, started_at text); INSERT INTO emaildb.ledger VALUES ('[[one|1|]]', 1, 'yesterday')",
        "CREATE SCHEMA emaildb; CREATE VIEW emaildb.ledger AS SELECT 1 / [[0|1]] AS step",
        "CREATE SCHEMA emaildb; CREATE [[SEQUENCE emaildb.ledger|TYPE emaildb.ledger AS (step integer)|TABLE emaildb.ledger (step integer) PARTITION BY LIST (step)]]",
        "CREATE FUNCTION public.[[similarity(text, text) RETURNS real|uuid_generate_v4() RETURNS uuid|digest(text, text) RETURNS bytea|show_limit() RETURNS real]]"
            + " LANGUAGE sql AS 'SELECT NULL'",
        "CREATE TYPE public.gtrgm AS (a integer)",
        "CREATE OPERATOR public.% (FUNCTION = texteq, LEFTARG = text, RIGHTARG = text)",
        "CREATE VIEW public.[[pg_stat_statements|pg_stat_statements_info]] AS SELECT 1 AS a",
        "CREATE FUNCTION public.[[format(text, text)|now()|array_length(text[], integer)]] RETURNS text LANGUAGE sql AS 'SELECT NULL::text'",
        "CREATE OPERATOR public.[[=|<>|~~]] (FUNCTION = texteq, LEFTARG = text, RIGHTARG = text)",
        "CREATE OPERATOR public.|| (FUNCTION = textcat, LEFTARG = text, RIGHTARG = text)",
        "CREATE CAST (text AS boolean) WITH INOUT AS IMPLICIT",
        "CREATE [[DOMAIN public.uuid AS text|TYPE public.text AS ENUM ('a')]]",
    ].map { Preparation($0) }

    /// The deck of all that is no object of our names.
    static let others: [Preparation] =
        grants + defaultPrivileges + roles + owners + extensions + code + surroundings + settings

    private static let grants = [
        Preparation("GRANT ALL ON DATABASE {db} TO {app} WITH GRANT OPTION"),
        Preparation("GRANT ALL ON DATABASE {db} TO PUBLIC; GRANT ALL ON SCHEMA public TO PUBLIC"),
        Preparation("REVOKE ALL ON DATABASE {db} FROM PUBLIC; REVOKE ALL ON SCHEMA public FROM PUBLIC"),
        Preparation("REVOKE ALL ON DATABASE {db} FROM [[postgres|{me}|PUBLIC]]"),
        Preparation("REVOKE ALL ON SCHEMA public FROM [[pg_database_owner|PUBLIC|{me}]]"),
        Preparation("GRANT CREATE ON SCHEMA public TO PUBLIC"),
        Preparation(
            "GRANT ALL ON SCHEMA public TO {app} WITH GRANT OPTION; SET ROLE {app}; GRANT [[CREATE|USAGE]] ON SCHEMA public TO {other}; RESET ROLE"
        ),
        // Where the target is another database, this one is not init's.
        Preparation(
            "GRANT ALL ON [[DATABASE {db}|SCHEMA public]] TO {our} [[|WITH GRANT OPTION]]", leaves: ["EDB-S027"]),
        Preparation(
            "CREATE TABLE public.orders (a integer); GRANT [[ALL|SELECT, TRUNCATE]] ON public.orders TO [[PUBLIC|{app}]]"
        ),
        Preparation(
            "CREATE SCHEMA shop; CREATE TABLE shop.orders (a integer); GRANT ALL ON SCHEMA shop TO {our}; GRANT ALL ON shop.orders TO {our}"
        ),
        Preparation("GRANT EXECUTE ON FUNCTION pg_catalog.pg_read_file(text) TO PUBLIC", leaves: ["EDB-S018"]),
        Preparation("GRANT SELECT ON pg_catalog.pg_authid TO [[{app}|{other}]]"),
        Preparation("GRANT SELECT (rolname) ON pg_catalog.pg_authid TO PUBLIC", leaves: ["EDB-S018", "EDB-L263"]),
        Preparation("REVOKE SELECT ON pg_catalog.[[pg_roles|pg_settings|pg_stat_activity]] FROM PUBLIC"),
        Preparation(
            "GRANT SET ON PARAMETER [[log_statement|session_replication_role]] TO PUBLIC", leaves: ["EDB-S018"]),
        Preparation("REVOKE EXECUTE ON FUNCTION pg_catalog.pg_terminate_backend(integer, bigint) FROM PUBLIC"),
    ]

    private static let defaultPrivileges =
        Array(
            repeating: Preparation(
                "ALTER DEFAULT PRIVILEGES [[|FOR ROLE {me}|FOR ROLE {app}|FOR ROLE {our}]] [[|IN SCHEMA public]]"
                    + " [[GRANT ALL ON TABLES TO|GRANT ALL ON SEQUENCES TO|GRANT ALL ON FUNCTIONS TO|GRANT SELECT ON TABLES TO|GRANT USAGE ON TYPES TO]]"
                    + " [[PUBLIC|{app}|{other}|{our}]]", leaves: ["EDB-L273"]), count: 6)
        + Array(
            repeating: Preparation(
                "ALTER DEFAULT PRIVILEGES [[|FOR ROLE {me}|FOR ROLE {our}]]"
                    + " [[REVOKE ALL ON FUNCTIONS FROM PUBLIC|REVOKE ALL ON TYPES FROM PUBLIC|REVOKE ALL ON TABLES FROM {me}|REVOKE ALL ON SEQUENCES FROM {me}"
                    + "|GRANT USAGE ON SCHEMAS TO PUBLIC|GRANT ALL ON SCHEMAS TO {app}|REVOKE ALL ON SCHEMAS FROM {me}|REVOKE ALL ON FUNCTIONS FROM {me}"
                    + "|REVOKE ALL ON TABLES FROM {our}|REVOKE ALL ON FUNCTIONS FROM {our}]]", leaves: ["EDB-L273"]),
            count: 5)

    private static let roles = [
        Preparation("ALTER ROLE {our} [[SUPERUSER|BYPASSRLS|CREATEROLE|CREATEDB|REPLICATION]]"),
        Preparation("ALTER ROLE {our} NOINHERIT"),
        Preparation("ALTER ROLE {our} [[LOGIN|NOLOGIN|PASSWORD 'other'|PASSWORD NULL]]"),
        Preparation("ALTER ROLE {our} [[VALID UNTIL '2001-01-01'|CONNECTION LIMIT 0]]", leaves: ["EDB-S023"]),
        Preparation("COMMENT ON ROLE {our} IS 'mine'"),
        Preparation(
            "GRANT [[pg_read_all_data|pg_write_all_data|pg_signal_backend|pg_monitor|pg_execute_server_program]] TO {our}"
        ),
        Preparation("GRANT [[{app}|{other}]] TO {our} [[|WITH ADMIN OPTION]]"),
        Preparation("GRANT {our} TO [[{app}|{other}|{me}]] [[|WITH ADMIN OPTION]]", leaves: ["EDB-L043"]),
        Preparation("CREATE SCHEMA theirs AUTHORIZATION {our}"),
        Preparation("CREATE TABLE public.theirs (a integer); ALTER TABLE public.theirs OWNER TO {our}"),
        Preparation(
            "ALTER ROLE {our} [[|IN DATABASE {db}]] SET [[search_path = 'evil'|role = '{app}'|row_security = off|work_mem = '1MB']]"
        ),
        Preparation(
            "ALTER ROLE {our} IN DATABASE {db} SET [[statement_timeout = '1s'|enable_seqscan = on|\"app.current_tenant_id\" = 'x']]"
        ),
        Preparation("SELECT lo_create(4711); ALTER LARGE OBJECT 4711 OWNER TO {our}"),
        Preparation("GRANT CREATE ON TABLESPACE strange_space TO [[{app}|{our}]]", leaves: ["EDB-S018"]),
        Preparation("GRANT SET ON PARAMETER log_statement TO {our}", leaves: ["EDB-S018"]),
    ]

    private static let owners = [
        Preparation("ALTER DATABASE {db} OWNER TO [[{app}|{other}|{our}]]"),
        Preparation("ALTER SCHEMA public OWNER TO [[{app}|{other}|{our}|{me}]]"),
        Preparation("DROP SCHEMA public CASCADE"), Preparation("ALTER SCHEMA public RENAME TO private"),
        Preparation("ALTER SCHEMA public RENAME TO private; CREATE SCHEMA public [[|AUTHORIZATION {app}]]"),
        Preparation(
            "CREATE SCHEMA shop AUTHORIZATION {app}; CREATE TABLE shop.orders (a integer); ALTER TABLE shop.orders OWNER TO {app}"
        ),
        Preparation("CREATE TABLE public.orders2 (a integer); ALTER TABLE public.orders2 OWNER TO {app}"),
    ]

    private static let extensions = [
        Preparation(
            "CREATE SCHEMA elsewhere; CREATE EXTENSION [[pg_trgm|pgcrypto|\"uuid-ossp\"|btree_gin|pg_stat_statements]] SCHEMA elsewhere"
        ),
        Preparation(
            "CREATE EXTENSION [[citext|hstore|intarray|unaccent|ltree|tablefunc|fuzzystrmatch|btree_gist|pageinspect|amcheck|dblink]]"
        ),
        Preparation(
            "CREATE EXTENSION [[pg_trgm VERSION '1.3'|pg_trgm VERSION '1.4'|pgcrypto VERSION '1.2'|btree_gin VERSION '1.2'|\"uuid-ossp\"]]"
        ),
        // Closing it takes a superuser; reduced mode tells.
        Preparation("CREATE EXTENSION pg_stat_statements", leaves: ["EDB-S014"]),
        Preparation(
            "GRANT CREATE ON DATABASE {db} TO {app}; SET ROLE {app}; CREATE SCHEMA theirs2; CREATE EXTENSION [[pg_trgm|pgcrypto|btree_gin]] SCHEMA theirs2; RESET ROLE"
        ),
        Preparation("CREATE EXTENSION [[postgres_fdw|file_fdw]]"), Preparation("DROP EXTENSION plpgsql"),
        Preparation("REVOKE USAGE ON LANGUAGE [[plpgsql|sql]] FROM PUBLIC"),
        Preparation(
            "CREATE ACCESS METHOD heap2 TYPE TABLE HANDLER heap_tableam_handler; ALTER DATABASE {db} SET default_table_access_method = heap2"
        ),
    ]

    private static let code = [
        Preparation(
            "CREATE SCHEMA watch; CREATE TABLE watch.seen (tag text); GRANT USAGE ON SCHEMA watch TO PUBLIC; GRANT INSERT ON watch.seen TO PUBLIC;"
                + " CREATE FUNCTION watch.count() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO watch.seen VALUES (tg_tag); END $$;"
                + " CREATE EVENT TRIGGER watch ON [[ddl_command_start|ddl_command_end|sql_drop]] EXECUTE FUNCTION watch.count()",
            leaves: ["EDB-S021"]),
        Preparation(
            "CREATE SCHEMA guard; CREATE FUNCTION guard.refuse() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not here: %', tg_tag; END $$;"
                + " CREATE EVENT TRIGGER guard ON [[ddl_command_start|ddl_command_end]] [[|WHEN TAG IN ('CREATE INDEX')|WHEN TAG IN ('GRANT')|WHEN TAG IN ('CREATE EXTENSION', 'ALTER TABLE')"
                + "|WHEN TAG IN ('DROP TABLE')]] EXECUTE FUNCTION guard.refuse(); ALTER EVENT TRIGGER guard [[ENABLE|ENABLE ALWAYS|DISABLE]]",
            leaves: ["EDB-S021"]),
        Preparation(
            "CREATE SCHEMA giver; CREATE FUNCTION giver.give() RETURNS event_trigger LANGUAGE plpgsql AS $$ DECLARE o record; BEGIN"
                + " FOR o IN SELECT * FROM pg_event_trigger_ddl_commands() WHERE object_type = 'table' LOOP EXECUTE format('[[GRANT SELECT ON %s TO stranger|ALTER TABLE %s OWNER TO bystander]]',"
                + " o.object_identity); END LOOP; END $$; CREATE EVENT TRIGGER giver ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION giver.give()",
            leaves: ["EDB-S021"]),
        Preparation("CREATE PUBLICATION everything FOR [[ALL TABLES|TABLES IN SCHEMA public]]", leaves: ["EDB-S022"]),
        Preparation(
            "CREATE SCHEMA ruled; CREATE TABLE ruled.a (a integer); CREATE TABLE ruled.b (a integer); CREATE RULE copy AS ON INSERT TO ruled.a DO ALSO INSERT INTO ruled.b VALUES (NEW.a);"
                + " GRANT ALL ON ruled.a TO PUBLIC; GRANT USAGE ON SCHEMA ruled TO PUBLIC", leaves: ["EDB-S019"]),
        Preparation(
            "CREATE SCHEMA doors; GRANT USAGE ON SCHEMA doors TO PUBLIC; CREATE FUNCTION doors.open() RETURNS integer LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
            leaves: ["EDB-S005"]),
        Preparation(
            "CREATE FUNCTION public.door() RETURNS integer LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
            leaves: ["EDB-S005"]),
        Preparation(
            "CREATE FOREIGN DATA WRAPPER thin; CREATE SERVER far FOREIGN DATA WRAPPER thin; GRANT USAGE ON FOREIGN SERVER far TO [[PUBLIC|{app}]]",
            leaves: ["EDB-S013"]),
        Preparation("SELECT lo_create(4712); GRANT SELECT ON LARGE OBJECT 4712 TO PUBLIC", leaves: ["EDB-S018"]),
        Preparation("ALTER FUNCTION pg_catalog.textlike(text, text) LEAKPROOF", leaves: ["EDB-S008"]),
        Preparation(
            "CREATE COLLATION public.\"default\" (locale = 'C'); CREATE TEXT SEARCH CONFIGURATION public.english (COPY = pg_catalog.german)"
        ),
        Preparation("CREATE CONVERSION public.odd FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8"),
        Preparation(
            "CREATE TABLE public._email_messages (a integer); CREATE TABLE public.\"Email_Messages\" (a integer)"),
    ]

    private static let surroundings = [
        Preparation("COMMENT ON DATABASE {db} IS 'emaildb'; COMMENT ON SCHEMA public IS NULL"),
        Preparation("ALTER DATABASE {db} CONNECTION LIMIT 5"), Preparation("ALTER DATABASE {db} IS_TEMPLATE true"),
        Preparation("CREATE TABLE public.big AS SELECT generate_series(1, 1000) AS a; ANALYZE public.big"),
        Preparation(
            "CREATE SCHEMA \"it's \"\"odd\"\"\"; CREATE TABLE \"it's \"\"odd\"\"\".\"email_messages\" (a integer)"),
        Preparation(
            "CREATE SCHEMA email; CREATE TABLE email.email_messages (a integer); ALTER DATABASE {db} SET search_path = email, public",
            leaves: ["EDB-L053"]),
    ]

    /// Settings that an operator, or another application, gave to all sessions, to those of `init`, or to those of the database.
    private static let settings = [
        "search_path = evil, pg_catalog", "search_path = ''", "role = '{app}'", "session_authorization = '{app}'",
        "row_security = off",
        "default_transaction_read_only = on", "lock_timeout = 1", "statement_timeout = 150",
        "transaction_timeout = 150",
        "idle_in_transaction_session_timeout = 200", "idle_session_timeout = 200", "standard_conforming_strings = off",
        "check_function_bodies = off",
        "session_replication_role = replica", "DateStyle = 'German'", "IntervalStyle = 'iso_8601'",
        "client_encoding = 'LATIN1'",
        "client_encoding = 'SQL_ASCII'", "default_tablespace = strange_space", "temp_tablespaces = strange_space",
        "default_transaction_isolation = serializable", "default_transaction_deferrable = on",
        "quote_all_identifiers = on",
        "\"plpgsql.extra_errors\" = 'all'", "\"plpgsql.variable_conflict\" = 'use_variable'", "enable_seqscan = off",
        "jit_above_cost = 0",
        "debug_parallel_query = on", "force_parallel_mode = on", "work_mem = '64kB'", "temp_file_limit = 0",
        "client_min_messages = error",
        "bytea_output = escape", "extra_float_digits = -15", "lc_messages = 'C'", "xmloption = document",
        "\"app.current_tenant_id\" = 'x'",
        "event_triggers = off", "createrole_self_grant = 'set, inherit'", "password_encryption = md5",
        "lo_compat_privileges = on",
        "default_text_search_config = 'pg_catalog.german'", "backslash_quote = off", "transform_null_equals = on",
        "timezone = 'Asia/Kathmandu'",
        "max_parallel_maintenance_workers = 0", "join_collapse_limit = 1", "allow_system_table_mods = on",
        "log_statement = none",
    ].map {
        let others: Set<String> = $0.hasPrefix("password") ? ["EDB-S012"] : $0.hasPrefix("\"app.") ? ["EDB-S025"] : []
        return Preparation(
            "ALTER [[DATABASE {db}|ROLE {me}|ROLE ALL|ROLE ALL IN DATABASE {db}]] SET \($0)",
            leaves: others.union(["EDB-L053"]))
    }
}
