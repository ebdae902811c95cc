-- What in schema public bears the name of something in pg_catalog, or converts between types of pg_catalog: it can take the
-- place of PostgreSQL's own where a search_path finds public. Ours ($1 the names of functions) and those of extensions are none.
SELECT s.kind, s.schema, s.name, s.arguments, NULL AS part, s.actual, s.fix
FROM (
  SELECT 'pg_proc'::regclass AS class, p.oid, 'function' AS kind, 'public' AS schema, p.proname::text AS name,
    pg_get_function_identity_arguments(p.oid) AS arguments, 'owned by ' || quote_ident(pg_get_userbyid(p.proowner)) AS actual,
    format('DROP ROUTINE IF EXISTS %s;', p.oid::regprocedure) AS fix
  FROM pg_proc p WHERE p.pronamespace = to_regnamespace('public') AND p.proname <> ALL ($1::name[])
    AND EXISTS (SELECT FROM pg_proc c WHERE c.proname = p.proname AND c.pronamespace = 'pg_catalog'::regnamespace)
  UNION ALL
  SELECT 'pg_operator'::regclass, o.oid, 'operator', 'public', o.oprname,
    concat_ws(', ', COALESCE(format_type(NULLIF(o.oprleft, 0), NULL), 'NONE'), format_type(o.oprright, NULL)),
    'owned by ' || quote_ident(pg_get_userbyid(o.oprowner)), format('DROP OPERATOR IF EXISTS %s;', o.oid::regoperator)
  FROM pg_operator o WHERE o.oprnamespace = to_regnamespace('public')
    AND EXISTS (SELECT FROM pg_operator c WHERE c.oprname = o.oprname AND c.oprnamespace = 'pg_catalog'::regnamespace)
  UNION ALL
  SELECT 'pg_type'::regclass, t.oid, CASE t.typtype WHEN 'd' THEN 'domain' ELSE 'type' END, 'public', t.typname, NULL,
    'owned by ' || quote_ident(pg_get_userbyid(t.typowner)), format('DROP TYPE IF EXISTS %s;', t.oid::regtype)
  FROM pg_type t WHERE t.typnamespace = to_regnamespace('public') AND t.typelem = 0 AND t.typrelid = 0
    AND EXISTS (SELECT FROM pg_type c WHERE c.typname = t.typname AND c.typnamespace = 'pg_catalog'::regnamespace)
  UNION ALL
  SELECT 'pg_cast'::regclass, c.oid, 'cast', NULL, format('(%s AS %s)', s.oid::regtype, t.oid::regtype), NULL,
    CASE c.castcontext WHEN 'i' THEN 'implicit' WHEN 'a' THEN 'in assignments' ELSE 'explicit' END,
    format('DROP CAST IF EXISTS (%s AS %s);', s.oid::regtype, t.oid::regtype)
  FROM pg_cast c JOIN pg_type s ON s.oid = c.castsource JOIN pg_type t ON t.oid = c.casttarget
  WHERE c.oid >= 16384 AND s.oid < 16384 AND t.oid < 16384) s
WHERE NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = s.class AND d.objid = s.oid AND d.deptype = 'e')
