-- Code of others that runs when an application role ($1) writes: rules, and triggers whose function is SECURITY DEFINER or
-- belongs to another than the table's owner, on relations beside ours ($2) that such a role may write to.
SELECT w.kind, w.schema, w.name, NULL AS arguments, w.part,
  string_agg(DISTINCT quote_ident(a.rolname), ', ' ORDER BY quote_ident(a.rolname)) || ' runs it: ' || w.does AS actual,
  format('DROP %s IF EXISTS %I ON %s;', upper(w.kind), w.part, w.oid::regclass) AS fix
FROM (
  SELECT 'rule' AS kind, n.nspname::text AS schema, c.relname::text AS name, r.rulename::text AS part, c.oid,
    'statements are replaced' AS does
  FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE r.rulename <> '_RETURN' AND r.oid >= 16384
  UNION ALL
  SELECT 'trigger', n.nspname, c.relname, t.tgname, c.oid,
    p.oid::regprocedure || ' of ' || quote_ident(pg_get_userbyid(p.proowner))
      || CASE WHEN p.prosecdef THEN ', with its owner''s rights' ELSE '' END
  FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_proc p ON p.oid = t.tgfoid
  WHERE NOT t.tgisinternal AND p.prosecdef) w
  CROSS JOIN pg_roles a
WHERE NOT (w.schema IN ('public', 'emaildb') AND w.name = ANY ($2::name[])) AND a.rolname = ANY ($1::name[]) AND NOT a.rolsuper
  AND has_schema_privilege(a.oid, w.schema, 'USAGE')
  AND (has_table_privilege(a.oid, w.oid, 'INSERT, UPDATE, DELETE') OR has_any_column_privilege(a.oid, w.oid, 'INSERT, UPDATE'))
GROUP BY w.kind, w.schema, w.name, w.part, w.oid, w.does
