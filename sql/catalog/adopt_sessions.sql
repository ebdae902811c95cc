-- Sessions of others in this database, which may be the application's.
SELECT a.pid, quote_ident(a.usename) AS role, a.application_name AS program,
  floor(extract(epoch FROM clock_timestamp() - a.backend_start))::bigint AS seconds
FROM pg_stat_activity a
WHERE a.datname = current_database() AND a.pid <> pg_backend_pid() AND a.backend_type = 'client backend'
  AND a.usename <> session_user
ORDER BY a.pid LIMIT 10
