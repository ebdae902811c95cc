-- Statements that run, and transactions that are open, the longest first, with who keeps them waiting.
SELECT pid, user_name, duration_ms, state, concat_ws(':', wait_event_type, wait_event) AS wait,
  array_to_string(blocked_by, ' ') AS blocked_by, transaction_ms, application_name, left(query, 2000) AS query
FROM public.pg_long_queries WHERE database_name = current_database() ORDER BY duration_ms DESC LIMIT 200
