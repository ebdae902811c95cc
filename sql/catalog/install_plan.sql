-- The script that init --plan prints, for psql.
--- start
-- {count} steps of emaildb {tool}. Run with: psql -X -f FILE
\set ON_ERROR_STOP on
--- upgrade
-- The database is in use: a lock that is not to be had within {lock_timeout} ends this script. What was not committed is as it was;
-- print the script again and run it.
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
--- begin
BEGIN;
--- transactional
-- {path}
{lend}{sql}
SET ROLE NONE; RESET ALL; {pin}
{return}{done}
--- commit
COMMIT;
--- no-transaction
-- {path}
{started}
SET lock_timeout = 0;
{sql}
SET ROLE NONE; RESET ALL; {pin}
{finished}
--- end
SELECT pg_advisory_unlock({keys});
