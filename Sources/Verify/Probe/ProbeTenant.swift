import Postgres

/// A tenant of the probe, with an account, two folders, and a message with an attachment, as the application stores them.
struct ProbeTenant: Sendable {
    /// What `{A.name}` and `{B.name}` stand for.
    let values: [String: String]

    var id: String { values["tenant"] ?? "" }

    /// Inserts the tenant's rows by a session that acts as the application, in its open transaction.
    init(_ connection: borrowing Connection) throws {
        let mark =
            String(UInt64.random(in: .min ... .max), radix: 36) + String(UInt64.random(in: .min ... .max), radix: 36)
        let address = "probe.\(mark)@example.com"
        let rows = try connection.query(
            "SELECT set_config('app.current_tenant_id', gen_random_uuid()::text, true), set_config('app.current_account_id', '', true)"
        )
        let tenant = rows.first?[0] ?? ""
        func insert(_ sql: String, _ parameters: [String?]) throws -> String {
            try connection.query("INSERT INTO public." + sql + " RETURNING id", parameters).first?[0] ?? ""
        }
        let account = try insert(
            "email_accounts (tenant_id, user_id, email_address, protocol) VALUES ($1::uuid, gen_random_uuid(), $2, 'imap')",
            [tenant, address])
        let folder = """
            email_folders (tenant_id, account_id, name, path, type, uid_validity)
            VALUES ($1::uuid, $2::uuid, $3::text, $3::text, $4, 1)
            """
        let inbox = try insert(folder, [tenant, account, "INBOX", "inbox"])
        let archive = try insert(folder, [tenant, account, "Archive", "archive"])
        let message = try insert(
            """
            email_messages (tenant_id, account_id, folder_id, message_id, "from", "to", subject, text_body, refs, received_at)
            VALUES ($1::uuid, $2::uuid, $3::uuid, $4, 'Sender <sender@example.org>', jsonb_build_array($5::text),
                    $6, 'probe', ARRAY[$7], 1700000000000)
            """,
            [
                tenant, account, inbox, "<\(mark)@example.com>", address, "Hello subject\(mark)",
                "<parent.\(mark)@example.com>",
            ])
        let attachment = try insert(
            "email_attachments (tenant_id, message_id, filename) VALUES ($1::uuid, $2::uuid, $3)",
            [tenant, message, mark + ".pdf"])
        values = [
            "tenant": tenant, "account": account, "inbox": inbox, "archive": archive, "message": message,
            "attachment": attachment, "address": address, "mark": mark, "word": "subject" + mark,
        ]
    }

    static func fill(_ sql: String, _ mine: ProbeTenant, _ theirs: ProbeTenant) -> String {
        [("A", mine), ("B", theirs)].reduce(sql) { text, item in
            item.1.values.reduce(text) { $0.replacing("{\(item.0).\($1.key)}", with: $1.value) }
        }
    }
}
