-- Extensions, in schema public, owned by the connecting role.
--
-- Makes:  uuid-ossp, pgcrypto (promised to applications), pg_trgm (substring search), btree_gin (uuid keys inside
--         GIN indexes, so that a search touches one tenant's entries only); pg_stat_statements where it works.
-- Cost:   catalog rows only.
--
-- The first four are trusted: a role with CREATE on the database may create them without being a superuser.

CREATE EXTENSION IF NOT EXISTS "uuid-ossp" WITH SCHEMA public;
CREATE EXTENSION IF NOT EXISTS pgcrypto WITH SCHEMA public;
CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;
CREATE EXTENSION IF NOT EXISTS btree_gin WITH SCHEMA public;

DO $extensions$
DECLARE
    elsewhere text;
BEGIN
    -- Operator classes of pg_trgm are named in index definitions; those of btree_gin are found as defaults.
    SELECT extnamespace::regnamespace::text INTO elsewhere
      FROM pg_catalog.pg_extension
     WHERE extname = 'pg_trgm' AND extnamespace <> 'public'::regnamespace;
    IF FOUND THEN
        RAISE EXCEPTION 'extension pg_trgm is installed in schema %, expected public', elsewhere
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = 'Run as its owner: ALTER EXTENSION pg_trgm SET SCHEMA public;';
    END IF;

    -- pg_stat_statements is not trusted, and without preloading its view only raises errors. Its settings exist
    -- exactly when it is preloaded; shared_preload_libraries itself is hidden from ordinary roles.
    IF (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user)
       AND EXISTS (SELECT FROM pg_catalog.pg_settings WHERE name = 'pg_stat_statements.max')
       AND EXISTS (SELECT FROM pg_catalog.pg_available_extensions WHERE name = 'pg_stat_statements')
    THEN
        CREATE EXTENSION IF NOT EXISTS pg_stat_statements WITH SCHEMA public;
    ELSE
        RAISE NOTICE 'pg_stat_statements skipped: not preloaded, or not permitted to %', current_user;
    END IF;
END
$extensions$;
