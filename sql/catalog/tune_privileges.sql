-- What the session's role may do of what tune needs; $1: the settings to write, $2: the role that gets one of its own.
SELECT r.rolsuper, r.rolname, current_database() AS database,
       pg_has_role(current_user, 'pg_read_all_settings', 'USAGE') AS settings,
       has_table_privilege('pg_catalog.pg_file_settings', 'SELECT')
         AND has_function_privilege('pg_catalog.pg_show_all_file_settings()', 'EXECUTE') AS files,
       has_function_privilege('pg_catalog.pg_reload_conf()', 'EXECUTE') AS reload,
       (SELECT string_agg(name, ', ' ORDER BY place) FROM unnest($1::text[]) WITH ORDINALITY AS n (name, place)
         WHERE NOT has_parameter_privilege(current_user, name, 'ALTER SYSTEM')) AS missing,
       -- From 16 on, CREATEROLE only covers roles that one has with ADMIN OPTION.
       r.rolcreaterole AND EXISTS (SELECT FROM pg_catalog.pg_roles AS a WHERE a.rolname = $2
         AND (current_setting('server_version_num')::integer < 160000
           OR pg_has_role(r.oid, a.oid, 'MEMBER WITH ADMIN OPTION'))) AS alters
  FROM pg_catalog.pg_roles AS r WHERE r.rolname = current_user;
