import Postgres
import Testing

/// A tenant with an account, two folders, and mail.
struct Tenant: Sendable {
    let id: String
    let account: String
    let inbox: String
    let archive: String
    /// The message that ``init(_:)`` stores in the inbox; it has an attachment, and its words are nobody else's.
    let message: String
    let attachment: String
    let address: String
    /// In the subject.
    let word: String
    /// In the body.
    let bodyWord: String

    /// Makes the session serve a new tenant, and inserts its rows by the session's role.
    init(_ connection: borrowing Connection) throws {
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
    var mark: String { String(word.dropFirst("subject".count)) }

    /// The id of this tenant's first row in a table.
    func row(in table: String) -> String {
        switch table {
        case "email_accounts": account
        case "email_folders": inbox
        case "email_messages": message
        default: attachment
        }
    }

    /// Stores a message by a session that serves the tenant.
    @discardableResult
    func store(
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
