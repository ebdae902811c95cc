-- What of others depends on the tables that are to move ($1, oids), or would act no longer: each with what it is. $2 the roles of the
-- schema, $3 what moves along (oids of views and functions). Text of functions is searched, as PostgreSQL keeps no dependencies of it.
WITH moved AS (
  SELECT c.oid, c.relname, c.relowner, c.relacl, c.reltype FROM pg_class c WHERE c.oid = ANY ($1::oid[])),
attribute AS (
  SELECT m.oid, m.relowner, a.attacl AS acl FROM moved m JOIN pg_attribute a ON a.attrelid = m.oid WHERE a.attacl IS NOT NULL
  UNION ALL SELECT m.oid, m.relowner, m.relacl FROM moved m WHERE m.relacl IS NOT NULL)
SELECT o.kind, o.name, o.what FROM (
  SELECT DISTINCT CASE c.relkind WHEN 'm' THEN 'materialized view' WHEN 'v' THEN 'view' ELSE 'rule of' END AS kind,
    c.oid::regclass::text AS name, 'goes on reading ' || m.relname || ', which stays as it is now' AS what
  FROM moved m JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = m.oid AND d.classid = 'pg_rewrite'::regclass
  JOIN pg_rewrite r ON r.oid = d.objid JOIN pg_class c ON c.oid = r.ev_class
  WHERE c.oid <> ALL ($3::oid[])
  UNION ALL
  SELECT 'function', p.oid::regprocedure::text,
    CASE WHEN bool_or(d.objid IS NOT NULL) THEN 'goes on using ' ELSE 'has in its text ' END || string_agg(DISTINCT m.relname, ', ')
  FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
  CROSS JOIN moved m
  LEFT JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid
    AND (d.refclassid = 'pg_class'::regclass AND d.refobjid = m.oid OR d.refclassid = 'pg_type'::regclass AND d.refobjid = m.reltype)
  WHERE p.oid >= 16384 AND l.lanname NOT IN ('c', 'internal') AND p.oid <> ALL ($3::oid[])
    AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_proc'::regclass AND e.objid = p.oid AND e.deptype = 'e')
    AND NOT EXISTS (SELECT FROM pg_namespace n WHERE n.oid = p.pronamespace AND n.nspname IN ('emaildb', 'email_before'))
    AND (d.objid IS NOT NULL OR strpos(lower(p.prosrc), lower(m.relname)) > 0)
  GROUP BY p.oid
  UNION ALL
  SELECT 'foreign key', format('%s of %s', quote_ident(c.conname), c.conrelid::regclass), 'goes on pointing at ' || m.relname
  FROM moved m JOIN pg_constraint c ON c.confrelid = m.oid AND c.contype = 'f' WHERE c.conrelid NOT IN (SELECT oid FROM moved)
  UNION ALL
  SELECT 'trigger', format('%s on %s', quote_ident(t.tgname), m.oid::regclass), 'acts no longer, as nothing is written there'
  FROM moved m JOIN pg_trigger t ON t.tgrelid = m.oid WHERE NOT t.tgisinternal
  UNION ALL
  SELECT 'grant', format('%s to %s', m.oid::regclass, COALESCE(quote_ident(r.rolname), 'PUBLIC')),
    string_agg(DISTINCT x.privilege_type, ', ') || ', and not on the new table'
  FROM attribute m CROSS JOIN aclexplode(m.acl) x LEFT JOIN pg_roles r ON r.oid = x.grantee
  WHERE x.grantee <> m.relowner AND (r.rolname IS NULL OR r.rolname <> ALL ($2::name[]) AND NOT r.rolsuper)
  GROUP BY m.oid, r.rolname
  UNION ALL
  SELECT 'publication', quote_ident(p.pubname), 'goes on publishing ' || m.relname
  FROM moved m JOIN pg_publication_rel x ON x.prrelid = m.oid JOIN pg_publication p ON p.oid = x.prpubid) o
ORDER BY o.kind, o.name
