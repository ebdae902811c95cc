-- The extensions that steps would create: those of $1, and pg_stat_statements where it is preloaded and a superuser asks, as far as
-- they are not there; none where schema public is empty, as nothing can have their names then.
SELECT a.name FROM pg_available_extensions() a
WHERE (a.name = ANY ($1::name[])
    OR a.name = 'pg_stat_statements' AND (SELECT rolsuper FROM pg_roles WHERE rolname = session_user)
      AND EXISTS (SELECT FROM pg_settings s WHERE s.name = 'pg_stat_statements.max'))
  AND NOT EXISTS (SELECT FROM pg_extension e WHERE e.extname = a.name)
  AND EXISTS (SELECT FROM pg_depend d WHERE d.refclassid = 'pg_namespace'::regclass AND d.refobjid = to_regnamespace('public'))
ORDER BY a.name
