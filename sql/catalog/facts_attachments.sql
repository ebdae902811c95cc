-- What hangs on tables and views. What PostgreSQL prints of `varchar IN ('a', 'b')` means the same when it is read back, but
-- is then printed otherwise: the casts move from the array to its elements. Here both have one spelling, because both are
-- found after a dump and restore, or a fix.
SELECT h.kind, NULL AS type, h.schema, h.name, NULL AS arguments, h.part, NULL AS role,
  regexp_replace(regexp_replace(replace(h.value, '''::character varying', '''::text'),
    '\(ARRAY\[([^]]*)\]\)::text\[\]', 'ARRAY[\1]', 'g'), '\((''[^'']*''::text)\)::text', '\1', 'g') AS value
FROM (
  -- Foreign keys are enforced by triggers of PostgreSQL's own, which a superuser can disable.
  SELECT 'constraint' AS kind, n.nspname::text AS schema, t.relname::text AS name, c.conname::text AS part,
    pg_get_constraintdef(c.oid) || CASE WHEN EXISTS (SELECT FROM pg_trigger g WHERE g.tgconstraint = c.oid
      AND g.tgenabled <> 'O') THEN ', its triggers disabled' ELSE '' END AS value
  FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid JOIN pg_namespace n ON n.oid = t.relnamespace
  WHERE c.contype NOT IN ('n', 't') AND (c.conrelid IN (SELECT oid FROM relation)
    OR c.confrelid IN (SELECT oid FROM relation))
  UNION ALL
  SELECT 'index', n.nspname, c.relname, NULL, concat_ws(', ', pg_get_indexdef(i.indexrelid),
    CASE WHEN NOT i.indisvalid THEN 'INVALID' END, CASE WHEN NOT i.indisready THEN 'not ready' END,
    CASE WHEN NOT i.indislive THEN 'being dropped' END)
  FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN namespace n ON n.oid = c.relnamespace
  WHERE i.indrelid IN (SELECT oid FROM relation WHERE type IN ('table', 'view'))
    OR i.indexrelid IN (SELECT oid FROM relation WHERE type = 'index')
  UNION ALL
  SELECT 'policy', r.schema, r.name, p.polname, concat_ws(' ',
    'AS', CASE WHEN p.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
    'FOR', CASE p.polcmd WHEN '*' THEN 'ALL' WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE'
      ELSE 'DELETE' END,
    'TO', (SELECT string_agg(CASE m WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(m)) END, ', '
      ORDER BY pg_get_userbyid(m) COLLATE "C") FROM unnest(p.polroles) m),
    'USING (' || pg_get_expr(p.polqual, p.polrelid) || ')',
    'WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')')
  FROM pg_policy p JOIN relation r ON r.oid = p.polrelid
  UNION ALL
  SELECT 'trigger', r.schema, r.name, t.tgname, pg_get_triggerdef(t.oid)
    || CASE t.tgenabled WHEN 'O' THEN '' WHEN 'D' THEN ', disabled' WHEN 'A' THEN ', always' ELSE ', replica only' END
  FROM pg_trigger t JOIN relation r ON r.oid = t.tgrelid WHERE NOT t.tgisinternal
  UNION ALL
  SELECT 'rule', r.schema, r.name, w.rulename, pg_get_ruledef(w.oid)
  FROM pg_rewrite w JOIN relation r ON r.oid = w.ev_class WHERE w.rulename <> '_RETURN'
  UNION ALL
  SELECT 'extended-statistics', r.schema, r.name, s.stxname, pg_get_statisticsobjdef(s.oid)
  FROM pg_statistic_ext s JOIN relation r ON r.oid = s.stxrelid
  UNION ALL
  SELECT 'inheritance', n.nspname, c.relname, NULL, string_agg('INHERIT ' || i.inhparent::regclass, ', ')
  FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE EXISTS (SELECT FROM relation r WHERE r.type = 'table' AND r.oid IN (i.inhparent, i.inhrelid))
  GROUP BY n.nspname, c.relname) h
