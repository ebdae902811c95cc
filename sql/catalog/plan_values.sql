-- The fullest folder of the database, with a message and an attachment in it.
SELECT a.tenant_id, a.user_id, f.account_id, f.id AS folder_id, COALESCE(a.email_address, '') AS address, m.*,
  COALESCE(t.filename, '') AS filename, COALESCE(t.content_hash, '') AS content_hash,
  COALESCE(t.storage_path, '') AS storage_path, t.blob_id
FROM (SELECT * FROM public.email_folders WHERE NOT is_deleted ORDER BY total_count DESC NULLS LAST LIMIT 1) f
  JOIN public.email_accounts a ON a.id = f.account_id
  CROSS JOIN LATERAL (
    SELECT id AS message, COALESCE(thread_id, id) AS thread, COALESCE(from_address, '') AS sender, message_id AS key,
      COALESCE(imap_uid, '1') AS uid, COALESCE(received_at, 0) AS received_at, COALESCE(subject, '') AS subject
    FROM public.email_messages WHERE folder_id = f.id ORDER BY received_at DESC LIMIT 1) m
  LEFT JOIN LATERAL (SELECT * FROM public.email_attachments WHERE message_id = m.message LIMIT 1) t ON true
