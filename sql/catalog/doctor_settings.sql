-- Settings: those that wait for a restart, those that lose mail or stop vacuum, and those that differ from what tune wrote.
WITH unit (name, kind, factor) AS (VALUES ('B', 'size', 1.0), ('kB', 'size', 1024), ('8kB', 'size', 8192), ('MB', 'size', 1048576),
    ('GB', 'size', 1073741824), ('TB', 'size', 1099511627776), ('us', 'time', 0.001), ('ms', 'time', 1), ('s', 'time', 1000),
    ('min', 'time', 60000), ('h', 'time', 3600000), ('d', 'time', 86400000)),
folder AS (SELECT coalesce('''' || replace(max(setting), '''', '''\''''') || '''', '"$PGDATA"') AS path FROM pg_settings WHERE name = 'data_directory'),
safe (check_name, name, value, risk) AS (VALUES
    ('durability', 'fsync', 'on', 'a crash of the machine can destroy the whole database'),
    ('durability', 'full_page_writes', 'on', 'a crash of the machine can leave half-written pages'),
    ('durability', 'zero_damaged_pages', 'off', 'damaged pages are emptied instead of reported'),
    ('durability', 'ignore_checksum_failure', 'off', 'damaged pages are read as if they were whole'),
    ('vacuum-off', 'autovacuum', 'on', 'dead rows stay'),
    ('vacuum-off', 'track_counts', 'on', 'autovacuum does not know what to do')),
tuned AS (
  SELECT j.profile, e.name, e.set, s.setting, current_setting(e.name) AS shown, CASE WHEN s.vartype IN ('integer', 'real')
      THEN x.number * coalesce(g.factor / nullif(h.factor, 0), 1) END AS number, s.vartype
  FROM (SELECT t ->> 'profile' AS profile, t -> 'entries' AS entries
        FROM (SELECT nullif(current_setting('emaildb.tune', true), '')::jsonb AS t) t) j
    CROSS JOIN LATERAL jsonb_to_recordset(j.entries) AS e (name text, role text, set text)
    JOIN pg_settings s ON s.name = e.name AND NOT s.pending_restart
    CROSS JOIN LATERAL (SELECT substring(e.set FROM '^\s*(-?[0-9.]+)')::numeric AS number, substring(e.set FROM '([a-zA-Z]*)\s*$') AS suffix) x
    LEFT JOIN unit g ON g.name = x.suffix LEFT JOIN unit h ON h.name = s.unit AND g.name IS NOT NULL
  WHERE e.role IS NULL)
SELECT 'pending-restart' AS check_name, 'setting ' || s.name AS object, 1 AS value,
  format('it was changed in a file, and the server still runs with %s', current_setting(s.name)) AS evidence,
  format('pg_ctl restart --pgdata %1$s --log %1$s/start.log   # or as the service, container or manager does it', f.path) AS fix,
  'shell' AS kind, NULL AS unseen
FROM pg_settings s CROSS JOIN folder f WHERE s.pending_restart
UNION ALL
SELECT w.check_name, 'setting ' || w.name, 1, format('%s is %s: %s', w.name, s.setting, w.risk),
  CASE WHEN s.source = 'command line' THEN format('Start the server without -c %s=%s.', w.name, s.setting)
    ELSE format('ALTER SYSTEM SET %s = %s; SELECT pg_reload_conf();', w.name, w.value) END,
  CASE WHEN s.source = 'command line' THEN 'text' ELSE 'sql' END, NULL
FROM safe w JOIN pg_settings s ON s.name = w.name AND s.setting <> w.value
UNION ALL
SELECT 'profile', 'setting ' || t.name, 1, format('tune set it to %s for the profile %s, the server runs with %s', t.set, t.profile, t.shown),
  format('emaildb tune --profile %s', CASE WHEN t.profile ~ '^[a-z-]+$' THEN t.profile ELSE 'production' END), 'shell', NULL
FROM tuned t WHERE CASE WHEN t.number IS NULL THEN lower(t.set) IS DISTINCT FROM lower(t.setting)
  ELSE trunc(t.number, 6) IS DISTINCT FROM trunc(t.setting::numeric, 6) END
