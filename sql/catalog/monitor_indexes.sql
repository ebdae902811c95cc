-- How often each index was used, the most used first; the last use is known from 16 on, sizes are those of the last vacuum or analyze.
SELECT format('%I.%I', s.schemaname, s.indexrelname) AS index_name, s.relname AS table_name, s.idx_scan AS scans, s.idx_tup_read AS rows_read,
  c.relpages * current_setting('block_size')::bigint AS size_bytes, left(replace(to_jsonb(s) ->> 'last_idx_scan', 'T', ' '), 16) AS used_at,
  concat_ws(' ', CASE WHEN NOT i.indisvalid THEN 'invalid' END, CASE WHEN i.indisprimary THEN 'key' WHEN i.indisunique THEN 'unique' END) AS kind
FROM pg_stat_user_indexes s JOIN pg_index i ON i.indexrelid = s.indexrelid JOIN pg_class c ON c.oid = s.indexrelid
ORDER BY s.idx_scan DESC, 5 DESC, 1 LIMIT 500
