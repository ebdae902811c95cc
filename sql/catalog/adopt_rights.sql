-- Who may do what in this database now, for undoing: rights of every object that init may give or take.
INSERT INTO email_before.rights
SELECT 'pg_namespace'::regclass, oid, 0, nspowner, nspacl FROM pg_namespace WHERE nspname IN ('public', 'pg_catalog')
UNION ALL SELECT 'pg_database'::regclass, oid, 0, datdba, datacl FROM pg_database WHERE datname = current_database()
UNION ALL SELECT 'pg_proc'::regclass, p.oid, 0, p.proowner, p.proacl FROM pg_proc p
  WHERE p.pronamespace IN ('pg_catalog'::regnamespace, 'public'::regnamespace)
UNION ALL SELECT 'pg_class'::regclass, c.oid, 0, c.relowner, c.relacl FROM pg_class c
  WHERE c.relnamespace IN ('pg_catalog'::regnamespace, 'public'::regnamespace) AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
UNION ALL SELECT 'pg_class'::regclass, c.oid, a.attnum, c.relowner, a.attacl FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
  WHERE c.relnamespace = 'pg_catalog'::regnamespace AND a.attnum > 0 AND c.relkind IN ('r', 'v');
INSERT INTO email_before.default_rights SELECT defaclrole, defaclnamespace, defaclobjtype, defaclacl FROM pg_default_acl;
