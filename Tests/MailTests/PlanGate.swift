/// A catalogued query, and the index that it must use.
struct PlannedQuery: Sendable {
    enum Actor: Sendable {
        /// The application, under row security, serving the biggest tenant.
        case application
        case worker
        /// The operator, as the owner of the tables, who calls the functions for maintenance.
        case owner
        case superuser
    }

    let index: String
    let actor: Actor
    let sql: String

    init(_ index: String, _ sql: String, as actor: Actor = .application) {
        self.index = index
        self.sql = sql
        self.actor = actor
    }

    private static let account = "md5('a1-1')::uuid"
    private static let folder = "md5('f1-1-1')::uuid"
    private static let live = "AND NOT is_deleted"
    private static let newest = "ORDER BY received_at DESC LIMIT 50"

    /// The catalogue.
    ///
    /// Its queries have literals, because that is what the planner sees of a statement's parameters.
    static let all: [PlannedQuery] = [
        // Accounts and folders
        .init("accounts_tenant_user", "SELECT * FROM email_accounts WHERE user_id = md5('u1-1')::uuid"),
        .init("accounts_email_address", "SELECT * FROM email_accounts WHERE email_address = 'box1-1@example.com'"),
        .init(
            "accounts_sync_enabled",
            "SELECT id FROM email_accounts WHERE is_sync_enabled ORDER BY last_sync_at LIMIT 20"),
        .init("accounts_due", "SELECT * FROM email_claim_accounts(5)", as: .worker),
        .init("accounts_stuck", "SELECT * FROM email_claim_accounts(5)", as: .worker),
        .init(
            "folders_account_type",
            "SELECT * FROM email_folders WHERE account_id = md5('a1-2')::uuid AND type = 'inbox'"),
        .init("folders_tenant_account", "SELECT * FROM email_folders WHERE account_id = \(account)"),
        .init("folders_type", "SELECT id FROM email_folders WHERE type = 'spam'", as: .superuser),
        .init(
            "folders_account_path",
            "SELECT * FROM email_folders WHERE account_id = \(account) AND md5(path) = md5('INBOX') \(live)"),
        // Views of a mailbox
        .init(
            "messages_folder_received",
            "SELECT * FROM email_messages WHERE folder_id = \(folder) \(live) ORDER BY received_at DESC, id DESC LIMIT 50"
        ),
        .init(
            "messages_folder_received",
            """
            SELECT * FROM email_messages WHERE folder_id = \(folder) \(live) AND received_at <= 1605000000000
               AND (received_at, id) < (1605000000000, md5('m1')::uuid) ORDER BY received_at DESC, id DESC LIMIT 50
            """),
        .init(
            "messages_folder_unread",
            "SELECT count(*) FROM email_messages WHERE folder_id = \(folder) AND NOT is_read \(live)"),
        .init(
            "messages_account_unread",
            "SELECT * FROM email_messages WHERE account_id = \(account) AND NOT is_read \(live) \(newest)"
        ),
        .init(
            "messages_account_flagged",
            "SELECT * FROM email_messages WHERE account_id = \(account) AND is_flagged \(live) \(newest)"
        ),
        .init(
            "messages_account_drafts",
            "SELECT * FROM email_messages WHERE account_id = \(account) AND is_draft \(live) ORDER BY updated_at DESC LIMIT 50"
        ),
        .init(
            "messages_account_read",
            "SELECT is_read, count(*) FROM email_messages WHERE account_id = \(account) GROUP BY is_read"),
        .init(
            "messages_thread_id",
            "SELECT * FROM email_messages WHERE thread_id = md5('th1-1-5')::uuid ORDER BY received_at"),
        .init(
            "messages_folder_thread",
            """
            SELECT DISTINCT ON (thread_id) thread_id, id, received_at FROM email_messages
             WHERE folder_id = \(folder) \(live) ORDER BY thread_id, received_at DESC LIMIT 50
            """),
        .init(
            "messages_with_attachments",
            "SELECT * FROM email_messages WHERE account_id = \(account) AND has_attachments \(live) \(newest)"
        ),
        .init(
            "messages_account_from",
            "SELECT * FROM email_messages WHERE account_id = \(account) AND from_address = 'user7@example.com' \(newest)"
        ),
        .init(
            "messages_account_from",
            "SELECT * FROM email_messages WHERE account_id = \(account) AND from_address ^@ 'user77@'"),
        // Keys and synchronisation
        .init(
            "messages_message_id",
            "SELECT * FROM email_messages WHERE message_id = '<100@example.com>' AND account_id = \(account)"),
        .init(
            "messages_in_reply_to",
            "SELECT * FROM email_messages WHERE account_id = \(account) AND in_reply_to = '<100@example.com>'"),
        .init("messages_imap_uid", "SELECT * FROM email_messages WHERE folder_id = \(folder) AND imap_uid = '100'"),
        .init(
            "messages_folder_uid",
            "SELECT id FROM email_messages WHERE folder_id = \(folder) AND imap_uid_num BETWEEN 1000 AND 3000 ORDER BY imap_uid_num"
        ),
        .init(
            "messages_account_changes",
            "SELECT * FROM email_changes(\(account), (SELECT max(change_seq) - 2000 FROM email_messages))"),
        // Life cycle
        .init("messages_purge", "SELECT email_purge_deleted(1000)", as: .owner),
        .init("messages_tenant_received", "SELECT id FROM email_messages ORDER BY received_at DESC LIMIT 50"),
        .init(
            "messages_created_brin", "SELECT id FROM email_messages WHERE created_at BETWEEN 1000 AND 1500",
            as: .superuser),
        .init("message_tombstones_time_brin", "SELECT email_purge_tombstones(email_now_ms() - 300)", as: .owner),
        .init(
            "message_tombstones_tenant", "SELECT * FROM email_message_tombstones WHERE tenant_id = md5('t7')::uuid",
            as: .superuser),
        // Search
        .init("messages_text_search", "SELECT * FROM email_search('rare100')"),
        .init("messages_text_search", "SELECT * FROM email_search('absent')"),
        .init("messages_search_received", "SELECT * FROM email_search('common')"),
        .init("messages_recipients", "SELECT * FROM email_search_recipients('rcpt100@example.com')"),
        .init("messages_subject_trgm", "SELECT * FROM email_search_substring('are100 ')"),
        .init("messages_refs", "SELECT * FROM email_search_references(ARRAY['<99@example.com>'])"),
        .init("attachments_filename_trgm", "SELECT * FROM email_search_attachments('file104.')"),
        // Attachments
        .init("attachments_message_id", "SELECT * FROM email_attachments WHERE message_id = md5('m104')::uuid"),
        .init("attachments_content_hash", "SELECT id FROM email_attachments WHERE content_hash = md5('104')"),
        .init("attachments_storage_path", "SELECT id FROM email_attachments WHERE storage_path = 'path/104'"),
        .init("attachments_blob", "SELECT id FROM email_attachments WHERE blob_id = md5('b104')::uuid"),
        .init(
            "attachments_tenant", "SELECT count(*) FROM email_attachments WHERE tenant_id = md5('t9')::uuid",
            as: .superuser),
        .init(
            "attachments_tenant_mime",
            "SELECT * FROM email_attachments WHERE mime_type = 'image/png' ORDER BY created_at DESC LIMIT 20"),
        .init(
            "attachments_large",
            "SELECT * FROM email_attachments WHERE size_bytes >= 1048576 ORDER BY size_bytes DESC LIMIT 20"),
        .init(
            "attachments_purge", "SELECT id FROM email_attachments WHERE is_deleted AND deleted_at < 2000 LIMIT 10",
            as: .superuser),
        // Audit
        .init("audit_log_tenant_time", "SELECT * FROM email_audit_log ORDER BY changed_at DESC LIMIT 50"),
        .init(
            "audit_log_record",
            "SELECT * FROM email_audit_log WHERE record_id = md5('m100')::uuid ORDER BY changed_at DESC"),
        .init(
            "audit_log_actor",
            "SELECT * FROM email_audit_log WHERE actor_id = 'user 7' ORDER BY changed_at DESC LIMIT 50"),
        .init("audit_log_time_brin", "SELECT email_purge_audit(email_now_ms() - 300)", as: .owner),
    ]

    /// Statements that fill a database with skewed tenants, without triggers: 60 tenants, the first with 23 % of the mail.
    static func load(messages count: Int) -> [String] {
        [
            "SET session_replication_role = replica", "SET work_mem = '256MB'", "SET synchronous_commit = off",
            """
            INSERT INTO email_accounts (id, tenant_id, user_id, email_address, last_sync_at, is_syncing, sync_lease_until)
            SELECT md5('a' || t || '-' || a)::uuid, md5('t' || t)::uuid, md5('u' || t || '-' || a)::uuid,
                   'box' || t || '-' || a || '@example.com', 1000 * a, a = 77, CASE WHEN a = 77 THEN 5 END
              FROM generate_series(1, 60) AS t, generate_series(1, 200) AS a
            """,
            """
            INSERT INTO email_folders (id, tenant_id, account_id, path, type)
            SELECT md5('f' || t || '-' || a || '-' || f)::uuid, md5('t' || t)::uuid, md5('a' || t || '-' || a)::uuid,
                   CASE f WHEN 1 THEN 'INBOX' ELSE 'Folder ' || f END,
                   CASE WHEN f = 1 THEN 'inbox' WHEN a = 99 THEN 'spam' ELSE 'custom' END
              FROM generate_series(1, 60) AS t, generate_series(1, 200) AS a, generate_series(1, 4) AS f
            """,
            """
            INSERT INTO email_folders (tenant_id, account_id, path, type)
            SELECT md5('t1')::uuid, md5('a1-1')::uuid, 'List ' || f, 'custom' FROM generate_series(1, 300) AS f
            """,
            """
            INSERT INTO email_messages (id, tenant_id, account_id, folder_id, message_id, imap_uid, in_reply_to, "from", "to",
                   subject, text_body, is_read, is_flagged, is_draft, thread_id, received_at, created_at, updated_at,
                   is_deleted, deleted_at, has_attachments, refs)
            SELECT md5('m' || i)::uuid, md5('t' || t)::uuid, md5('a' || t || '-' || a)::uuid,
                   md5('f' || t || '-' || a || '-' || f)::uuid, '<' || i || '@example.com>', i::text,
                   CASE WHEN i % 3 = 0 THEN '<' || i - 1 || '@example.com>' END, 'User <user' || i % 500 || '@example.com>',
                   jsonb_build_array('rcpt' || i || '@example.com'), 'common rare' || i || ' word' || i % 997,
                   'body of words ' || i % 31 || ' and ' || i % 1009, i % 10 <> 3, i % 50 = 3, i % 100 = 7,
                   md5('th' || t || '-' || a || '-' || i / 20)::uuid, 1600000000000 + (i::bigint * 7919 % \(count)) * 60000, i, i,
                   i % 40 = 0, CASE WHEN i % 40 = 0 THEN i END, i % 8 = 0,
                   CASE WHEN i % 3 = 0 THEN ARRAY['<' || i - 1 || '@example.com>'] END
              FROM (SELECT i, t, 1 + i % 2 AS a, 1 + CASE WHEN i % 10 < 6 THEN 0 ELSE i % 4 END AS f
                      FROM (SELECT i, CASE WHEN i % 100 < 23 THEN 1
                                           ELSE 2 + floor(58 * power((i::bigint * 7919 % 99991) / 99991.0, 3))::integer END AS t
                              FROM generate_series(1, \(count)) AS i) AS s) AS s
            """,
            """
            INSERT INTO email_message_search
                   (tenant_id, message_id, account_id, received_at, subject, sender, recipients, refs, search_vector)
            SELECT tenant_id, id, account_id, received_at, subject, "from", email_search_addresses("to", cc, bcc), refs,
                   email_search_words(subject, text_body, NULL) FROM email_messages
            """,
            """
            INSERT INTO email_attachments (id, tenant_id, message_id, filename, mime_type, size_bytes, storage_path, blob_id,
                   content_hash, created_at, is_deleted, deleted_at)
            SELECT md5('at' || imap_uid)::uuid, tenant_id, id, 'file' || imap_uid || '.pdf',
                   CASE WHEN imap_uid_num % 24 = 0 THEN 'image/png' ELSE 'application/pdf' END,
                   CASE WHEN imap_uid_num % 200 = 0 THEN 2000000 ELSE 5000 END, 'path/' || imap_uid,
                   md5('b' || imap_uid)::uuid, md5(imap_uid), imap_uid_num,
                   imap_uid_num % 400 = 0, CASE WHEN imap_uid_num % 400 = 0 THEN imap_uid_num END
              FROM email_messages WHERE has_attachments
            """,
            """
            INSERT INTO email_message_tombstones (tenant_id, account_id, folder_id, message_id, is_gone, recorded_at)
            SELECT md5('t' || 1 + i % 60)::uuid, md5('a' || 1 + i % 60 || '-1')::uuid,
                   md5('f' || 1 + i % 60 || '-1-1')::uuid, md5('gone' || i)::uuid, true, i FROM generate_series(1, 30000) AS i
            """,
            """
            INSERT INTO email_audit_log (tenant_id, changed_at, actor_id, table_name, operation, record_id)
            SELECT md5('t' || 1 + i % 60)::uuid, i, CASE WHEN i % 5 = 0 THEN 'user ' || i % 999 END, 'email_messages',
                   'INSERT', md5('m' || i)::uuid FROM generate_series(1, 60000) AS i
            """,
            "VACUUM ANALYZE",
        ]
    }
}
