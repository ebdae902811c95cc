-- Tables, views and sequences.
SELECT k.kind, NULL AS type, r.schema, r.name, NULL AS arguments, NULL AS part, NULL AS role, k.value
FROM relation r LEFT JOIN pg_class toast ON toast.oid = r.reltoastrelid LEFT JOIN pg_sequence s ON s.seqrelid = r.oid
CROSS JOIN LATERAL (VALUES
  ('table', CASE r.type WHEN 'table' THEN concat_ws(', ', CASE r.relpersistence WHEN 'u' THEN 'unlogged' ELSE 'permanent' END,
    CASE r.relkind WHEN 'p' THEN 'partitioned' END,
    CASE r.relreplident WHEN 'f' THEN 'replica identity full' WHEN 'n' THEN 'replica identity nothing'
      WHEN 'i' THEN 'replica identity index' END) END),
  ('row-security', CASE r.type WHEN 'table' THEN CASE WHEN r.relrowsecurity THEN 'enabled' ELSE 'disabled' END
    || CASE WHEN r.relforcerowsecurity THEN ', forced' ELSE '' END END),
  ('parameters', CASE r.type WHEN 'table' THEN (SELECT string_agg(p.option, ', ' ORDER BY p.option COLLATE "C")
    FROM (SELECT unnest(r.reloptions) UNION ALL SELECT 'toast.' || unnest(toast.reloptions)) p (option)) END),
  ('view', CASE r.type WHEN 'view' THEN concat_ws(', ', CASE r.relkind WHEN 'm' THEN 'materialized' ELSE 'view' END,
    (SELECT string_agg(o, ', ' ORDER BY o COLLATE "C") FROM unnest(r.reloptions) o)) END),
  -- PostgreSQL 15 writes the table's name before columns where 16 sees no need to; without them both say the same. The casts
  -- as in facts_attachments.sql.
  ('view-definition', CASE r.type WHEN 'view' THEN md5(regexp_replace(regexp_replace(
    regexp_replace(regexp_replace(replace(pg_get_viewdef(r.oid), '''::character varying', '''::text'),
      '\(ARRAY\[([^]]*)\]\)::text\[\]', 'ARRAY[\1]', 'g'), '\((''[^'']*''::text)\)::text', '\1', 'g'),
    '\m[a-z_]+\.', '', 'g'), '[[:space:]]+', ' ', 'g')) || (
    -- What else of these schemas it reads, because of which views have to be dropped in some order.
    SELECT COALESCE(', reads ' || string_agg(DISTINCT quote_ident(COALESCE(c.relname, p.proname)), ', '), '')
    FROM pg_rewrite w JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid
      LEFT JOIN pg_class c ON d.refclassid = 'pg_class'::regclass AND c.oid = d.refobjid AND c.oid <> r.oid
      LEFT JOIN pg_proc p ON d.refclassid = 'pg_proc'::regclass AND p.oid = d.refobjid
    WHERE w.ev_class = r.oid AND COALESCE(c.relnamespace, p.pronamespace) IN (SELECT oid FROM namespace)) END),
  ('sequence', CASE r.type WHEN 'sequence' THEN concat_ws(' ', 'AS', format_type(s.seqtypid, NULL), 'INCREMENT BY', s.seqincrement,
    'MINVALUE', s.seqmin, 'MAXVALUE', s.seqmax, 'START WITH', s.seqstart, 'CACHE', s.seqcache,
    CASE WHEN s.seqcycle THEN 'CYCLE' ELSE 'NO CYCLE' END) END),
  ('owned-by', CASE r.type WHEN 'sequence' THEN (
    SELECT string_agg(CASE n.nspname WHEN 'public' THEN '' ELSE 'emaildb.' END || quote_ident(c.relname) || '.' || quote_ident(a.attname)
      || CASE d.deptype WHEN 'i' THEN ', its identity' ELSE '' END, ', ')
    FROM pg_depend d JOIN pg_class c ON c.oid = d.refobjid JOIN namespace n ON n.oid = c.relnamespace
      JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
    WHERE d.classid = 'pg_class'::regclass AND d.objid = r.oid AND d.deptype IN ('a', 'i')
      AND d.refclassid = 'pg_class'::regclass) END)
  ) k (kind, value)
WHERE r.type IN ('table', 'view', 'sequence') AND k.value IS NOT NULL
