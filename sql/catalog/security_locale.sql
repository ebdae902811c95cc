-- A collation whose rules are no longer those that the indexes were built by, and a database whose locale knows no letters
-- beyond ASCII. to_jsonb, because names of columns differ between versions.
SELECT 'database' AS kind, NULL AS schema, '' AS name, NULL AS arguments, NULL AS part, l.actual, l.fix
FROM pg_database d CROSS JOIN LATERAL (VALUES
  (d.datcollversion IS DISTINCT FROM pg_database_collation_actual_version(d.oid),
    format('its indexes were built with version %s of the collation, the system has %s', COALESCE(d.datcollversion, 'none'),
      COALESCE(pg_database_collation_actual_version(d.oid), 'none')),
    -- REFRESH goes from one version to another; to or from none there is no statement.
    format('REINDEX DATABASE %I; %s', d.datname,
      CASE WHEN d.datcollversion IS NOT NULL AND pg_database_collation_actual_version(d.oid) IS NOT NULL
        THEN format('ALTER DATABASE %I REFRESH COLLATION VERSION;', d.datname)
        ELSE format('UPDATE pg_catalog.pg_database SET datcollversion = %L WHERE datname = %L;',
          pg_database_collation_actual_version(d.oid), d.datname) END)),
  (d.datlocprovider = 'c' AND d.datctype IN ('C', 'POSIX'),
    format('LC_CTYPE is %s: upper and lower case of letters beyond ASCII are not known', d.datctype), NULL)) l (holds, actual, fix)
WHERE d.datname = current_database() AND l.holds
