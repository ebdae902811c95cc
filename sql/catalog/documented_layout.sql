-- The documented layout and nothing else, for bench to compare with. Run by a superuser in an empty database.
--
-- "from" and "to" are quoted, as they must be; the full-text index is the expression that "subject + body" suggests; and
-- the application is a role that row security applies to.
CREATE TABLE email_accounts (
  id UUID PRIMARY KEY, tenant_id UUID NOT NULL, user_id UUID NOT NULL, account_name VARCHAR(255),
  email_address VARCHAR(255) UNIQUE, protocol VARCHAR(20), hostname VARCHAR(255), port INTEGER,
  encryption VARCHAR(20), username VARCHAR(255), credential_id UUID, is_sync_enabled BOOLEAN DEFAULT TRUE,
  sync_interval INTEGER DEFAULT 300, last_sync_at BIGINT, is_syncing BOOLEAN DEFAULT FALSE,
  is_enabled BOOLEAN DEFAULT TRUE, created_at BIGINT, updated_at BIGINT);
CREATE INDEX idx_email_accounts_tenant_user ON email_accounts (tenant_id, user_id);
CREATE INDEX idx_email_accounts_email_address ON email_accounts (email_address);
CREATE INDEX idx_email_accounts_sync_enabled ON email_accounts (tenant_id, is_sync_enabled, last_sync_at);

CREATE TABLE email_folders (
  id UUID PRIMARY KEY, tenant_id UUID NOT NULL, account_id UUID NOT NULL REFERENCES email_accounts,
  name VARCHAR(255), type VARCHAR(20), unread_count INTEGER DEFAULT 0, total_count INTEGER DEFAULT 0,
  sync_token TEXT, is_selectable BOOLEAN DEFAULT TRUE, created_at BIGINT, updated_at BIGINT);
CREATE INDEX idx_email_folders_account_type ON email_folders (account_id, type);
CREATE INDEX idx_email_folders_tenant_account ON email_folders (tenant_id, account_id);
CREATE INDEX idx_email_folders_type ON email_folders (type)
  WHERE type IN ('inbox', 'sent', 'drafts', 'trash', 'spam', 'archive');

CREATE TABLE email_messages (
  id UUID PRIMARY KEY, tenant_id UUID NOT NULL, account_id UUID NOT NULL REFERENCES email_accounts,
  folder_id UUID NOT NULL REFERENCES email_folders, message_id VARCHAR(500) NOT NULL, imap_uid VARCHAR(100),
  in_reply_to VARCHAR(500), "from" VARCHAR(500), "to" JSONB, cc JSONB, bcc JSONB, reply_to VARCHAR(255),
  subject VARCHAR(500), text_body TEXT, html_body TEXT, is_read BOOLEAN DEFAULT FALSE,
  is_flagged BOOLEAN DEFAULT FALSE, is_draft BOOLEAN DEFAULT FALSE, thread_id UUID, sent_at BIGINT,
  received_at BIGINT, created_at BIGINT, updated_at BIGINT);
CREATE INDEX idx_email_messages_folder_received ON email_messages (folder_id, received_at DESC);
CREATE INDEX idx_email_messages_thread_id ON email_messages (thread_id);
CREATE INDEX idx_email_messages_account_read ON email_messages (account_id, is_read);
CREATE UNIQUE INDEX idx_email_messages_message_id ON email_messages (message_id, account_id);
CREATE UNIQUE INDEX idx_email_messages_imap_uid ON email_messages (imap_uid, folder_id);
CREATE INDEX idx_email_messages_text_search ON email_messages USING gin (to_tsvector('english', subject || ' ' || text_body));

CREATE TABLE email_attachments (
  id UUID PRIMARY KEY, tenant_id UUID NOT NULL, message_id UUID NOT NULL REFERENCES email_messages,
  filename VARCHAR(500), mime_type VARCHAR(100), size_bytes INTEGER, storage_path VARCHAR(1000),
  storage_type VARCHAR(20), blob_id UUID, content_hash VARCHAR(64), created_at BIGINT);
CREATE INDEX idx_email_attachments_message_id ON email_attachments (message_id);
CREATE INDEX idx_email_attachments_tenant ON email_attachments (tenant_id);
CREATE INDEX idx_email_attachments_storage_path ON email_attachments (storage_path);
CREATE INDEX idx_email_attachments_content_hash ON email_attachments (content_hash);

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['email_accounts', 'email_folders', 'email_messages', 'email_attachments'] LOOP
    EXECUTE format($policy$
      ALTER TABLE %1$s ENABLE ROW LEVEL SECURITY;
      CREATE POLICY %1$s_tenant_policy ON %1$s
        USING (tenant_id = current_setting('app.current_tenant_id')::UUID)
        WITH CHECK (tenant_id = current_setting('app.current_tenant_id')::UUID);
      GRANT SELECT, INSERT, UPDATE, DELETE ON %1$s TO email_service$policy$, name);
  END LOOP;
END $$;
