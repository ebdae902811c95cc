-- Undoing: --- what. Each query yields the statements to run, one a row, in order.
--- drop
SELECT s.statement FROM (
  SELECT CASE c.relkind WHEN 'v' THEN 0 WHEN 'S' THEN 2 ELSE 1 END AS position, format('DROP %s %s CASCADE', CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW'
    WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END || ' IF EXISTS', c.oid::regclass) AS statement
  FROM email_before.made m JOIN pg_class c ON m.classid = 'pg_class'::regclass AND c.oid = m.objid
  WHERE c.relnamespace <> to_regnamespace('emaildb')
  UNION ALL
  SELECT 3, format('DROP ROUTINE IF EXISTS %s CASCADE', p.oid::regprocedure)
  FROM email_before.made m JOIN pg_proc p ON m.classid = 'pg_proc'::regclass AND p.oid = m.objid
  WHERE p.pronamespace <> to_regnamespace('emaildb')
  UNION ALL
  SELECT 4, format('DROP TYPE IF EXISTS %s CASCADE', t.oid::regtype)
  FROM email_before.made m JOIN pg_type t ON m.classid = 'pg_type'::regclass AND t.oid = m.objid
  UNION ALL
  SELECT 5, format('DROP EXTENSION %I', e.extname)
  FROM email_before.made m JOIN pg_extension e ON m.classid = 'pg_extension'::regclass AND e.oid = m.objid
  UNION ALL
  SELECT 6, 'DROP SCHEMA IF EXISTS emaildb CASCADE') s
ORDER BY s.position, s.statement
--- rights
SELECT s.statement FROM (
  WITH now AS (
    SELECT 'pg_namespace'::regclass::oid AS classid, oid AS objid, 0 AS subid, nspacl AS acl, nspowner AS owner, format('SCHEMA %I', nspname) AS name, '' AS part, 'n'::"char" AS kind FROM pg_namespace
    UNION ALL SELECT 'pg_database'::regclass, oid, 0, datacl, datdba, format('DATABASE %I', datname), '', 'd' FROM pg_database WHERE datname = current_database()
    UNION ALL SELECT 'pg_proc'::regclass, oid, 0, proacl, proowner, 'ROUTINE ' || oid::regprocedure, '', 'f' FROM pg_proc
    UNION ALL SELECT 'pg_class'::regclass, oid, 0, relacl, relowner, CASE relkind WHEN 'S' THEN 'SEQUENCE ' ELSE 'TABLE ' END || oid::regclass, '',
      CASE relkind WHEN 'S' THEN 's' ELSE 'r' END::"char" FROM pg_class
    UNION ALL SELECT 'pg_class'::regclass, c.oid, a.attnum, a.attacl, c.relowner, 'TABLE ' || c.oid::regclass, format(' (%I)', a.attname), 'c'
      FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid WHERE a.attnum > 0),
  changed AS (
    SELECT n.*, COALESCE(b.acl, CASE WHEN n.kind <> 'c' THEN acldefault(n.kind, b.owner) END) AS wanted,
      COALESCE(n.acl, CASE WHEN n.kind <> 'c' THEN acldefault(n.kind, n.owner) END) AS present,
      row_number() OVER (ORDER BY n.classid, n.objid, n.subid) AS place
    FROM email_before.rights b JOIN now n USING (classid, objid, subid)
    WHERE n.acl IS DISTINCT FROM b.acl)
  SELECT c.place, 1 AS turn, 0::bigint AS position, format('REVOKE ALL%s ON %s FROM %s', c.part, c.name,
    string_agg(DISTINCT CASE WHEN x.grantee = 0 THEN 'PUBLIC' ELSE x.grantee::regrole::text END, ', ')) AS statement
  FROM changed c CROSS JOIN aclexplode(c.present) x GROUP BY c.place, c.part, c.name
  UNION ALL
  SELECT c.place, 2, min(x.position), format('GRANT %s ON %s TO %s%s',
    string_agg(x.privilege_type || c.part, ', ' ORDER BY x.position), c.name,
    CASE WHEN x.grantee = 0 THEN 'PUBLIC' ELSE x.grantee::regrole::text END, CASE WHEN x.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
  FROM changed c CROSS JOIN ROWS FROM (aclexplode(c.wanted)) WITH ORDINALITY AS x (grantor, grantee, privilege_type, is_grantable, position)
  WHERE x.grantee = 0 OR EXISTS (SELECT FROM pg_roles r WHERE r.oid = x.grantee)
  GROUP BY c.place, c.part, c.name, x.grantee, x.is_grantable) s
ORDER BY s.place, s.turn, s.position
--- default rights
SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE %s GRANT EXECUTE ON FUNCTIONS TO PUBLIC', d.defaclrole::regrole) AS statement
FROM pg_default_acl d
WHERE d.defaclobjtype = 'f' AND d.defaclnamespace = 0
  AND NOT EXISTS (SELECT FROM email_before.default_rights b WHERE b.owner = d.defaclrole AND b.schema = 0 AND b.kind = 'f')
--- settings
SELECT format('ALTER ROLE %s IN DATABASE %I RESET ALL', s.setrole::regrole, current_database()) AS statement
FROM pg_db_role_setting s
WHERE s.setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database()) AND s.setrole <> 0
  AND s.setrole::regrole::text LIKE 'email\_%'
UNION ALL
SELECT format('ALTER ROLE %s IN DATABASE %I SET %I = %L', b.setrole::regrole, current_database(), split_part(c.setting, '=', 1),
  substr(c.setting, strpos(c.setting, '=') + 1))
FROM email_before.role_settings b CROSS JOIN unnest(b.setconfig) AS c (setting)
WHERE b.setrole <> 0 AND b.setrole::regrole::text LIKE 'email\_%'
--- back
SELECT statement FROM email_before.way_back ORDER BY position DESC
--- roles
SELECT format('ALTER ROLE %I%s%s%s%s%s%s', b.rolname, CASE WHEN b.rolsuper THEN ' SUPERUSER' ELSE ' NOSUPERUSER' END,
  CASE WHEN b.rolcreaterole THEN ' CREATEROLE' ELSE ' NOCREATEROLE' END, CASE WHEN b.rolcreatedb THEN ' CREATEDB' ELSE ' NOCREATEDB' END,
  CASE WHEN b.rolreplication THEN ' REPLICATION' ELSE ' NOREPLICATION' END, CASE WHEN b.rolbypassrls THEN ' BYPASSRLS' ELSE ' NOBYPASSRLS' END,
  CASE WHEN b.rolcanlogin THEN ' LOGIN' ELSE ' NOLOGIN' END) AS statement
FROM email_before.roles b JOIN pg_roles r ON r.rolname = b.rolname
WHERE (b.rolsuper, b.rolcreaterole, b.rolcreatedb, b.rolreplication, b.rolbypassrls, b.rolcanlogin)
  IS DISTINCT FROM (r.rolsuper, r.rolcreaterole, r.rolcreatedb, r.rolreplication, r.rolbypassrls, r.rolcanlogin)
--- new roles
SELECT format('DROP ROLE IF EXISTS %I', r.rolname) AS statement FROM pg_roles r
WHERE r.rolname = ANY ($1::name[]) AND NOT EXISTS (SELECT FROM email_before.roles b WHERE b.rolname = r.rolname)
ORDER BY r.rolname
