-- What has a name that pending steps would give: $1 relations and statistics of public (and the types that tables make), functions
-- as $2 schema and $3 name, whatever their arguments, but for those that applied steps made ($4, with arguments), $5 schemas. rows is what the statistics say, -1 where there are none.
SELECT o.kind, o.name, quote_ident(pg_get_userbyid(o.owner)) AS owner, o.rows
FROM (
  SELECT CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'table' WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view'
      WHEN 'S' THEN 'sequence' WHEN 'i' THEN 'index' WHEN 'I' THEN 'index' WHEN 'f' THEN 'foreign table' ELSE 'type' END AS kind,
    format('public.%I', c.relname) AS name, c.relowner AS owner,
    CASE WHEN c.relkind IN ('r', 'm') THEN CASE WHEN c.reltuples >= 0 THEN c.reltuples::bigint
      WHEN pg_relation_size(c.oid) = 0 THEN 0 ELSE -1 END END AS rows
  FROM pg_class c WHERE c.relnamespace = to_regnamespace('public') AND c.relname = ANY ($1::name[])
  UNION ALL
  SELECT 'type', format('public.%I', t.typname), t.typowner, NULL
  FROM pg_type t WHERE t.typnamespace = to_regnamespace('public') AND t.typrelid = 0 AND t.typelem = 0 AND t.typname = ANY ($1::name[])
  UNION ALL
  SELECT 'function', format('%I.%I(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)), p.proowner, NULL
  FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
  WHERE (n.nspname, p.proname) IN (SELECT * FROM unnest($2::name[], $3::name[]))
    AND format('%I.%I(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)) <> ALL ($4::text[])
  UNION ALL
  SELECT 'statistics', format('public.%I', s.stxname), s.stxowner, NULL
  FROM pg_statistic_ext s WHERE s.stxnamespace = to_regnamespace('public') AND s.stxname = ANY ($1::name[])
  UNION ALL
  SELECT 'schema', quote_ident(n.nspname), n.nspowner, NULL FROM pg_namespace n WHERE n.nspname = ANY ($5::name[])) o
ORDER BY o.kind, o.name
