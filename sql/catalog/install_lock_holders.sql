-- The sessions that hold the advisory lock with the keys $1 and $2 in this database.
SELECT l.pid, COALESCE(a.usename::text, 'unknown') AS role, a.state, left(regexp_replace(a.query, '\s+', ' ', 'g'), 60) AS query,
  round(extract(epoch FROM clock_timestamp() - a.backend_start)) AS seconds
FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid
WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 2
  AND l.classid::bigint = $1::bigint AND l.objid::bigint = $2::bigint
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database());
