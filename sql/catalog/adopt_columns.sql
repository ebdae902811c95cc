-- Columns of a table ($1), with the type that is left when domains are taken off. What a virtual column holds is computed by an expression
-- of others at each reading.
SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type, b.typname AS base, b.oid < 16384 AS is_builtin,
  a.attgenerated = 'v' AS is_virtual
FROM pg_attribute a CROSS JOIN LATERAL (
  WITH RECURSIVE d AS (
    SELECT t.oid, t.typname, t.typtype, t.typbasetype FROM pg_type t WHERE t.oid = a.atttypid
    UNION ALL SELECT t.oid, t.typname, t.typtype, t.typbasetype FROM pg_type t JOIN d ON d.typtype = 'd' AND t.oid = d.typbasetype)
  SELECT d.oid, d.typname FROM d WHERE d.typtype <> 'd') b
WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attnum
