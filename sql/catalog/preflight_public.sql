-- Login roles that are not ours ($1) and that, in a database where others keep objects, live on what PUBLIC may do and init takes
-- away: one row for the database, one for the schema public, one for functions that row security knows nothing of (0013).
WITH role AS (
  SELECT r.oid, r.rolname FROM pg_roles r, pg_database d
  WHERE d.datname = current_database() AND r.rolcanlogin AND NOT r.rolsuper AND r.rolname <> ALL ($1::name[])
    AND r.rolname <> session_user AND NOT pg_has_role(r.oid, d.datdba, 'USAGE')),
object AS (
  SELECT 'database' AS kind, d.datname::text AS name, COALESCE(d.datacl, acldefault('d', d.datdba)) AS acl
  FROM pg_database d WHERE d.datname = current_database()
  UNION ALL
  SELECT 'schema', nspname, nspacl FROM pg_namespace WHERE nspname = 'public'
  UNION ALL
  SELECT 'function', p.oid::regprocedure::text, COALESCE(p.proacl, acldefault('f', p.proowner)) FROM pg_proc p
  WHERE p.pronamespace = 'pg_catalog'::regnamespace AND (SELECT rolsuper FROM pg_roles WHERE rolname = session_user)
    AND (p.proname IN ('pg_terminate_backend', 'pg_cancel_backend', 'loread', 'lowrite') OR p.proname LIKE 'lo\_%'
      OR p.proname LIKE '%\_advisory\_%' AND p.pronargs = 2))
SELECT r.rolname AS role, l.kind, string_agg(l.name, ', ' ORDER BY l.name) AS name, min(l.privileges) AS privileges,
  count(*) AS objects
FROM role r CROSS JOIN LATERAL (
  SELECT o.kind, o.name, string_agg(a.privilege_type, ', ' ORDER BY a.privilege_type) AS privileges
  FROM object o CROSS JOIN LATERAL aclexplode(o.acl) a
  WHERE a.grantee = 0 AND NOT EXISTS (SELECT FROM aclexplode(o.acl) b
    WHERE b.grantee <> 0 AND b.privilege_type = a.privilege_type AND pg_has_role(r.oid, b.grantee, 'USAGE'))
  GROUP BY o.kind, o.name) l
WHERE EXISTS (SELECT FROM role o JOIN pg_shdepend d ON d.refclassid = 'pg_authid'::regclass AND d.refobjid = o.oid AND d.deptype = 'o'
    AND d.dbid = (SELECT oid FROM pg_database WHERE datname = current_database()))
  OR EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.oid >= 16384 AND n.nspname NOT LIKE 'pg\_%' AND n.nspname NOT IN ('information_schema', 'emaildb')
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('e', 'i')))
  OR EXISTS (SELECT FROM pg_stat_activity a WHERE a.datname = current_database() AND a.usesysid IN (SELECT oid FROM role))
GROUP BY r.rolname, l.kind
ORDER BY r.rolname, l.kind
