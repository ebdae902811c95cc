import Foundation

/// The founding document's own SQL, and rows in it.
enum FoundingDocument {
    static let schema = """
        \(tables)
        \(indexes)
        \(security)
        """

    /// Tables, as the document has them; where it forgot a comma or a quote, the comma and the quote.
    private static let tables = """
        CREATE EXTENSION "uuid-ossp";
        CREATE EXTENSION pgcrypto;
        CREATE EXTENSION pg_trgm;
        CREATE TABLE email_accounts (
          id UUID PRIMARY KEY, tenant_id UUID NOT NULL, user_id UUID NOT NULL, account_name VARCHAR(255),
          email_address VARCHAR(255) UNIQUE, protocol VARCHAR(20), hostname VARCHAR(255), port INTEGER, encryption VARCHAR(20),
          username VARCHAR(255), credential_id UUID, is_sync_enabled BOOLEAN DEFAULT TRUE, sync_interval INTEGER DEFAULT 300,
          last_sync_at BIGINT, is_syncing BOOLEAN DEFAULT FALSE, is_enabled BOOLEAN DEFAULT TRUE, created_at BIGINT, updated_at BIGINT);
        CREATE TABLE email_folders (
          id UUID PRIMARY KEY, tenant_id UUID NOT NULL, account_id UUID NOT NULL REFERENCES email_accounts, name VARCHAR(255),
          type VARCHAR(20), unread_count INTEGER DEFAULT 0, total_count INTEGER DEFAULT 0, sync_token TEXT,
          is_selectable BOOLEAN DEFAULT TRUE, created_at BIGINT, updated_at BIGINT);
        CREATE TABLE email_messages (
          id UUID PRIMARY KEY, tenant_id UUID NOT NULL, account_id UUID NOT NULL REFERENCES email_accounts,
          folder_id UUID NOT NULL REFERENCES email_folders, message_id VARCHAR(500) NOT NULL, imap_uid VARCHAR(100),
          in_reply_to VARCHAR(500), "from" VARCHAR(500), "to" JSONB, cc JSONB, bcc JSONB, reply_to VARCHAR(255),
          subject VARCHAR(500), text_body TEXT, html_body TEXT, is_read BOOLEAN DEFAULT FALSE, is_flagged BOOLEAN DEFAULT FALSE,
          is_draft BOOLEAN DEFAULT FALSE, thread_id UUID, sent_at BIGINT, received_at BIGINT, created_at BIGINT, updated_at BIGINT);
        CREATE TABLE email_attachments (
          id UUID PRIMARY KEY, tenant_id UUID NOT NULL, message_id UUID NOT NULL REFERENCES email_messages, filename VARCHAR(500),
          mime_type VARCHAR(100), size_bytes INTEGER, storage_path VARCHAR(1000), storage_type VARCHAR(20), blob_id UUID,
          content_hash VARCHAR(64), created_at BIGINT);
        CREATE TABLE email_audit_log (id UUID PRIMARY KEY DEFAULT uuid_generate_v4(), tenant_id UUID, action TEXT, created_at BIGINT);
        """

    private static let indexes = """
        CREATE INDEX idx_email_accounts_tenant_user ON email_accounts (tenant_id, user_id);
        CREATE INDEX idx_email_accounts_email_address ON email_accounts (email_address);
        CREATE INDEX idx_email_accounts_sync_enabled ON email_accounts (tenant_id, is_sync_enabled, last_sync_at);
        CREATE INDEX idx_email_folders_account_type ON email_folders (account_id, type);
        CREATE INDEX idx_email_folders_tenant_account ON email_folders (tenant_id, account_id);
        CREATE INDEX idx_email_folders_type ON email_folders (type) WHERE type IN ('inbox', 'sent', 'drafts');
        CREATE INDEX idx_email_messages_folder_received ON email_messages (folder_id, received_at DESC);
        CREATE INDEX idx_email_messages_thread_id ON email_messages (thread_id);
        CREATE INDEX idx_email_messages_account_read ON email_messages (account_id, is_read);
        CREATE UNIQUE INDEX idx_email_messages_message_id ON email_messages (message_id, account_id);
        CREATE UNIQUE INDEX idx_email_messages_imap_uid ON email_messages (imap_uid, folder_id);
        CREATE INDEX idx_email_messages_text_search ON email_messages
          USING gin (to_tsvector('english', coalesce(subject, '') || ' ' || coalesce(text_body, '')));
        CREATE INDEX idx_email_attachments_message_id ON email_attachments (message_id);
        CREATE INDEX idx_email_attachments_tenant ON email_attachments (tenant_id);
        CREATE INDEX idx_email_attachments_storage_path ON email_attachments (storage_path);
        CREATE INDEX idx_email_attachments_content_hash ON email_attachments (content_hash);
        """

    private static let security =
        ["accounts", "folders", "messages", "attachments"].map { table in
            """
            ALTER TABLE email_\(table) ENABLE ROW LEVEL SECURITY;
            CREATE POLICY email_\(table)_tenant_policy ON email_\(table)
              USING (tenant_id = current_setting('app.current_tenant_id')::UUID)
              WITH CHECK (tenant_id = current_setting('app.current_tenant_id')::UUID);
            """
        }.joined(separator: "\n") + """

            CREATE VIEW pg_connection_stats AS SELECT datname, usename, count(*) FROM pg_stat_activity GROUP BY datname, usename;
            CREATE VIEW pg_long_queries AS SELECT pid, query FROM pg_stat_activity WHERE state = 'active';
            CREATE FUNCTION pg_table_bloat_status() RETURNS TABLE (t name, dead bigint) LANGUAGE sql
              AS 'SELECT relname, n_dead_tup FROM pg_stat_user_tables';
            """

    /// Accounts (two a tenant), folders (three an account), messages, and an attachment of every fifth.
    static func rows(tenants: Int = 5, messages: Int = 600) -> String {
        """
        INSERT INTO email_accounts (id, tenant_id, user_id, account_name, email_address, protocol, hostname, port, encryption, username,
          created_at, updated_at)
        SELECT md5('a' || t || '-' || a)::uuid, md5('t' || t)::uuid, md5('u' || t || '-' || a)::uuid, 'acc',
          CASE WHEN a = 1 THEN 'User' || t || '@Example.com' ELSE t || '.' || a || '@example.com' END, 'imap', 'h', 993, 'tls', 'u',
          1700000000000, 1700000000000
        FROM generate_series(1, \(tenants)) t, generate_series(1, 2) a;
        INSERT INTO email_folders (id, tenant_id, account_id, name, type, created_at, updated_at)
        SELECT md5('f' || t || '-' || a || '-' || f)::uuid, md5('t' || t)::uuid, md5('a' || t || '-' || a)::uuid, 'F' || f,
          (ARRAY['inbox','sent','custom'])[f], 1700000000000, 1700000000000
        FROM generate_series(1, \(tenants)) t, generate_series(1, 2) a, generate_series(1, 3) f;
        INSERT INTO email_messages (id, tenant_id, account_id, folder_id, message_id, imap_uid, "from", "to", cc, subject, text_body,
          html_body, is_read, thread_id, sent_at, received_at, created_at, updated_at)
        SELECT md5('m' || n)::uuid, md5('t' || t)::uuid, md5('a' || t || '-' || a)::uuid, md5('f' || t || '-' || a || '-' || f)::uuid,
          '<' || n || '@example.com>', n::text, '"Name ' || n % 100 || '" <sender' || n % 100 || '@example.org>',
          to_jsonb(ARRAY['a' || n % 50 || '@example.com', 'b' || n % 7 || '@example.net']), '[]', 'Subject of message number ' || n,
          (SELECT string_agg(md5((n * 31 + i)::text), ' ') FROM generate_series(1, 5 + n % 40) i),
          CASE WHEN n % 3 = 0 THEN '<p>hello ' || n || '</p>' END, n % 4 = 0, md5('th' || n / 5 || '-' || t)::uuid, 1700000000000 + n,
          1700000000000 + n, 1700000000000 + n, 1700000000000 + n
        FROM generate_series(1, \(messages)) n
        CROSS JOIN LATERAL (SELECT 1 + n % \(tenants), 1 + n / \(tenants) % 2, 1 + n / \(tenants) / 2 % 3) k (t, a, f);
        INSERT INTO email_attachments (id, tenant_id, message_id, filename, mime_type, size_bytes, storage_path, storage_type, content_hash,
          created_at)
        SELECT md5('x' || n)::uuid, md5('t' || 1 + n % \(tenants))::uuid, md5('m' || n)::uuid, 'file' || n || '.pdf', 'application/pdf',
          1000 + n, 'p/' || n, 's3', md5(n::text), 1700000000000 + n
        FROM generate_series(1, \(messages), 5) n;
        INSERT INTO email_audit_log (action) VALUES ('something of theirs');
        """
    }
}
