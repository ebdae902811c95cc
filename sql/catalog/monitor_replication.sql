-- Standbys that read from here, slots that keep log for them, and on a standby what it reads itself.
WITH place AS (SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END AS lsn)
SELECT 'standby' AS kind, coalesce(nullif(r.application_name, ''), host(r.client_addr), 'process ' || r.pid) AS name, r.state,
  pg_wal_lsn_diff(p.lsn, r.replay_lsn)::bigint AS lag_bytes, (1000 * extract(epoch FROM r.replay_lag))::bigint AS lag_ms,
  NULL::bigint AS kept_bytes, r.sync_state AS role
FROM pg_stat_replication r CROSS JOIN place p
UNION ALL
SELECT 'slot', s.slot_name, CASE WHEN s.wal_status = 'lost' THEN 'lost' WHEN s.active THEN 'active' ELSE 'inactive' END, NULL, NULL,
  pg_wal_lsn_diff(p.lsn, s.restart_lsn)::bigint, s.slot_type
FROM pg_replication_slots s CROSS JOIN place p
UNION ALL
SELECT 'receiver', coalesce(w.sender_host, ''), w.status, pg_wal_lsn_diff(pg_last_wal_receive_lsn(), p.lsn)::bigint,
  CASE WHEN pg_last_wal_receive_lsn() IS DISTINCT FROM p.lsn
    THEN (1000 * extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()))::bigint ELSE 0 END, NULL, 'this server'
FROM pg_stat_wal_receiver w CROSS JOIN place p
