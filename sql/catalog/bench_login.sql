-- Sets for this session what PostgreSQL sets at a login of the role $1 into this database.
SELECT set_config(split_part(s.line, '=', 1), substr(s.line, strpos(s.line, '=') + 1), false)
  FROM pg_db_role_setting AS c CROSS JOIN unnest(c.setconfig) AS s (line)
 WHERE c.setrole = to_regrole($1)
   AND c.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
 ORDER BY c.setdatabase;
