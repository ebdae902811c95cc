package import Postgres
import Testing

/// A tenant with an account, two folders, and mail.
package struct Tenant: Sendable {
    package let id: String
    package let account: String
    package let inbox: String
    package let archive: String
    /// The message that ``init(_:)`` stores in the inbox; it has an attachment, and no other tenant has its words.
    package let message: String
    package let attachment: String
    package let address: String
    /// In the subject.
    package let word: String
    /// In the body.
    package let bodyWord: String

    /// Inserts a new tenant's rows by the session's role; the session serves no tenant afterwards.
    package init(_ connection: borrowing Connection) throws {
        func insert(_ sql: String, _ parameters: [String?]) throws -> String {
            try #require(try connection.query(sql + " RETURNING id", parameters).first?["id"])
        }
        let random = try connection.value("SELECT replace(gen_random_uuid()::text, '-', '')")
        id = try connection.value("SELECT gen_random_uuid()")
        address = "owner.\(random)@example.com"
        word = "subject" + random
        bodyWord = "body" + random
        try connection.serve(id)
        account = try insert(
            """
            INSERT INTO email_accounts (tenant_id, user_id, account_name, email_address, protocol)
            VALUES ($1::uuid, gen_random_uuid(), 'Work', $2, 'imap')
            """, [id, address])
        let folder = """
            INSERT INTO email_folders (tenant_id, account_id, name, path, type, uid_validity)
            VALUES ($1::uuid, $2::uuid, $3::text, $3::text, $4, 1)
            """
        inbox = try insert(folder, [id, account, "INBOX", "inbox"])
        archive = try insert(folder, [id, account, "Archive", "archive"])
        message = try insert(
            """
            INSERT INTO email_messages (tenant_id, account_id, folder_id, message_id, imap_uid, "from", "to", subject,
                                        text_body, refs, received_at, has_attachments)
            VALUES ($1::uuid, $2::uuid, $3::uuid, $4, '1', 'Sender <sender@example.org>', jsonb_build_array($5::text), $6, $7,
                    ARRAY[$8], 1700000000000, true)
            """,
            [
                id, account, inbox, "<\(random)@example.com>", address, "Hello " + word, "All about " + bodyWord,
                "<parent.\(random)@example.com>",
            ])
        attachment = try insert(
            """
            INSERT INTO email_attachments (tenant_id, message_id, filename, mime_type, size_bytes)
            VALUES ($1::uuid, $2::uuid, $3, 'application/pdf', 4096)
            """, [id, message, random + ".pdf"])
        try connection.serve(nil)
    }

    /// The part of ``address`` and of all other values that is this tenant's alone.
    package var mark: String { String(word.dropFirst("subject".count)) }

    /// The id of this tenant's first row in a table.
    package func row(in table: String) -> String {
        switch table {
        case "email_accounts": account
        case "email_folders": inbox
        case "email_messages": message
        default: attachment
        }
    }

    /// The text with values in place of their names in braces, such as `{inbox}`, each behind a prefix.
    package func filling(_ text: String, _ prefix: String = "") -> String {
        let values = [
            "tenant": id, "account": account, "inbox": inbox, "archive": archive, "message": message,
            "attachment": attachment, "address": address, "word": word, "bodyWord": bodyWord, "mark": mark,
        ]
        return values.reduce(text) { $0.replacing("{\(prefix)\($1.key)}", with: $1.value) }
    }

    /// Stores a message by a session that serves the tenant.
    @discardableResult
    package func store(
        _ connection: borrowing Connection, subject: String = "", body: String = "", folder: String? = nil,
        receivedAt: Int? = nil
    ) throws -> String {
        try connection.value(
            """
            INSERT INTO email_messages (tenant_id, account_id, folder_id, message_id, subject, text_body, received_at)
            VALUES ($1::uuid, $2::uuid, $3::uuid, gen_random_uuid()::text, $4, $5, $6::bigint) RETURNING id
            """, [id, account, folder ?? inbox, subject, body, receivedAt.map { String($0) }])
    }
}

extension Connection {
    /// Makes the session serve a tenant, as tests do and applications must not.
    package func serve(_ tenant: String?, account: String? = nil) throws {
        try query("SELECT set_config('app.current_tenant_id', $1, false)", [tenant ?? ""])
        try query("SELECT set_config('app.current_account_id', $1, false)", [account ?? ""])
    }

    /// The first column of all rows.
    package func column(_ sql: String, _ parameters: [String?] = []) throws -> [String] {
        try query(sql, parameters).map { $0[0] ?? "" }
    }

    /// The first column of the first row; empty when there is none.
    package func value(_ sql: String, _ parameters: [String?] = []) throws -> String {
        try query(sql, parameters).first?[0] ?? ""
    }
}
