-- Sessions: how many, transactions that are left open, statements that run long. No text of a statement: reports travel.
-- The application's sessions keep no states (track_activities is off); that they are in a transaction, their locks tell.
-- $1: per cent of the connections from which on there are too many.
WITH session AS MATERIALIZED (
  SELECT a.*, concat(a.usename, ' in ', a.datname, CASE WHEN a.application_name <> '' THEN ' (' || a.application_name || ')' END) AS who
  FROM pg_stat_activity a WHERE a.backend_type = 'client backend' AND a.pid <> pg_backend_pid()),
places AS (
  SELECT sum(CASE name WHEN 'max_connections' THEN setting::integer ELSE -setting::integer END) AS usable
  FROM pg_settings WHERE name IN ('max_connections', 'superuser_reserved_connections', 'reserved_connections')),
used AS (
  SELECT p.usable, count(s.pid) AS open, count(s.pid) - ceil(p.usable * $1::float8 / 100) + 1 AS surplus,
    count(s.pid) FILTER (WHERE s.wait_event = 'ClientRead' AND NOT EXISTS (
      SELECT FROM pg_locks l WHERE l.pid = s.pid AND l.locktype = 'virtualxid')) AS idle
  FROM places p LEFT JOIN session s ON true GROUP BY p.usable)
SELECT 'connections' AS check_name, 'server' AS object, 100.0 * u.open / nullif(u.usable, 0) AS value,
  format('%s of the %s connections that ordinary roles can get are open, %s of them idle', u.open, u.usable, u.idle) ||
  coalesce((SELECT string_agg(format(E'\n%s of %s', c.n, c.usename), '' ORDER BY c.n DESC, c.usename)
   FROM (SELECT usename, count(*) AS n FROM session GROUP BY usename ORDER BY 2 DESC LIMIT 5) c), '') AS evidence,
  CASE WHEN u.idle >= u.surplus THEN format('SELECT pg_terminate_backend(a.pid) FROM (SELECT pid FROM pg_stat_activity a'
    || ' WHERE backend_type = ''client backend'' AND pid <> pg_backend_pid() AND wait_event = ''ClientRead'''
    || ' AND NOT EXISTS (SELECT FROM pg_locks l WHERE l.pid = a.pid AND l.locktype = ''virtualxid'')'
    || ' ORDER BY coalesce(state_change, backend_start) LIMIT %s) a;', u.surplus)
  ELSE 'emaildb pool > pgbouncer.ini' END AS fix,
  CASE WHEN u.idle >= u.surplus THEN 'sql' ELSE 'shell' END AS kind, NULL AS unseen
FROM used u
UNION ALL
(SELECT 'idle-in-transaction', 'process ' || s.pid, extract(epoch FROM clock_timestamp() - s.state_change),
  format('%s does nothing for %s, in a transaction of %s', s.who, date_trunc('second', clock_timestamp() - s.state_change),
    date_trunc('second', clock_timestamp() - s.xact_start)),
  format('SELECT pg_terminate_backend(%s);', s.pid), 'sql', NULL
 FROM session s WHERE s.state LIKE 'idle in transaction%' ORDER BY s.state_change LIMIT 100)
UNION ALL
(SELECT 'long-query', 'process ' || s.pid, extract(epoch FROM clock_timestamp() - s.query_start),
  format('a statement of %s runs for %s', s.who, date_trunc('second', clock_timestamp() - s.query_start)),
  format('SELECT pg_cancel_backend(%s);', s.pid), 'sql', NULL
 FROM session s WHERE s.state = 'active' AND s.wait_event_type IS DISTINCT FROM 'Lock' ORDER BY s.query_start LIMIT 100)
UNION ALL
(SELECT 'prepared-transaction', 'transaction ' || p.gid, extract(epoch FROM clock_timestamp() - p.prepared),
  format('prepared by %s in %s %s ago', p.owner, p.database, date_trunc('second', clock_timestamp() - p.prepared)),
  format('ROLLBACK PREPARED %L;%s', p.gid, CASE WHEN p.database <> current_database() THEN '   -- in its database' END), 'sql', NULL
 FROM pg_prepared_xacts p ORDER BY p.prepared LIMIT 100)
UNION ALL
SELECT 'idle-in-transaction', 'sessions', NULL, NULL, NULL, NULL,
  format('ages of %s sessions of %s (track_activities is off for them, so that no tenant reads the statements of another; the role''s'
    || ' own limits end their transactions)', count(*), string_agg(DISTINCT s.usename, ', '))
FROM session s WHERE s.state = 'disabled' HAVING count(*) > 0
