-- What moves to the schema email_before, as the statements that move it and bring it back: the tables ($1, oids), and what else in public has
-- a name that the schema gives: relations $2, functions $3. is_known: the founding document has it, or it is a table to adopt.
SELECT o.kind, o.name, o.is_known, format('ALTER %s %s SET SCHEMA email_before', o.type, o.name) AS move,
  format('ALTER %s %s SET SCHEMA %I', o.type, o.moved, o.schema) AS back, o.oid, o.is_table
FROM (
  SELECT CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'S' THEN 'sequence' WHEN 'f' THEN 'foreign table'
      WHEN 'c' THEN 'type' ELSE 'table' END AS kind,
    CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE' WHEN 'f' THEN 'FOREIGN TABLE'
      WHEN 'c' THEN 'TYPE' ELSE 'TABLE' END AS type,
    format('%I.%I', n.nspname, c.relname) AS name, format('email_before.%I', c.relname) AS moved, n.nspname AS schema, c.oid,
    c.oid = ANY ($1::oid[]) AS is_table,
    c.oid = ANY ($1::oid[]) OR c.relname IN ('pg_connection_stats', 'pg_long_queries') AS is_known
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.oid = ANY ($1::oid[])
    OR n.nspname = 'public' AND c.relname = ANY ($2::name[]) AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f', 'c')
      -- An owned sequence goes with its table.
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('a', 'i', 'e'))
  UNION ALL
  SELECT 'function', 'ROUTINE', p.oid::regprocedure::text,
    format('email_before.%I(%s)', p.proname, pg_get_function_identity_arguments(p.oid)), n.nspname, p.oid, false,
    p.proname = 'pg_table_bloat_status'
  FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
  WHERE n.nspname = 'public' AND p.proname = ANY ($3::name[])
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
  UNION ALL
  SELECT 'type', 'TYPE', format('public.%I', t.typname), format('email_before.%I', t.typname), 'public', t.oid, false, false
  FROM pg_type t WHERE t.typnamespace = to_regnamespace('public') AND t.typrelid = 0 AND t.typelem = 0 AND t.typname = ANY ($2::name[])
  UNION ALL
  SELECT 'statistics', 'STATISTICS', format('public.%I', s.stxname), format('email_before.%I', s.stxname), 'public', s.oid, false, false
  FROM pg_statistic_ext s WHERE s.stxnamespace = to_regnamespace('public') AND s.stxname = ANY ($2::name[])) o
-- Functions first: their arguments are named as they are before anything has moved.
ORDER BY o.kind <> 'function', NOT o.is_table, o.kind, o.name
