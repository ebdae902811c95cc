-- Views that read our tables ($1) with the rights of their owner.
SELECT 'view' AS kind, n.nspname AS schema, v.relname AS name, NULL AS arguments, NULL AS part,
  'reads ' || string_agg(DISTINCT o.object, ', ') || ' as ' || quote_ident(pg_get_userbyid(v.relowner)) AS actual,
  CASE v.relkind WHEN 'v' THEN format('ALTER VIEW %s SET (security_invoker = true);', v.oid::regclass)
    ELSE format('DROP MATERIALIZED VIEW IF EXISTS %s;', v.oid::regclass) END AS fix,
  CASE v.relkind WHEN 'm' THEN v.oid::regclass::text END AS loses
FROM pg_rewrite w JOIN pg_class v ON v.oid = w.ev_class AND v.relkind IN ('v', 'm')
  JOIN pg_namespace n ON n.oid = v.relnamespace
  JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid AND d.refclassid = 'pg_class'::regclass
  JOIN (SELECT c.oid, c.oid::regclass::text AS object FROM pg_class c
    WHERE c.relkind IN ('r', 'p') AND c.relname = ANY ($1::name[])
      AND c.relnamespace IN (SELECT oid FROM pg_namespace WHERE nspname IN ('public', 'emaildb'))) o ON o.oid = d.refobjid
WHERE v.relkind = 'm' OR NOT COALESCE((SELECT option_value::boolean FROM pg_options_to_table(v.reloptions)
  WHERE option_name = 'security_invoker'), false)
GROUP BY v.oid, n.nspname, v.relname, v.relkind, v.relowner
