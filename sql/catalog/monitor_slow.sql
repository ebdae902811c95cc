-- Statements that take a second or longer on average, the slowest first; literals are $n.
SELECT mean_exec_time AS mean_ms, calls, max_exec_time AS max_ms, total_exec_time AS total_ms, rows, cache_hit_percent, temp_bytes,
  user_name, left(query, 2000) AS query
FROM public.email_slow_queries LIMIT 200
