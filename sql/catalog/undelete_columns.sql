-- The columns that are brought back, of both databases alike: none that is generated, counted, numbered or leased.
SELECT c.relname AS table, array_agg(a.attname::text ORDER BY a.attnum) AS columns,
  string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) AS list
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.oid IN ('public.email_accounts'::regclass, 'public.email_folders'::regclass, 'public.email_messages'::regclass,
    'public.email_attachments'::regclass)
  AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
  AND (c.relname, a.attname) NOT IN (('email_accounts', 'changes_floor'), ('email_accounts', 'sync_claim'),
    ('email_accounts', 'sync_lease_until'), ('email_accounts', 'is_syncing'), ('email_folders', 'unread_count'),
    ('email_folders', 'total_count'), ('email_messages', 'change_seq'))
GROUP BY c.relname
