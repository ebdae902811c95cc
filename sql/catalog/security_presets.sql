-- Settings of the server that bend what our sessions read, write or plan: every-setting where the configuration says so. Those
-- of databases and roles are facts (facts_cluster.sql). A tenant that is set before a session says so is everybody's tenant.
SELECT 'every-setting' AS kind, NULL AS schema, s.name, NULL AS arguments, NULL AS part, s.name || ' = ' || s.reset_val || ' for every session' AS actual,
  -- What the command line or the environment says, no file overrides.
  CASE WHEN s.source NOT IN ('command line', 'environment variable') THEN format('ALTER SYSTEM SET %I = %s; SELECT pg_reload_conf();', s.name,
    CASE s.name WHEN 'search_path' THEN s.boot_val ELSE quote_literal(s.boot_val) END) END AS fix
FROM pg_settings s
-- The session's own value hides where the one that it began with comes from.
WHERE s.source IN ('configuration file', 'command line', 'environment variable', 'session')
  AND NOT EXISTS (SELECT FROM pg_db_role_setting d CROSS JOIN unnest(d.setconfig) c WHERE split_part(c, '=', 1) = s.name
    AND d.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
    AND d.setrole IN (0, (SELECT oid FROM pg_roles WHERE rolname = session_user)))
  AND (s.name IN ('search_path', 'row_security', 'session_replication_role', 'default_transaction_read_only', 'session_preload_libraries',
      'local_preload_libraries', 'lo_compat_privileges', 'allow_system_table_mods', 'ignore_system_indexes', 'transform_null_equals')
    OR s.name LIKE 'enable\_%')
  AND s.reset_val IS DISTINCT FROM s.boot_val
UNION ALL
SELECT 'every-setting', NULL, p.name, NULL, NULL, p.name || ' is set before the session sets it', format('ALTER SYSTEM SET %s = ''''; SELECT pg_reload_conf();', p.name)
FROM unnest('{app.current_tenant_id,app.current_account_id,app.current_user_id}'::text[]) p (name)
WHERE current_setting(p.name, true) <> ''
