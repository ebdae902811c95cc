-- The slot $1 that keeps the log until it is in the repository.
SELECT slot_type, active, active_pid, temporary, restart_lsn, wal_status, safe_wal_size,
  pg_wal_lsn_diff(CASE WHEN NOT pg_is_in_recovery() THEN pg_current_wal_lsn() END, restart_lsn)::bigint AS kept
FROM pg_replication_slots WHERE slot_name = $1
