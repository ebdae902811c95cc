-- What email_service owns beside this database: other databases and tablespaces, which are not this program's to give away.
SELECT CASE d.classid WHEN 'pg_database'::regclass THEN format('ALTER DATABASE %I OWNER TO postgres;', b.datname)
  ELSE format('ALTER TABLESPACE %I OWNER TO postgres;', s.spcname) END AS fix,
  CASE d.classid WHEN 'pg_database'::regclass THEN 'database ' || quote_ident(b.datname) ELSE 'tablespace ' || quote_ident(s.spcname) END AS name
FROM pg_shdepend d LEFT JOIN pg_database b ON d.classid = 'pg_database'::regclass AND b.oid = d.objid
LEFT JOIN pg_tablespace s ON d.classid = 'pg_tablespace'::regclass AND s.oid = d.objid
WHERE d.dbid = 0 AND d.deptype = 'o' AND d.refclassid = 'pg_authid'::regclass AND d.refobjid = to_regrole('email_service')
  AND d.classid IN ('pg_database'::regclass, 'pg_tablespace'::regclass) AND b.datname IS DISTINCT FROM current_database()
