-- Tables: dead rows, and tables without statistics. Takes no lock on any table: sizes are those of the last vacuum or analyze, and
-- a file is measured only where nobody keeps everybody off the table.
-- $1: dead rows from which on they count.
SELECT 'dead-rows' AS check_name, format('table %I.%I', s.schemaname, s.relname) AS object,
  100.0 * s.n_dead_tup / nullif(s.n_live_tup + s.n_dead_tup, 0) AS value,
  format('%s of %s rows are dead; last vacuum: %s', s.n_dead_tup, s.n_live_tup + s.n_dead_tup,
    coalesce(date_trunc('second', greatest(s.last_vacuum, s.last_autovacuum))::text, 'never')) AS evidence,
  format('VACUUM (ANALYZE) %I.%I;', s.schemaname, s.relname) AS fix, 'sql' AS kind, NULL AS unseen
FROM pg_stat_user_tables s WHERE s.n_dead_tup >= $1::bigint
UNION ALL
SELECT 'bloat', format('table %I.%I', s.schemaname, s.relname), b.bytes,
  format('dead rows hold about %s of %s', pg_size_pretty(b.bytes), pg_size_pretty(b.heap)),
  format('VACUUM (ANALYZE) %I.%I;', s.schemaname, s.relname), 'sql', NULL
FROM pg_stat_user_tables s JOIN pg_class c ON c.oid = s.relid
  CROSS JOIN LATERAL (SELECT h.heap, (h.heap * (s.n_dead_tup::numeric / nullif(s.n_live_tup + s.n_dead_tup, 0)))::bigint AS bytes
    FROM (SELECT c.relpages * current_setting('block_size')::bigint AS heap) h) b
WHERE s.n_dead_tup > 0 AND b.bytes > 0
UNION ALL
SELECT 'no-statistics', format('table %I.%I', s.schemaname, s.relname), z.bytes,
  format('%s, never analyzed', pg_size_pretty(z.bytes)),
  format('ANALYZE %I.%I;', s.schemaname, s.relname), 'sql', NULL
FROM pg_stat_user_tables s JOIN pg_class c ON c.oid = s.relid
  CROSS JOIN LATERAL (SELECT CASE WHEN NOT EXISTS (SELECT FROM pg_locks l WHERE l.relation = c.oid AND l.mode = 'AccessExclusiveLock')
    THEN pg_relation_size(c.oid) END AS bytes OFFSET 0) z
WHERE c.relkind IN ('r', 'm') AND c.reltuples < 0 AND s.last_analyze IS NULL AND s.last_autoanalyze IS NULL
ORDER BY 1, 3 DESC NULLS LAST
