-- What the application roles, PUBLIC, or a role that they are in may do beyond row security ($3: privileges) with our
-- tables ($2), with the database and its schemas ($4), with foreign servers ($5). What comes through a membership is fixed
-- by ending that.
SELECT o.kind, o.schema, o.name, NULL AS arguments, NULL AS part,
  g.grantee || CASE o.kind WHEN 'server' THEN ' may use it' ELSE ' may ' || g.privileges END AS actual,
  CASE WHEN g.is_direct THEN format('REVOKE %s ON %s FROM %s CASCADE;', g.privileges, o.sql, g.grantee) END AS fix
FROM (
    SELECT 'table' AS kind, n.nspname::text AS schema, c.relname::text AS name,
      format('TABLE %s', c.oid::regclass) AS sql, c.relowner AS owner, c.relacl AS acl, $3::text[] AS privileges
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname IN ('public', 'emaildb') AND c.relkind IN ('r', 'p') AND c.relname = ANY ($2::name[])
    UNION ALL SELECT 'database', NULL, '', format('DATABASE %I', datname), datdba, COALESCE(datacl, acldefault('d', datdba)),
      $4::text[] FROM pg_database WHERE datname = current_database()
    UNION ALL SELECT 'schema', NULL, nspname, format('SCHEMA %I', nspname), nspowner, nspacl, $4::text[]
      FROM pg_namespace WHERE nspname IN ('public', 'emaildb')
    UNION ALL SELECT 'server', NULL, srvname, format('FOREIGN SERVER %I', srvname), srvowner, srvacl, $5::text[]
      FROM pg_foreign_server) o
  CROSS JOIN LATERAL (
    SELECT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END AS grantee,
      string_agg(DISTINCT a.privilege_type, ', ') AS privileges,
      a.grantee = 0 OR pg_get_userbyid(a.grantee) = ANY ($1::name[]) AS is_direct
    FROM aclexplode(o.acl) a
    WHERE (a.grantee = 0 OR a.grantee IN (SELECT role FROM reach)) AND a.grantee <> o.owner
      AND a.privilege_type = ANY (o.privileges)
    GROUP BY a.grantee) g
