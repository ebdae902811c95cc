-- What doctor has to know of its session before anything else: what it may see, and which part the server plays.
SELECT current_user AS role, pg_backend_pid() AS pid, pg_is_in_recovery() AS standby,
  pg_has_role('pg_monitor', 'USAGE') AS is_monitor,
  pg_has_role('pg_monitor', 'USAGE') OR pg_has_role('pg_read_all_settings', 'USAGE') AS reads_settings,
  (SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user) AS reads_all_rows,
  EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'emaildb' AND c.relname = 'ledger') AS has_ledger,
  (SELECT format('%I.%I', n.nspname, c.relname) FROM pg_locks l JOIN pg_class c ON c.oid = l.relation JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE l.mode = 'AccessExclusiveLock' AND l.pid IS DISTINCT FROM pg_backend_pid() AND n.nspname IN ('public', 'emaildb')
     AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) ORDER BY 1 LIMIT 1) AS locked
