-- Roles: eleven fixed names, each with the least it needs, none with a password.
--
-- Cost: rows in shared catalogs. Roles belong to the cluster: another database may have made them already,
--       so whatever is right is left untouched (rewriting it would collide with a second installer).
--
-- Skipped without the privilege, and reported by "emaildb verify":
--   ALTER ROLE email_backup BYPASSRLS;  GRANT pg_read_all_data TO email_backup;  GRANT pg_monitor TO email_monitor;

DO $roles$
DECLARE
    me       record;
    wanted   record;
    present  record;
    change   text;
    grantee  text;
    granted  text;
BEGIN
    SELECT oid, rolname, rolsuper, rolcreaterole, rolbypassrls INTO STRICT me
      FROM pg_catalog.pg_roles WHERE rolname = current_user;

    -- Always in this order: two installers in two databases then queue instead of deadlocking.
    FOR wanted IN
        SELECT *
          FROM (VALUES
            (1, 'email_owner',    false, 'Owns the tables, indexes and views of emaildb; does not log in'),
            (2, 'email_service',  true,  'The application: reads and writes the rows of the tenant it has set'),
            (3, 'email_readonly', true,  'Reports: reads the rows of the tenant it has set'),
            (4, 'email_search',   false, 'Owns the search functions, and may read only what they need'),
            (5, 'email_audit',    false, 'Owns the audit log and the functions that write it'),
            (6, 'email_backup',   true,  'Logical backups: reads every row of every tenant'),
            (7, 'email_monitor',  true,  'Monitoring: statistics and query texts, but no mail'),
            (8, 'email_pooler',   true,  'Password look-up of the connection pooler'),
            (9, 'email_keeper',   false, 'Owns the functions that keep counters, search rows and tombstones, and that purge'),
            (10, 'email_worker',  true,  'Synchronisation workers: hands out the accounts that are due, sees no mail'),
            (11, 'email_lookup',  false, 'Owns the password look-up of the connection pooler, and may read what it needs')
          ) AS list (position, name, login, purpose)
         ORDER BY position
    LOOP
        IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = wanted.name) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I %s', wanted.name, CASE WHEN wanted.login THEN 'LOGIN' ELSE 'NOLOGIN' END);
                EXECUTE format('COMMENT ON ROLE %I IS %L', wanted.name, wanted.purpose);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN
                NULL;  -- made in another database since we looked: no lock covers CREATE ROLE cluster-wide
            END;
        END IF;

        SELECT oid, rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls, rolcanlogin INTO STRICT present
          FROM pg_catalog.pg_roles WHERE rolname = wanted.name;
        IF present.rolsuper AND (present.oid IN (10, me.oid) OR NOT me.rolsuper) THEN
            RAISE EXCEPTION 'role % is a superuser: row security would not apply to it', wanted.name
                USING ERRCODE = 'invalid_role_specification',
                      HINT = 'Initialise the server with another superuser (POSTGRES_USER=postgres in Docker) and let emaildb create this role.';
        END IF;
        change := concat(
            CASE WHEN present.rolsuper THEN ' NOSUPERUSER' END,
            CASE WHEN present.rolcreaterole THEN ' NOCREATEROLE' END,
            CASE WHEN present.rolcreatedb THEN ' NOCREATEDB' END,
            CASE WHEN present.rolreplication THEN ' NOREPLICATION' END,
            CASE WHEN present.rolbypassrls AND wanted.name <> 'email_backup' THEN ' NOBYPASSRLS' END,
            CASE WHEN wanted.name = 'email_backup' AND NOT present.rolbypassrls
                  -- Since 16, a role may hand on an attribute it has itself.
                  AND (me.rolsuper OR (me.rolbypassrls AND current_setting('server_version_num')::integer >= 160000))
                 THEN ' BYPASSRLS' END,
            CASE WHEN present.rolcanlogin <> wanted.login THEN CASE WHEN wanted.login THEN ' LOGIN' ELSE ' NOLOGIN' END END);
        IF change <> '' THEN
            EXECUTE format('ALTER ROLE %I%s', wanted.name, change);
        END IF;
    END LOOP;

    -- Predefined roles: until 15 CREATEROLE may grant them, from 16 only who has their ADMIN OPTION.
    FOR grantee, granted IN VALUES ('email_backup', 'pg_read_all_data'), ('email_monitor', 'pg_monitor') LOOP
        IF pg_has_role(grantee, granted, 'USAGE') THEN
            CONTINUE;
        ELSIF me.rolsuper
              OR (me.rolcreaterole AND current_setting('server_version_num')::integer < 160000)
              OR pg_has_role(granted, 'MEMBER WITH ADMIN OPTION') THEN
            EXECUTE format('GRANT %I TO %I', granted, grantee);
        ELSE
            RAISE NOTICE 'not permitted to %: GRANT % TO %', me.rolname, granted, grantee;
        END IF;
    END LOOP;

    -- Roles that another role made can be acted as only by leave of their maker.
    IF NOT me.rolsuper AND current_setting('server_version_num')::integer >= 160000
       AND NOT (pg_has_role('email_owner', 'MEMBER WITH ADMIN OPTION')
                AND pg_has_role('email_audit', 'MEMBER WITH ADMIN OPTION')
                AND pg_has_role('email_search', 'MEMBER WITH ADMIN OPTION')
                AND pg_has_role('email_keeper', 'MEMBER WITH ADMIN OPTION')
                AND pg_has_role('email_lookup', 'MEMBER WITH ADMIN OPTION')) THEN
        RAISE EXCEPTION 'the email_* roles of this cluster were made by another role, and % may not act as them', me.rolname
            USING ERRCODE = 'insufficient_privilege',
                  HINT = format('Run as their maker or a superuser: GRANT email_owner, email_audit, email_search, email_keeper, email_lookup TO %I WITH ADMIN OPTION;', me.rolname);
    END IF;

    -- A superuser needs no membership to act as the owner. Any other role gets exactly this one, and keeps it for
    -- later steps; CREATEROLE alone has not implied SET ROLE since 16, and never did INHERIT.
    IF NOT me.rolsuper
       AND NOT pg_has_role('email_owner', CASE WHEN current_setting('server_version_num')::integer < 160000
                                               THEN 'MEMBER' ELSE 'SET' END) THEN
        EXECUTE format('GRANT email_owner TO %I', me.rolname);
    END IF;
END
$roles$;

-- Nothing in public is for PUBLIC: each role is named. The owner alone creates there.
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO email_owner;
GRANT USAGE ON SCHEMA public
    TO email_service, email_readonly, email_search, email_audit, email_backup, email_monitor, email_pooler,
       email_keeper, email_worker, email_lookup;
