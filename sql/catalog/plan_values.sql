-- The values of planned_queries.sql, as SQL expressions: of the fullest folder, a message and an attachment in it.
SELECT format('%L::uuid', a.tenant_id) AS tenant, format('%L::uuid', a.tenant_id) AS other_tenant,
  format('%L::uuid', a.user_id) AS "user", format('%L::uuid', f.account_id) AS account,
  format('%L::uuid', f.account_id) AS other_account, format('%L::uuid', f.id) AS folder,
  format('%L::uuid', COALESCE(m.thread_id, m.id)) AS thread, format('%L::uuid', m.id) AS message,
  format('%L::uuid', m.id) AS attached_message, format('%L::uuid', COALESCE(t.blob_id, m.id)) AS blob,
  quote_literal(COALESCE(a.email_address, '')) AS address,
  quote_literal(m.message_id) AS key, quote_literal(m.message_id) AS parent_key,
  quote_literal(COALESCE(m.imap_uid, '1')) AS uid, COALESCE(m.received_at, 0)::text AS received_at,
  quote_literal(w.word) AS common_word,
  quote_literal(w.word || 'emaildbabsent') AS absent_word,
  quote_literal(left(COALESCE(t.filename, ''), 12) || 'absent') AS filename_part,
  quote_literal(COALESCE(t.content_hash, '')) AS content_hash, quote_literal(COALESCE(t.storage_path, '')) AS storage_path,
  quote_literal('no actor') AS actor
FROM (SELECT * FROM public.email_folders WHERE NOT is_deleted ORDER BY total_count DESC NULLS LAST LIMIT 1) f
  JOIN public.email_accounts a ON a.id = f.account_id
  CROSS JOIN LATERAL (SELECT * FROM public.email_messages WHERE folder_id = f.id ORDER BY received_at DESC LIMIT 1) m
  CROSS JOIN LATERAL (
    SELECT COALESCE(NULLIF(max(word), ''), 'absent') AS word FROM (
      SELECT word FROM regexp_split_to_table(m.subject, '[^[:alpha:]]+') word ORDER BY length(word) DESC LIMIT 1) longest) w
  LEFT JOIN LATERAL (SELECT * FROM public.email_attachments WHERE message_id = m.id LIMIT 1) t ON true
