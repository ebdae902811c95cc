import Postgres

/// A column of ours, and how values for it are read from one of theirs.
struct Field: Sendable {
    enum Reading: Sendable {
        /// A UUID; what is a number becomes one made of the number and what it identifies.
        case key(of: String)
        /// A UUID that refers to something outside of this database.
        case reference
        /// Text, at most so many characters: a longer one cannot be read.
        case text(Int?)
        /// Text that is cut after so many characters.
        case cut(Int)
        /// A header field: whole, an object or array of JSON becomes text.
        case header
        /// One of some words, others by what they mean; nil where any other word becomes NULL.
        case word([String], others: [String: String], rest: String?)
        case number(ClosedRange<Int64>)
        /// Epoch milliseconds.
        case time
        case flag
        /// An array of addresses, or whatever JSON there is.
        case addresses
    }

    let name: String
    let reading: Reading
    /// Whether it is one of the founding document's columns, so that its absence is worth a line.
    var isDocumented = true

    init(_ name: String, _ reading: Reading) { (self.name, self.reading) = (name, reading) }

    /// A column that only this schema has; taken where theirs has it under the same name.
    static func ours(_ name: String, _ reading: Reading) -> Field {
        var field = Field(name, reading)
        field.isDocumented = false
        return field
    }
}

extension TableKind {
    /// The columns, `is_deleted` and `deleted_at` among them: the founding document promises them, and shows them nowhere.
    var fields: [Field] {
        let deletion = [Field.ours("is_deleted", .flag), .ours("deleted_at", .time)]
        let size = Int64(0)...Int64.max
        switch self {
        case .accounts:
            return [
                Field("id", .key(of: "email_accounts")), Field("tenant_id", .key(of: "tenant")),
                Field("user_id", .key(of: "user")), Field("account_name", .cut(255)),
                Field("email_address", .text(255)),
                Field(
                    "protocol",
                    .word(["imap", "pop3"], others: ["imap4": "imap", "imaps": "imap", "pop": "pop3"], rest: nil)),
                Field("hostname", .text(255)), Field("port", .number(1...65535)),
                Field(
                    "encryption",
                    .word(
                        ["none", "tls", "starttls"],
                        others: ["ssl": "tls", "ssl/tls": "tls", "": "none", "plain": "none"], rest: nil)),
                Field("username", .text(255)), Field("credential_id", .reference), Field("is_sync_enabled", .flag),
                Field("sync_interval", .number(1...2_147_483_647)), Field("last_sync_at", .time),
                Field("is_syncing", .flag), Field("is_enabled", .flag), Field("created_at", .time),
                Field("updated_at", .time),
            ] + deletion
        case .folders:
            let types = ["inbox", "sent", "drafts", "trash", "spam", "archive", "custom"]
            let others = ["junk": "spam", "draft": "drafts", "deleted": "trash", "all": "archive"]
            return [
                Field("id", .key(of: "email_folders")), Field("tenant_id", .key(of: "tenant")),
                Field("account_id", .key(of: "email_accounts")), Field("name", .cut(255)),
                Field("type", .word(types, others: others, rest: "custom")),
                Field("unread_count", .number(0...2_147_483_647)),
                Field("total_count", .number(0...2_147_483_647)), Field("sync_token", .text(nil)),
                Field("is_selectable", .flag), Field("created_at", .time), Field("updated_at", .time),
                .ours("path", .text(nil)), .ours("uid_validity", .number(1...4_294_967_295)),
                .ours("uid_next", .number(1...4_294_967_296)), .ours("highest_modseq", .number(size)),
            ] + deletion
        case .messages:
            return [
                Field("id", .key(of: "email_messages")), Field("tenant_id", .key(of: "tenant")),
                Field("account_id", .key(of: "email_accounts")), Field("folder_id", .key(of: "email_folders")),
                Field("message_id", .header), Field("imap_uid", .text(100)), Field("in_reply_to", .header),
                Field("from", .header), Field("to", .addresses), Field("cc", .addresses), Field("bcc", .addresses),
                Field("reply_to", .header), Field("subject", .header), Field("text_body", .text(nil)),
                Field("html_body", .text(nil)), Field("is_read", .flag), Field("is_flagged", .flag),
                Field("is_draft", .flag), Field("thread_id", .key(of: "thread")), Field("sent_at", .time),
                Field("received_at", .time), Field("created_at", .time), Field("updated_at", .time),
                .ours("has_attachments", .flag), .ours("raw_headers", .text(nil)), .ours("size_bytes", .number(size)),
            ] + deletion
        case .attachments:
            return [
                Field("id", .key(of: "email_attachments")), Field("tenant_id", .key(of: "tenant")),
                Field("message_id", .key(of: "email_messages")), Field("filename", .cut(500)),
                Field("mime_type", .cut(100)), Field("size_bytes", .number(size)), Field("storage_path", .text(nil)),
                Field(
                    "storage_type",
                    .word(["blob", "s3", "local"], others: ["file": "local", "filesystem": "local"], rest: nil)),
                Field("blob_id", .reference), Field("content_hash", .text(64)), Field("created_at", .time),
            ] + deletion
        }
    }
}
