-- The other indexes: each answers one catalogued query, which is its comment.
--
-- Makes:  21 indexes; with the 16 documented ones, four on the audit log and two on tombstones there are 43 called
--         idx_email_*.
-- Cost:   SHARE on each table while its indexes are built; the tables are new and empty.
--
-- Predicates are part of the contract with the query: it must say "NOT is_deleted" (or = false) for PostgreSQL to
-- use them. INCLUDE (tenant_id) lets row security be answered from the index alone. There is no index on a counter
-- or on updated_at of email_folders: that keeps counter updates within the page (HOT).

SET LOCAL ROLE email_owner;

-- Accounts
CREATE INDEX idx_email_accounts_due ON public.email_accounts (last_sync_at NULLS FIRST) INCLUDE (tenant_id, sync_interval)
    WHERE is_sync_enabled AND is_enabled AND NOT is_syncing AND NOT is_deleted;
COMMENT ON INDEX public.idx_email_accounts_due IS 'Accounts due for synchronisation, longest waiting first (worker)';
CREATE INDEX idx_email_accounts_stuck ON public.email_accounts (updated_at) WHERE is_syncing;
COMMENT ON INDEX public.idx_email_accounts_stuck IS 'Synchronisations that never ended';

-- Folders. md5 is leakproof and short: a path has no limit, a B-tree entry has. It is no secret, only a key. With tenant_id
-- in front, a refusal never tells of a stranger's folder: uniqueness is looked at before the foreign key.
CREATE UNIQUE INDEX idx_email_folders_account_path ON public.email_folders (tenant_id, account_id, md5(path))
    WHERE NOT is_deleted;
COMMENT ON INDEX public.idx_email_folders_account_path IS 'Folder by its name on the server: account_id = $1 AND md5(path) = md5($2)';

-- Messages: views of a mailbox
CREATE INDEX idx_email_messages_folder_unread ON public.email_messages (folder_id, received_at DESC) INCLUDE (tenant_id)
    WHERE NOT is_read AND NOT is_deleted;
COMMENT ON INDEX public.idx_email_messages_folder_unread IS 'Unread messages of a folder, and their number';
CREATE INDEX idx_email_messages_account_unread ON public.email_messages (account_id, received_at DESC) INCLUDE (tenant_id)
    WHERE NOT is_read AND NOT is_deleted;
COMMENT ON INDEX public.idx_email_messages_account_unread IS 'Unread messages of an account over all folders';
CREATE INDEX idx_email_messages_account_flagged ON public.email_messages (account_id, received_at DESC) INCLUDE (tenant_id)
    WHERE is_flagged AND NOT is_deleted;
COMMENT ON INDEX public.idx_email_messages_account_flagged IS 'Flagged messages of an account';
CREATE INDEX idx_email_messages_account_drafts ON public.email_messages (account_id, updated_at DESC)
    WHERE is_draft AND NOT is_deleted;
COMMENT ON INDEX public.idx_email_messages_account_drafts IS 'Drafts of an account, last edited first';
CREATE INDEX idx_email_messages_with_attachments ON public.email_messages (account_id, received_at DESC)
    WHERE has_attachments AND NOT is_deleted;
COMMENT ON INDEX public.idx_email_messages_with_attachments IS 'Messages of an account that have attachments';

-- Messages: threads
CREATE INDEX idx_email_messages_in_reply_to ON public.email_messages (account_id, in_reply_to) WHERE in_reply_to IS NOT NULL;
COMMENT ON INDEX public.idx_email_messages_in_reply_to IS 'Answers to a message';

-- Messages: synchronisation and life cycle
-- Few rows, those of copies and variants; md5 as for paths.
CREATE INDEX idx_email_messages_message_id_full ON public.email_messages (md5(message_id_full), account_id)
    WHERE message_id_full IS NOT NULL;
COMMENT ON INDEX public.idx_email_messages_message_id_full IS 'Copies and variants of a message, by its Message-ID: md5(message_id_full) = md5($1) AND account_id = $2';
CREATE INDEX idx_email_messages_folder_uid ON public.email_messages (folder_id, imap_uid_num);
COMMENT ON INDEX public.idx_email_messages_folder_uid IS 'Range of UIDs in a folder';
CREATE INDEX idx_email_messages_account_changes ON public.email_messages (account_id, change_seq);
COMMENT ON INDEX public.idx_email_messages_account_changes IS 'Changes of an account since a state, deletions included';
CREATE INDEX idx_email_messages_purge ON public.email_messages (deleted_at) WHERE is_deleted;
COMMENT ON INDEX public.idx_email_messages_purge IS 'Deleted messages old enough to purge';
CREATE INDEX idx_email_messages_tenant_received ON public.email_messages (tenant_id, received_at DESC);
COMMENT ON INDEX public.idx_email_messages_tenant_received IS 'Messages of a tenant: time line, count, export, offboarding';
-- Rows arrive in the order of created_at, not of received_at: an import of old mail would spoil the latter's ranges.
CREATE INDEX idx_email_messages_created_brin ON public.email_messages USING brin (created_at);
COMMENT ON INDEX public.idx_email_messages_created_brin IS 'What was stored in a span of time (incremental export)';

-- Messages: search
CREATE INDEX idx_email_message_search_received ON public.email_message_search (tenant_id, received_at DESC);
COMMENT ON INDEX public.idx_email_message_search_received IS 'First page of a search for common words, newest first';

-- Attachments
CREATE INDEX idx_email_attachments_purge ON public.email_attachments (deleted_at) WHERE is_deleted;
COMMENT ON INDEX public.idx_email_attachments_purge IS 'Deleted attachments old enough to purge';
CREATE INDEX idx_email_attachments_tenant_mime ON public.email_attachments (tenant_id, mime_type, created_at DESC);
COMMENT ON INDEX public.idx_email_attachments_tenant_mime IS 'Attachments of a MIME type, newest first';
CREATE INDEX idx_email_attachments_large ON public.email_attachments (tenant_id, size_bytes DESC) WHERE size_bytes >= 1048576;
COMMENT ON INDEX public.idx_email_attachments_large IS 'Largest attachments, from 1 MiB on';
CREATE INDEX idx_email_attachments_blob ON public.email_attachments (blob_id) WHERE blob_id IS NOT NULL;
COMMENT ON INDEX public.idx_email_attachments_blob IS 'Is a blob still referred to';
CREATE INDEX idx_email_attachments_filename_trgm ON public.email_attachments
    USING gin ((tenant_id::text), filename public.gin_trgm_ops);
COMMENT ON INDEX public.idx_email_attachments_filename_trgm IS 'Part of a file name (email_search_attachments)';
