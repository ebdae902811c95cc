-- SECURITY DEFINER functions that the application roles ($1) may execute, but for those that are granted to them by sql/:
-- $2 schema, $3 name, $4 arguments, $5 role.
SELECT 'function' AS kind, f.schema, f.name, f.arguments, NULL AS part,
  string_agg(quote_ident(f.app), ', ' ORDER BY f.app) || ' may execute it as ' || quote_ident(f.owner)
    || CASE WHEN f.pinned THEN '' ELSE ', with the search_path of the caller' END AS actual,
  format('REVOKE EXECUTE ON ROUTINE %s FROM PUBLIC, %s;', f.oid::regprocedure, string_agg(quote_ident(f.app), ', ')) AS fix
FROM (SELECT p.oid, a.rolname::text AS app, pg_get_userbyid(p.proowner) AS owner,
    EXISTS (SELECT FROM unnest(p.proconfig) c WHERE c LIKE 'search_path=%') AS pinned,
    n.nspname::text AS schema, p.proname::text AS name, pg_get_function_identity_arguments(p.oid) AS arguments
  FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace CROSS JOIN pg_roles a
  WHERE p.prosecdef AND a.rolname = ANY ($1::name[])
    AND p.prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype) AND NOT a.rolsuper
    AND has_schema_privilege(a.oid, n.oid, 'USAGE') AND has_function_privilege(a.oid, p.oid, 'EXECUTE')
    AND NOT pg_has_role(a.oid, p.proowner, 'MEMBER')) f
WHERE (f.schema, f.name, f.arguments, f.app) NOT IN (SELECT * FROM unnest($2::text[], $3::text[], $4::text[], $5::text[]))
GROUP BY f.schema, f.name, f.arguments, f.owner, f.pinned, f.oid
