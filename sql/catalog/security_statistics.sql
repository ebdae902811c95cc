-- Whether an application role ($1) may read pg_stat_statements; $2 closes it.
SELECT 'extension' AS kind, NULL AS schema, 'pg_stat_statements' AS name, NULL AS arguments, NULL AS part,
  string_agg(quote_ident(p.rolname), ', ' ORDER BY p.rolname) || ' may read it' AS actual, $2::text AS fix
FROM pg_roles p WHERE p.rolname = ANY ($1::name[]) AND NOT p.rolsuper AND EXISTS (
  SELECT FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'pg_stat_statements'
  WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e' AND d.classid = 'pg_class'::regclass
    AND has_table_privilege(p.oid, d.objid, 'SELECT'))
HAVING count(*) > 0
