import Postgres

/// One kind of request that the measured clients repeat.
struct BenchWorkload: Sendable {
    let name: String
    /// Whether requests go to the largest tenant only.
    var largestTenantOnly = false
    var writes = false
    /// Whether the documented layout takes seconds for one.
    var isSlowInDocumented = false
    /// The statement for a layout; nil where the installed schema has no function for it.
    let statement: @Sendable (BenchStore) -> String?
    /// Parameters of one request about a message of the sample.
    let parameters: @Sendable (Row, BenchLoad, inout BenchRandom) -> [String?]

    static let all = [
        request("mailbox page, first", by: "folder_id") { store in
            """
            SELECT \(list) FROM email_messages WHERE folder_id = $1\(store.onlyLive)
             ORDER BY received_at DESC, id DESC LIMIT 50
            """
        },
        request("mailbox page, deep", by: "folder_id", "received_at", "id") { store in
            """
            SELECT \(list) FROM email_messages
             WHERE folder_id = $1\(store.onlyLive) AND received_at <= $2 AND (received_at, id) < ($2, $3)
             ORDER BY received_at DESC, id DESC LIMIT 50
            """
        },
        request("thread", by: "thread_id") { store in
            "SELECT \(list) FROM email_messages WHERE thread_id = $1\(store.onlyLive) ORDER BY received_at"
        },
        // Our counters are kept by triggers; the document has the column and nothing that keeps it.
        request("unread count", by: "folder_id") { store in
            store.layout == .ours ? "SELECT unread_count FROM email_folders WHERE id = $1" : countUnread(store)
        },
        request("unread count, by counting", by: "folder_id", statement: countUnread),
        request("UID range, 100", by: "folder_id", "imap_uid") { store in
            let number = store.layout == .ours ? "imap_uid_num" : "imap_uid::bigint"
            return """
                SELECT id, \(number), is_read, is_flagged FROM email_messages
                 WHERE folder_id = $1 AND \(number) BETWEEN $2 AND $2 + 99 ORDER BY \(number)
                """
        },
        request("changes since, 500", by: "account_id", "change") { store in
            if store.functions.contains("email_changes") { return "SELECT * FROM email_changes($1, $2)" }
            let (state, number) = store.layout == .ours ? ("change_seq", "imap_uid_num") : ("updated_at", "imap_uid")
            return """
                SELECT \(state), id, folder_id, \(number) FROM email_messages
                 WHERE account_id = $1 AND \(state) > $2 ORDER BY \(state) LIMIT 500
                """
        },
        search("search, rare word") { $0.rareWords },
        search("search, common word") { $0.commonWords },
        searchBox("sender, word and date") { message, _ in
            let word = message.text("subject").split(separator: " ").last ?? ""
            return "from:\(message.text("sender")) \(word) after:2024"
        },
        searchBox("prefix of three letters") { _, number in
            BenchVocabulary.shared.word(100 + number % 16).prefix(3) + "*"
        },
        searchBox("common word by rank", ", order_by => 'rank'") { _, number in
            BenchVocabulary.shared.word(20 + number % 16)
        },
        searchBox("explanation", explains: true) { message, number in
            "from:\(message.text("sender")) \"two words\" -\(BenchVocabulary.shared.word(number)) after:2024-06-01"
        },
        request("account look-up", by: "email_address") { store in
            "SELECT id, tenant_id, user_id, last_sync_at FROM email_accounts WHERE email_address = $1\(store.onlyLive)"
        },
        readFlag,
        // A hundred messages of an account in one statement: what there is to a change beside the wait for its commit.
        BenchWorkload(name: "read flags, 100 at once", largestTenantOnly: true, writes: true) { store in
            "UPDATE email_messages SET is_read = NOT is_read\(store.touch) WHERE id = ANY ($1::uuid[])"
        } parameters: { _, load, random in
            // The largest tenant has one account; ids in order, so that no two clients wait for each other in a circle.
            let mailbox = load.largestTenant
            let start = random.below(mailbox.count)
            let ids = (0..<min(100, mailbox.count)).map { mailbox[(start + $0) % mailbox.count].text("id") }
            return [SQL.array(ids.sorted())]
        },
    ]

    /// One message marked read, or unread.
    static let readFlag = request("read flag", by: "id", writes: true) { store in
        "UPDATE email_messages SET is_read = NOT is_read\(store.touch) WHERE id = $1"
    }

    private static let list = "id, subject, \"from\", received_at, is_read, is_flagged, thread_id"

    @Sendable private static func countUnread(_ store: BenchStore) -> String? {
        "SELECT count(*) FROM email_messages WHERE folder_id = $1 AND NOT is_read\(store.onlyLive)"
    }

    /// A request whose parameters are columns of the message that it is about.
    private static func request(
        _ name: String, by columns: String..., writes: Bool = false,
        statement: @escaping @Sendable (BenchStore) -> String?
    ) -> BenchWorkload {
        BenchWorkload(name: name, writes: writes, statement: statement) { message, _, _ in columns.map { message[$0] } }
    }

    /// Queries as a person types them, for which the documented layout has nothing.
    private static func searchBox(
        _ name: String, _ options: String = "", explains: Bool = false,
        _ query: @escaping @Sendable (_ message: Row, _ number: Int) -> String
    ) -> BenchWorkload {
        BenchWorkload(name: "search box, \(name)", largestTenantOnly: true) { store in
            guard store.functions.contains("email_search_explain") else { return nil }
            if explains { return "SELECT email_search_explain($1)" }
            return """
                SELECT m.id, m.subject, m."from", m.received_at, m.is_read
                  FROM email_search($1\(options)) AS s JOIN email_messages AS m ON m.id = s.message_id
                 ORDER BY s.rank DESC NULLS LAST, s.received_at DESC, s.message_id DESC
                """
        } parameters: { message, _, random in
            [query(message, random.below(1000))]
        }
    }

    private static func search(
        _ name: String, _ words: @escaping @Sendable (BenchLoad) -> [String]
    ) -> BenchWorkload {
        BenchWorkload(name: name, largestTenantOnly: true, isSlowInDocumented: true) { store in
            if store.layout == .documented {
                return """
                    SELECT id, subject, "from", received_at, is_read FROM email_messages
                     WHERE to_tsvector('english', subject || ' ' || text_body) @@ websearch_to_tsquery('english', $1)
                     ORDER BY received_at DESC, id DESC LIMIT 50
                    """
            }
            guard store.functions.contains("email_search") else { return nil }
            return """
                SELECT m.id, m.subject, m."from", m.received_at, m.is_read
                  FROM email_search($1) AS s JOIN email_messages AS m ON m.id = s.message_id
                 ORDER BY s.received_at DESC, s.message_id DESC
                """
        } parameters: { _, load, random in
            [words(load).randomElement(using: &random)]
        }
    }
}
