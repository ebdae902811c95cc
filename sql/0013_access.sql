-- Access: who may connect, read and write, and how long a session may hold things up.
--
-- Cost: catalog rows only.
--
-- Skipped without the privilege, and reported by "emaildb verify" (superuser, in this database):
--   ALTER ROLE email_service IN DATABASE <name> SET track_activities = off;
--   REVOKE EXECUTE ON FUNCTION pg_terminate_backend(integer, bigint), pg_cancel_backend(integer) FROM PUBLIC;
--   REVOKE EXECUTE ON FUNCTION lo_*(...), pg_advisory_*(integer, integer) ... FROM PUBLIC;
--   CALL emaildb.count_statements(), where that extension is

SET LOCAL ROLE email_owner;

-- No TRUNCATE (empties every tenant), no REFERENCES, no TRIGGER: those three ignore row security.
GRANT SELECT, INSERT, UPDATE, DELETE
    ON public.email_accounts, public.email_folders, public.email_messages, public.email_attachments
    TO email_service;
GRANT SELECT
    ON public.email_accounts, public.email_folders, public.email_messages, public.email_attachments
    TO email_readonly;
GRANT USAGE ON SEQUENCE public.email_message_change_seq TO email_service;
GRANT EXECUTE ON FUNCTION public.email_now_ms(), public.email_require_tenant()
    TO email_service, email_readonly, email_search, email_keeper, email_worker;
GRANT EXECUTE ON FUNCTION public.email_address_of(text), public.email_address_found(text) TO email_service, email_readonly, email_search, email_keeper;

SET LOCAL ROLE NONE;

-- The ledger belongs to the installing role; backups read it through pg_read_all_data.
GRANT USAGE ON SCHEMA emaildb TO email_monitor;
GRANT SELECT ON emaildb.ledger, emaildb.ledger_event TO email_monitor;

-- Called below, and when the library is preloaded later (tune). PUBLIC could read every statement of the cluster.
CREATE PROCEDURE emaildb.count_statements()
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    member text;
BEGIN
    CREATE EXTENSION IF NOT EXISTS pg_stat_statements WITH SCHEMA public;
    FOR member IN
        SELECT CASE WHEN d.classid = 'pg_proc'::regclass THEN 'FUNCTION ' || d.objid::regprocedure
                    ELSE 'TABLE ' || d.objid::regclass END
          FROM pg_depend AS d
          JOIN pg_extension AS e ON e.oid = d.refobjid AND e.extname = 'pg_stat_statements'
         WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
           AND d.classid IN ('pg_proc'::regclass, 'pg_class'::regclass)
         ORDER BY 1
    LOOP
        EXECUTE format('REVOKE ALL ON %s FROM PUBLIC', member);
        IF member NOT LIKE '%reset%' THEN
            EXECUTE format('GRANT %s ON %s TO pg_monitor',
                           CASE WHEN member LIKE 'TABLE %' THEN 'SELECT' ELSE 'EXECUTE' END, member);
        END IF;
    END LOOP;
END
$$;
COMMENT ON PROCEDURE emaildb.count_statements() IS 'Creates pg_stat_statements in this database, closed to all but pg_monitor; for a superuser';
REVOKE ALL ON PROCEDURE emaildb.count_statements() FROM PUBLIC;

DO $access$
DECLARE
    me        record;
    version   constant integer := current_setting('server_version_num');
    login     text;
    parameter text;
    value     text;
    functions text;
BEGIN
    SELECT rolname, rolsuper, rolcreaterole INTO STRICT me FROM pg_catalog.pg_roles WHERE rolname = current_user;

    -- Everybody may connect to a new database and make temporary tables there; temporary objects can shadow names.
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO email_service, email_readonly, email_worker, email_backup, email_monitor, email_pooler',
                   current_database());

    -- A request that runs away, waits for a lock or forgets its transaction must not hold up the others; an
    -- operator overrides them per session. track_activities: all tenants share one role, and any session of a role
    -- may read the query texts of the others, literals included. enable_bitmapscan, enable_seqscan: a page of mail is read by one
    -- index, in its order. But the condition of row security has an index, too, and a bitmap of the whole tenant is what
    -- the planner likes to combine with that of a folder (15 ms for a page instead of 0.1, measured on 60,000 messages);
    -- and nothing that a tenant asks is worth reading the rows of all others. The search functions, whose GIN indexes
    -- know nothing but bitmaps, turn them on for themselves. jit: until 17 a scan that is disabled but has to be used
    -- counts as expensive enough to be compiled.
    FOR login, parameter, value IN VALUES
        ('email_service',  'statement_timeout', '30s'),
        ('email_service',  'lock_timeout', '5s'),
        ('email_service',  'idle_in_transaction_session_timeout', '5s'),
        ('email_service',  'track_activities', 'off'),
        ('email_service',  'enable_bitmapscan', 'off'),
        ('email_service',  'enable_seqscan', 'off'),
        ('email_service',  'jit', 'off'),
        ('email_readonly', 'statement_timeout', '60s'),
        ('email_readonly', 'lock_timeout', '5s'),
        ('email_readonly', 'idle_in_transaction_session_timeout', '60s'),
        ('email_readonly', 'default_transaction_read_only', 'on'),
        ('email_readonly', 'track_activities', 'off'),
        ('email_readonly', 'enable_bitmapscan', 'off'),
        ('email_readonly', 'enable_seqscan', 'off'),
        ('email_readonly', 'jit', 'off'),
        ('email_monitor',  'statement_timeout', '30s'),
        ('email_monitor',  'lock_timeout', '1s'),
        ('email_worker',   'statement_timeout', '5s'),
        ('email_worker',   'lock_timeout', '1s'),
        ('email_worker',   'idle_in_transaction_session_timeout', '10s'),
        ('email_pooler',   'statement_timeout', '5s')
    LOOP
        IF me.rolsuper
           OR (me.rolcreaterole
               AND (version < 160000 OR pg_has_role(login::name, 'MEMBER WITH ADMIN OPTION'))
               AND ((SELECT context FROM pg_catalog.pg_settings WHERE name = parameter) = 'user'
                    OR has_parameter_privilege(parameter, 'SET')))
        THEN
            EXECUTE format('ALTER ROLE %I IN DATABASE %I SET %I = %L', login, current_database(), parameter, value);
        ELSE
            RAISE NOTICE 'not permitted to %: ALTER ROLE % SET % = %', me.rolname, login, parameter, value;
        END IF;
    END LOOP;

    -- Functions that row security knows nothing of: ending other sessions of one's own role, which serve other
    -- tenants; large objects, which belong to no tenant; and advisory locks of two keys, with which writers (0010) and
    -- init queue. Those of one key stay open to everybody.
    IF me.rolsuper THEN
        SELECT string_agg(oid::regprocedure::text, ', ' ORDER BY oid) INTO STRICT functions
          FROM pg_catalog.pg_proc
         WHERE pronamespace = 'pg_catalog'::regnamespace
           AND (proname IN ('pg_terminate_backend', 'pg_cancel_backend', 'loread', 'lowrite') OR proname LIKE 'lo\_%'
                OR proname LIKE '%\_advisory\_%' AND pronargs = 2);
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', functions);
        GRANT EXECUTE ON FUNCTION pg_catalog.pg_advisory_xact_lock(integer, integer),
            pg_catalog.pg_advisory_xact_lock_shared(integer, integer) TO email_service, email_keeper;
        GRANT EXECUTE ON FUNCTION pg_catalog.pg_try_advisory_lock(integer, integer),
            pg_catalog.pg_advisory_unlock(integer, integer) TO email_owner;
        -- A member of pg_signal_backend is meant to use them.
        GRANT EXECUTE ON FUNCTION pg_catalog.pg_terminate_backend(integer, bigint), pg_catalog.pg_cancel_backend(integer)
            TO pg_signal_backend;
    ELSE
        RAISE NOTICE 'not permitted to %: revokes on functions of pg_catalog', me.rolname;
    END IF;

    -- pg_stat_statements shows a role its own statements, SET and the like with their literals; and all tenants
    -- share one role.
    IF me.rolsuper AND EXISTS (SELECT FROM pg_catalog.pg_extension WHERE extname = 'pg_stat_statements') THEN
        CALL emaildb.count_statements();
    END IF;
END
$access$;
