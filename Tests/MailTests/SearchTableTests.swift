import Postgres
import TestSupport
import Testing

/// Words of twelve scripts, tokens, people and pages: what finds a message, and what must not.
@Suite struct SearchTableTests {
    // Locale C folds the case of ASCII only, and takes every other character for a letter.
    @Test(arguments: ["C", nil]) func aMessageIsFoundByWhatItHolds(_ locale: String?) async throws {
        #expect(SearchedMessage.cases >= 120)
        try await Self.withDatabase(locale) { connection in
            let tenant = try Tenant(connection)
            try connection.query("SET ROLE email_service")
            try connection.serve(tenant.id)
            for message in SearchedMessage.all {
                let id = try store(message, tenant, connection)
                for (queries, isFound) in [(message.found, true), (message.missed, false)] {
                    for query in queries {
                        let found = try connection.column(
                            "SELECT message_id FROM email_search($1, page_size => 500)", [query])
                        #expect(found.contains(id) == isFound, "\(message.name): \(query)")
                    }
                }
            }
        }
    }

    private static func withDatabase(_ locale: String?, _ body: (borrowing Connection) throws -> Void) async throws {
        guard let locale else { return try await MailDatabase.withOwn { try body(Connection($0.superuser)) } }
        _ = try await MailDatabase.shared
        let name = TestDatabase.uniqueName()
        let server = MailDatabase.server
        let superuser = try Connection(await server.connectionSettings())
        try superuser.query("CREATE DATABASE \(name) TEMPLATE template0 ENCODING 'UTF8' LOCALE '\(locale)'")
        let result: Result<Void, any Error>
        do {
            result = .success(try body(Connection(try await server.installed(name))))
        } catch {
            result = .failure(error)
        }
        try superuser.query("DROP DATABASE \(name) WITH (FORCE)")
        try result.get()
    }

    private func store(_ message: SearchedMessage, _ tenant: Tenant, _ connection: borrowing Connection) throws
        -> String
    {
        try connection.value(
            """
            INSERT INTO email_messages (tenant_id, account_id, folder_id, message_id, subject, "from", "to", cc, bcc, text_body, html_body)
            VALUES ($1::uuid, $2::uuid, $3::uuid, gen_random_uuid()::text, $4, $5, to_jsonb($6::text[]), to_jsonb($7::text[]),
                    to_jsonb($8::text[]), $9, $10) RETURNING id
            """,
            [
                tenant.id, tenant.account, tenant.inbox, message.subject, message.from, SQL.array(message.to),
                SQL.array(message.cc),
                SQL.array(message.bcc), message.text, message.html,
            ])
    }
}
