-- What requests ask for: 4000 messages by the hash of their key, the same in both layouts.
-- The state to ask changes since is change_seq, in the documented layout updated_at.
SELECT m.tenant_id, m.account_id, m.folder_id, m.id, m.thread_id, m.received_at, m.imap_uid, a.email_address, m.subject,
       substring(m."from" FROM '<(.*)>') AS sender,
       coalesce(to_jsonb(m) ->> 'change_seq', m.updated_at::text) AS change
  FROM (SELECT * FROM public.email_messages ORDER BY md5(message_id) LIMIT 4000) AS m
  JOIN public.email_accounts AS a ON a.id = m.account_id
 ORDER BY md5(m.message_id);
