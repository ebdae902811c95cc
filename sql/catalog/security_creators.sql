-- Who may create in schema public besides its owner, email_owner and the application roles ($1, which another check has).
SELECT 'schema' AS kind, NULL AS schema, n.nspname::text AS name, NULL AS arguments, NULL AS part,
  g.name || ' may create there' AS actual, format('REVOKE CREATE ON SCHEMA public FROM %s CASCADE;', g.name) AS fix
FROM pg_namespace n CROSS JOIN LATERAL (
  SELECT quote_ident(r.rolname) AS name FROM aclexplode(n.nspacl) a JOIN pg_roles r ON r.oid = a.grantee
  WHERE a.privilege_type = 'CREATE' AND r.oid <> n.nspowner AND NOT r.rolsuper AND r.rolname <> 'email_owner'
    AND r.rolname <> ALL ($1::name[])) g
WHERE n.nspname = 'public'
