-- Schemas that "$user" of a search_path finds for our roles ($1), before public.
SELECT 'schema' AS kind, NULL AS schema, nspname::text AS name, NULL AS arguments, NULL AS part,
  'owned by ' || quote_ident(pg_get_userbyid(nspowner)) AS actual, format('ALTER SCHEMA %I RENAME TO %I;', nspname, left(nspname, 55) || '_renamed') AS fix
FROM pg_namespace WHERE nspname = ANY ($1::name[])
