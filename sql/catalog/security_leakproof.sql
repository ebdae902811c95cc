-- Functions whose LEAKPROOF is not that of a fresh server, where these ($1) have it.
SELECT 'function' AS kind, NULLIF(n.nspname, 'pg_catalog') AS schema, p.proname AS name,
  (SELECT COALESCE(string_agg(format_type(t, NULL), ',' ORDER BY position), '')
    FROM unnest(p.proargtypes) WITH ORDINALITY a (t, position)) AS arguments,
  NULL AS part, CASE WHEN p.proleakproof THEN 'LEAKPROOF' ELSE 'not LEAKPROOF' END AS actual,
  format('ALTER ROUTINE %s %sLEAKPROOF;', p.oid::regprocedure, CASE WHEN p.proleakproof THEN 'NOT ' ELSE '' END) AS fix
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace LEFT JOIN unnest($1::oid[]) s (oid) ON s.oid = p.oid
WHERE p.proleakproof <> (s.oid IS NOT NULL)
