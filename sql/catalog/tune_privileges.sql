-- What the session's role may do of what tune needs.
SELECT r.rolsuper, r.rolname, current_database() AS database,
       pg_has_role(current_user, 'pg_read_all_settings', 'USAGE') AS settings,
       has_table_privilege('pg_catalog.pg_file_settings', 'SELECT')
         AND has_function_privilege('pg_catalog.pg_show_all_file_settings()', 'EXECUTE') AS files,
       has_function_privilege('pg_catalog.pg_reload_conf()', 'EXECUTE') AS reload
  FROM pg_catalog.pg_roles AS r WHERE r.rolname = current_user;
