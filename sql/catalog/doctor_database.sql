-- The database as a whole: cache, transaction numbers, sequences, checksums, collation.
-- $1: blocks that must have been asked for before the share of the cache says something.
SELECT 'cache-hit' AS check_name, format('database %I', s.datname) AS object,
  CASE WHEN t.blocks >= $1::bigint THEN 100.0 * s.blks_hit / t.blocks END AS value,
  format('%s of %s blocks were read from outside of shared_buffers', s.blks_read, t.blocks) AS evidence,
  'emaildb tune --profile production' AS fix, 'shell' AS kind,
  CASE WHEN t.blocks < $1::bigint THEN format('%s blocks were asked for, too few to judge the cache', t.blocks) END AS unseen
FROM pg_stat_database s CROSS JOIN LATERAL (SELECT s.blks_hit + s.blks_read AS blocks) t WHERE s.datname = current_database()
UNION ALL
SELECT 'wraparound', format('database %I', d.datname), 100.0 * greatest(age(d.datfrozenxid), mxid_age(d.datminmxid)) / 2147483648,
  format('%s transactions and %s multixacts since its oldest rows that are not frozen', age(d.datfrozenxid), mxid_age(d.datminmxid)),
  'VACUUM (FREEZE);' || CASE WHEN d.datname <> current_database() THEN '   -- in that database' ELSE '' END, 'sql', NULL
FROM pg_database d WHERE d.datallowconn
UNION ALL
SELECT 'sequence', format('sequence %I.%I', q.schemaname, q.sequencename), 100.0 * u.used / u.size,
  format('%s, %s at %s, up to %s', q.data_type, CASE WHEN q.increment_by < 0 THEN 'down' ELSE 'up' END, q.last_value,
    CASE WHEN q.increment_by < 0 THEN q.min_value ELSE q.max_value END),
  CASE WHEN o.column_name IS NOT NULL THEN format('ALTER TABLE %s ALTER COLUMN %I TYPE bigint; ', o.table_name, o.column_name) ELSE '' END
    || CASE WHEN o.deptype = 'i' THEN '' ELSE format('ALTER SEQUENCE %I.%I AS bigint;', q.schemaname, q.sequencename) END, 'sql', NULL
FROM pg_sequences q
  CROSS JOIN LATERAL (SELECT q.max_value::numeric - q.min_value AS size, CASE WHEN q.increment_by < 0 THEN q.max_value::numeric - q.last_value
    ELSE q.last_value::numeric - q.min_value END AS used) u
  LEFT JOIN LATERAL (SELECT format('%I.%I', tn.nspname, t.relname) AS table_name, k.attname AS column_name, d.deptype
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
      JOIN pg_class t ON t.oid = d.refobjid JOIN pg_namespace tn ON tn.oid = t.relnamespace
      JOIN pg_attribute k ON k.attrelid = t.oid AND k.attnum = d.refobjsubid
    WHERE n.nspname = q.schemaname AND c.relname = q.sequencename LIMIT 1) o ON true
WHERE NOT q.cycle AND q.last_value IS NOT NULL AND u.size > 0
UNION ALL
SELECT 'sequence', 'last values', NULL, NULL, NULL, NULL, format('last values of %s sequences (%s may not read them)', count(*), current_user)
FROM pg_sequences q WHERE q.last_value IS NULL
  AND NOT has_sequence_privilege(format('%I.%I', q.schemaname, q.sequencename), 'SELECT, USAGE') HAVING count(*) > 0
UNION ALL
SELECT 'checksums', 'server', 1, 'data_checksums is off',
  format('pg_ctl stop --pgdata %1$s && pg_checksums --enable --pgdata %1$s   # then start it again',
    coalesce('''' || replace((SELECT setting FROM pg_settings WHERE name = 'data_directory'), '''', '''\''''') || '''', '"$PGDATA"')),
  'shell', NULL
WHERE current_setting('data_checksums') <> 'on'
UNION ALL
SELECT 'checksum-failures', coalesce('database ' || quote_ident(s.datname), 'shared tables'), s.checksum_failures,
  format('%s blocks with a wrong checksum, the last one %s', s.checksum_failures, date_trunc('second', s.checksum_last_failure)),
  'pg_amcheck --all --heapallindexed   # names what is damaged: restore it from a backup, then, in that database: SELECT pg_stat_reset();',
  'shell', NULL
FROM pg_stat_database s WHERE s.checksum_failures > 0
UNION ALL
SELECT 'collation', format('database %I', d.datname), 1,
  format('its indexes were built with version %s of the collation, the system has %s', coalesce(d.datcollversion, 'none'), coalesce(v.actual, 'none')),
  format('REINDEX DATABASE %1$I; %2$s', d.datname, CASE WHEN v.actual IS NOT NULL AND d.datcollversion IS NOT NULL
    THEN format('ALTER DATABASE %I REFRESH COLLATION VERSION;', d.datname)
    ELSE format('UPDATE pg_catalog.pg_database SET datcollversion = %L WHERE datname = %L;', v.actual, d.datname) END), 'sql', NULL
FROM pg_database d CROSS JOIN LATERAL (SELECT pg_database_collation_actual_version(d.oid) AS actual) v
WHERE d.datname = current_database() AND d.datcollversion IS DISTINCT FROM v.actual
UNION ALL
SELECT 'collation', format('collation %I.%I', n.nspname, c.collname), 1,
  format('indexes were built with version %s of it, the system has %s', c.collversion, coalesce(pg_collation_actual_version(c.oid), 'none')),
  concat('REINDEX DATABASE ', quote_ident(current_database()), '; ', format('ALTER COLLATION %I.%I REFRESH VERSION;', n.nspname, c.collname)),
  'sql', NULL
FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace
WHERE c.collversion IS DISTINCT FROM pg_collation_actual_version(c.oid) AND c.collversion IS NOT NULL
  AND EXISTS (SELECT FROM pg_index i WHERE c.oid = ANY (i.indcollation))
