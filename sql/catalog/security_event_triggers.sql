-- Event triggers that no extension brought: they run in the sessions of others, superusers included.
SELECT 'event trigger' AS kind, NULL AS schema, e.evtname::text AS name, NULL AS arguments, NULL AS part,
  format('runs %s of %s on %s', e.evtfoid::regprocedure, quote_ident(pg_get_userbyid(e.evtowner)), e.evtevent) AS actual,
  format('ALTER EVENT TRIGGER %I DISABLE;', e.evtname) AS fix
FROM pg_event_trigger e
WHERE e.evtenabled <> 'D' AND NOT EXISTS (SELECT FROM pg_depend d
  WHERE d.classid = 'pg_event_trigger'::regclass AND d.objid = e.oid AND d.deptype = 'e')
