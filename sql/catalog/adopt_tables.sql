-- Relations whose names are those of the founding document's tables ($1), however they are written: Email_Messages and emailMessages,
-- too. $2 is the schema to look in; NULL stands for all but ours and PostgreSQL's.
SELECT w.name AS wanted, n.nspname AS schema, c.relname AS name, c.oid, c.relkind AS kind, quote_ident(pg_get_userbyid(c.relowner)) AS owner,
  c.relname = w.name AS is_exact, pg_total_relation_size(c.oid) AS bytes,
  EXISTS (SELECT FROM pg_inherits i WHERE i.inhparent = c.oid OR i.inhrelid = c.oid) AS is_family
FROM unnest($1::text[]) AS w (name)
JOIN pg_class c ON regexp_replace(lower(c.relname::text COLLATE "C"), '[^a-z]', '', 'g') = replace(w.name, '_', '')
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
  AND CASE WHEN $2::text IS NULL THEN n.nspname NOT LIKE 'pg\_%' AND n.nspname NOT IN ('information_schema', 'emaildb', 'email_before')
    ELSE n.nspname = $2::text END
ORDER BY n.nspname, w.name, c.relname
