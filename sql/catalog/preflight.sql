-- What stands in the way of init, each with its fix, or a library to load before one can say.
--   $1 whether the target is this database, and not one that is to be created from here
--   $2 the roles of the schema, $3 its extensions
--   {role}, {database}, {old}, {target}, {major}: of the session, the target and the server, filled in by init
WITH me AS (SELECT * FROM pg_catalog.pg_roles WHERE rolname = session_user),
here AS (
  SELECT pg_is_in_recovery() AS standby, $1::boolean AS is_target, pg_encoding_to_char(encoding) AS encoding,
    pg_has_role(session_user, datdba, 'USAGE') AS owns,
    has_database_privilege(session_user, oid, 'CREATE') AS may_create,
    COALESCE(has_schema_privilege(session_user, to_regnamespace('public')::oid, 'CREATE'), false) AS may_create_public
  FROM pg_catalog.pg_database WHERE datname = current_database()),
-- The superuser that initdb made can be nothing less, but have another name.
bootstrap AS (
  SELECT rolname, rolname = session_user AS is_me,
    CASE WHEN EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'postgres') THEN 'superuser_of_initdb' ELSE 'postgres' END AS free
  FROM pg_catalog.pg_roles WHERE oid = 10),
-- From 16 on, CREATEROLE only covers roles that one made, or was given, with ADMIN OPTION.
others AS (
  SELECT string_agg(rolname, ', ' ORDER BY rolname) AS names FROM pg_catalog.pg_roles
  WHERE rolname = ANY ($2::text[]) AND current_setting('server_version_num')::integer >= 160000
    AND NOT pg_has_role(session_user, oid, 'MEMBER WITH ADMIN OPTION')),
extension AS (
  SELECT n.name, a.name IS NOT NULL AS available, a.trusted, e.extnamespace::regnamespace::text AS schema
  FROM unnest($3::text[]) n (name)
    LEFT JOIN (SELECT name, bool_or(trusted) AS trusted FROM pg_available_extension_versions() GROUP BY name) a
      ON a.name = n.name
    LEFT JOIN pg_extension e ON e.extname = n.name)
SELECT p.problem, p.fix, NULL AS library FROM me, here, others, bootstrap b CROSS JOIN LATERAL (VALUES
  (standby, 'the server is a standby (in recovery); its schema comes from its primary',
    'emaildb init --host PRIMARY   # or, to promote this one for good: SELECT pg_promote();'),
  (NOT standby AND current_setting('transaction_read_only')::boolean,
    'transactions are read-only by default (default_transaction_read_only)',
    'SET default_transaction_read_only = off; ' || COALESCE((
      SELECT string_agg(format('ALTER %s RESET default_transaction_read_only;', concat_ws(' IN ',
          CASE WHEN s.setrole <> 0 THEN format('ROLE %I', r.rolname) WHEN s.setdatabase = 0 OR d.oid IS NULL THEN 'ROLE ALL' END,
          'DATABASE ' || quote_ident(d.datname))), ' ')
      FROM pg_catalog.pg_db_role_setting s LEFT JOIN pg_catalog.pg_roles r ON r.oid = s.setrole
        LEFT JOIN pg_catalog.pg_database d ON d.oid = s.setdatabase
      WHERE (s.setrole = 0 OR r.rolname = session_user) AND (s.setdatabase = 0 OR d.datname = current_database())
        AND EXISTS (SELECT FROM unnest(s.setconfig) c WHERE lower(c) LIKE 'default\_transaction\_read\_only=%')),
      'ALTER SYSTEM RESET default_transaction_read_only; SELECT pg_reload_conf();')),
  (b.rolname = ANY ($2::text[]),
    'the superuser that initdb made is called ' || b.rolname || ', which is a role of the application: row security would not apply to it',
    CASE WHEN b.is_me THEN 'CREATE ROLE emaildb_admin SUPERUSER; SET SESSION AUTHORIZATION emaildb_admin; ' ELSE '' END
      || format('ALTER ROLE %I RENAME TO %I;', b.rolname, b.free)),
  (me.rolname = ANY ($2::text[]) AND NOT (b.is_me AND b.rolname = ANY ($2::text[])),
    'init is connected as ' || me.rolname || ', a role that the schema makes and that must stay without privileges',
    'emaildb init --username postgres   # or another superuser, not the application'),
  (NOT rolsuper AND NOT rolcreaterole, '{role} may not create the roles of the schema', 'ALTER ROLE {role} CREATEROLE;'),
  (NOT rolsuper AND rolcreaterole AND names IS NOT NULL, '{role} may not administer roles that exist already: ' || names,
    'GRANT ' || names || ' TO {role} WITH ADMIN OPTION;'),
  (NOT rolsuper AND NOT is_target AND NOT rolcreatedb, 'the database {target} does not exist and {role} may not create it',
    'ALTER ROLE {role} CREATEDB;'),
  (is_target AND encoding <> 'UTF8', 'the database {database} is encoded as ' || encoding || '; mail needs UTF8',
    'ALTER DATABASE {database} RENAME TO {old};   -- then emaildb init creates a new one'),
  (is_target AND NOT may_create, '{role} may not create schemas in the database {database}',
    'GRANT CREATE ON DATABASE {database} TO {role};'),
  (is_target AND NOT rolsuper AND NOT owns,
    '{role} does not own the database {database}, so it cannot close it to PUBLIC',
    'ALTER DATABASE {database} OWNER TO {role};'),
  (is_target AND to_regnamespace('public') IS NULL, 'the database {database} has no schema public',
    'CREATE SCHEMA public AUTHORIZATION pg_database_owner;'),
  (is_target AND (rolsuper OR owns) AND to_regnamespace('public') IS NOT NULL AND NOT may_create_public, '{role} may not create objects in the schema public',
    'GRANT CREATE ON SCHEMA public TO {role};')) p (applies, problem, fix)
WHERE p.applies
UNION ALL
SELECT p.problem, p.fix, p.lib AS library FROM me, extension CROSS JOIN LATERAL (VALUES
  (name = 'pg_trgm' AND schema NOT IN ('public', 'pg_catalog'),
    format('the extension %s is in the schema %s, where the schema''s SQL does not look', name, schema),
    format('ALTER EXTENSION "%s" SET SCHEMA public;', name), NULL),
  (schema IS NULL AND NOT available, format('the extension %s is not installed on the server', name),
    'apt-get install postgresql-{major}   # Debian; elsewhere the package is postgresql{major}-contrib', NULL),
  (schema IS NULL AND available AND NOT rolsuper AND NOT trusted,
    format('the extension %s may only be created by a superuser here', name),
    format('CREATE EXTENSION "%s" WITH SCHEMA public;   -- as a superuser, in this database', name), NULL),
  (schema IS NULL AND available AND rolsuper, NULL, NULL, name)) p (applies, problem, fix, lib)
WHERE p.applies
UNION ALL
-- Functions are made by roles of the schema, which have the rights of PUBLIC on languages.
SELECT CASE WHEN l.oid IS NULL THEN format('the language %s is missing', n.name)
    ELSE format('PUBLIC may not use the language %s, and so neither may the roles of the schema that own functions', n.name) END,
  CASE WHEN l.oid IS NULL THEN format('CREATE EXTENSION %I;', n.name)
    ELSE format('GRANT USAGE ON LANGUAGE %I TO PUBLIC;', n.name) END, NULL
FROM here, unnest('{plpgsql,sql}'::text[]) n (name) LEFT JOIN pg_language l ON l.lanname = n.name
WHERE is_target AND (l.oid IS NULL OR l.lanacl IS NOT NULL
  AND NOT EXISTS (SELECT FROM aclexplode(l.lanacl) WHERE grantee = 0 AND privilege_type = 'USAGE')
  AND (SELECT count(*) FROM pg_catalog.pg_roles r WHERE r.rolname = ANY ($2::text[])
    AND has_language_privilege(r.oid, l.oid, 'USAGE')) < cardinality($2::text[]))
UNION ALL
-- Default privileges by which an owner may do nothing with what it creates.
SELECT format('new %s of %s would be closed to their owner (default privileges)', lower(o.name), quote_ident(r.rolname)),
  format('ALTER DEFAULT PRIVILEGES FOR ROLE %1$I GRANT ALL ON %2$s TO %1$I;', r.rolname, o.name), NULL
FROM here, pg_default_acl d JOIN pg_catalog.pg_roles r ON r.oid = d.defaclrole
  JOIN (VALUES ('r', 'TABLES'), ('S', 'SEQUENCES'), ('f', 'FUNCTIONS'), ('T', 'TYPES'), ('n', 'SCHEMAS')) o (type, name)
    ON o.type = d.defaclobjtype::text
WHERE is_target AND d.defaclnamespace = 0 AND (r.rolname = ANY ($2::text[]) OR r.rolname = session_user)
  AND NOT EXISTS (SELECT FROM aclexplode(d.defaclacl) a WHERE a.grantee = d.defaclrole)
UNION ALL
-- Steps and functions read the settings as roles of the schema.
SELECT 'PUBLIC may not read pg_settings, and so neither may the roles of the schema', 'GRANT SELECT ON pg_catalog.pg_settings TO PUBLIC;',
  NULL
FROM here WHERE is_target AND NOT EXISTS (SELECT FROM pg_class c CROSS JOIN aclexplode(c.relacl) a
  WHERE c.oid = 'pg_catalog.pg_settings'::regclass AND a.grantee = 0 AND a.privilege_type = 'SELECT');
