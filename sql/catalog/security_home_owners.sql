-- An owner of the database, or of schema public, who is neither a superuser nor email_owner nor may act as it: such a role can
-- put code where ours is looked for. $1 is a role that may own them nevertheless, $2 who the database shall belong to.
SELECT o.kind, NULL AS schema, o.name, NULL AS arguments, NULL AS part, 'owned by ' || quote_ident(r.rolname) AS actual,
  format('ALTER %s OWNER TO %s;', o.sql, o.owner) AS fix
FROM (
  SELECT 'database' AS kind, '' AS name, format('DATABASE %I', datname) AS sql, quote_ident($2::text) AS owner, datdba AS oid
    FROM pg_database WHERE datname = current_database()
  UNION ALL
  SELECT 'schema', nspname, format('SCHEMA %I', nspname), 'pg_database_owner', nspowner FROM pg_namespace WHERE nspname = 'public') o
  JOIN pg_roles r ON r.oid = o.oid
WHERE NOT r.rolsuper AND r.rolname NOT IN ('email_owner', 'pg_database_owner', $1::text)
  AND NOT COALESCE(pg_has_role(r.oid, (SELECT oid FROM pg_roles WHERE rolname = 'email_owner'), 'MEMBER'), false)
