-- The rows as they are stored: for each table its columns, and the query that makes them from the old table ({given}) and what was decided of
-- each row (w). A row that is at its place no longer is not found. The same query serves the copy and, afterwards, the comparison. {now} is the time of the adoption.
--- email_accounts columns
id, tenant_id, user_id, account_name, email_address, protocol, hostname, port, encryption, username, credential_id, is_sync_enabled,
sync_interval, last_sync_at, is_syncing, is_enabled, created_at, updated_at, is_deleted, deleted_at
--- email_accounts
SELECT w.id, w.tenant_id, COALESCE(g.user_id, w.id), g.account_name, w.email_address, g.protocol, g.hostname, g.port::integer, g.encryption, g.username, g.credential_id,
  g.is_sync_enabled, g.sync_interval::integer, g.last_sync_at, false, g.is_enabled, COALESCE(g.created_at, g.updated_at, {now}),
  COALESCE(g.updated_at, g.created_at, {now}), g.is_deleted, CASE WHEN g.is_deleted THEN COALESCE(g.deleted_at, g.updated_at, g.created_at, {now}) END
FROM email_before.work_accounts w JOIN ({given}) g ON g.place = w.place AND g.id = w.id WHERE w.reason IS NULL AND {range}
--- email_folders columns
id, tenant_id, account_id, name, type, unread_count, total_count, sync_token, is_selectable, created_at, updated_at, is_deleted, deleted_at, path,
uid_validity, uid_next, highest_modseq
--- email_folders
SELECT w.id, w.tenant_id, w.account_id, g.name, g.type, 0, 0, g.sync_token, g.is_selectable, COALESCE(g.created_at, g.updated_at, {now}),
  COALESCE(g.updated_at, g.created_at, {now}), g.is_deleted, CASE WHEN g.is_deleted THEN COALESCE(g.deleted_at, g.updated_at, g.created_at, {now}) END,
  w.path, g.uid_validity, g.uid_next, g.highest_modseq
FROM email_before.work_folders w JOIN ({given}) g ON g.place = w.place AND g.id = w.id WHERE w.reason IS NULL AND {range}
--- email_messages columns
id, tenant_id, account_id, folder_id, message_id, message_id_full, imap_uid, in_reply_to, "from", from_full, "to", cc, bcc, reply_to, reply_to_full,
subject, subject_full, text_body, html_body, is_read, is_flagged, is_draft, thread_id, sent_at, received_at, created_at, updated_at, is_deleted,
deleted_at, has_attachments, raw_headers, size_bytes
--- email_messages
SELECT w.id, w.tenant_id, w.account_id, w.folder_id, w.key, w.original, w.imap_uid, public.email_message_key(g.in_reply_to),
  left(g."from", 500), CASE WHEN length(g."from") > 500 THEN g."from" END, g."to", g.cc, g.bcc,
  left(g.reply_to, 255), CASE WHEN length(g.reply_to) > 255 THEN g.reply_to END,
  left(g.subject, 500), CASE WHEN length(g.subject) > 500 THEN g.subject END, g.text_body, g.html_body,
  COALESCE(g.is_read, false), COALESCE(g.is_flagged, false), COALESCE(g.is_draft, false), w.thread_id, g.sent_at,
  COALESCE(g.received_at, g.created_at, g.updated_at, {now}), COALESCE(g.created_at, g.received_at, g.updated_at, {now}),
  COALESCE(g.updated_at, g.created_at, g.received_at, {now}), g.is_deleted,
  CASE WHEN g.is_deleted THEN COALESCE(g.deleted_at, g.updated_at, g.created_at, {now}) END,
  COALESCE(g.has_attachments, false) OR EXISTS (SELECT FROM email_before.work_attachments x WHERE x.message_id = w.id AND x.reason IS NULL AND NOT x.is_deleted),
  g.raw_headers, g.size_bytes
FROM email_before.work_messages w JOIN ({given}) g ON g.place = w.place AND g.id = w.id WHERE w.reason IS NULL AND {range}
--- email_attachments columns
id, tenant_id, message_id, filename, mime_type, size_bytes, storage_path, storage_type, blob_id, content_hash, created_at, is_deleted, deleted_at,
size_bytes_wide
--- email_attachments
SELECT w.id, w.tenant_id, w.message_id, g.filename, g.mime_type, LEAST(g.size_bytes, 2147483647)::integer, g.storage_path, g.storage_type, g.blob_id,
  g.content_hash, COALESCE(g.created_at, {now}), g.is_deleted, CASE WHEN g.is_deleted THEN COALESCE(g.deleted_at, g.created_at, {now}) END,
  CASE WHEN g.size_bytes > 2147483647 THEN g.size_bytes END
FROM email_before.work_attachments w JOIN ({given}) g ON g.place = w.place AND g.id = w.id WHERE w.reason IS NULL AND {range}
