-- What another client left in this server session: settings, the cursor and statement $1, the advisory lock
-- whose key has the halves $2 and $3.
SELECT pg_catalog.pg_backend_pid() AS pid, pg_catalog.current_setting('app.current_tenant_id', true) AS tenant,
  pg_catalog.current_setting('app.current_user_id', true) AS actor,
  EXISTS (SELECT FROM pg_catalog.pg_cursors WHERE name = $1) AS cursor,
  EXISTS (SELECT FROM pg_catalog.pg_prepared_statements WHERE name = $1) AS prepared,
  EXISTS (SELECT FROM pg_catalog.pg_locks WHERE locktype = 'advisory' AND pid = pg_catalog.pg_backend_pid()
    AND objsubid = 1
    AND classid = $2::oid AND objid = $3::oid) AS locked;
