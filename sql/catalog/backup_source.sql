-- What a backup has to know of the server, and of the role that takes it.
SELECT s.system_identifier, (SELECT rolname FROM pg_roles WHERE oid = 10) AS superuser,
  (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS is_superuser, pg_is_in_recovery() AS is_standby,
  current_setting('server_version') AS version, current_setting('data_directory', true) AS data_directory,
  pg_size_bytes(current_setting('wal_segment_size')) AS segment_size, current_setting('wal_level') AS wal_level,
  current_setting('max_wal_senders')::int AS senders, (SELECT count(*) FROM pg_stat_replication) AS senders_used,
  current_setting('max_replication_slots')::int AS slots, (SELECT count(*) FROM pg_replication_slots) AS slots_used,
  current_setting('max_slot_wal_keep_size') AS keep_size, current_setting('summarize_wal', true) AS summarizes,
  (SELECT string_agg(spcname, ', ' ORDER BY spcname) FROM pg_tablespace
    WHERE spcname NOT IN ('pg_default', 'pg_global')) AS tablespaces,
  CASE WHEN NOT pg_is_in_recovery() THEN pg_walfile_name(pg_current_wal_insert_lsn()) END AS segment,
  CASE WHEN NOT pg_is_in_recovery() THEN pg_current_wal_insert_lsn() END AS position,
  to_regclass('emaildb.ledger') IS NOT NULL AS has_schema
FROM pg_control_system() s
