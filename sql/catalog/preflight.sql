-- What init needs of the server, the database and the session's role.
SELECT pg_is_in_recovery() AS standby, current_setting('transaction_read_only')::bool AS read_only,
  pg_backend_pid() AS pid, session_user AS role, r.rolsuper, r.rolcreaterole, r.rolcreatedb,
  has_database_privilege(session_user, current_database(), 'CREATE') AS may_create,
  has_schema_privilege(session_user, to_regnamespace('public')::oid, 'CREATE') AS may_create_public,
  pg_has_role(session_user, d.datdba, 'USAGE') AS owns, pg_encoding_to_char(d.encoding) AS encoding,
  current_database() AS database
FROM pg_catalog.pg_roles r, pg_catalog.pg_database d
WHERE r.rolname = session_user AND d.datname = current_database();
