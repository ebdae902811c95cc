-- Why the rows of tables ($1) cannot be looked at by this role, or had better not be: each reason in words, with what to type.
-- Planning a query runs functions that an index or a statistics object on its table names: none but PostgreSQL's own are
-- there in the design.
WITH wanted AS (
  SELECT t.name, c.oid, c.relkind = 'r' AS is_table
  FROM unnest($1::text[]) AS t (name)
  LEFT JOIN pg_class c ON c.relname = t.name AND c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = 'public'))
SELECT format('%I may not read every row of %s', session_user, string_agg(name, ', ' ORDER BY name)) AS reason,
  'emaildb verify --only data --username postgres' AS fix
FROM wanted
WHERE NOT has_schema_privilege('public', 'USAGE') OR NOT has_table_privilege(oid, 'SELECT')
  OR CASE WHEN has_schema_privilege('public', 'USAGE') THEN row_security_active(oid) END
HAVING count(*) > 0
UNION ALL
SELECT format('%s: no table of the schema', string_agg(name, ', ' ORDER BY name)), 'emaildb verify --only layout'
FROM wanted WHERE is_table IS NOT TRUE HAVING count(*) > 0
UNION ALL
SELECT format('reading would run %s, which an index or statistics of another than the design name',
    string_agg(DISTINCT d.refobjid::regprocedure::text, ', ')), 'emaildb verify --only layout'
FROM pg_depend d LEFT JOIN pg_index i ON d.classid = 'pg_class'::regclass AND i.indexrelid = d.objid
  LEFT JOIN pg_statistic_ext s ON d.classid = 'pg_statistic_ext'::regclass AND s.oid = d.objid
WHERE d.refclassid = 'pg_proc'::regclass AND d.refobjid >= 16384
  AND COALESCE(i.indrelid, s.stxrelid) IN (SELECT oid FROM wanted)
HAVING count(*) > 0
