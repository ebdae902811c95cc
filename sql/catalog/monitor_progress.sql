-- What takes long and tells how far it is: vacuum, analyze, index builds, rewrites, copies, base backups.
SELECT p.pid, p.command, coalesce(format('%I.%I', n.nspname, c.relname), p.relid::text, '') AS table_name, p.phase, p.done, p.total,
  round(100.0 * p.done / nullif(p.total, 0), 1) AS done_percent, (1000 * extract(epoch FROM clock_timestamp() - a.query_start))::bigint AS duration_ms
FROM (
  SELECT pid, datid, relid, 'VACUUM' AS command, phase, heap_blks_scanned AS done, heap_blks_total AS total FROM pg_stat_progress_vacuum
  UNION ALL SELECT pid, datid, relid, 'ANALYZE', phase, sample_blks_scanned, sample_blks_total FROM pg_stat_progress_analyze
  UNION ALL SELECT pid, datid, relid, command, phase, CASE WHEN blocks_total > 0 THEN blocks_done ELSE tuples_done END,
    CASE WHEN blocks_total > 0 THEN blocks_total ELSE tuples_total END FROM pg_stat_progress_create_index
  UNION ALL SELECT pid, datid, relid, command, phase, heap_blks_scanned, heap_blks_total FROM pg_stat_progress_cluster
  UNION ALL SELECT pid, datid, relid, command, type, bytes_processed, bytes_total FROM pg_stat_progress_copy
  UNION ALL SELECT pid, NULL, NULL, 'BASE BACKUP', phase, backup_streamed, backup_total FROM pg_stat_progress_basebackup) p
  LEFT JOIN pg_stat_activity a ON a.pid = p.pid
  LEFT JOIN pg_class c ON c.oid = p.relid AND p.datid = (SELECT oid FROM pg_database WHERE datname = current_database())
  LEFT JOIN pg_namespace n ON n.oid = c.relnamespace
ORDER BY duration_ms DESC NULLS LAST, p.pid
