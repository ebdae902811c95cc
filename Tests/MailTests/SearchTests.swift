import Postgres
import TestSupport
import Testing

/// What the search functions find, in which order, and page by page.
@Suite struct SearchTests {
    private static let select = "SELECT s.message_id FROM"

    @Test(arguments: [
        ("quarterly report", ["2", "1"]), ("\"quarterly report\"", ["1"]), ("QUARTERLY -cats", ["1"]),
        ("numbers OR größe", ["3", "1"]), ("cats", ["3", "2"]), ("absent", []), ("", []), ("  ", []),
        ("-cats before:2000", ["1"]),
        ("\"", []), ("' | ! & (", []), ("cat", []), ("OR", []), ("AND", []), ("-", []),
        ("quarterly AND report", ["2", "1"]),
        ("cat*", ["3", "2"]), ("(numbers OR cats) report", ["2", "1"]), ("report -numbers", ["2"]),
        ("subject:report", ["2", "1"]), ("subject:cats OR numbers", ["3", "1"]),
    ])
    func aQueryIsReadAsMailClientsDo(_ query: String, _ expected: [String]) async throws {
        try await MailDatabase.withMailbox(ofOneAccount: false) { connection, tenant in
            try tenant.store(connection, subject: "Quarterly report", body: "all the numbers", receivedAt: 1)
            try tenant.store(connection, subject: "Report", body: "the quarterly cats", receivedAt: 2)
            try tenant.store(connection, subject: "Cats", body: "Größe der Katze", receivedAt: 3)
            let found = try connection.column("SELECT received_at FROM email_search($1)", [query])
            #expect(found == expected)
        }
    }

    @Test func subjectsRankAboveBodies() async throws {
        try await MailDatabase.withMailbox(ofOneAccount: false) { connection, tenant in
            let subject = try tenant.store(connection, subject: "giraffe", receivedAt: 1)
            let body = try tenant.store(connection, body: "one giraffe among many other words", receivedAt: 2)
            let ranked = try connection.column("\(Self.select) email_search('giraffe', order_by => 'rank') AS s")
            #expect(ranked == [subject, body])
            let newest = try connection.column("\(Self.select) email_search('giraffe') AS s")
            #expect(newest == [body, subject])
            let error = try failure { try connection.query("SELECT email_search('giraffe', order_by => 'oldest')") }
            #expect(error.sqlState?.rawValue == "22023")
        }
    }

    // More than a thousand hits are walked, fewer are looked up and sorted: both ways must page alike.
    @Test(arguments: [("newest", 130), ("newest", 1_300), ("rank", 130)])
    func pagesHoldEveryHitExactlyOnce(_ order: String, _ hits: Int) async throws {
        try await MailDatabase.withMailbox(ofOneAccount: false) { connection, tenant in
            // Three messages share each time, so that the id has to break ties.
            try connection.query(
                """
                INSERT INTO email_messages (tenant_id, account_id, folder_id, message_id, subject, received_at)
                SELECT $1::uuid, $2::uuid, $3::uuid, 'm' || i, 'needle number ' || repeat('needle ', i % 4), i / 3
                  FROM generate_series(1, $4::integer) AS i
                """, [tenant.id, tenant.account, tenant.inbox, String(hits)])
            var seen: [String] = []
            var last: [String?] = [nil, nil, nil]
            while true {
                let page = try connection.query(
                    """
                    SELECT message_id, received_at, rank FROM email_search('needle', order_by => $1, page_size => 47,
                        after_received_at => $2::bigint, after_rank => $3::double precision, after_id => $4::uuid)
                    """, [order] + last)
                if page.isEmpty { break }
                seen += page.map { $0.text("message_id") }
                let row = page[page.count - 1]
                last = [row["received_at"], row["rank"], row["message_id"]]
                try #require(seen.count <= hits)
            }
            #expect(seen.count == hits)
            #expect(Set(seen).count == hits)
            if order == "newest" {
                let all = try connection.column(
                    "SELECT id FROM email_messages WHERE subject ^@ 'needle' ORDER BY received_at DESC, id DESC")
                #expect(seen == all)
            }
        }
    }

    @Test(arguments: [("-1", 1), ("0", 1), ("1000000000", 500), (nil, 50), ("7", 7)])
    func aPageHasOneToFiveHundredRows(_ size: String?, _ rows: Int) async throws {
        try await MailDatabase.withMailbox(ofOneAccount: false) { connection, tenant in
            try connection.query(
                """
                INSERT INTO email_messages (tenant_id, account_id, folder_id, message_id, subject, "from", cc)
                SELECT $1::uuid, $2::uuid, $3::uuid, 'm' || i, 'needle', 'needle', '["needle@example.com"]'
                  FROM generate_series(1, 600) AS i
                """, [tenant.id, tenant.account, tenant.inbox])
            let searches = [
                "email_search('needle'", "email_search_recipients('needle@example.com'", "email_search('from:needle'",
                "email_search('is:unread cc:needle'", "email_search('is:unread after:2000'",
            ]
            for search in searches {
                let found = try connection.query("SELECT FROM \(search), page_size => $1::integer)", [size]).count
                #expect(found == rows, "\(search)")
            }
        }
    }

    @Test(
        arguments: ["email_search('needle'", "email_search('is:unread -hello'"],
        [
            ("", ["200", "100"]), (", folder_id => '{inbox}'", ["100"]), (", folder_id => '{archive}'", ["200"]),
            (", account_id => '{account}'", ["200", "100"]), (", account_id => '{inbox}'", []),
            (", since => 200", ["200"]), (", until => 200", ["100"]), (", since => 101, until => 200", []),
        ])
    func aSearchIsNarrowedByAccountFolderAndTime(_ search: String, _ narrow: (String, [String])) async throws {
        try await MailDatabase.withMailbox(ofOneAccount: false) { connection, tenant in
            try tenant.store(connection, subject: "needle", receivedAt: 100)
            try tenant.store(connection, subject: "needle", folder: tenant.archive, receivedAt: 200)
            let found = try connection.column("SELECT received_at FROM \(search)\(tenant.filling(narrow.0)))")
            #expect(found == narrow.1)
        }
    }

    @Test func aSearchFollowsEditsMovesAndDeletions() async throws {
        try await MailDatabase.withMailbox(ofOneAccount: false) { connection, tenant in
            let id = try tenant.store(connection, subject: "before")
            let steps: [(String, [String])] = [
                ("SELECT FROM email_messages", ["before"]),
                ("UPDATE email_messages SET subject = 'after', text_body = 'edited'", ["after", "edited"]),
                ("UPDATE email_messages SET folder_id = '\(tenant.archive)'", ["after", "edited"]),
                ("UPDATE email_messages SET is_deleted = true, deleted_at = 1", []),
                ("UPDATE email_messages SET is_deleted = false, deleted_at = NULL", ["after", "edited"]),
                ("DELETE FROM email_messages", []),
            ]
            for (statement, expected) in steps {
                try connection.query(statement + " WHERE id = $1::uuid", [id])
                var found: [String] = []
                for word in ["before", "after", "edited"] {
                    let hits = try connection.column("\(Self.select) email_search($1) AS s", [word])
                    if hits == [id] { found.append(word) }
                }
                #expect(found == expected, "\(statement)")
            }
        }
    }

    @Test func recipientsAreFoundInToCcAndBcc() async throws {
        try await MailDatabase.withMailbox(ofOneAccount: false) { connection, tenant in
            for (column, value) in [
                ("\"to\"", "[\"One <one@example.com>\"]"), ("cc", "[\"ONE@example.com\", \"two@example.com\"]"),
                ("bcc", "[{\"name\": \"x\", \"address\": \"one@example.com\"}]"),
            ] {
                let id = try tenant.store(connection)
                try connection.query(
                    "UPDATE email_messages SET \(column) = $1::jsonb WHERE id = $2::uuid", [value, id])
            }
            let counts = try ["one@example.com", " One@Example.com ", "two@example.com", "example.com", "one@example"]
                .map {
                    try connection.query("SELECT FROM email_search_recipients($1)", [$0]).count
                }
            #expect(counts == [3, 3, 1, 0, 0])
        }
    }

    @Test func attachmentsAreFoundByPartsOfTheirNames() async throws {
        try await MailDatabase.withMailbox(ofOneAccount: false) { connection, tenant in
            let sql = "SELECT attachment_id FROM email_search_attachments($1)"
            let found = try connection.column(sql, [String(tenant.mark.prefix(20).uppercased())])
            #expect(found == [tenant.attachment])
            try connection.query("UPDATE email_attachments SET is_deleted = true, deleted_at = 1")
            let deleted = try connection.column(sql, [tenant.mark])
            #expect(deleted.isEmpty)
            try connection.query("UPDATE email_attachments SET is_deleted = false, deleted_at = NULL")
            try connection.query("UPDATE email_messages SET is_deleted = true, deleted_at = 1")
            let ofDeleted = try connection.column(sql, [tenant.mark])
            #expect(ofDeleted.isEmpty)
        }
    }

    /// More hits than are sorted, and a fragment that the index knows nothing of.
    @Test("Pages of many attachments, from the newest message on", arguments: [".pdf", "_7", "1_7.p"])
    func manyAttachments(_ fragment: String) async throws {
        try await MailDatabase.withMailbox(ofOneAccount: false) { connection, tenant in
            try connection.query("DELETE FROM email_messages")
            try connection.query(
                """
                INSERT INTO email_messages (tenant_id, account_id, folder_id, message_id, received_at)
                SELECT tenant_id, account_id, id, n::text, n / 3
                  FROM email_folders CROSS JOIN generate_series(1, 500) AS n WHERE id = $1::uuid
                """, [tenant.inbox])
            try connection.query(
                """
                INSERT INTO email_attachments (tenant_id, message_id, filename, mime_type, size_bytes, storage_type, storage_path)
                SELECT tenant_id, id, format('%s_%s.%s', message_id, n, CASE WHEN n % 2 = 1 THEN 'pdf' ELSE 'png' END), 'x/y', 1, 's3', 'x'
                  FROM email_messages CROSS JOIN generate_series(1, 7) AS n WHERE message_id::integer % 2 = 1
                """)
            let expected = try connection.column(
                """
                SELECT a.id FROM email_attachments AS a JOIN email_messages AS m ON m.id = a.message_id
                 WHERE strpos(a.filename, $1) > 0 ORDER BY m.received_at DESC, a.id DESC
                """, [fragment])
            #expect(expected.count >= 25)
            var found: [String] = []
            var last: Row?
            while true {
                let page = try connection.query(
                    "SELECT * FROM email_search_attachments($1, 90, $2::bigint, $3::uuid)",
                    [fragment, last?["received_at"], last?["attachment_id"]])
                found += page.map { $0.text("attachment_id") }
                guard page.count == 90 else { break }
                last = page.last
            }
            #expect(found == expected)
        }
    }
}
