-- What a restore may have left out, though the ledger has every step: a dump of a database holds neither roles nor, without -C,
-- the grants and settings of the database itself. Tables ($1), roles ($2) and those that log in ($3). In reduced mode, without a
-- superuser, grants and settings may be missing from the beginning.
WITH whole AS (
  SELECT r.rolsuper FROM pg_namespace n JOIN pg_roles r ON r.oid = n.nspowner WHERE n.nspname = 'emaildb'),
wanted AS (
  SELECT t.name, c.oid, c.relowner FROM unnest($1::text[]) AS t (name)
  LEFT JOIN pg_class c ON c.relname = t.name AND c.relkind = 'r'
    AND c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = 'public')),
login AS (
  SELECT r.oid, r.rolname FROM pg_roles r WHERE r.rolname::text = ANY ($3::text[]))
SELECT 'roles are missing: ' || string_agg(t.name, ', ' ORDER BY t.name) AS problem
FROM unnest($2::text[]) AS t (name)
WHERE NOT EXISTS (SELECT FROM pg_roles r WHERE r.rolname = t.name) HAVING count(*) > 0
UNION ALL
SELECT 'tables are missing: ' || string_agg(name, ', ' ORDER BY name) FROM wanted WHERE oid IS NULL HAVING count(*) > 0
UNION ALL
SELECT 'tables do not belong to email_owner: ' || string_agg(w.name, ', ' ORDER BY w.name)
FROM wanted w JOIN pg_roles r ON r.oid = w.relowner
WHERE r.rolname NOT IN ('email_owner', 'email_audit') HAVING count(*) > 0
UNION ALL
SELECT 'roles may not connect to this database: ' || string_agg(rolname, ', ' ORDER BY rolname) FROM login
WHERE (SELECT rolsuper FROM whole) AND NOT has_database_privilege(oid, current_database(), 'CONNECT')
HAVING count(*) > 0
UNION ALL
SELECT 'every role may connect to this database'
WHERE (SELECT rolsuper FROM whole) AND EXISTS (
  SELECT FROM pg_database d, aclexplode(COALESCE(d.datacl, acldefault('d', d.datdba))) a
  WHERE d.datname = current_database() AND a.grantee = 0)
UNION ALL
SELECT 'roles have no settings in this database: ' || string_agg(rolname, ', ' ORDER BY rolname) FROM login l
WHERE (SELECT rolsuper FROM whole) AND l.rolname <> 'email_backup' AND NOT EXISTS (
  SELECT FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase
  WHERE d.datname = current_database() AND s.setrole = l.oid)
HAVING count(*) > 0
UNION ALL
SELECT 'email_service may not read: ' || string_agg(w.name, ', ' ORDER BY w.name)
FROM wanted w JOIN login l ON l.rolname = 'email_service'
WHERE w.oid IS NOT NULL AND w.name <> 'email_message_search' AND NOT has_table_privilege(l.oid, w.oid, 'SELECT')
HAVING count(*) > 0
