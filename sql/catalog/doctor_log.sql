-- The write-ahead log: its archive, the slots that keep it, the standbys that replay it. The same on a primary and on a standby.
WITH waiting AS MATERIALIZED (
  SELECT count(*) AS files, clock_timestamp() - min(f.modification) AS oldest
  FROM pg_ls_archive_statusdir() f WHERE f.name LIKE '%.ready'),
archive AS (
  SELECT a.*, s.*, (SELECT bool_and(setting = '') FROM pg_settings WHERE name IN ('archive_command', 'archive_library')) AS is_empty
  FROM pg_stat_archiver a CROSS JOIN waiting s
  WHERE current_setting('archive_mode') = 'always' OR current_setting('archive_mode') = 'on' AND NOT pg_is_in_recovery()),
place AS (SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END AS lsn),
slot AS (
  SELECT r.*, pg_wal_lsn_diff(p.lsn, r.restart_lsn) AS kept, nullif((SELECT setting::bigint * 1048576 FROM pg_settings
    WHERE name = 'max_slot_wal_keep_size'), -1048576) AS allowed,
    format('SELECT pg_drop_replication_slot(%L);   -- only when its reader is gone for good', r.slot_name) AS drop
  FROM pg_replication_slots r CROSS JOIN place p WHERE NOT r.temporary AND coalesce(to_jsonb(r) ->> 'synced', '') <> 'true')
SELECT v.check_name, 'server' AS object, v.value,
  format('%s segments wait for being archived, the oldest for %s; the last success was %s, the last failure %s', a.files,
    date_trunc('second', a.oldest), coalesce(date_trunc('second', a.last_archived_time)::text, 'never'),
    coalesce(date_trunc('second', a.last_failed_time) || ' with ' || a.last_failed_wal, 'never')) AS evidence,
  CASE WHEN a.is_empty THEN 'ALTER SYSTEM SET archive_command = ''COMMAND %p''; SELECT pg_reload_conf();   -- neither archive_command nor archive_library is set'
    WHEN current_setting('logging_collector') = 'on' THEN format('grep -rhiA1 archive %s | tail   # why it fails; once that is repaired, it goes on by itself',
      '''' || replace(concat(CASE WHEN current_setting('log_directory') NOT LIKE '/%' THEN (SELECT setting || '/' FROM pg_settings
        WHERE name = 'data_directory') END, current_setting('log_directory')), '''', '''\''''') || '''')
    ELSE 'docker logs --since 10m CONTAINER 2>&1 | grep -iA1 archive   # or journalctl: why it fails; once that is repaired, it goes on by itself' END AS fix,
  CASE WHEN a.is_empty THEN 'sql' ELSE 'shell' END AS kind, NULL AS unseen
FROM archive a CROSS JOIN LATERAL (VALUES ('archive', extract(epoch FROM a.oldest)), ('archive-waiting', a.files)) v (check_name, value)
WHERE a.files > 0
UNION ALL
SELECT 'slot-inactive', 'slot ' || s.slot_name, 1,
  format('nothing reads from it; it keeps %s of write-ahead log', pg_size_pretty(s.kept)), s.drop, 'sql', NULL
FROM slot s WHERE NOT s.active AND s.wal_status IS DISTINCT FROM 'lost'
UNION ALL
SELECT 'slot-lost', 'slot ' || s.slot_name, 1, 'what its reader needs is gone: that has to be made anew', s.drop, 'sql', NULL
FROM slot s WHERE s.wal_status = 'lost'
UNION ALL
SELECT 'slot-room', 'slot ' || s.slot_name, 100.0 * s.safe_wal_size / nullif(s.allowed, 0),
  format('%s more of write-ahead log, and it is lost (max_slot_wal_keep_size %s)', pg_size_pretty(s.safe_wal_size), pg_size_pretty(s.allowed)),
  format('ALTER SYSTEM SET max_slot_wal_keep_size = ''%sMB''; SELECT pg_reload_conf();   -- or end what keeps its reader from reading', 4 * s.allowed / 1048576),
  'sql', NULL
FROM slot s WHERE s.safe_wal_size IS NOT NULL AND s.allowed IS NOT NULL AND s.wal_status IS DISTINCT FROM 'lost'
UNION ALL
SELECT 'slot-retained', 'slot ' || s.slot_name, s.kept, format('it keeps %s of write-ahead log', pg_size_pretty(s.kept)), s.drop, 'sql', NULL
FROM slot s WHERE s.allowed IS NULL
UNION ALL
SELECT 'replica-lag', format('standby %s', coalesce(nullif(r.application_name, ''), host(r.client_addr), 'process ' || r.pid)),
  pg_wal_lsn_diff(p.lsn, r.replay_lsn), format('%s of write-ahead log are not replayed there (%s)', pg_size_pretty(pg_wal_lsn_diff(p.lsn, r.replay_lsn)), r.state),
  'SELECT pg_wal_replay_resume();   -- on that standby; where replay is not paused, emaildb doctor --host STANDBY says what holds it up', 'sql', NULL
FROM pg_stat_replication r CROSS JOIN place p WHERE r.replay_lsn IS NOT NULL
UNION ALL
SELECT 'replay-paused', 'server', 1, 'replay was paused by hand', 'SELECT pg_wal_replay_resume();', 'sql', NULL
WHERE pg_is_in_recovery() AND CASE WHEN pg_is_in_recovery() THEN pg_get_wal_replay_pause_state() <> 'not paused' END
UNION ALL
SELECT 'replay-delay', 'server', extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()),
  format('what was received last was committed %s ago, and waits for replay', date_trunc('second', clock_timestamp() - pg_last_xact_replay_timestamp())),
  'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = ''client backend'' AND pid <> pg_backend_pid()'
  || ' AND (xact_start IS NOT NULL OR state = ''disabled'') ORDER BY xact_start LIMIT 1;   -- the oldest transaction here: it may hold replay up',
  'sql', NULL
WHERE pg_is_in_recovery() AND pg_last_wal_receive_lsn() IS DISTINCT FROM pg_last_wal_replay_lsn()
UNION ALL
SELECT 'receiver', 'server', 1, 'it is in recovery, and receives nothing from a primary',
  CASE WHEN c.setting = '' THEN 'ALTER SYSTEM SET primary_conninfo = ''host=PRIMARY port=5432 user=email_replication''; SELECT pg_reload_conf();'
    ELSE 'emaildb ready --host PRIMARY --node primary   # is it up? Else, for good: psql -c ''SELECT pg_promote()''' END,
  CASE WHEN c.setting = '' THEN 'sql' ELSE 'shell' END, NULL
FROM pg_settings c WHERE c.name = 'primary_conninfo' AND pg_is_in_recovery()
  AND NOT EXISTS (SELECT FROM pg_stat_wal_receiver WHERE status = 'streaming')
  AND EXISTS (SELECT FROM pg_settings WHERE name = 'restore_command' AND setting = '')
