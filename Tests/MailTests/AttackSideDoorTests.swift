import Postgres
import Server
import TestSupport
import Testing

/// The attacks on what stands around the tables: search, the planner, the pooler, the backup.
@Suite struct AttackSideDoorTests {
    // 15. Every search function runs with more rights than its caller.
    @Test(arguments: [
        ("SELECT message_id FROM email_search($1)", "word"), ("SELECT message_id FROM email_search($1)", "bodyWord"),
        ("SELECT message_id FROM email_search($1, order_by => 'rank')", "word"),
        ("SELECT message_id FROM email_search_recipients($1)", "address"),
        ("SELECT message_id FROM email_search('subject:' || $1)", "word"),
        ("SELECT message_id FROM email_search('to:' || $1)", "address"),
        ("SELECT message_id FROM email_search('filename:' || $1)", "mark"),
        ("SELECT message_id FROM email_search_attachments($1)", "mark"),
        ("SELECT message_id FROM email_search_references(ARRAY['<parent.' || $1 || '@example.com>'])", "mark"),
    ])
    func aSearchFindsOwnMessagesOnly(_ search: String, _ key: String) async throws {
        try await Duel.with { database, mine, theirs in
            let needle = Attack.filled("{B.\(key)}", mine, theirs)
            let connection = try database.application()
            let error = try failure { try connection.query(search, [needle]) }
            #expect(error.sqlState == .insufficientPrivilege, "no tenant")
            for garbage in ["", "no uuid"] {
                try connection.serve(garbage)
                let error = try failure { try connection.query(search, [needle]) }
                #expect(error.sqlState == .insufficientPrivilege, "\(garbage)")
            }
            try connection.serve(mine.id)
            let stolen = try connection.column(search, [needle])
            #expect(stolen.isEmpty)
            let own = try connection.column(search, [Attack.filled("{A.\(key)}", mine, theirs)])
            #expect(own == [mine.message])
            try connection.serve(theirs.id)
            let control = try connection.column(search, [needle])
            #expect(control == [theirs.message])
        }
    }

    // 15. With the arguments that a caller may give, others' accounts and folders are as good as none.
    @Test func aSearchCannotBePointedAtAStrangersAccount() async throws {
        try await Duel.with { database, mine, theirs in
            let connection = try database.application()
            let search = "SELECT message_id FROM email_search('hello', account_id => $1::uuid, folder_id => $2::uuid)"
            try connection.serve(mine.id)
            for (account, folder) in [(theirs.account, nil), (nil, theirs.inbox), (theirs.account, theirs.inbox)] {
                let found = try connection.column(search, [account, folder])
                #expect(found.isEmpty)
            }
            let control = try connection.column(search, [mine.account, mine.inbox])
            #expect(control == [mine.message])
        }
    }

    // 28. Estimates come from statistics over all tenants.
    @Test func anEstimateTellsNothingOfOtherTenants() async throws {
        try await MailDatabase.withOwn { database in
            let superuser = try Connection(database.superuser)
            let mine = try Tenant(superuser)
            let theirs = try Tenant(superuser)
            try superuser.serve(theirs.id)
            for _ in 1...300 { try theirs.store(superuser, subject: theirs.word, body: theirs.bodyWord) }
            try superuser.serve(mine.id)
            for _ in 1...300 { try mine.store(superuser, subject: mine.word) }
            try superuser.query("ANALYZE")
            let connection = try database.application()
            try connection.serve(mine.id)
            let conditions = [
                "email_messages WHERE subject = $1", "email_messages WHERE text_body = $1",
                "email_messages WHERE message_id = $1", "email_messages WHERE from_address = $1",
                "email_messages WHERE to_tsvector('simple', subject) @@ to_tsquery('simple', $1)",
                "email_messages WHERE subject ILIKE '%' || $1 || '%'", "email_accounts WHERE email_address = $1",
                "email_attachments WHERE filename = $1", "email_folders WHERE name = $1",
                "email_search($1)", "email_search('from:' || $1)", "email_search_recipients($1)",
            ]
            func estimate(_ condition: String, _ word: String, _ connection: borrowing Connection) throws -> String {
                let sql = "EXPLAIN SELECT FROM " + condition.replacing("$1", with: SQL.literal(word))
                return try connection.column(sql).joined(separator: "\n").replacing(word, with: "<word>")
            }
            let absent = "subject" + String(theirs.mark.reversed())
            for condition in conditions {
                let known = try estimate(condition, theirs.word, connection)
                let unknown = try estimate(condition, absent, connection)
                #expect(known == unknown)
            }
            // With statistics on the column, the word shows.
            try superuser.query("ALTER TABLE email_messages ALTER COLUMN subject SET STATISTICS 100")
            try superuser.query("ANALYZE email_messages")
            let known = try estimate(conditions[0], theirs.word, connection)
            let unknown = try estimate(conditions[0], absent, connection)
            #expect(known != unknown, "control")
        }
    }

    // 28. A word that only others have must not be slower to miss than one that no tenant has.
    @Test func theTimeOfASearchTellsNothingOfOtherTenants() async throws {
        try await MailDatabase.withOwn { database in
            let superuser = try Connection(database.superuser)
            let mine = try Tenant(superuser)
            let theirs = try Tenant(superuser)
            try superuser.serve(theirs.id)
            try superuser.query(
                """
                INSERT INTO email_messages (tenant_id, account_id, folder_id, message_id, subject)
                SELECT $1::uuid, $2::uuid, $3::uuid, 'm' || i, $4 FROM generate_series(1, 5000) AS i
                """, [theirs.id, theirs.account, theirs.inbox, theirs.word])
            try superuser.query("VACUUM ANALYZE email_message_search")
            let connection = try database.application()
            func median(_ word: String) throws -> Duration {
                var times: [Duration] = []
                for _ in 1...30 {
                    times.append(
                        try ContinuousClock().measure {
                            _ = try connection.query("SELECT FROM email_search($1)", [word])
                        })
                }
                return times.sorted()[15]
            }
            var ratios: [Double] = []
            try connection.serve(theirs.id)
            _ = try median(theirs.word)
            let found = try connection.value("SELECT count(*) FROM email_search($1, page_size => 500)", [theirs.word])
            #expect(found == "500", "control")
            try connection.serve(mine.id)
            for _ in 1...3 {
                let unknown = try median("absent" + theirs.mark)
                ratios.append(try median(theirs.word) / unknown)
                if (0.2...5).contains(ratios.last ?? 0) { break }
            }
            #expect((0.2...5).contains(ratios.last ?? 0), "\(ratios)")
        }
    }

    // 29. In a pool, the next client gets the session as the last one left it.
    @Test("A session's setting leaks through a pooler, a transaction's does not") func pooler() async throws {
        try await Duel.with { database, mine, theirs in
            try await PgBouncer.with(database.user(), mode: "transaction") { pooled in
                let count = "SELECT count(*) FROM email_messages"
                func others() throws -> String { try Connection(pooled).value(count) }
                let first = try Connection(pooled)
                try first.transaction {
                    _ = try first.query("SELECT set_config('app.current_tenant_id', $1, true)", [theirs.id])
                    let control = try first.value(count)
                    #expect(control == "1")
                }
                let afterLocal = try others()
                #expect(afterLocal == "0", "a transaction's tenant ends with it")
                try first.query("SELECT set_config('app.current_tenant_id', $1, false)", [theirs.id])
                let afterSession = try others()
                #expect(afterSession == "1", "the known leak: never set the tenant of a session through a pooler")
                // A transaction that names its own tenant, as all must, is safe even then.
                let second = try Connection(pooled)
                try second.transaction {
                    _ = try second.query("SELECT set_config('app.current_tenant_id', $1, true)", [mine.id])
                    let seen = try second.column("SELECT tenant_id FROM email_messages")
                    #expect(seen == [mine.id])
                }
            }
        }
    }

    // 30. A dump by the application would be one tenant's at best, and look like one of all.
    @Test func onlyTheBackupRoleDumpsAndItDumpsAll() async throws {
        try await Duel.with { database, mine, theirs in
            let folder = try ServerBinaries.find(nil, state: ".emaildb").directory
            func dump(_ role: String) async throws -> CommandResult {
                var environment = database.user(role).environment
                environment["LD_LIBRARY_PATH"] = folder + "/lib"
                return try await CommandRunner.run(
                    folder + "/bin/pg_dump", ["--data-only", "--table=public.email_*"], environment: environment)
            }
            let application = try await dump("email_service")
            #expect(application.status != 0)
            #expect(!application.output.contains(mine.mark))
            let backup = try await dump("email_backup")
            #expect(backup.status == 0, "\(backup.errors)")
            #expect(backup.output.contains(mine.word))
            #expect(backup.output.contains(theirs.word))
        }
    }
}
