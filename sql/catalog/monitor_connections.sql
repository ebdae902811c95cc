-- Connections by role and database; of roles with track_activities off, as the application's, no states are kept.
SELECT user_name, database_name, connections, active, idle, idle_in_transaction, waiting_for_lock,
  connections - active - idle - idle_in_transaction AS untold, oldest_transaction_ms, longest_idle_in_transaction_ms, usable_connections
FROM public.pg_connection_stats
