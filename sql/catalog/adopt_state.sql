-- Where an adoption stands, and what undoing it has to bring back. In the transaction that makes the schema.
CREATE SCHEMA email_before;
CREATE TABLE email_before.adoption (
  is_one      boolean PRIMARY KEY DEFAULT true CHECK (is_one),
  state       text NOT NULL CHECK (state IN ('moved', 'copying', 'done', 'differs')),
  tool        text NOT NULL,
  began_at    bigint NOT NULL,
  finished_at bigint,
  audited     bigint NOT NULL DEFAULT 0,
  tables      jsonb NOT NULL);
CREATE TABLE email_before.progress (table_name text PRIMARY KEY, done bigint NOT NULL DEFAULT 0, total bigint NOT NULL);
CREATE TABLE email_before.refused (
  table_name text NOT NULL, place tid NOT NULL, id text, reason text NOT NULL, PRIMARY KEY (table_name, place));
COMMENT ON TABLE email_before.refused IS 'Rows that emaildb adopt could not take; each is in its old table still: SELECT * FROM email_before.<table_name> WHERE ctid = place';
CREATE TABLE email_before.way_back (position integer PRIMARY KEY, statement text NOT NULL);
CREATE TABLE email_before.made (classid oid, objid oid, PRIMARY KEY (classid, objid));
CREATE TABLE email_before.rights (classid oid, objid oid, subid integer, owner oid, acl aclitem[], PRIMARY KEY (classid, objid, subid));
CREATE TABLE email_before.default_rights (owner oid, schema oid, kind "char", acl aclitem[], PRIMARY KEY (owner, schema, kind));
CREATE TABLE email_before.roles AS SELECT rolname, rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls, rolcanlogin
  FROM pg_catalog.pg_roles WHERE rolname LIKE 'email\_%';
CREATE TABLE email_before.role_settings AS SELECT s.setrole, s.setconfig FROM pg_catalog.pg_db_role_setting s
  WHERE s.setdatabase = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database());
