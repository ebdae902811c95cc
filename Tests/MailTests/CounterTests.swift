import Postgres
import TestSupport
import Testing

/// Counters and change numbers under many writers.
@Suite struct CounterTests {
    // The lock of a writer is the tenant's or, with app.current_account_id, the account's; both kinds come together here.
    @Test func noCountAndNoChangeIsLostUnderSixteenWriters() async throws {
        let database = try await MailDatabase.shared
        let superuser = try Connection(database.superuser)
        let tenant = try Tenant(superuser)
        let seconds = Rounds.few(4, soak: 60)
        let seed = SeededGenerator(printing: "sixteen writers").seed
        let isOver = Flag()
        async let reading = Threads.run(1) { _ in try Self.read(database, tenant, until: isOver) }
        let counts: [Int]
        do {
            counts = try await Threads.run(16) { try Self.write(database, tenant, $0, seed, seconds: seconds) }
        } catch {
            isOver.set()
            throw error
        }
        isOver.set()
        let seen = try await reading[0]

        #expect(counts.allSatisfy { $0 > 3 }, "every writer got through: \(counts)")
        let application = try database.application()
        try application.serve(tenant.id)
        let wrong = try application.query("SELECT FROM email_check_counters()").count
        #expect(wrong == 0)
        let total = try application.value("SELECT sum(total_count) FROM email_folders")
        let counted = try application.value("SELECT count(*) FROM email_messages WHERE NOT is_deleted")
        #expect(total == counted)
        // What the reader made of the changes, one by one, is what a look at the end shows.
        let live = try application.column(
            "SELECT id || ' ' || folder_id || ' ' || change_seq FROM email_messages WHERE NOT is_deleted ORDER BY 1")
        let believed = seen.messages.map { "\($0.key) \($0.value)" }.sorted()
        #expect(believed == live)
        #expect(seen.pages > 5)
        let numbers = try ["email_message_search", "email_messages"].map {
            try superuser.value("SELECT count(*) FROM \($0) WHERE tenant_id = $1::uuid", [tenant.id])
        }
        #expect(numbers[0] == numbers[1], "search rows and messages")
        print(
            "sixteen writers: \(counts.reduce(0, +)) transactions, \(seen.changes) changes read in \(seen.pages) pages")
    }

    /// One writer: random statements on the same folders, each a transaction, until the time is over.
    private static func write(
        _ database: MailDatabase, _ tenant: Tenant, _ index: Int, _ seed: UInt64, seconds: Int
    ) throws -> Int {
        var random = SeededGenerator(seed: seed ^ UInt64(index) << 32)
        let connection = try database.application()
        let few = """
            (SELECT array_agg(id) FROM (SELECT id FROM email_messages WHERE account_id = '\(tenant.account)'
                                         ORDER BY md5(id::text || $1) LIMIT 5) AS few)::uuid[]
            """
        var count = 0
        let end = ContinuousClock.now + .seconds(seconds)
        while ContinuousClock.now < end {
            let salt = String(random.next())
            let folder = random.next() % 2 == 0 ? tenant.inbox : tenant.archive
            let sql =
                switch random.next() % 8 {
                case 0, 1, 2:
                    """
                    INSERT INTO email_messages (tenant_id, account_id, folder_id, message_id, is_read)
                    SELECT '\(tenant.id)', '\(tenant.account)', '\(folder)', $1 || i, i % 2 = 0
                      FROM generate_series(1, 3) AS i
                    """
                case 3: "UPDATE email_messages SET is_read = NOT is_read WHERE id = ANY (\(few))"
                case 4: "SELECT email_move_messages(\(few), '\(folder)')"
                case 5: "UPDATE email_messages SET is_deleted = true, deleted_at = 1 WHERE id = ANY (\(few))"
                case 6: "UPDATE email_messages SET is_deleted = false, deleted_at = NULL WHERE id = ANY (\(few))"
                default: "DELETE FROM email_messages WHERE id = ANY (\(few))"
                }
            let account = index % 2 == 0 ? tenant.account : ""
            let statements = 1 + random.next() % 2
            try connection.transaction {
                _ = try connection.query(
                    "SELECT set_config('app.current_tenant_id', $1, true), set_config('app.current_account_id', $2, true)",
                    [tenant.id, account])
                for part in 0..<statements { _ = try connection.query(sql, [salt + "-\(part)-"]) }
            }
            count += 1
        }
        return count
    }

    /// What a client that follows the changes believes.
    private struct Beliefs: Sendable {
        /// Folder and change number by message.
        var messages: [String: String] = [:]
        var state = 0
        var changes = 0
        var pages = 0
    }

    private static func read(_ database: MailDatabase, _ tenant: Tenant, until isOver: Flag) throws -> Beliefs {
        let connection = try database.application()
        try connection.serve(tenant.id)
        var beliefs = Beliefs()
        while true {
            // Asked before the last page is read: what was committed by then is in it.
            let last = isOver.isSet
            let page = try connection.query(
                "SELECT * FROM email_changes($1::uuid, $2::bigint, 100)", [tenant.account, String(beliefs.state)])
            for change in page {
                let number = try #require(change.integer("change_seq"))
                #expect(number > beliefs.state)
                beliefs.state = number
                beliefs.changes += 1
                switch change["kind"] {
                case "changed": beliefs.messages[change.text("message_id")] = "\(change.text("folder_id")) \(number)"
                case "vanished": beliefs.messages[change.text("message_id")] = nil
                default: #expect(change["kind"] == "left")
                }
            }
            beliefs.pages += 1
            if last, page.isEmpty { return beliefs }
        }
    }

    @Test func aWrongCounterIsFoundAndFixed() async throws {
        let database = try await MailDatabase.shared
        let superuser = try Connection(database.superuser)
        let tenant = try Tenant(superuser)
        let application = try database.application()
        try application.serve(tenant.id)
        let check =
            "SELECT folder_id, unread_count, unread_actual, total_count, total_actual FROM email_check_counters()"
        let right = try application.query(check)
        #expect(right.isEmpty)
        try superuser.query(
            "UPDATE email_folders SET total_count = 9, unread_count = 7 WHERE id = $1::uuid", [tenant.inbox])
        let wrong = try application.query(check).map { row in (0..<5).map { row[$0] ?? "" } }
        #expect(wrong == [[tenant.inbox, "7", "1", "9", "1"]])
        let other = try application.value("SELECT email_repair_counters($1::uuid)", [tenant.archive])
        #expect(other == "0", "another folder")
        let repaired = try application.value("SELECT email_repair_counters()")
        #expect(repaired == "1")
        let counted = try application.query(check)
        #expect(counted.isEmpty)
        let count = try application.value("SELECT total_count FROM email_folders WHERE id = $1::uuid", [tenant.inbox])
        #expect(count == "1")
    }

    @Test func aWriterOfOneAccountMayNotWriteToAnother() async throws {
        let database = try await MailDatabase.shared
        let tenant = try Tenant(Connection(database.superuser))
        let application = try database.application()
        try application.serve(tenant.id, account: tenant.inbox)
        for sql in ["UPDATE email_messages SET is_read = true", "DELETE FROM email_messages"] {
            let error = try failure { try application.query(sql) }
            #expect(error.sqlState?.rawValue == "23514")
        }
        let insert = try failure { try tenant.store(application) }
        #expect(insert.sqlState?.rawValue == "23514")
        try application.serve(tenant.id, account: tenant.account)
        try tenant.store(application)
        #expect(try application.query("DELETE FROM email_messages").affectedRows == 2)
    }
}
