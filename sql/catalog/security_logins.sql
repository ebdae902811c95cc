-- Our roles ($1) that will not be able to log in, or not often enough.
SELECT 'role' AS kind, NULL AS schema, r.rolname::text AS name, NULL AS arguments, NULL AS part, l.actual, l.fix
FROM pg_roles r CROSS JOIN LATERAL (VALUES
  (r.rolvaliduntil < 'infinity', 'its password is valid until ' || r.rolvaliduntil,
    format('ALTER ROLE %I VALID UNTIL %L;', r.rolname, 'infinity')),
  (r.rolconnlimit >= 0, 'CONNECTION LIMIT ' || r.rolconnlimit, format('ALTER ROLE %I CONNECTION LIMIT -1;', r.rolname))) l (holds, actual, fix)
WHERE r.rolname = ANY ($1::name[]) AND l.holds
