-- The tables of messages and of their search, and every index on them: name, table, kind, bytes; the largest first.
SELECT c.relname AS name, c.relname AS parent, 'table' AS kind, pg_table_size(c.oid) AS bytes
  FROM pg_class AS c
 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname LIKE 'email\_message%'
UNION ALL
SELECT i.relname, c.relname, am.amname::text, pg_relation_size(i.oid)
  FROM pg_class AS c
  JOIN pg_index AS x ON x.indrelid = c.oid
  JOIN pg_class AS i ON i.oid = x.indexrelid
  JOIN pg_am AS am ON am.oid = i.relam
 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname LIKE 'email\_message%'
 ORDER BY bytes DESC, name
