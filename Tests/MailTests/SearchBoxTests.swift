import Postgres
import TestSupport
import Testing

/// The search box: its operators, what is said of a query, and that nothing typed raises.
@Suite struct SearchBoxTests {
    @Test(arguments: [
        ("is:unread", [2, 3]), ("is:read", [1]), ("-is:read", [2, 3]), ("is:flagged", [3]), ("is:starred", [3]),
        ("is:draft", [2]),
        ("IS:Unread", [2, 3]), ("has:attachment", [1]), ("-has:attachment", [2, 3]), ("in:archive", [3]),
        ("in:ARCHIVE", [3]),
        ("in:inbox needle", [1, 2]), ("-in:inbox", [3]), ("in:\"Größe &c\"", []), ("in:nowhere", []), ("in:junk", []),
        ("before:2024", [1]), ("after:2024", [2, 3]), ("after:2024-02", [3]),
        ("after:2024-01-15 before:2024-02-01", [2]),
        ("before:2024/1/16", [1, 2]), ("after:16.1.2024", [3]), ("-before:2024", [2, 3]),
        ("before:2024 OR after:2024-02", [1, 3]),
        ("larger:2K", [2, 3]), ("larger:1M", [3]), ("smaller:1M", [1, 2]), ("smaller:2000", [1]), ("-larger:2K", [1]),
        ("filename:Report", [1]), ("filename:\"port 2024\"", [1]), ("filename:100%", []), ("filename:xls", []),
        ("-filename:pdf", [2, 3]),
        ("filename:pdf from:anna", [1]), ("filename:pdf OR is:draft", [1, 2]),
        ("is:unread OR from:anna", [1, 2, 3]), ("from:anna OR from:bert", [1, 2]),
        ("needle is:unread after:2024-02", [3]),
        ("needle -is:flagged -is:draft", [1]), ("from:anna is:unread", []), ("is:unread needle OR absent", [2, 3]),
        ("(from:anna OR from:bert) is:unread", [2]), ("after:2023 after:2024 before:2030 before:2024-02", [2]),
    ])
    func anOperatorNarrows(_ query: String, _ expected: [Int]) async throws {
        try await Self.withThreeMessages { connection, _ in
            let found = try connection.column("SELECT received_at / 1000 FROM email_search($1)", [query])
            let times = [1: "1700000000", 2: "1705276800", 3: "1710000000"]
            #expect(Set(found) == Set(expected.compactMap { times[$0] }), "\(query)")
        }
    }

    private static func withThreeMessages(_ body: (borrowing Connection, Tenant) throws -> Void) async throws {
        try await MailDatabase.withMailbox { connection, tenant in
            try connection.query("DELETE FROM email_messages WHERE id = $1::uuid", [tenant.message])
            try connection.query(
                """
                INSERT INTO email_messages (tenant_id, account_id, folder_id, message_id, subject, "from", received_at, is_read, is_draft,
                                            is_flagged, has_attachments, size_bytes)
                SELECT $1::uuid, $2::uuid, CASE WHEN n = 3 THEN $4 ELSE $3 END::uuid, 'm' || n, 'needle ' || n,
                       (ARRAY['Anna <anna@example.com>', 'Bert <bert@example.com>', 'carl@example.org'])[n],
                       (ARRAY[1700000000000, 1705276800000, 1710000000000])[n], n = 1, n = 2, n = 3, n = 1, (ARRAY[1000, 5000, 5000000])[n]
                  FROM generate_series(1, 3) AS n
                """, [tenant.id, tenant.account, tenant.inbox, tenant.archive])
            try connection.query(
                """
                INSERT INTO email_attachments (tenant_id, message_id, filename, mime_type, size_bytes)
                SELECT tenant_id, id, 'Annual report 2024.pdf', 'application/pdf', 1 FROM email_messages WHERE message_id = 'm1'
                """)
            try body(connection, tenant)
        }
    }

    @Test func foldersAreNamedByTypeNameOrPath() async throws {
        try await MailDatabase.withMailbox { connection, tenant in
            let folder = try connection.value(
                """
                INSERT INTO email_folders (tenant_id, account_id, name, path, type) VALUES ($1::uuid, $2::uuid, 'Entwürfe', 'INBOX/Entwürfe',
                'drafts') RETURNING id
                """, [tenant.id, tenant.account])
            let id = try tenant.store(connection, subject: "needle", folder: folder)
            for name in [
                "drafts", "entwürfe", "ENTWURFE", "inbox/entwürfe", "\"INBOX/Entwürfe\"", "anywhere -in:archive",
            ] {
                let found = try connection.column("SELECT message_id FROM email_search($1)", ["needle in:" + name])
                #expect(found == (name.hasPrefix("any") ? [] : [id]), "\(name)")
            }
        }
    }

    // Objects with name and address are as good as addresses, and their keys are no words.
    @Test func recipientsMayBeObjects() async throws {
        try await MailDatabase.withMailbox { connection, tenant in
            let id = try tenant.store(connection)
            try connection.query(
                """
                UPDATE email_messages SET "to" = '[{"name": "Anna \\"A\\" Smith", "address": "anna@example.com"}]', cc = '"Dora <dora@example.com>"'
                 WHERE id = $1::uuid
                """, [id])
            for query in [
                "to:anna", "to:\"anna a smith\"", "to:anna@example.com", "cc:dora", "cc:dora@example.com", "smith",
            ] {
                let found = try connection.column("SELECT message_id FROM email_search($1)", [query])
                #expect(found == [id], "\(query)")
            }
            for query in ["to:name", "to:address", "address"] {
                let found = try connection.column("SELECT message_id FROM email_search($1)", [query])
                #expect(found.isEmpty, "\(query)")
            }
        }
    }

    @Test(arguments: [
        ("", "[]"), (" - ", "[]"), ("hello", #"[{"kind": "words", "value": "hello"}]"#),
        (
            "from：anna　b\u{A0}c",
            #"[{"kind": "from", "value": "anna"}, {"kind": "words", "value": "b"}, {"kind": "words", "value": "c"}]"#
        ),
        ("“a b” „c“", #"[{"kind": "phrase", "value": "a b"}, {"kind": "phrase", "value": "c"}]"#),
        ("\"a b\" rep*", #"[{"kind": "phrase", "value": "a b"}, {"kind": "prefix", "value": "rep"}]"#),
        (
            "from:anna@example.com -is:read OR subject:x*",
            #"[{"kind": "from", "value": "anna@example.com"}, {"not": true, "kind": "is", "value": "read"}, "#
                + #"{"or": true, "kind": "subject", "value": "x", "prefix": true}]"#
        ),
        (
            "before:2024-02-01 larger:10M",
            #"[{"kind": "before", "value": "2024-02-01", "number": 1706745600000}, "#
                + #"{"kind": "larger", "value": "10M", "number": 10485760}]"#
        ),
        ("before:soon x:y", #"[{"kind": "words", "value": "before:soon"}, {"kind": "words", "value": "x:y"}]"#),
        (
            "in:\"My folder\" has:attachments",
            #"[{"kind": "in", "value": "My folder"}, {"kind": "has", "value": "attachments"}]"#
        ),
    ])
    func aQueryIsExplained(_ query: String, _ expected: String) async throws {
        try await MailDatabase.withMailbox { connection, _ in
            let explained = try connection.value("SELECT email_search_explain($1)", [query])
            #expect(explained == expected)
        }
    }

    @Test func anExplanationTakesNoTenantAndLittleTime() async throws {
        let connection = try await MailDatabase.shared.application()
        func median(_ query: String) throws -> Duration {
            try (1...50).map { number in
                try ContinuousClock().measure {
                    _ = try connection.query("SELECT email_search_explain($1)", [query + String(number)])
                }
            }.sorted()[25]
        }
        _ = try median("warm")
        let time = try median("from:anna@example.com \"quarterly report\" -draft after:2024-01-01 ")
        // 0.2 ms on an idle machine, a round trip included.
        #expect(time < .milliseconds(5), "\(time)")
        let nothing = try connection.value("SELECT email_search_explain(NULL)")
        #expect(nothing == "[]")
    }

    // MARK: - Nothing raises

    private static let pieces = [
        "from:", "to:", "cc:", "bcc:", "subject:", "filename:", "has:", "is:", "in:", "before:", "after:", "larger:",
        "smaller:", "-", "--",
        "\"", "\"\"", " OR ", " AND ", " ", "\t", "\n", "*", "(", ")", "'", "\\", "%", "_", "@", "a@b.example",
        "@b.example", "<x@y.example>",
        "http://", "2024-01-02", "2024", "31.12.2024", "99999999999", "10M", "500K", "attachment", "unread", "inbox",
        "needle", "bar", "é",
        "中", "中国", "日本語", "ไทย", "한국어", "ﬁ", "ＡＢ", "\u{200B}", "\u{301}", "\u{1}", "&", "|", "!", "<->", ":*", ":A",
        "$$", "$1", "%L",
        "%s", "%1$L", "{", "}", "[", "]", "1e5", "-5", "a-b", "a.b", "/", "😀", "\u{202E}", "“", "”", "ß", "İ", "ı", "Σ",
        "\u{FDFA}",
        "\u{E000}", "\u{10FFFF}", String(repeating: "y", count: 300), String(repeating: "中", count: 700),
        String(repeating: "z", count: 1_990),
    ]

    @Test func nothingTypedRaises() async throws {
        try await Self.withThreeMessages { connection, tenant in
            var random = SeededGenerator(printing: "search texts")
            for round in 1...Rounds.few(400, soak: 20_000) {
                let query = (0...Int.random(in: 0...11, using: &random)).map { _ in
                    Int.random(in: 0...9, using: &random) > 0
                        ? Self.pieces.randomElement(using: &random) ?? ""
                        : String(Unicode.Scalar(UInt32.random(in: 1...0x10FFFF, using: &random)) ?? " ")
                }.joined()
                do {
                    let order = round.isMultiple(of: 2) ? "newest" : "rank"
                    try connection.query("SELECT FROM email_search($1, order_by => $2)", [query, order])
                    try connection.query("SELECT email_search_explain($1)", [query])
                    try connection.query("SELECT FROM email_search_recipients($1)", [query])
                    try connection.query("SELECT FROM email_search_references(ARRAY[$1, NULL])", [query])
                    try connection.query("SELECT FROM email_search_attachments($1)", [query])
                } catch {
                    Issue.record("\(query.debugDescription): \(error)")
                }
            }
        }
    }

    // Each field at its longest, all at once: the document is what may grow over a tsvector's 1 MB.
    @Test(arguments: HostileBodyTests.shapes.map(\.name)) func aDocumentStaysBelowAMegabyte(_ name: String) async throws
    {
        let unit = try #require(HostileBodyTests.shapes.first { $0.name == name }?.unit)
        let connection = try Connection(try await MailDatabase.shared.superuser)
        try connection.query("SET client_min_messages = warning")
        let size = try connection.value(
            """
            WITH text AS MATERIALIZED (
                SELECT left(string_agg(\(unit), '' ORDER BY i), 600000) AS t
                  FROM generate_series(1, 600000 / (SELECT length(\(unit)) FROM (VALUES (1)) AS v (i)) + 1) AS i)
            SELECT octet_length(email_search_document(t, t, left(t, 200) || '@' || t, to_jsonb(string_to_array(left(t, 300000), ' ')),
                       jsonb_build_array(left(t, 300000)), jsonb_build_object('a@b.example', t), string_to_array(t, ' '), t, t)::text)
              FROM text
            """)
        #expect(Int(size) != nil)
    }

    @Test func typedValuesPage() async throws {
        try await MailDatabase.withMailbox { connection, tenant in
            for number in 1...5 { try tenant.store(connection, subject: "needle", receivedAt: number / 2) }
            // What a driver sends that knows the types of its values, and PostgreSQL's types of the results.
            let types = try connection.query(
                "SELECT pg_typeof(message_id), pg_typeof(received_at), pg_typeof(rank) FROM email_search('needle', order_by => 'rank')"
            )
            #expect(
                types.first.map { "\($0[0] ?? "") \($0[1] ?? "") \($0[2] ?? "")" } == "uuid bigint double precision")
            try connection.query(
                """
                PREPARE page (text, text, bigint, double precision, uuid) AS SELECT message_id, received_at, rank
                  FROM email_search($1, order_by => $2, page_size => 2, after_received_at => $3, after_rank => $4, after_id => $5)
                """)
            for order in ["newest", "rank"] {
                var seen: [String] = []
                var last = "NULL, NULL, NULL"
                for _ in 1...4 {
                    let page = try connection.query("EXECUTE page ('needle', '\(order)', \(last))")
                    seen += page.map { $0.text("message_id") }
                    guard page.count == 2 else { break }
                    let row = page[1]
                    last = "\(row.text("received_at")), \(row["rank"] ?? "NULL"), '\(row.text("message_id"))'"
                }
                #expect(seen.count == 5 && Set(seen).count == 5, "\(order)")
            }
            try connection.query("DEALLOCATE page")
        }
    }
}
