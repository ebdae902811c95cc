-- What of others depends on what the schema's steps made (email_before.made): undoing would take it along.
SELECT DISTINCT pg_describe_object(x.classid, x.objid, 0) AS name FROM (
  SELECT CASE WHEN d.classid = 'pg_rewrite'::regclass THEN 'pg_class'::regclass::oid WHEN d.classid = 'pg_constraint'::regclass AND c.conrelid <> 0
      THEN 'pg_class'::regclass::oid WHEN d.classid = 'pg_trigger'::regclass THEN 'pg_class'::regclass::oid
      WHEN d.classid = 'pg_attrdef'::regclass THEN 'pg_class'::regclass::oid WHEN d.classid = 'pg_policy'::regclass THEN 'pg_class'::regclass::oid
      ELSE d.classid END AS classid,
    COALESCE(r.ev_class, NULLIF(c.conrelid, 0), t.tgrelid, a.adrelid, p.polrelid, i.indrelid, d.objid) AS objid
  FROM email_before.made m JOIN pg_depend d ON d.refclassid = m.classid AND d.refobjid = m.objid AND d.deptype IN ('n', 'a')
  LEFT JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
  LEFT JOIN pg_constraint c ON d.classid = 'pg_constraint'::regclass AND c.oid = d.objid
  LEFT JOIN pg_trigger t ON d.classid = 'pg_trigger'::regclass AND t.oid = d.objid
  LEFT JOIN pg_attrdef a ON d.classid = 'pg_attrdef'::regclass AND a.oid = d.objid
  LEFT JOIN pg_policy p ON d.classid = 'pg_policy'::regclass AND p.oid = d.objid
  LEFT JOIN pg_index i ON d.classid = 'pg_class'::regclass AND i.indexrelid = d.objid) x
WHERE NOT EXISTS (SELECT FROM email_before.made o WHERE o.classid = x.classid AND o.objid = x.objid)
  AND x.classid IN ('pg_class'::regclass, 'pg_proc'::regclass, 'pg_type'::regclass)
  AND NOT EXISTS (SELECT FROM pg_depend e JOIN email_before.made o ON o.classid = e.refclassid AND o.objid = e.refobjid
    WHERE e.classid = x.classid AND e.objid = x.objid AND e.deptype IN ('e', 'i', 'a'))
ORDER BY 1 LIMIT 20
