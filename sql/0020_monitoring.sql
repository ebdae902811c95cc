-- Monitoring: connections, long and slow queries, table bloat, for email_monitor only.
--
-- All of them run with the rights of the caller. They show query texts, hence every tenant's literals, to members of
-- pg_monitor; the application has no access. Durations are milliseconds, sizes bytes.

SET LOCAL ROLE email_owner;

-- max_connections counts reserved slots; what ordinary roles can get is less (reserved_connections: from 16 on).
CREATE VIEW public.pg_connection_stats WITH (security_invoker = true) AS
SELECT a.datname                                                          AS database_name,
       a.usename                                                          AS user_name,
       count(*)                                                           AS connections,
       count(*) FILTER (WHERE a.state = 'active')                         AS active,
       count(*) FILTER (WHERE a.state = 'idle')                           AS idle,
       count(*) FILTER (WHERE a.state LIKE 'idle in transaction%')        AS idle_in_transaction,
       count(*) FILTER (WHERE a.state = 'active' AND a.wait_event_type = 'Lock') AS waiting_for_lock,
       (1000 * extract(epoch FROM clock_timestamp() - min(a.backend_start)))::bigint AS oldest_connection_ms,
       (1000 * extract(epoch FROM clock_timestamp() - min(a.xact_start)))::bigint    AS oldest_transaction_ms,
       (1000 * extract(epoch FROM clock_timestamp()
               - min(a.state_change) FILTER (WHERE a.state LIKE 'idle in transaction%')))::bigint AS longest_idle_in_transaction_ms,
       s.max_connections,
       s.max_connections - s.reserved                                     AS usable_connections,
       round(100.0 * count(*) / s.max_connections, 1)                     AS percent_of_max
  FROM pg_catalog.pg_stat_activity AS a
 CROSS JOIN (SELECT max(setting::integer) FILTER (WHERE name = 'max_connections')  AS max_connections,
                    sum(setting::integer) FILTER (WHERE name <> 'max_connections') AS reserved
               FROM pg_catalog.pg_settings
              WHERE name IN ('max_connections', 'superuser_reserved_connections', 'reserved_connections')) AS s
 WHERE a.backend_type = 'client backend'
 GROUP BY a.datname, a.usename, s.max_connections, s.reserved
 ORDER BY count(*) DESC, a.datname, a.usename;
COMMENT ON VIEW public.pg_connection_stats IS
    'Client connections by database and user: states, ages (ms), share of max_connections. States are NULL for roles with track_activities off';

CREATE VIEW public.pg_long_queries WITH (security_invoker = true) AS
SELECT a.pid,
       a.datname                                                              AS database_name,
       a.usename                                                              AS user_name,
       a.application_name,
       a.client_addr,
       a.state,
       (1000 * extract(epoch FROM clock_timestamp() - CASE WHEN a.state = 'active' THEN a.query_start
                                                           ELSE a.xact_start END))::bigint AS duration_ms,
       (1000 * extract(epoch FROM clock_timestamp() - a.xact_start))::bigint  AS transaction_ms,
       a.wait_event_type,
       a.wait_event,
       pg_catalog.pg_blocking_pids(a.pid)                                     AS blocked_by,
       a.query
  FROM pg_catalog.pg_stat_activity AS a
 WHERE a.backend_type = 'client backend'
   AND a.pid <> pg_catalog.pg_backend_pid()
   AND a.xact_start IS NOT NULL
   AND clock_timestamp() - CASE WHEN a.state = 'active' THEN a.query_start ELSE a.xact_start END
       >= coalesce(NULLIF(current_setting('emaildb.long_query_ms', true), '')::integer, 1000) * interval '1 millisecond'
 ORDER BY duration_ms DESC;
COMMENT ON VIEW public.pg_long_queries IS
    'Queries running, and transactions idle, for at least one second (or setting emaildb.long_query_ms), longest first, with who blocks them';

-- Estimated from the activity counters: column widths, which the customary estimate needs, are hidden from
-- monitoring by row security, and for content columns are not collected at all.
CREATE FUNCTION public.pg_table_bloat_status()
    RETURNS TABLE (
        schema_name           text,
        table_name            text,
        live_rows             bigint,
        dead_rows             bigint,
        dead_percent          numeric,
        heap_bytes            bigint,
        toast_bytes           bigint,
        index_bytes           bigint,
        total_bytes           bigint,
        estimated_bloat_bytes bigint,
        hot_update_percent    numeric,
        last_vacuum           timestamptz,
        last_autovacuum       timestamptz,
        last_analyze          timestamptz,
        frozen_xid_age        integer)
    LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT s.schemaname::text,
           s.relname::text,
           s.n_live_tup,
           s.n_dead_tup,
           round(100.0 * s.n_dead_tup / NULLIF(s.n_live_tup + s.n_dead_tup, 0), 1),
           size.heap,
           size.toast,
           size.indexes,
           size.heap + size.toast + size.indexes,
           (size.heap * (s.n_dead_tup::numeric / NULLIF(s.n_live_tup + s.n_dead_tup, 0)))::bigint,
           round(100.0 * s.n_tup_hot_upd / NULLIF(s.n_tup_upd, 0), 1),
           s.last_vacuum,
           s.last_autovacuum,
           greatest(s.last_analyze, s.last_autoanalyze),
           age(c.relfrozenxid)
      FROM pg_stat_user_tables AS s
      JOIN pg_class AS c ON c.oid = s.relid
     CROSS JOIN LATERAL (
        SELECT pg_relation_size(c.oid)                                    AS heap,
               coalesce(pg_total_relation_size(NULLIF(c.reltoastrelid, 0)), 0) AS toast,
               pg_indexes_size(c.oid)                                     AS indexes
        OFFSET 0  -- measure each file once
     ) AS size
     WHERE s.schemaname IN ('public', 'emaildb')
     ORDER BY 10 DESC NULLS LAST, 9 DESC
$$;
COMMENT ON FUNCTION public.pg_table_bloat_status() IS
    'Rows, sizes and vacuum state of each table. estimated_bloat_bytes is the share of the heap held by dead rows; space already freed for reuse is not counted';

-- A view on pg_stat_statements could not be created before that extension, and would keep it from being dropped; without
-- preloading, the extension only raises errors. The function looks for it when it is called, and says what to do.
CREATE FUNCTION public.email_slow_queries()
    RETURNS TABLE (
        user_name         name,
        calls             bigint,
        mean_exec_time    double precision,
        max_exec_time     double precision,
        total_exec_time   double precision,
        rows              bigint,
        cache_hit_percent numeric,
        temp_bytes        bigint,
        query             text)
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    place   name;
    minimum integer := coalesce(NULLIF(current_setting('emaildb.long_query_ms', true), '')::integer, 1000);
BEGIN
    SELECT n.nspname INTO place
      FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace
     WHERE e.extname = 'pg_stat_statements';
    -- shared_preload_libraries is hidden from ordinary roles; the library's settings are not.
    IF place IS NULL OR NOT EXISTS (SELECT FROM pg_settings WHERE name = 'pg_stat_statements.max') THEN
        RAISE EXCEPTION 'statements are not counted: pg_stat_statements is not %',
            CASE WHEN place IS NULL THEN 'installed in this database' ELSE 'preloaded' END
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = 'Preload it (emaildb tune --profile production, then restart), then as a superuser in this database: CALL emaildb.count_statements();';
    END IF;
    RETURN QUERY EXECUTE format(
        'SELECT pg_get_userbyid(s.userid), s.calls, s.mean_exec_time, s.max_exec_time, s.total_exec_time, s.rows,
                round(100.0 * s.shared_blks_hit / NULLIF(s.shared_blks_hit + s.shared_blks_read, 0), 1),
                s.temp_blks_written * current_setting(''block_size'')::bigint,
                s.query
           FROM %I.pg_stat_statements AS s
          WHERE s.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
            AND s.mean_exec_time >= $1', place) USING minimum;
END
$$;
COMMENT ON FUNCTION public.email_slow_queries() IS 'Rows of the view email_slow_queries; an error with a hint where statements are not counted';

CREATE VIEW public.email_slow_queries WITH (security_invoker = true) AS
SELECT * FROM public.email_slow_queries() ORDER BY mean_exec_time DESC;
COMMENT ON VIEW public.email_slow_queries IS
    'Statements of this database that take one second (or setting emaildb.long_query_ms) or longer on average, slowest first, by pg_stat_statements; times in ms, literals replaced by $n';

GRANT SELECT ON public.pg_connection_stats, public.pg_long_queries, public.email_slow_queries TO email_monitor;
GRANT EXECUTE ON FUNCTION public.pg_table_bloat_status(), public.email_slow_queries() TO email_monitor;
