-- What the schema's steps have made in this database: extensions, and what belongs to roles of the schema ($1) or is in the schema emaildb.
INSERT INTO email_before.made
SELECT 'pg_extension'::regclass, e.oid FROM pg_extension e WHERE e.oid <> ALL ($2::oid[])
UNION SELECT 'pg_namespace'::regclass, oid FROM pg_namespace WHERE nspname = 'emaildb'
UNION SELECT 'pg_class'::regclass, c.oid FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner
  WHERE c.relnamespace IN ('public'::regnamespace, 'emaildb'::regnamespace) AND c.relkind IN ('r', 'v', 'm', 'S')
    AND (r.rolname = ANY ($1::name[]) OR c.relnamespace = 'emaildb'::regnamespace)
UNION SELECT 'pg_proc'::regclass, p.oid FROM pg_proc p JOIN pg_roles r ON r.oid = p.proowner
  WHERE p.pronamespace IN ('public'::regnamespace, 'emaildb'::regnamespace)
    AND (r.rolname = ANY ($1::name[]) OR p.pronamespace = 'emaildb'::regnamespace)
UNION SELECT 'pg_type'::regclass, t.oid FROM pg_type t JOIN pg_roles r ON r.oid = t.typowner
  WHERE t.typnamespace = 'public'::regnamespace AND r.rolname = ANY ($1::name[]) AND t.typrelid = 0 AND t.typelem = 0
ON CONFLICT DO NOTHING
