-- Rights on PostgreSQL's own objects, on parameters, foreign data, tablespaces and large objects that PUBLIC, an application role
-- ($1) or a role that these are in has, and that initdb gave to none of these (it records nothing of information_schema, which
-- all may read). What the layout grants is none: $2 kind,
-- $3 name with arguments, $4 part, $5 role.
SELECT o.kind, o.schema, o.name, o.arguments, o.part,
  o.grantee || CASE o.privileges WHEN 'USAGE' THEN ' may use it' WHEN 'EXECUTE' THEN ' may execute it'
    ELSE ' may ' || o.privileges END AS actual,
  CASE WHEN o.is_direct THEN format('REVOKE %s ON %s FROM %s CASCADE;', CASE WHEN o.part IS NULL THEN o.privileges
    ELSE (SELECT string_agg(format('%s (%I)', p, o.part), ', ') FROM unnest(string_to_array(o.privileges, ', ')) p) END,
    o.sql, o.grantee) END AS fix
FROM (
  SELECT o.kind, o.schema, o.name, o.arguments, o.part, o.sql,
    CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END AS grantee,
    string_agg(DISTINCT g.privilege_type, ', ') AS privileges,
    g.grantee = 0 OR pg_get_userbyid(g.grantee) = ANY ($1::name[]) AS is_direct
  FROM (
    SELECT 'function' AS kind, n.nspname::text AS schema, p.proname::text AS name, pg_get_function_identity_arguments(p.oid) AS arguments,
      NULL::text AS part, format('ROUTINE %s', p.oid::regprocedure) AS sql, p.proowner AS owner, p.proacl AS acl,
      COALESCE(i.initprivs, acldefault('f', p.proowner)) AS initial
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
      LEFT JOIN pg_init_privs i ON i.classoid = 'pg_proc'::regclass AND i.objoid = p.oid
    WHERE n.nspname IN ('pg_catalog', 'information_schema') AND p.proacl IS DISTINCT FROM i.initprivs
    UNION ALL
    SELECT CASE WHEN c.relkind IN ('v', 'm') THEN 'view' ELSE 'table' END, n.nspname, c.relname, NULL, NULL,
      format('TABLE %s', c.oid::regclass), c.relowner, c.relacl,
      CASE n.nspname WHEN 'pg_catalog' THEN i.initprivs ELSE ARRAY[makeaclitem(0, c.relowner, 'SELECT', false)] END
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      LEFT JOIN pg_init_privs i ON i.classoid = 'pg_class'::regclass AND i.objoid = c.oid AND i.objsubid = 0
    WHERE n.nspname IN ('pg_catalog', 'information_schema') AND c.relacl IS DISTINCT FROM i.initprivs
    UNION ALL
    SELECT 'column', n.nspname, c.relname, NULL, a.attname, format('TABLE %s', c.oid::regclass), c.relowner, a.attacl,
      i.initprivs
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      LEFT JOIN pg_init_privs i ON i.classoid = 'pg_class'::regclass AND i.objoid = c.oid AND i.objsubid = a.attnum
    WHERE a.attacl IS NOT NULL AND n.nspname IN ('pg_catalog', 'information_schema')
    UNION ALL
    SELECT 'schema', NULL, n.nspname, NULL, NULL, format('SCHEMA %I', n.nspname), n.nspowner, n.nspacl,
      ARRAY[makeaclitem(0, n.nspowner, 'USAGE', false)]
    FROM pg_namespace n WHERE n.nspname IN ('pg_catalog', 'information_schema')
    UNION ALL
    SELECT 'parameter', NULL, p.parname, NULL, NULL, format('PARAMETER %I', p.parname), 10, p.paracl, NULL FROM pg_parameter_acl p
    UNION ALL
    SELECT 'foreign-data wrapper', NULL, f.fdwname, NULL, NULL, format('FOREIGN DATA WRAPPER %I', f.fdwname), f.fdwowner, f.fdwacl, NULL
    FROM pg_foreign_data_wrapper f
    UNION ALL
    SELECT 'foreign table', n.nspname, c.relname, NULL, NULL, format('TABLE %s', c.oid::regclass), c.relowner, c.relacl, NULL
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'f'
    UNION ALL
    SELECT 'tablespace', NULL, t.spcname, NULL, NULL, format('TABLESPACE %I', t.spcname), t.spcowner, t.spcacl, NULL
    FROM pg_tablespace t
    UNION ALL
    SELECT 'large object', NULL, l.oid::text, NULL, NULL, format('LARGE OBJECT %s', l.oid), l.lomowner, l.lomacl, NULL
    FROM pg_largeobject_metadata l WHERE l.lomacl IS NOT NULL) o
    CROSS JOIN LATERAL (
      SELECT a.grantee, a.privilege_type FROM aclexplode(o.acl) a
      WHERE a.grantee <> o.owner AND (a.grantee = 0 OR a.grantee IN (SELECT role FROM reach))
      EXCEPT
      SELECT a.grantee, a.privilege_type FROM aclexplode(o.initial) a) g
  GROUP BY o.kind, o.schema, o.name, o.arguments, o.part, o.sql, g.grantee) o
WHERE NOT EXISTS (SELECT FROM unnest($2::text[], $3::text[], $4::text[], $5::text[]) l (kind, name, part, role)
  WHERE l.kind = o.kind AND l.name = o.name || COALESCE('(' || o.arguments || ')', '') AND l.part = COALESCE(o.part, '')
    AND quote_ident(l.role) = o.grantee)
