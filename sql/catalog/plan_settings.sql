-- Gives the transaction the settings of the planner that sessions of the application get at login.
SELECT set_config(split_part(c, '=', 1), substr(c, strpos(c, '=') + 1), true)
FROM pg_db_role_setting s CROSS JOIN unnest(s.setconfig) c
WHERE s.setrole = 'email_service'::regrole AND (c LIKE 'enable\_%' OR c LIKE 'plan\_cache%' OR c LIKE 'jit%')
  AND s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
