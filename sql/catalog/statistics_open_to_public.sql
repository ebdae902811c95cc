-- A row for each relation of pg_stat_statements that PUBLIC may read.
SELECT FROM pg_depend WHERE deptype = 'e' AND refclassid = 'pg_extension'::regclass
  AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'pg_stat_statements')
  AND classid = 'pg_class'::regclass AND has_table_privilege('public', objid, 'SELECT')
