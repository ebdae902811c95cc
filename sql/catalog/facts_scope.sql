-- Which objects the catalog queries of facts speak of; the queries of the parts (facts_*.sql) follow, joined by UNION ALL.
--   $1 the names, without schema, of relations and functions: by these the catalogs are indexed
--   $2 the schemas of which everything is read, whatever its name
--   $3 the roles, $4 the extensions of the schema
-- In a new session the planning of many small statements takes longer than all of their reading: what comes from one
-- catalog comes in one pass over it, and what all parts share is read once. The second half of each union costs nothing
-- where $2 is empty, also in a generic plan; its CASE looks for a name among those of $1, one by one, only where the schema
-- is one of $2, not for each of PostgreSQL's own functions.
WITH namespace AS MATERIALIZED (
  SELECT oid, nspname, nspowner, nspacl FROM pg_namespace WHERE nspname IN ('public', 'emaildb')),
-- Gives each parameter its type, whichever parts follow.
parameters AS (SELECT $1::name[], $2::name[], $3::name[], $4::name[]),
relation AS MATERIALIZED (
  SELECT c.oid, n.nspname::text AS schema, c.relname::text AS name, c.relkind, c.relowner, c.relacl, c.reloptions,
    c.reltoastrelid, c.relpersistence, c.relreplident, c.relrowsecurity, c.relforcerowsecurity,
    CASE WHEN c.relkind IN ('r', 'p') THEN 'table' WHEN c.relkind IN ('v', 'm') THEN 'view'
      WHEN c.relkind IN ('i', 'I') THEN 'index' WHEN c.relkind = 'S' THEN 'sequence' ELSE 'relation' END AS type
  FROM (SELECT * FROM pg_class WHERE relname = ANY ($1::name[])
    UNION ALL SELECT * FROM pg_class WHERE $2::name[] <> '{}' AND CASE
      WHEN relnamespace = ANY (ARRAY(SELECT oid FROM namespace WHERE nspname = ANY ($2::name[])))
      THEN relname <> ALL ($1::name[]) END) c
    JOIN namespace n ON n.oid = c.relnamespace
  WHERE NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid
    AND e.deptype = 'e' AND e.refclassid = 'pg_extension'::regclass)),
function AS MATERIALIZED (
  SELECT p.*, n.nspname::text AS schema, p.proname::text AS name, pg_get_function_identity_arguments(p.oid) AS arguments
  FROM (SELECT * FROM pg_proc WHERE proname = ANY ($1::name[])
    UNION ALL SELECT * FROM pg_proc WHERE $2::name[] <> '{}' AND CASE
      WHEN pronamespace = ANY (ARRAY(SELECT oid FROM namespace WHERE nspname = ANY ($2::name[])))
      THEN proname <> ALL ($1::name[]) END) p
    JOIN namespace n ON n.oid = p.pronamespace
  WHERE NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_proc'::regclass AND e.objid = p.oid
    AND e.deptype = 'e' AND e.refclassid = 'pg_extension'::regclass))
