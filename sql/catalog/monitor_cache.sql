-- What was found in shared_buffers, of the blocks that were asked for: of the whole database, then of each table. A share of nothing is none.
SELECT 'all tables' AS table_name, round(100.0 * sum(t.hit) / nullif(sum(t.hit + t.read), 0), 2) AS hit_percent,
  sum(t.read) AS blocks_read, sum(t.hit) AS blocks_hit, round(100.0 * sum(s.heap_blks_hit) / nullif(sum(s.heap_blks_hit + s.heap_blks_read), 0), 2) AS heap_hit_percent,
  round(100.0 * sum(s.idx_blks_hit) / nullif(sum(s.idx_blks_hit + s.idx_blks_read), 0), 2) AS index_hit_percent
FROM pg_statio_user_tables s CROSS JOIN LATERAL (SELECT
  s.heap_blks_hit + coalesce(s.idx_blks_hit, 0) + coalesce(s.toast_blks_hit, 0) + coalesce(s.tidx_blks_hit, 0) AS hit,
  s.heap_blks_read + coalesce(s.idx_blks_read, 0) + coalesce(s.toast_blks_read, 0) + coalesce(s.tidx_blks_read, 0) AS read) t
UNION ALL
(SELECT format('%I.%I', s.schemaname, s.relname), round(100.0 * t.hit / nullif(t.hit + t.read, 0), 2), t.read, t.hit,
  round(100.0 * s.heap_blks_hit / nullif(s.heap_blks_hit + s.heap_blks_read, 0), 2),
  round(100.0 * s.idx_blks_hit / nullif(s.idx_blks_hit + s.idx_blks_read, 0), 2)
FROM pg_statio_user_tables s CROSS JOIN LATERAL (SELECT
  s.heap_blks_hit + coalesce(s.idx_blks_hit, 0) + coalesce(s.toast_blks_hit, 0) + coalesce(s.tidx_blks_hit, 0) AS hit,
  s.heap_blks_read + coalesce(s.idx_blks_read, 0) + coalesce(s.toast_blks_read, 0) + coalesce(s.tidx_blks_read, 0) AS read) t
ORDER BY t.read DESC, 1 LIMIT 200)
