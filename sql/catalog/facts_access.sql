-- Owners, without sequences of a column, which always belong to the table's owner.
SELECT 'owner' AS kind, o.type, o.schema, o.name, o.arguments, NULL::text AS part, NULL::text AS role,
  CASE WHEN pg_get_userbyid(o.owner) <> ALL ($3::name[])
    AND o.owner = (SELECT nspowner FROM namespace WHERE nspname = 'emaildb') THEN 'the installer'
    ELSE quote_ident(pg_get_userbyid(o.owner)) END AS value
FROM (
  SELECT type, schema, name, NULL::text AS arguments, relowner AS owner FROM relation WHERE type IN ('table', 'view')
  UNION ALL SELECT type, schema, name, NULL, relowner FROM relation r WHERE type = 'sequence' AND NOT EXISTS (
    SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = r.oid AND d.deptype IN ('a', 'i'))
  UNION ALL SELECT 'function', schema, name, arguments, proowner FROM function
  UNION ALL SELECT 'schema', NULL, nspname, NULL, nspowner FROM namespace WHERE nspname = 'emaildb') o
UNION ALL
-- The database, schema public, the catalog of roles (where passwords are) and the functions that lock writers are shared with
-- whatever else lives there: of them, only what PUBLIC (of the functions, see facts_cluster.sql) or one of our roles may do is
-- ours to judge.
SELECT 'grant', g.type, g.schema, g.name, g.arguments, g.part, CASE WHEN a.grantee <> 0 THEN pg_get_userbyid(a.grantee) END,
  string_agg(a.privilege_type || CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END, ', '
    ORDER BY a.privilege_type COLLATE "C")
FROM (
    SELECT type, schema, name, NULL::text AS arguments, NULL::text AS part, relowner AS owner, relacl AS acl, true AS is_ours
      FROM relation WHERE type <> 'index'
    UNION ALL SELECT 'function', schema, name, arguments, NULL, proowner, COALESCE(proacl, acldefault('f', proowner)), true
      FROM function
    UNION ALL SELECT 'function', 'pg_catalog', proname, pg_get_function_identity_arguments(oid), NULL, proowner, proacl, false
      FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace AND pronargs = 2
        AND proname IN ('pg_advisory_xact_lock', 'pg_advisory_xact_lock_shared', 'pg_try_advisory_lock', 'pg_advisory_unlock')
    UNION ALL SELECT 'schema', NULL, nspname, NULL, NULL, nspowner, nspacl, nspname = 'emaildb' FROM namespace
    UNION ALL SELECT 'database', NULL, '', NULL, NULL, datdba, COALESCE(datacl, acldefault('d', datdba)), false
      FROM pg_database WHERE datname = current_database()
    UNION ALL SELECT 'column', r.schema, r.name, NULL, a.attname, r.relowner, a.attacl, true
      FROM relation r JOIN pg_attribute a ON a.attrelid = r.oid WHERE a.attacl IS NOT NULL AND NOT a.attisdropped
    UNION ALL SELECT 'table', 'pg_catalog', relname, NULL, NULL, relowner, relacl, false
      FROM pg_class WHERE oid = 'pg_authid'::regclass
    UNION ALL SELECT 'column', 'pg_catalog', 'pg_authid', NULL, attname, (SELECT relowner FROM pg_class WHERE oid = attrelid),
      attacl, false FROM pg_attribute WHERE attrelid = 'pg_authid'::regclass AND attacl IS NOT NULL) g
  CROSS JOIN aclexplode(g.acl) a
WHERE a.grantee <> g.owner AND a.privilege_type <> 'MAINTAIN'
  AND (g.is_ours OR a.grantee = 0 AND g.type <> 'function' OR pg_get_userbyid(a.grantee) = ANY ($3::name[]))
GROUP BY g.type, g.schema, g.name, g.arguments, g.part, a.grantee
UNION ALL
-- Default privileges; of other roles, only what would open new objects to PUBLIC or to our roles. The value names who
-- gets any: a role cannot be called public or none.
SELECT 'default-privileges', NULL, CASE WHEN d.defaclnamespace <> 0 THEN (
    SELECT nspname FROM pg_namespace n WHERE n.oid = d.defaclnamespace) END,
  CASE d.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'FUNCTIONS' WHEN 'T' THEN 'TYPES'
    WHEN 'n' THEN 'SCHEMAS' ELSE 'LARGE OBJECTS' END,
  NULL, NULL, pg_get_userbyid(d.defaclrole),
  COALESCE((SELECT string_agg(DISTINCT CASE a.grantee WHEN 0 THEN 'public' ELSE quote_ident(pg_get_userbyid(a.grantee)) END, ', ')
    FROM aclexplode(d.defaclacl) a WHERE a.grantee <> d.defaclrole), 'none')
FROM pg_default_acl d
WHERE pg_get_userbyid(d.defaclrole) = ANY ($3::name[]) OR EXISTS (
  SELECT FROM aclexplode(d.defaclacl) a WHERE pg_get_userbyid(a.grantee) = ANY ($3::name[])
    OR a.grantee = 0 AND d.defaclobjtype IN ('r', 'S', 'n'))
