-- Policies of our tables ($1) that call a function which is VOLATILE or IMMUTABLE.
SELECT 'policy' AS kind, n.nspname AS schema, c.relname AS name, NULL AS arguments, y.polname AS part,
  'calls ' || p.oid::regprocedure || ', which is ' || CASE p.provolatile WHEN 'i' THEN 'IMMUTABLE' ELSE 'VOLATILE' END AS actual,
  NULL AS fix
FROM pg_policy y JOIN pg_class c ON c.oid = y.polrelid AND c.relname = ANY ($1::name[])
  JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname IN ('public', 'emaildb')
  JOIN pg_depend d ON d.classid = 'pg_policy'::regclass AND d.objid = y.oid AND d.refclassid = 'pg_proc'::regclass
  JOIN pg_proc p ON p.oid = d.refobjid
WHERE p.provolatile <> 's'
