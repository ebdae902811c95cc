-- What verify has to know of its session before anything else.
SELECT session_user AS role, r.rolsuper, pg_is_in_recovery() AS standby, pg_backend_pid() AS pid, pg_export_snapshot() AS snapshot,
  l.oid IS NOT NULL AS has_ledger,
  COALESCE(has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(l.oid, 'SELECT'), false) AS may_read_ledger,
  has_table_privilege('pg_catalog.pg_hba_file_rules', 'SELECT')
    AND has_function_privilege('pg_catalog.pg_hba_file_rules()', 'EXECUTE') AS may_read_rules,
  has_parameter_privilege('log_min_messages', 'SET') AND has_parameter_privilege('log_min_error_statement', 'SET') AS may_quiet,
  EXISTS (SELECT FROM pg_roles WHERE rolname = 'email_service' AND (r.rolsuper OR pg_has_role(r.oid, oid,
    CASE WHEN current_setting('server_version_num')::integer >= 160000 THEN 'SET' ELSE 'MEMBER' END))) AS may_act,
  pg_get_userbyid(n.nspowner) AS installer
FROM pg_roles r LEFT JOIN pg_namespace n ON n.nspname = 'emaildb'
  LEFT JOIN pg_class l ON l.relnamespace = n.oid AND l.relname = 'ledger'
WHERE r.rolname = session_user
