-- What can be switched off for the cost of an insert, each with all before it: what it is, and the statement.
SELECT p.part, p.statement
  FROM (
    SELECT 1 AS place, 'audit' AS part, format('ALTER TABLE public.email_messages DISABLE TRIGGER %I', t.tgname) AS statement
      FROM pg_trigger AS t
     WHERE t.tgrelid = 'public.email_messages'::regclass AND t.tgname = 'email_messages_audit_insert'
    UNION ALL
    SELECT 2, 'GIN indexes of search', 'DROP INDEX ' || string_agg(x.indexrelid::regclass::text, ', ')
      FROM pg_index AS x
      JOIN pg_class AS i ON i.oid = x.indexrelid
      JOIN pg_am AS am ON am.oid = i.relam AND am.amname = 'gin'
     WHERE x.indrelid = to_regclass('public.email_message_search')
    UNION ALL
    SELECT 3, 'search row, counters', format('ALTER TABLE public.email_messages DISABLE TRIGGER %I', t.tgname)
      FROM pg_trigger AS t
     WHERE t.tgrelid = 'public.email_messages'::regclass AND t.tgname = 'email_messages_inserted'
    UNION ALL
    SELECT 4, 'all triggers', 'ALTER TABLE public.email_messages DISABLE TRIGGER USER'
    UNION ALL
    SELECT 5, 'all indexes but keys', 'DROP INDEX ' || string_agg(x.indexrelid::regclass::text, ', ')
      FROM pg_index AS x
     WHERE x.indrelid = 'public.email_messages'::regclass AND NOT x.indisunique) AS p
 WHERE p.statement IS NOT NULL
 ORDER BY p.place
