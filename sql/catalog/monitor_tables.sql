-- Rows, dead rows, sizes and the last vacuum of each table, the largest first.
SELECT format('%I.%I', schema_name, table_name) AS table_name, live_rows, dead_rows, dead_percent, total_bytes, heap_bytes, toast_bytes,
  index_bytes, estimated_bloat_bytes, hot_update_percent, to_char(greatest(last_vacuum, last_autovacuum), 'YYYY-MM-DD HH24:MI') AS vacuumed_at,
  to_char(last_analyze, 'YYYY-MM-DD HH24:MI') AS analyzed_at
FROM public.pg_table_bloat_status() ORDER BY total_bytes DESC LIMIT 200
