import FoundationEssentials
import Postgres
import TestSupport
import Testing

/// Random operations against ``IngestModel``: rows, counters and what a follower of the changes believes agree after each.
@Suite struct IngestModelTests {
    @Test func fourWritersAndAModelAgree() async throws {
        let database = try await MailDatabase.shared
        let superuser = try Connection(database.superuser)
        let tenant = try Tenant(superuser)
        let count = Rounds.few(600, soak: 5000) / 4
        let seed = SeededGenerator(printing: "ingest model").seed
        let outcomes = try await Threads.run(4) { index in
            try Writer(database, tenant, index, SeededGenerator(seed: seed ^ UInt64(index) << 32)).run(count)
        }
        let total = outcomes.reduce(into: [:]) { $0.merge($1, uniquingKeysWith: +) }
        for outcome in ["stored", "duplicate", "completed", "replaced", "copied", "variant", "refused"] {
            #expect(total[outcome, default: 0] > 0, "\(outcome) came up")
        }
        print(
            "ingest model: \(total.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", "))")
    }

    /// A worker with an account and three folders of its own.
    private struct Writer: ~Copyable {
        let connection: Connection
        let account: String
        let folders: [String]
        var random: SeededGenerator
        var model = IngestModel()
        var outcomes: [String: Int] = [:]
        /// Folder by message, and the last change that was read.
        var believed: [String: String] = [:]
        var state = 0
        var lastUID = 0

        init(_ database: MailDatabase, _ tenant: Tenant, _ index: Int, _ random: SeededGenerator) throws {
            let connection = try database.application()
            try connection.serve(tenant.id)
            let account = try connection.value(
                "INSERT INTO email_accounts (tenant_id, user_id) VALUES ($1::uuid, gen_random_uuid()) RETURNING id",
                [tenant.id])
            let folders = try ["INBOX", "Drafts", "Archive"].map {
                try connection.value(
                    "INSERT INTO email_folders (tenant_id, account_id, path) VALUES ($1::uuid, $2::uuid, $3) RETURNING id",
                    [tenant.id, account, $0])
            }
            // Two wait for nobody, two for all.
            try connection.serve(tenant.id, account: index % 2 == 0 ? account : nil)
            self.connection = connection
            self.account = account
            self.folders = folders
            self.random = random
        }

        consuming func run(_ count: Int) throws -> [String: Int] {
            for step in 0..<count {
                let what = try act()
                try compare("step \(step), \(what)")
            }
            return outcomes
        }

        private mutating func one(of count: Int) -> Int { Int(random.next() % UInt64(count)) }

        private mutating func newUID() -> String {
            lastUID += 1
            return String(lastUID)
        }

        // MARK: - Operations

        private mutating func act() throws -> String {
            switch one(of: 12) {
            case 0...5: return try ingest()
            case 6: return try change("is_deleted = true") { $0.isDeleted = true }
            case 7: return try change("is_deleted = false") { $0.isDeleted = false }
            case 8: return try change("is_read = NOT is_read") { $0.isRead.toggle() }
            case 9: return try move()
            case 10: return one(of: 4) == 0 ? try resetUIDValidity() : try ingest()
            default: return try erase()
            }
        }

        private mutating func ingest() throws -> String {
            let folder = folders[one(of: 3)]
            var batch = (0...one(of: 3)).map { _ in mail() }
            // What occurs twice in a batch with one UID and different content is refused, both.
            var refused: Set<Int> = []
            if one(of: 8) == 0 {
                let uid = newUID()
                batch += [mail(), mail()].enumerated().map { place, mail in
                    var mail = mail
                    (mail.messageID, mail.uid, mail.isDraft) = ("<clash\(place)@x>", uid, nil)
                    return mail
                }
                refused = [batch.count - 2, batch.count - 1]
            }
            let text = String(decoding: try JSONEncoder().encode(batch), as: UTF8.self)
            let answers = try connection.query(
                "SELECT * FROM email_ingest($1::uuid, $2::uuid, $3::jsonb)", [account, folder, text])
            #expect(answers.count == batch.count)
            // Those that are surely new are stored first: it makes no difference, but for the places of new rows.
            for (place, answer) in answers.enumerated() {
                let given = answer.text("outcome")
                outcomes[given, default: 0] += 1
                if refused.contains(place) {
                    #expect(given == "refused")
                    continue
                }
                let expected = model.ingest(batch[place], into: folder, batch: batch.compactMap(\.uid))
                #expect(given == expected.outcome.rawValue, "\(text), message \(place + 1)")
                if model.rows[expected.place].id.isEmpty {
                    model.rows[expected.place].id = answer.text("id")
                }
                #expect(answer["id"] == model.rows[expected.place].id, "\(text), message \(place + 1)")
            }
            return "ingest \(text)"
        }

        /// A mail that is new, known, known by more or less, or known with other content.
        private mutating func mail() -> IngestModel.Mail {
            let number = one(of: 20)
            let version = one(of: 5) == 0 ? "other" : "first"
            let hasBody = one(of: 3) > 0
            return IngestModel.Mail(
                messageID: "<\(number)@x>", uid: one(of: 3) == 0 ? nil : newUID(), subject: "\(number)",
                body: hasBody ? version : nil, size: one(of: 2) == 0 ? number + version.count : nil,
                isRead: [nil, true, false][one(of: 3)], isFlagged: [nil, nil, true][one(of: 3)],
                isDraft: number < 8 ? true : nil)
        }

        private mutating func anyRow() -> Int? { model.rows.isEmpty ? nil : one(of: model.rows.count) }

        private mutating func change(_ columns: String, _ body: (inout IngestModel.Row) -> Void) throws -> String {
            guard let place = anyRow() else { return "nothing" }
            try connection.query("UPDATE email_messages SET \(columns) WHERE id = $1::uuid", [model.rows[place].id])
            body(&model.rows[place])
            return columns
        }

        private mutating func move() throws -> String {
            guard let place = anyRow() else { return "nothing" }
            let folder = folders[one(of: 3)]
            try connection.query(
                "SELECT email_move_messages(ARRAY[$1]::uuid[], $2::uuid)", [model.rows[place].id, folder])
            if model.rows[place].folder != folder {
                (model.rows[place].folder, model.rows[place].uid) = (folder, nil)
            }
            return "move"
        }

        private mutating func resetUIDValidity() throws -> String {
            let folder = folders[one(of: 3)]
            try connection.query("SELECT email_reset_uidvalidity($1::uuid, $2::bigint)", [folder, newUID()])
            for place in model.rows.indices where model.rows[place].folder == folder { model.rows[place].uid = nil }
            return "UIDVALIDITY"
        }

        private mutating func erase() throws -> String {
            guard let place = anyRow() else { return "nothing" }
            try connection.query("DELETE FROM email_messages WHERE id = $1::uuid", [model.rows[place].id])
            model.rows.remove(at: place)
            return "DELETE"
        }

        // MARK: - Comparison

        private mutating func compare(_ step: String) throws {
            let rows = try connection.column(
                """
                SELECT concat_ws(' ', id, CASE WHEN message_id_full IS NULL THEN message_id ELSE 'other' END, folder_id,
                                 coalesce(imap_uid, '-'), coalesce(subject, '-'), coalesce(text_body, '-'),
                                 coalesce(size_bytes::text, '-'), is_read, is_flagged, is_draft, is_deleted)
                  FROM email_messages WHERE account_id = $1::uuid
                """, [account])
            try #require(Set(rows) == Set(model.rows.map(\.description)), "\(step)")
            let wrong = try connection.query("SELECT FROM email_check_counters()").count
            try #require(wrong == 0, "counters: \(step)")
            let changes = try connection.query(
                "SELECT * FROM email_changes($1::uuid, $2::bigint, 5000)", [account, String(state)])
            for change in changes {
                state = change.integer("change_seq") ?? 0
                switch change["kind"] {
                case "changed": believed[change.text("message_id")] = change.text("folder_id")
                case "vanished": believed[change.text("message_id")] = nil
                default: break
                }
            }
            let live = model.rows.filter { !$0.isDeleted }.map { ($0.id, $0.folder) }
            try #require(believed == Dictionary(uniqueKeysWithValues: live), "changes: \(step)")
        }
    }
}
