-- Whether the database is still as CREATE DATABASE made it, in a cluster without any role of ours ($1): nothing of others is in the
-- way, and nobody loses anything. What has an object identifier from 16384 on was made by somebody; of what depends on PostgreSQL's own
-- objects alone there is no dependency.
SELECT NOT EXISTS (SELECT FROM pg_roles WHERE rolname = ANY ($1::name[]))
  AND NOT EXISTS (SELECT FROM pg_depend WHERE objid >= 16384)
  AND NOT EXISTS (SELECT FROM pg_shdepend WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database()))
  AND NOT EXISTS (SELECT FROM pg_namespace WHERE oid >= 16384)
  AND NOT EXISTS (SELECT FROM pg_class WHERE oid >= 16384)
  AND NOT EXISTS (SELECT FROM pg_type WHERE oid >= 16384)
  AND NOT EXISTS (SELECT FROM pg_proc WHERE oid >= 16384)
  AND NOT EXISTS (SELECT FROM pg_operator WHERE oid >= 16384)
  AND NOT EXISTS (SELECT FROM pg_cast WHERE oid >= 16384)
  AND NOT EXISTS (SELECT FROM pg_default_acl)
  AND NOT EXISTS (SELECT FROM pg_event_trigger)
  AND NOT EXISTS (SELECT FROM pg_largeobject_metadata)
  AND NOT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid())
  -- Its owner is a superuser, and schema public belongs to it, with the rights that initdb gave.
  AND EXISTS (SELECT FROM pg_database d JOIN pg_roles r ON r.oid = d.datdba WHERE d.datname = current_database() AND r.rolsuper)
  AND EXISTS (SELECT FROM pg_namespace n JOIN pg_init_privs i ON i.objoid = n.oid AND i.classoid = 'pg_namespace'::regclass
    WHERE n.nspname = 'public' AND n.nspowner = 'pg_database_owner'::regrole AND n.nspacl = i.initprivs) AS blank
