-- What of others would run if rows of tables ($1, oids) were read: planning a query computes the constant parts of an index or of a
-- statistics object, and with them functions, operators and checks of domains. PostgreSQL's own, and those written in C, which only
-- a superuser can add, are no danger.
SELECT DISTINCT format('%s names %s, which planning a query would run', pg_describe_object(d.classid, d.objid, 0),
    pg_describe_object(d.refclassid, d.refobjid, 0)) AS reason,
  CASE WHEN i.indexrelid IS NOT NULL THEN format('DROP INDEX %s;   -- to make it anew later: %s', i.indexrelid::regclass, pg_get_indexdef(i.indexrelid))
    ELSE format('DROP STATISTICS %I.%I;', n.nspname, s.stxname) END AS fix
FROM pg_depend d
LEFT JOIN pg_index i ON d.classid = 'pg_class'::regclass AND i.indexrelid = d.objid
LEFT JOIN pg_statistic_ext s ON d.classid = 'pg_statistic_ext'::regclass AND s.oid = d.objid
LEFT JOIN pg_namespace n ON n.oid = s.stxnamespace
LEFT JOIN pg_operator o ON d.refclassid = 'pg_operator'::regclass AND o.oid = d.refobjid
LEFT JOIN pg_proc p ON p.oid = CASE WHEN d.refclassid = 'pg_proc'::regclass THEN d.refobjid ELSE o.oprcode END
LEFT JOIN pg_language l ON l.oid = p.prolang
LEFT JOIN pg_type t ON d.refclassid = 'pg_type'::regclass AND t.oid = d.refobjid
WHERE COALESCE(i.indrelid, s.stxrelid) = ANY ($1::oid[]) AND d.refobjid >= 16384
  AND (l.lanname NOT IN ('c', 'internal') OR t.typtype = 'd')
UNION ALL
-- They run with the rights of whoever changes something, this program's.
SELECT format('the event trigger %I runs %s of %s, who is no superuser', e.evtname, e.evtfoid::regprocedure, quote_ident(r.rolname)),
  format('ALTER EVENT TRIGGER %I DISABLE;   -- afterwards: ENABLE', e.evtname)
FROM pg_event_trigger e JOIN pg_proc p ON p.oid = e.evtfoid JOIN pg_roles r ON r.oid = p.proowner
WHERE e.evtenabled <> 'D' AND NOT r.rolsuper
ORDER BY 1
