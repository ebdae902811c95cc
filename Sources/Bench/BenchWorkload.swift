import Core
import Postgres

/// One kind of request that the measured clients repeat.
struct BenchWorkload: Sendable {
    /// Its name in figures.
    let name: String
    /// The statement for our layout; nil when the installed schema has no function for it.
    let ours: String?
    /// The statement for the documented layout.
    let literal: String
    /// Whether requests go to the largest tenant only.
    var largestTenantOnly = false
    /// Whether it writes.
    var writes = false
    /// Whether the documented layout takes seconds for one.
    var isSlowInLiteral = false
    /// Parameters of one request.
    let parameters: @Sendable (BenchTargets.Target, BenchTargets, inout BenchRandom) -> [String?]

    func statement(_ layout: BenchStore.Layout) -> String? { layout == .ours ? ours : literal }

    private static let list = "id, subject, \"from\", received_at, is_read, is_flagged, thread_id"

    /// Every workload that a schema with these functions can run.
    static func all(functions: Set<String>) -> [BenchWorkload] {
        [
            BenchWorkload(
                name: "mailbox page, first",
                ours: """
                    SELECT \(list) FROM email_messages WHERE folder_id = $1 AND NOT is_deleted
                     ORDER BY received_at DESC, id DESC LIMIT 50
                    """,
                literal: """
                    SELECT \(list) FROM email_messages WHERE folder_id = $1 ORDER BY received_at DESC, id DESC LIMIT 50
                    """
            ) { target, _, _ in [target.folder] },
            BenchWorkload(
                name: "mailbox page, deep",
                ours: """
                    SELECT \(list) FROM email_messages
                     WHERE folder_id = $1 AND NOT is_deleted AND received_at <= $2 AND (received_at, id) < ($2, $3)
                     ORDER BY received_at DESC, id DESC LIMIT 50
                    """,
                literal: """
                    SELECT \(list) FROM email_messages
                     WHERE folder_id = $1 AND received_at <= $2 AND (received_at, id) < ($2, $3)
                     ORDER BY received_at DESC, id DESC LIMIT 50
                    """
            ) { target, _, _ in [target.folder, target.receivedAt, target.id] },
            BenchWorkload(
                name: "thread",
                ours: "SELECT \(list) FROM email_messages WHERE thread_id = $1 AND NOT is_deleted ORDER BY received_at",
                literal: "SELECT \(list) FROM email_messages WHERE thread_id = $1 ORDER BY received_at"
            ) { target, _, _ in [target.thread] },
            // Our counters are kept by triggers; the document has the column and nothing that keeps it.
            BenchWorkload(
                name: "unread count", ours: "SELECT unread_count FROM email_folders WHERE id = $1",
                literal: "SELECT count(*) FROM email_messages WHERE folder_id = $1 AND NOT is_read"
            ) { target, _, _ in [target.folder] },
            BenchWorkload(
                name: "unread count, by counting",
                ours: "SELECT count(*) FROM email_messages WHERE folder_id = $1 AND NOT is_read AND NOT is_deleted",
                literal: "SELECT count(*) FROM email_messages WHERE folder_id = $1 AND NOT is_read"
            ) { target, _, _ in [target.folder] },
            BenchWorkload(
                name: "UID range, 100",
                ours: """
                    SELECT id, imap_uid_num, is_read, is_flagged FROM email_messages
                     WHERE folder_id = $1 AND imap_uid_num BETWEEN $2 AND $2 + 99 ORDER BY imap_uid_num
                    """,
                literal: """
                    SELECT id, imap_uid, is_read, is_flagged FROM email_messages
                     WHERE folder_id = $1 AND imap_uid::bigint BETWEEN $2 AND $2 + 99 ORDER BY imap_uid::bigint
                    """
            ) { target, _, _ in [target.folder, target.uid] },
            BenchWorkload(
                name: "changes since, 500",
                ours: functions.contains("email_changes")
                    ? "SELECT * FROM email_changes($1, $2)"
                    : """
                    SELECT change_seq, id, folder_id, imap_uid_num FROM email_messages
                     WHERE account_id = $1 AND change_seq > $2 ORDER BY change_seq LIMIT 500
                    """,
                literal: """
                    SELECT updated_at, id, folder_id, imap_uid FROM email_messages
                     WHERE account_id = $1 AND updated_at > $2 ORDER BY updated_at LIMIT 500
                    """
            ) { target, _, _ in [target.account, target.change] },
            search("search, rare word", functions) { _, targets, random in
                [targets.rareWords[random.below(targets.rareWords.count)]]
            },
            search("search, common word", functions) { _, targets, random in
                [targets.commonWords[random.below(targets.commonWords.count)]]
            },
            BenchWorkload(
                name: "account look-up",
                ours: """
                    SELECT id, tenant_id, user_id, last_sync_at FROM email_accounts
                     WHERE email_address = $1 AND NOT is_deleted
                    """,
                literal: "SELECT id, tenant_id, user_id, last_sync_at FROM email_accounts WHERE email_address = $1"
            ) { target, _, _ in [target.address] },
            readFlag,
            readFlags,
        ]
    }

    /// One message marked read, or unread; the document leaves `updated_at` to the application.
    static let readFlag = BenchWorkload(
        name: "read flag", ours: "UPDATE email_messages SET is_read = NOT is_read WHERE id = $1",
        literal: """
            UPDATE email_messages SET is_read = NOT is_read, updated_at = \(BenchStore.clock) WHERE id = $1
            """, writes: true
    ) { target, _, _ in [target.id] }

    /// A hundred messages of an account in one statement: what there is to a change beside the wait for its commit.
    private static let readFlags = BenchWorkload(
        name: "read flags, 100 at once",
        ours: "UPDATE email_messages SET is_read = NOT is_read WHERE id = ANY ($1::uuid[])",
        literal: """
            UPDATE email_messages SET is_read = NOT is_read, updated_at = \(BenchStore.clock) WHERE id = ANY ($1::uuid[])
            """, largestTenantOnly: true, writes: true
    ) { target, targets, random in
        // The largest tenant has one account; ids in order, so that two clients do not wait for each other in a circle.
        let start = random.below(targets.largestTenant.count)
        let ids = (0..<min(100, targets.largestTenant.count)).map {
            targets.largestTenant[(start + $0) % targets.largestTenant.count].id
        }
        return [SQL.array(ids.sorted())]
    }

    private static func search(
        _ name: String, _ functions: Set<String>,
        _ parameters: @escaping @Sendable (BenchTargets.Target, BenchTargets, inout BenchRandom) -> [String?]
    ) -> BenchWorkload {
        BenchWorkload(
            name: name,
            ours: functions.contains("email_search")
                ? """
                SELECT m.id, m.subject, m."from", m.received_at, m.is_read
                  FROM email_search($1) AS s JOIN email_messages AS m ON m.id = s.message_id
                 ORDER BY s.received_at DESC, s.message_id DESC
                """ : nil,
            literal: """
                SELECT id, subject, "from", received_at, is_read FROM email_messages
                 WHERE \(LiteralLayout.searchExpression) @@ websearch_to_tsquery('english', $1)
                 ORDER BY received_at DESC, id DESC LIMIT 50
                """, largestTenantOnly: true, isSlowInLiteral: true, parameters: parameters)
    }
}

/// What requests are about: a sample of the messages that are stored, so that a big mailbox is asked for more often.
struct BenchTargets: Sendable {
    /// A message, and what it belongs to.
    struct Target: Sendable {
        let tenant: String
        let account: String
        let folder: String
        let id: String
        let thread: String?
        let receivedAt: String?
        let uid: String?
        let address: String?
        /// A state to ask changes since: `change_seq`, or `updated_at` in the documented layout.
        let change: String?
    }

    let all: [Target]
    let largestTenant: [Target]
    /// Words that are in few messages of the largest tenant, and in one at least.
    let rareWords: [String]
    /// Words that are in about a fifth of all messages.
    let commonWords: [String]

    /// Draws the sample, the same messages in both layouts.
    init(_ store: BenchStore, _ world: BenchWorld, _ vocabulary: BenchVocabulary) throws {
        let connection = try Connection(store.settings)
        let change = store.layout == .ours ? "m.change_seq" : "m.updated_at"
        all = try connection.query(
            """
            SELECT m.tenant_id, m.account_id, m.folder_id, m.id, m.thread_id, m.received_at, m.imap_uid,
                   a.email_address, \(change) AS change
              FROM public.email_messages AS m JOIN public.email_accounts AS a ON a.id = m.account_id
             ORDER BY md5(m.message_id) LIMIT 4000
            """
        ).map { row in
            Target(
                tenant: row.text("tenant_id"), account: row.text("account_id"), folder: row.text("folder_id"),
                id: row.text("id"), thread: row["thread_id"], receivedAt: row["received_at"], uid: row["imap_uid"],
                address: row["email_address"], change: row["change"])
        }
        largestTenant = all.filter { $0.tenant == world.largestTenant }
        let texts = try connection.query(
            """
            SELECT text_body FROM public.email_messages WHERE tenant_id = $1 AND length(text_body) > 400
             ORDER BY md5(message_id) LIMIT 40
            """, [world.largestTenant])
        rareWords = texts.compactMap { row in
            row.text("text_body").split { $0 == " " || $0 == "\n" }.compactMap { word in
                vocabulary.rank(of: word).map { (rank: $0, word: String(word)) }
            }.max { $0.rank < $1.rank }?.word
        }
        commonWords = (20..<36).map(vocabulary.word)
        if largestTenant.isEmpty || rareWords.isEmpty {
            throw Failure.refused("too few messages to ask for", fix: "Use more: --messages 2000")
        }
    }
}
