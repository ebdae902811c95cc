-- The documented indexes: names, columns, order, uniqueness and predicates as promised.
--
-- Makes:  15 indexes; the 16th, idx_email_accounts_email_address, is the UNIQUE constraint of its column.
-- Cost:   SHARE on each table while its indexes are built; the tables are new and empty.
--
-- Row security lets only leakproof operators become index conditions: equality and order of uuid, text, numbers
-- and booleans are, full-text, trigram, array and jsonb containment are not. GIN indexes therefore serve functions
-- that run outside row security and say "tenant_id::text = $1" themselves: it keeps a search to the entries of one
-- tenant. As text on purpose: the policies compare tenant_id as uuid, and a uuid key here would invite the planner
-- to fetch a bitmap of the whole tenant from the GIN index for queries that have a better one (measured).

SET LOCAL ROLE email_owner;

CREATE INDEX idx_email_accounts_tenant_user ON public.email_accounts (tenant_id, user_id);
COMMENT ON INDEX public.idx_email_accounts_tenant_user IS 'Accounts of a user';
COMMENT ON INDEX public.idx_email_accounts_email_address IS 'Account by address; also the UNIQUE of the column';
CREATE INDEX idx_email_accounts_sync_enabled ON public.email_accounts (tenant_id, is_sync_enabled, last_sync_at);
COMMENT ON INDEX public.idx_email_accounts_sync_enabled IS 'Synchronised accounts of a tenant, longest waiting first';

CREATE INDEX idx_email_folders_account_type ON public.email_folders (account_id, type);
COMMENT ON INDEX public.idx_email_folders_account_type IS 'Folder of an account by role';
CREATE INDEX idx_email_folders_tenant_account ON public.email_folders (tenant_id, account_id);
COMMENT ON INDEX public.idx_email_folders_tenant_account IS 'Folders of a tenant or account; the foreign key';
-- Every role but custom, which is what most folders are.
CREATE INDEX idx_email_folders_type ON public.email_folders (type)
    WHERE type IN ('inbox', 'sent', 'drafts', 'trash', 'spam', 'archive');
COMMENT ON INDEX public.idx_email_folders_type IS 'All folders of a special role, over all tenants (maintenance)';

CREATE INDEX idx_email_messages_folder_received ON public.email_messages (folder_id, received_at DESC);
COMMENT ON INDEX public.idx_email_messages_folder_received IS 'Page of a folder, newest first, by keyset (received_at, id); old rows of the trash';
CREATE INDEX idx_email_messages_thread_id ON public.email_messages (thread_id);
COMMENT ON INDEX public.idx_email_messages_thread_id IS 'Messages of a conversation';
CREATE INDEX idx_email_messages_account_read ON public.email_messages (account_id, is_read);
COMMENT ON INDEX public.idx_email_messages_account_read IS 'Read and unread totals of an account';
CREATE UNIQUE INDEX idx_email_messages_message_id ON public.email_messages (message_id, account_id);
COMMENT ON INDEX public.idx_email_messages_message_id IS 'Message by Message-ID; delivered twice is stored once';
CREATE UNIQUE INDEX idx_email_messages_imap_uid ON public.email_messages (imap_uid, folder_id);
COMMENT ON INDEX public.idx_email_messages_imap_uid IS 'Message by UID; NULLs (UIDVALIDITY changed) do not collide';
CREATE INDEX idx_email_messages_text_search ON public.email_message_search USING gin ((tenant_id::text), search_vector);
COMMENT ON INDEX public.idx_email_messages_text_search IS 'Words of subject, names and body, and terms such as from:user@example.com';

CREATE INDEX idx_email_attachments_message_id ON public.email_attachments (message_id);
COMMENT ON INDEX public.idx_email_attachments_message_id IS 'Attachments of a message; the foreign key';
CREATE INDEX idx_email_attachments_tenant ON public.email_attachments (tenant_id);
COMMENT ON INDEX public.idx_email_attachments_tenant IS 'Attachments of a tenant: export, offboarding';
CREATE INDEX idx_email_attachments_storage_path ON public.email_attachments (storage_path);
COMMENT ON INDEX public.idx_email_attachments_storage_path IS 'Who refers to a stored object, by path';
CREATE INDEX idx_email_attachments_content_hash ON public.email_attachments (content_hash);
COMMENT ON INDEX public.idx_email_attachments_content_hash IS 'Same content stored before (deduplication)';
