-- Rights in other databases of the cluster that were given to our roles ($1) by name, but for what init gives them in a database
-- of its own: CONNECT, with the database closed to PUBLIC.
SELECT 'database' AS kind, NULL AS schema, d.datname::text AS name, NULL AS arguments, NULL AS part,
  quote_ident(r.rolname) || ' may ' || string_agg(a.privilege_type, ', ' ORDER BY a.privilege_type) AS actual,
  format('REVOKE %s ON DATABASE %I FROM %I;', string_agg(a.privilege_type, ', ' ORDER BY a.privilege_type), d.datname, r.rolname) AS fix
FROM pg_database d CROSS JOIN aclexplode(d.datacl) a JOIN pg_roles r ON r.oid = a.grantee
WHERE d.datname <> current_database() AND d.datallowconn AND r.rolname = ANY ($1::name[]) AND a.grantee <> d.datdba
  AND (a.privilege_type <> 'CONNECT' OR EXISTS (SELECT FROM aclexplode(d.datacl) p WHERE p.grantee = 0))
GROUP BY d.datname, r.rolname
