import Core
package import Postgres
import Schema

/// A few hundred generated messages of three tenants in many languages, stored as an application stores its mail.
package struct SampleMail: Sendable {
    /// What ``search`` finds in the first tenant's mail.
    package struct Hit: Sendable {
        package let date: String
        package let from: String
        package let subject: String
    }

    /// The tenant whose mail ``hits`` are of, and as which `dev psql` works.
    package static let firstTenant = "5a3d1e00-0000-4000-8000-000000000001"
    /// What is searched for: a word of one script, a word of another, or the number of an invoice.
    package static let search = "lighthouse OR 灯塔 OR маяк"

    package let tenants: Int
    /// Messages that are there now.
    package let messages: Int
    package let hits: [Hit]

    /// Stores what is not there yet, each tenant in a transaction of its own.
    ///
    /// - Parameter settings: the application's login, email_service, of a database that `emaildb init` made.
    /// - Throws: `PostgresError`.
    package static func store(_ settings: ConnectionSettings) throws -> SampleMail {
        let connection = try Connection(settings)
        let parts = Dictionary(uniqueKeysWithValues: SQLFile("sample_mail").statements)
        @discardableResult
        func part(_ name: String, _ parameters: [String?] = []) throws -> Rows {
            try connection.query(parts[name] ?? "", parameters)
        }
        var messages = 0
        let tenants = try part("tenants")
        for row in tenants {
            let (tenant, address) = (row.text("tenant"), row.text("address"))
            try connection.transaction {
                try serve(tenant, connection)
                try part("mailbox", [tenant, address])
                try part("folders", [tenant, address])
                for batch in try part("messages", [address, row["part"]]) {
                    try connection.query(
                        "SELECT public.email_ingest(f.account_id, f.id, $2::jsonb) FROM public.email_folders AS f WHERE f.id = $1::uuid",
                        [batch["folder"], batch["messages"]])
                }
                try part("attachments", [tenant])
                let count = try connection.query("SELECT count(*)::int AS n FROM public.email_messages").first
                messages += count?.integer("n") ?? 0
            }
        }
        let hits = try connection.transaction {
            try serve(firstTenant, connection)
            return try part("search", [search]).map { Hit(date: $0[0] ?? "", from: $0[1] ?? "", subject: $0[2] ?? "") }
        }
        return SampleMail(tenants: tenants.count, messages: messages, hits: hits)
    }

    private static func serve(_ tenant: String, _ connection: borrowing Connection) throws {
        try connection.query("SELECT set_config('app.current_tenant_id', $1, true)", [tenant])
    }
}
