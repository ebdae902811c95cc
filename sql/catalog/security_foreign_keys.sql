-- Foreign keys to our mail tables ($1) that do not pair tenant_id with tenant_id. Those of the design ($2 table, $3 name)
-- the layout fixes.
SELECT 'constraint' AS kind, k.schema, k.name, NULL AS arguments, k.conname AS part, pg_get_constraintdef(k.oid) AS actual,
  CASE WHEN (k.schema, k.name, k.conname) NOT IN (SELECT 'public', * FROM unnest($2::text[], $3::text[]))
    THEN format('ALTER TABLE %s DROP CONSTRAINT IF EXISTS %I;', k.conrelid::regclass, k.conname) END AS fix
FROM (SELECT c.oid, c.conrelid, c.confrelid, c.conkey, c.confkey, c.conname::text, n.nspname::text AS schema,
    t.relname::text AS name
  FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid JOIN pg_namespace n ON n.oid = t.relnamespace
    JOIN pg_class o ON o.oid = c.confrelid AND o.relname = ANY ($1::name[]) AND o.relnamespace = 'public'::regnamespace
  WHERE c.contype = 'f') k
WHERE NOT EXISTS (
  SELECT FROM unnest(k.conkey, k.confkey) p (mine, theirs)
    JOIN pg_attribute m ON m.attrelid = k.conrelid AND m.attnum = p.mine AND m.attname = 'tenant_id'
    JOIN pg_attribute t ON t.attrelid = k.confrelid AND t.attnum = p.theirs AND t.attname = 'tenant_id')
