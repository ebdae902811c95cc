-- The queries of the index catalogue, for verify to ask the planner about: --- index | who, where not the application.
--   application      under row security, serving the biggest tenant
--   owner            the operator, as the owner of the tables, who calls the functions for maintenance
--   with many rows   only there does the query take the way through this index
--   {name}           a value of the data, as an SQL expression: see plan_values.sql

--- accounts_tenant_user
SELECT * FROM public.email_accounts WHERE user_id = {user}
--- accounts_email_address
SELECT * FROM public.email_accounts WHERE email_address = {address}
--- accounts_sync_enabled
SELECT id FROM public.email_accounts WHERE is_sync_enabled ORDER BY last_sync_at LIMIT 20
--- accounts_due | worker
SELECT * FROM public.email_claim_accounts(5)
--- accounts_stuck | worker
SELECT * FROM public.email_claim_accounts(5)
--- folders_account_type
SELECT * FROM public.email_folders WHERE account_id = {other_account} AND type = 'inbox'
--- folders_tenant_account
SELECT * FROM public.email_folders WHERE account_id = {account}
--- folders_type | superuser
SELECT id FROM public.email_folders WHERE type = 'spam'
--- folders_account_path
SELECT * FROM public.email_folders WHERE account_id = {account} AND md5(path) = md5('INBOX') AND NOT is_deleted
--- messages_folder_received
SELECT * FROM public.email_messages WHERE folder_id = {folder} AND NOT is_deleted ORDER BY received_at DESC, id DESC LIMIT 50
--- messages_folder_received
SELECT * FROM public.email_messages WHERE folder_id = {folder} AND NOT is_deleted AND received_at <= {received_at}
 AND (received_at, id) < ({received_at}, {message}) ORDER BY received_at DESC, id DESC LIMIT 50
--- messages_folder_unread
SELECT count(*) FROM public.email_messages WHERE folder_id = {folder} AND NOT is_read AND NOT is_deleted
--- messages_account_unread
SELECT * FROM public.email_messages WHERE account_id = {account} AND NOT is_read AND NOT is_deleted
 ORDER BY received_at DESC LIMIT 50
--- messages_account_flagged
SELECT * FROM public.email_messages WHERE account_id = {account} AND is_flagged AND NOT is_deleted
 ORDER BY received_at DESC LIMIT 50
--- messages_account_drafts
SELECT * FROM public.email_messages WHERE account_id = {account} AND is_draft AND NOT is_deleted
 ORDER BY updated_at DESC LIMIT 50
--- messages_account_read
SELECT is_read, count(*) FROM public.email_messages WHERE account_id = {account} GROUP BY is_read
--- messages_thread_id
SELECT * FROM public.email_messages WHERE thread_id = {thread} ORDER BY received_at
--- messages_folder_received
SELECT DISTINCT ON (m.thread_id) m.thread_id, m.id, m.received_at FROM (SELECT thread_id, id, received_at
  FROM public.email_messages WHERE folder_id = {folder} AND NOT is_deleted ORDER BY received_at DESC LIMIT 500) AS m
 ORDER BY m.thread_id, m.received_at DESC
--- messages_with_attachments
SELECT * FROM public.email_messages WHERE account_id = {account} AND has_attachments AND NOT is_deleted
 ORDER BY received_at DESC LIMIT 50
--- messages_message_id
SELECT * FROM public.email_messages WHERE message_id = {key} AND account_id = {account}
--- messages_message_id_full
SELECT * FROM public.email_messages WHERE md5(message_id_full) = md5({key}) AND message_id_full IS NOT NULL
 AND account_id = {account}
--- messages_in_reply_to
SELECT * FROM public.email_messages WHERE account_id = {account} AND in_reply_to = {key}
--- messages_imap_uid
SELECT * FROM public.email_messages WHERE folder_id = {folder} AND imap_uid = {uid}
--- messages_folder_uid
SELECT id FROM public.email_messages WHERE folder_id = {folder} AND imap_uid_num BETWEEN 1000 AND 3000 ORDER BY imap_uid_num
--- messages_account_changes
SELECT * FROM public.email_changes({account}, (SELECT max(change_seq) - 2000 FROM public.email_messages))
--- messages_account_changes
SELECT * FROM public.email_changes({account}, 9000000000000000)
--- messages_purge | owner
SELECT public.email_purge_deleted(1000)
--- messages_tenant_received
SELECT id FROM public.email_messages ORDER BY received_at DESC LIMIT 50
--- messages_created_brin | superuser
SELECT id FROM public.email_messages WHERE created_at BETWEEN 1000 AND 1500
--- message_tombstones_time_brin | owner
SELECT public.email_purge_tombstones(public.email_now_ms() - 300)
--- message_tombstones_tenant | superuser
SELECT * FROM public.email_message_tombstones WHERE tenant_id = {other_tenant}
--- messages_text_search
SELECT * FROM public.email_search({absent_word})
--- messages_text_search
SELECT * FROM public.email_search_references(ARRAY[{parent_key}])
--- message_search_received | application with many rows
SELECT * FROM public.email_search({common_word})
--- attachments_filename_trgm
SELECT * FROM public.email_search_attachments({filename_part})
--- attachments_message_id
SELECT * FROM public.email_attachments WHERE message_id = {attached_message}
--- attachments_content_hash
SELECT id FROM public.email_attachments WHERE content_hash = {content_hash}
--- attachments_storage_path
SELECT id FROM public.email_attachments WHERE storage_path = {storage_path}
--- attachments_blob
SELECT id FROM public.email_attachments WHERE blob_id = {blob}
--- attachments_tenant | superuser
SELECT count(*) FROM public.email_attachments WHERE tenant_id = {other_tenant}
--- attachments_tenant_mime
SELECT * FROM public.email_attachments WHERE mime_type = 'image/png' ORDER BY created_at DESC LIMIT 20
--- attachments_large
SELECT * FROM public.email_attachments WHERE size_bytes >= 1048576 ORDER BY size_bytes DESC LIMIT 20
--- attachments_purge | superuser
SELECT id FROM public.email_attachments WHERE is_deleted AND deleted_at < 2000 LIMIT 10
--- audit_log_tenant_time
SELECT * FROM public.email_audit_log ORDER BY changed_at DESC LIMIT 50
--- audit_log_record
SELECT * FROM public.email_audit_log WHERE record_id = {message} ORDER BY changed_at DESC
--- audit_log_actor
SELECT * FROM public.email_audit_log WHERE actor_id = {actor} ORDER BY changed_at DESC LIMIT 50
--- audit_log_time_brin | owner
SELECT public.email_purge_audit(public.email_now_ms() - 300)
