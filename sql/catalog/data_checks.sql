-- What verify asks of the rows: --- what is read. Each query yields kind, count and up to three examples of what is wrong.
-- {sample} is the share of the rows to look at, in percent. What is read is tables and PostgreSQL's own functions, no code of
-- the database.
--- messages
SELECT k.kind, count(*) AS count, (array_agg(m.id ORDER BY m.id))[1:3]::text AS examples
FROM public.email_messages m TABLESAMPLE SYSTEM ({sample})
LEFT JOIN public.email_accounts a ON a.id = m.account_id AND a.tenant_id = m.tenant_id
LEFT JOIN public.email_folders f ON f.id = m.folder_id AND f.account_id = m.account_id AND f.tenant_id = m.tenant_id
LEFT JOIN public.email_message_search s ON s.message_id = m.id
CROSS JOIN LATERAL (VALUES
  ('message_without_account', a.id IS NULL),
  ('message_in_other_folder', a.id IS NOT NULL AND f.id IS NULL),
  ('search_missing', s.message_id IS NULL),
  ('search_differs', (s.tenant_id, s.account_id, s.received_at) IS DISTINCT FROM (m.tenant_id, m.account_id, m.received_at)
    AND s.message_id IS NOT NULL),
  ('deletion', m.is_deleted IS DISTINCT FROM (m.deleted_at IS NOT NULL)),
  ('flags', m.is_read IS NULL OR m.is_flagged IS NULL OR m.is_draft IS NULL OR m.received_at IS NULL)) k (kind, is_so)
WHERE k.is_so GROUP BY k.kind
--- threads
SELECT 'thread' AS kind, count(*) AS count, (array_agg(m.id ORDER BY m.id))[1:3]::text AS examples
FROM public.email_messages m TABLESAMPLE SYSTEM ({sample})
WHERE m.thread_id IS NOT NULL
  AND EXISTS (SELECT FROM public.email_messages o WHERE o.thread_id = m.thread_id AND o.tenant_id <> m.tenant_id)
HAVING count(*) > 0
--- attachments
SELECT k.kind, count(*) AS count, (array_agg(k.id ORDER BY k.id))[1:3]::text AS examples
FROM public.email_attachments t TABLESAMPLE SYSTEM ({sample})
LEFT JOIN public.email_messages m ON m.id = t.message_id AND m.tenant_id = t.tenant_id
CROSS JOIN LATERAL (VALUES
  ('attachment_without_message', t.id, m.id IS NULL),
  ('attachment_unmarked', m.id, NOT t.is_deleted AND NOT m.has_attachments),
  ('attachment_deletion', t.id, t.is_deleted IS DISTINCT FROM (t.deleted_at IS NOT NULL))) k (kind, id, is_so)
WHERE k.is_so GROUP BY k.kind
--- search rows
SELECT 'search_orphan' AS kind, count(*) AS count, (array_agg(s.message_id ORDER BY s.message_id))[1:3]::text AS examples
FROM public.email_message_search s TABLESAMPLE SYSTEM ({sample})
WHERE NOT EXISTS (SELECT FROM public.email_messages m WHERE m.id = s.message_id)
HAVING count(*) > 0
--- folders
SELECT k.kind, count(*) AS count, (array_agg(f.id ORDER BY f.id))[1:3]::text AS examples
FROM public.email_folders f TABLESAMPLE BERNOULLI ({sample})
LEFT JOIN public.email_accounts a ON a.id = f.account_id AND a.tenant_id = f.tenant_id
CROSS JOIN LATERAL (
  SELECT count(*) AS total, count(*) FILTER (WHERE NOT o.is_read) AS unread
  FROM public.email_messages o WHERE o.folder_id = f.id AND NOT o.is_deleted) n
CROSS JOIN LATERAL (VALUES
  ('folder_without_account', a.id IS NULL),
  ('folder_deletion', f.is_deleted IS DISTINCT FROM (f.deleted_at IS NOT NULL)),
  ('counters', (f.total_count, f.unread_count) IS DISTINCT FROM (n.total, n.unread))) k (kind, is_so)
WHERE k.is_so GROUP BY k.kind
--- accounts
SELECT 'account_deletion' AS kind, count(*) AS count, (array_agg(a.id ORDER BY a.id))[1:3]::text AS examples
FROM public.email_accounts a WHERE a.is_deleted IS DISTINCT FROM (a.deleted_at IS NOT NULL)
HAVING count(*) > 0
--- tombstones
SELECT k.kind, count(*) AS count, (array_agg(t.message_id ORDER BY t.message_id))[1:3]::text AS examples
FROM public.email_message_tombstones t TABLESAMPLE SYSTEM ({sample})
LEFT JOIN public.email_accounts a ON a.id = t.account_id AND a.tenant_id = t.tenant_id
LEFT JOIN public.email_messages m ON m.id = t.message_id AND t.is_gone
CROSS JOIN LATERAL (VALUES
  ('tombstone_without_account', a.id IS NULL),
  ('tombstone_of_living', m.id IS NOT NULL)) k (kind, is_so)
WHERE k.is_so GROUP BY k.kind
--- change numbers
-- Of at most 10,000 accounts the highest number is looked up by its index.
SELECT 'numbers' AS kind, n.highest AS count, q.last_value::text AS examples
FROM public.email_message_change_seq q CROSS JOIN (
  SELECT max(greatest(a.changes_floor, n.highest)) AS highest
  FROM (SELECT id, changes_floor FROM public.email_accounts LIMIT 10000) a CROSS JOIN LATERAL (
    SELECT max(c.change_seq) AS highest FROM (
      (SELECT change_seq FROM public.email_messages WHERE account_id = a.id ORDER BY change_seq DESC LIMIT 1)
      UNION ALL
      (SELECT change_seq FROM public.email_message_tombstones WHERE account_id = a.id ORDER BY change_seq DESC LIMIT 1)) c) n) n
WHERE n.highest > q.last_value
--- documents
-- Calls the function of the design that makes them, on at most 500 messages: asked only where that is not changed.
SELECT 'search_stale' AS kind, count(*) AS count, (array_agg(m.id ORDER BY m.id))[1:3]::text AS examples
FROM (SELECT * FROM public.email_messages TABLESAMPLE SYSTEM ({document_sample}) LIMIT 500) m
JOIN public.email_message_search s ON s.message_id = m.id
WHERE s.search_vector <> public.email_search_document(
  COALESCE(m.subject_full, m.subject), COALESCE(m.from_full, m."from"), m.from_address, m."to", m.cc, m.bcc, m.refs,
  m.text_body, m.html_body)
HAVING count(*) > 0
