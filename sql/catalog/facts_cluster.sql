-- What belongs to the cluster or the database: of these there are few; all are read, whatever names are asked for.
SELECT 'schema' AS kind, NULL AS type, NULL AS schema, nspname::text AS name, NULL AS arguments, NULL AS part, NULL AS role,
  'present' AS value
FROM namespace WHERE nspname = 'emaildb'
UNION ALL
SELECT 'extension', NULL, NULL, e.extname, NULL, NULL, NULL, concat_ws(', ', CASE e.extname WHEN 'pg_trgm' THEN 'schema ' || e.extnamespace::regnamespace ELSE 'present' END,
  CASE WHEN a.default_version <> e.extversion THEN 'version ' || e.extversion || ' instead of ' || a.default_version END)
FROM pg_extension e LEFT JOIN pg_available_extensions() a ON a.name = e.extname
WHERE e.extname = ANY ($4::name[])
UNION ALL
SELECT 'role', NULL, NULL, rolname, NULL, NULL, NULL, concat_ws(' ', CASE WHEN rolcanlogin THEN 'LOGIN' ELSE 'NOLOGIN' END,
  CASE WHEN rolsuper THEN 'SUPERUSER' END, CASE WHEN rolbypassrls THEN 'BYPASSRLS' END,
  CASE WHEN rolcreaterole THEN 'CREATEROLE' END, CASE WHEN rolcreatedb THEN 'CREATEDB' END,
  CASE WHEN rolreplication THEN 'REPLICATION' END, CASE WHEN NOT rolinherit THEN 'NOINHERIT' END)
FROM pg_roles WHERE rolname = ANY ($3::name[])
UNION ALL
-- to_jsonb, because the options of a membership came with 16.
SELECT 'membership', NULL, NULL, pg_get_userbyid(m.roleid), NULL, NULL, pg_get_userbyid(m.member), concat_ws(', ', 'member',
  CASE WHEN bool_or(m.admin_option) THEN 'with ADMIN OPTION' END,
  CASE WHEN NOT bool_or(COALESCE((to_jsonb(m) ->> 'inherit_option')::boolean, true)) THEN 'without INHERIT' END,
  CASE WHEN NOT bool_or(COALESCE((to_jsonb(m) ->> 'set_option')::boolean, true)) THEN 'without SET' END)
FROM pg_auth_members m
-- Who makes a role gets ADMIN OPTION on it and nothing else (since 16, from the bootstrap superuser).
WHERE NOT (m.admin_option AND m.grantor = 10 AND COALESCE(to_jsonb(m) @> '{"inherit_option": false, "set_option": false}', false))
  AND (pg_get_userbyid(m.member) = ANY ($3::name[]) OR pg_get_userbyid(m.roleid) = ANY ($3::name[]))
  AND m.member IS DISTINCT FROM (SELECT nspowner FROM namespace WHERE nspname = 'emaildb')
GROUP BY m.member, m.roleid
UNION ALL
-- In this database our roles have the settings of sql/ and no others. What is set for every database or every role is the
-- operator's, but for what bends names, tenants or row security.
SELECT 'setting', CASE s.setdatabase WHEN 0 THEN 'every-setting' ELSE 'setting' END, NULL, split_part(c, '=', 1), NULL, NULL,
  CASE WHEN s.setrole <> 0 THEN pg_get_userbyid(s.setrole) END, substr(c, strpos(c, '=') + 1)
FROM pg_db_role_setting s CROSS JOIN unnest(s.setconfig) c
WHERE s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
  AND (pg_get_userbyid(s.setrole) = ANY ($3::name[]) OR s.setrole = 0)
  AND (s.setdatabase <> 0 AND s.setrole <> 0
    OR split_part(c, '=', 1) = ANY ('{role,session_authorization,row_security,search_path,session_replication_role,
         track_activities,session_preload_libraries,local_preload_libraries}')
    OR c LIKE 'app.%' OR c LIKE 'enable\_%' OR c LIKE 'default\_transaction\_read\_only=%')
UNION ALL
SELECT 'system-functions', NULL, NULL, f.name, NULL, NULL, NULL,
  CASE WHEN bool_or(has_function_privilege('public', f.oid, 'EXECUTE')) THEN 'open to public' ELSE 'closed to public' END
FROM (SELECT oid, CASE WHEN proname LIKE '%\_advisory\_%' THEN 'advisory locks'
    WHEN proname LIKE 'pg\_%' THEN proname ELSE 'large objects' END AS name FROM pg_proc
  WHERE pronamespace = 'pg_catalog'::regnamespace AND (proname LIKE 'lo\_%' OR proname LIKE '%\_advisory\_%' AND pronargs = 2
    OR proname IN ('loread', 'lowrite', 'pg_terminate_backend', 'pg_cancel_backend'))) f
GROUP BY f.name
