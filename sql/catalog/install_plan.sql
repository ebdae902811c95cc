-- The script that init --plan prints, for psql.
--- begin
-- {count} steps of emaildb {tool}. Run with: psql -X -f FILE
\set ON_ERROR_STOP on
--- create
{create};
--- connect
\connect {database}
--- lock
{pin}
DO $emaildb$ BEGIN
  IF NOT pg_try_advisory_lock({keys}) THEN
    RAISE EXCEPTION 'another emaildb init is running in this database';
  END IF;
END $emaildb$;
--- transactional
-- {path}
BEGIN;
{lend}{sql}
RESET ROLE; RESET ALL; {pin}
{return}{done}
COMMIT;
--- no-transaction
-- {path}
{started}
SET lock_timeout = 0;
{sql}
RESET ROLE; RESET ALL; {pin}
{finished}
--- end
SELECT pg_advisory_unlock({keys});
