-- Messages of one tenant to insert once more, under keys of their own.
CREATE TEMP TABLE bench_rows AS
SELECT tenant_id, account_id, folder_id, 'again' || message_id AS message_id, in_reply_to, "from", "to", cc, bcc, subject,
       text_body, html_body, is_read, is_flagged, thread_id, sent_at, received_at, refs, size_bytes
  FROM public.email_messages
 WHERE tenant_id = {tenant}
 ORDER BY id
 LIMIT 2000
