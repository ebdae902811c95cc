/// A catalogued query, and the index that it must use; in its SQL, `{name}` stands for an expression of ``PlanValues``.
package struct PlannedQuery: Sendable {
    enum Actor: Sendable {
        /// The application, under row security, serving the biggest tenant.
        case application
        case worker
        /// The operator, as the owner of the tables, who calls the functions for maintenance.
        case owner
        case superuser
    }

    /// The index, without `idx_email_`.
    let index: String
    let actor: Actor
    let sql: String
    /// Whether the query takes the way through this index only where there are many rows.
    let needsRows: Bool

    init(_ index: String, _ sql: String, as actor: Actor = .application, needsRows: Bool = false) {
        self.index = index
        self.sql = sql
        self.actor = actor
        self.needsRows = needsRows
    }

    var indexName: String { "idx_email_" + index }

    /// Whether what is asked for is behind a function, whose plans only its execution shows.
    var isFunction: Bool {
        ["email_claim_", "email_search", "email_changes(", "email_purge_"].contains { sql.contains($0) }
    }

    private static let account = "{account}"
    private static let folder = "{folder}"
    private static let live = "AND NOT is_deleted"
    private static let newest = "ORDER BY received_at DESC LIMIT 50"

    static let all: [PlannedQuery] = [
        // Accounts and folders
        .init("accounts_tenant_user", "SELECT * FROM email_accounts WHERE user_id = {user}"),
        .init("accounts_email_address", "SELECT * FROM email_accounts WHERE email_address = {address}"),
        .init(
            "accounts_sync_enabled",
            "SELECT id FROM email_accounts WHERE is_sync_enabled ORDER BY last_sync_at LIMIT 20"),
        .init("accounts_due", "SELECT * FROM email_claim_accounts(5)", as: .worker),
        .init("accounts_stuck", "SELECT * FROM email_claim_accounts(5)", as: .worker),
        .init(
            "folders_account_type", "SELECT * FROM email_folders WHERE account_id = {otherAccount} AND type = 'inbox'"),
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
            SELECT * FROM email_messages WHERE folder_id = \(folder) \(live) AND received_at <= {receivedAt}
               AND (received_at, id) < ({receivedAt}, {message}) ORDER BY received_at DESC, id DESC LIMIT 50
            """),
        .init(
            "messages_folder_unread",
            "SELECT count(*) FROM email_messages WHERE folder_id = \(folder) AND NOT is_read \(live)"),
        .init(
            "messages_account_unread",
            "SELECT * FROM email_messages WHERE account_id = \(account) AND NOT is_read \(live) \(newest)"),
        .init(
            "messages_account_flagged",
            "SELECT * FROM email_messages WHERE account_id = \(account) AND is_flagged \(live) \(newest)"),
        .init(
            "messages_account_drafts",
            "SELECT * FROM email_messages WHERE account_id = \(account) AND is_draft \(live) ORDER BY updated_at DESC LIMIT 50"
        ),
        .init(
            "messages_account_read",
            "SELECT is_read, count(*) FROM email_messages WHERE account_id = \(account) GROUP BY is_read"),
        .init("messages_thread_id", "SELECT * FROM email_messages WHERE thread_id = {thread} ORDER BY received_at"),
        .init(
            "messages_folder_thread",
            """
            SELECT DISTINCT ON (thread_id) thread_id, id, received_at FROM email_messages
             WHERE folder_id = \(folder) \(live) ORDER BY thread_id, received_at DESC LIMIT 50
            """),
        .init(
            "messages_with_attachments",
            "SELECT * FROM email_messages WHERE account_id = \(account) AND has_attachments \(live) \(newest)"),
        .init(
            "messages_account_from",
            "SELECT * FROM email_messages WHERE account_id = \(account) AND from_address = {sender} \(newest)"),
        .init(
            "messages_account_from",
            "SELECT * FROM email_messages WHERE account_id = \(account) AND from_address ^@ {senderStart}"),
        // Keys and synchronisation
        .init(
            "messages_message_id", "SELECT * FROM email_messages WHERE message_id = {key} AND account_id = \(account)"),
        .init(
            "messages_in_reply_to", "SELECT * FROM email_messages WHERE account_id = \(account) AND in_reply_to = {key}"
        ), .init("messages_imap_uid", "SELECT * FROM email_messages WHERE folder_id = \(folder) AND imap_uid = {uid}"),
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
            "message_tombstones_tenant", "SELECT * FROM email_message_tombstones WHERE tenant_id = {otherTenant}",
            as: .superuser),
        // Search
        .init("messages_text_search", "SELECT * FROM email_search({word})"),
        .init("messages_text_search", "SELECT * FROM email_search({absentWord})"),
        .init("message_search_received", "SELECT * FROM email_search({commonWord})", needsRows: true),
        .init("message_search_recipients", "SELECT * FROM email_search_recipients({recipient})"),
        .init("message_search_subject_trgm", "SELECT * FROM email_search_substring({subjectPart})"),
        .init("message_search_refs", "SELECT * FROM email_search_references(ARRAY[{parentKey}])"),
        .init("attachments_filename_trgm", "SELECT * FROM email_search_attachments({filenamePart})"),
        // Attachments
        .init("attachments_message_id", "SELECT * FROM email_attachments WHERE message_id = {attachedMessage}"),
        .init("attachments_content_hash", "SELECT id FROM email_attachments WHERE content_hash = {contentHash}"),
        .init("attachments_storage_path", "SELECT id FROM email_attachments WHERE storage_path = {storagePath}"),
        .init("attachments_blob", "SELECT id FROM email_attachments WHERE blob_id = {blob}"),
        .init(
            "attachments_tenant", "SELECT count(*) FROM email_attachments WHERE tenant_id = {otherTenant}",
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
        .init("audit_log_record", "SELECT * FROM email_audit_log WHERE record_id = {message} ORDER BY changed_at DESC"),
        .init(
            "audit_log_actor",
            "SELECT * FROM email_audit_log WHERE actor_id = {actor} ORDER BY changed_at DESC LIMIT 50"),
        .init("audit_log_time_brin", "SELECT email_purge_audit(email_now_ms() - 300)", as: .owner),
    ]
}
