SELECT 'role' AS kind, NULL AS schema, pg_get_userbyid(r.app) AS name, NULL AS arguments, NULL AS part,
  r.path || ' ' || a.attribute AS actual,
  CASE WHEN r.hop IS NULL THEN format('ALTER ROLE %I %s;', pg_get_userbyid(r.app), a.undo)
    ELSE format('REVOKE %I FROM %I CASCADE;', pg_get_userbyid(r.hop), pg_get_userbyid(r.app)) END AS fix
FROM reach r JOIN pg_roles p ON p.oid = r.role CROSS JOIN LATERAL (VALUES
  (p.rolsuper, 'is a superuser', 'NOSUPERUSER'), (p.rolbypassrls, 'has BYPASSRLS', 'NOBYPASSRLS'),
  (p.rolcreaterole, 'has CREATEROLE', 'NOCREATEROLE'), (p.rolcreatedb, 'has CREATEDB', 'NOCREATEDB'),
  (p.rolreplication, 'has REPLICATION', 'NOREPLICATION'),
  (p.oid < 16384 AND p.rolname LIKE 'pg\_%', 'is a predefined role', '')) a (holds, attribute, undo)
WHERE a.holds
