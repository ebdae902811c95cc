-- Settings of roles and databases, one a row; for people: role x, database y, role x in database y.
SELECT concat_ws(' in ', 'role ' || r.rolname, 'database ' || d.datname) AS scope,
       lower(split_part(c, '=', 1)) AS name, substr(c, strpos(c, '=') + 1) AS value
  FROM pg_catalog.pg_db_role_setting AS s CROSS JOIN unnest(s.setconfig) AS c
  LEFT JOIN pg_catalog.pg_roles AS r ON r.oid = s.setrole
  LEFT JOIN pg_catalog.pg_database AS d ON d.oid = s.setdatabase
 ORDER BY coalesce(r.rolname, ''), coalesce(d.datname, ''), 2;
