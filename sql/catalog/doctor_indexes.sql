-- Indexes that are maintained for nothing.
-- $1: indexes of the design, as schema.name, which are never in surplus; $2, $3: from which age of the statistics (s), and from which
-- size (bytes) on an index that was never used counts.
WITH place AS MATERIALIZED (
  SELECT i.*, c.relname, n.nspname, t.relname AS table_name, c.relam, c.relpages * current_setting('block_size')::bigint AS bytes,
    format('%I.%I', n.nspname, c.relname) AS name,
    i.indisunique OR i.indisreplident OR i.indisclustered OR n.nspname || '.' || c.relname = ANY ($1::text[])
      OR EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid) AS is_needed,
    concat_ws('/', c.relam, i.indnkeyatts, i.indkey, i.indclass, i.indcollation, i.indoption,
      regexp_replace(concat(i.indexprs, '|', i.indpred), ':location -?[0-9]+', '', 'g')) AS shape
  FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_class t ON t.oid = i.indrelid
  WHERE c.relkind = 'i' AND n.nspname NOT IN ('pg_catalog', 'information_schema')),
since AS (
  SELECT coalesce(s.stats_reset, pg_postmaster_start_time()) AS since,
    extract(epoch FROM clock_timestamp() - coalesce(s.stats_reset, pg_postmaster_start_time())) AS age
  FROM pg_stat_database s WHERE s.datname = current_database())
SELECT 'invalid-index' AS check_name, 'index ' || p.name AS object, 1 AS value,
  format('on %I: its build or rebuild did not end', p.table_name) AS evidence,
  CASE WHEN p.relname ~ '_cc(new|old)[0-9]*$' THEN format('DROP INDEX CONCURRENTLY %s;', p.name)
    ELSE format('REINDEX INDEX CONCURRENTLY %s;', p.name) END AS fix, 'sql' AS kind, NULL AS unseen
FROM place p WHERE NOT p.indisvalid
  AND NOT EXISTS (SELECT FROM pg_stat_progress_create_index b WHERE b.index_relid = p.indexrelid OR b.relid = p.indrelid)
UNION ALL
SELECT 'duplicate-index', 'index ' || p.name, p.bytes,
  format('the same as %s; %s', q.name, pg_size_pretty(p.bytes)), format('DROP INDEX CONCURRENTLY %s;', p.name), 'sql', NULL
FROM place p CROSS JOIN LATERAL (
  SELECT q.name FROM place q
  WHERE q.indrelid = p.indrelid AND q.indexrelid <> p.indexrelid AND q.indisvalid AND q.shape = p.shape
    AND (q.is_needed OR q.indexrelid < p.indexrelid)
  ORDER BY q.is_needed DESC, q.indexrelid LIMIT 1) q
WHERE p.indisvalid AND NOT p.is_needed
UNION ALL
SELECT 'unused-index', 'index ' || p.name, p.bytes,
  format('not used since %s on this server; %s', date_trunc('second', a.since), pg_size_pretty(p.bytes)),
  format('DROP INDEX CONCURRENTLY %s;', p.name), 'sql', NULL
FROM place p JOIN pg_stat_user_indexes s ON s.indexrelid = p.indexrelid CROSS JOIN since a
WHERE p.indisvalid AND NOT p.is_needed AND s.idx_scan = 0 AND a.age >= $2::float8 AND p.bytes >= $3::float8
UNION ALL
SELECT 'unused-index', 'use of indexes', NULL, NULL, NULL, NULL,
  format('the statistics are only %s old', date_trunc('second', clock_timestamp() - a.since))
FROM since a WHERE a.age < $2::float8
ORDER BY 1, 3 DESC NULLS LAST
