/// The database as the founding document describes it, written out by hand from its text.
///
/// Nothing here is taken from `sql/` or `sql/layout/`: these expectations shall fail when those two are wrong together.
enum DocumentedLayout {
    struct Column: Sendable {
        let name: String
        let type: String
        /// Documented as NOT NULL or PRIMARY KEY.
        let isRequired: Bool
        /// The documented default, as the catalog prints it.
        let defaultValue: String?
        /// The table it is documented to refer to.
        let references: String?

        init(
            _ name: String, _ type: String, required: Bool = false, default defaultValue: String? = nil,
            references: String? = nil
        ) {
            self.name = name
            self.type = type
            isRequired = required
            self.defaultValue = defaultValue
            self.references = references
        }
    }

    struct Table: Sendable {
        let name: String
        let columns: [Column]
    }

    struct Index: Sendable, CustomStringConvertible {
        let name: String
        let table: String
        /// Key columns in order, with ` DESC` where documented; empty for the text search, whose key is not documented.
        let keys: [String]
        var isUnique = false
        var method = "btree"
        /// Values of `type` that a documented predicate must include, and ones that it must leave out.
        var including: [String] = []
        var excluding: [String] = []

        var description: String { name }
    }

    static let tables = [accounts, folders, messages, attachments]

    static let accounts = Table(
        name: "email_accounts",
        columns: [
            Column("id", "uuid", required: true, default: "gen_random_uuid()"),
            Column("tenant_id", "uuid", required: true),
            Column("user_id", "uuid", required: true),
            Column("account_name", "character varying(255)"),
            Column("email_address", "character varying(255)"),
            Column("protocol", "character varying(20)"),
            Column("hostname", "character varying(255)"),
            Column("port", "integer"),
            Column("encryption", "character varying(20)"),
            Column("username", "character varying(255)"),
            Column("credential_id", "uuid"),
            Column("is_sync_enabled", "boolean", default: "true"),
            Column("sync_interval", "integer", default: "300"),
            Column("last_sync_at", "bigint"),
            Column("is_syncing", "boolean", default: "false"),
            Column("is_enabled", "boolean", default: "true"),
            Column("created_at", "bigint"),
            Column("updated_at", "bigint"),
        ])

    static let folders = Table(
        name: "email_folders",
        columns: [
            Column("id", "uuid", required: true, default: "gen_random_uuid()"),
            Column("tenant_id", "uuid", required: true),
            Column("account_id", "uuid", required: true, references: "email_accounts"),
            Column("name", "character varying(255)"),
            Column("type", "character varying(20)"),
            Column("unread_count", "integer", default: "0"),
            Column("total_count", "integer", default: "0"),
            Column("sync_token", "text"),
            Column("is_selectable", "boolean", default: "true"),
            Column("created_at", "bigint"),
            Column("updated_at", "bigint"),
        ])

    static let messages = Table(
        name: "email_messages",
        columns: [
            Column("id", "uuid", required: true, default: "gen_random_uuid()"),
            Column("tenant_id", "uuid", required: true),
            Column("account_id", "uuid", required: true, references: "email_accounts"),
            Column("folder_id", "uuid", required: true, references: "email_folders"),
            Column("message_id", "character varying(500)", required: true),
            Column("imap_uid", "character varying(100)"),
            Column("in_reply_to", "character varying(500)"),
            Column("from", "character varying(500)"),
            Column("to", "jsonb"),
            Column("cc", "jsonb"),
            Column("bcc", "jsonb"),
            Column("reply_to", "character varying(255)"),
            Column("subject", "character varying(500)"),
            Column("text_body", "text"),
            Column("html_body", "text"),
            Column("is_read", "boolean", default: "false"),
            Column("is_flagged", "boolean", default: "false"),
            Column("is_draft", "boolean", default: "false"),
            Column("thread_id", "uuid"),
            Column("sent_at", "bigint"),
            Column("received_at", "bigint"),
            Column("created_at", "bigint"),
            Column("updated_at", "bigint"),
        ])

    static let attachments = Table(
        name: "email_attachments",
        columns: [
            Column("id", "uuid", required: true, default: "gen_random_uuid()"),
            Column("tenant_id", "uuid", required: true),
            Column("message_id", "uuid", required: true, references: "email_messages"),
            Column("filename", "character varying(500)"),
            Column("mime_type", "character varying(100)"),
            Column("size_bytes", "integer"),
            Column("storage_path", "character varying(1000)"),
            Column("storage_type", "character varying(20)"),
            Column("blob_id", "uuid"),
            Column("content_hash", "character varying(64)"),
            Column("created_at", "bigint"),
        ])

    static let indexes = [
        Index(name: "idx_email_accounts_tenant_user", table: "email_accounts", keys: ["tenant_id", "user_id"]),
        // The column itself is documented as UNIQUE.
        Index(
            name: "idx_email_accounts_email_address", table: "email_accounts", keys: ["email_address"], isUnique: true),
        Index(
            name: "idx_email_accounts_sync_enabled", table: "email_accounts",
            keys: ["tenant_id", "is_sync_enabled", "last_sync_at"]),
        Index(name: "idx_email_folders_account_type", table: "email_folders", keys: ["account_id", "type"]),
        Index(name: "idx_email_folders_tenant_account", table: "email_folders", keys: ["tenant_id", "account_id"]),
        Index(
            name: "idx_email_folders_type", table: "email_folders", keys: ["type"], including: ["inbox", "sent"],
            excluding: ["custom"]),
        Index(
            name: "idx_email_messages_folder_received", table: "email_messages",
            keys: ["folder_id", "received_at DESC"]),
        Index(name: "idx_email_messages_thread_id", table: "email_messages", keys: ["thread_id"]),
        Index(name: "idx_email_messages_account_read", table: "email_messages", keys: ["account_id", "is_read"]),
        Index(
            name: "idx_email_messages_message_id", table: "email_messages", keys: ["message_id", "account_id"],
            isUnique: true),
        Index(
            name: "idx_email_messages_imap_uid", table: "email_messages", keys: ["imap_uid", "folder_id"],
            isUnique: true),
        // The document only says "full-text search on subject + body"; where the words are kept is ours to say.
        Index(name: "idx_email_messages_text_search", table: "email_message_search", keys: [], method: "gin"),
        Index(name: "idx_email_attachments_message_id", table: "email_attachments", keys: ["message_id"]),
        Index(name: "idx_email_attachments_tenant", table: "email_attachments", keys: ["tenant_id"]),
        Index(name: "idx_email_attachments_storage_path", table: "email_attachments", keys: ["storage_path"]),
        Index(name: "idx_email_attachments_content_hash", table: "email_attachments", keys: ["content_hash"]),
    ]

    static let extensions = ["pg_trgm", "pgcrypto", "uuid-ossp"]
}
