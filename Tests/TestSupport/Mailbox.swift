package import Postgres
import Testing

/// One row in each of the four tables, of one tenant.
package struct Mailbox: Sendable {
    package let tenant: String
    package let account: String
    package let folder: String
    package let message: String
    package let attachment: String

    /// Makes the session serve a new tenant, and inserts the rows by its role.
    package init(_ connection: borrowing Connection) throws {
        func insert(_ sql: String, _ parameters: [String?]) throws -> String {
            try #require(try connection.query(sql + " RETURNING id", parameters).first?["id"])
        }
        tenant = try #require(try connection.query("SELECT gen_random_uuid()").first?[0])
        try connection.query("SELECT set_config('app.current_tenant_id', $1, false)", [tenant])
        account = try insert(
            "INSERT INTO email_accounts (tenant_id, user_id) VALUES ($1::uuid, gen_random_uuid())", [tenant])
        folder = try insert(
            "INSERT INTO email_folders (tenant_id, account_id) VALUES ($1::uuid, $2::uuid)", [tenant, account])
        message = try insert(
            """
            INSERT INTO email_messages (tenant_id, account_id, folder_id, message_id)
            VALUES ($1::uuid, $2::uuid, $3::uuid, '<1@example.com>')
            """, [tenant, account, folder])
        attachment = try insert(
            "INSERT INTO email_attachments (tenant_id, message_id) VALUES ($1::uuid, $2::uuid)", [tenant, message])
    }

    /// The id of this mailbox's row in a table.
    package func id(in table: String) -> String {
        switch table {
        case "email_accounts": account
        case "email_folders": folder
        case "email_messages": message
        default: attachment
        }
    }
}
