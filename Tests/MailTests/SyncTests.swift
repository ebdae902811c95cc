import Postgres
import TestSupport
import Testing

/// Changes, moves, UIDVALIDITY, and the accounts that workers take.
@Suite struct SyncTests {
    /// Kind, message, folder and UID of the changes after a state, and the next state.
    private func changes(
        _ connection: borrowing Connection, _ tenant: Tenant, since state: Int, resync: Bool = false
    ) throws -> (changes: [[String]], state: Int) {
        let rows = try connection.query(
            "SELECT * FROM email_changes($1::uuid, $2::bigint, full_resync => $3::boolean)",
            [tenant.account, String(state), String(resync)])
        return (
            rows.map { row in [row.text("kind"), row.text("message_id"), row.text("folder_id"), row.text("imap_uid")] },
            rows.last?.integer("change_seq") ?? state
        )
    }

    @Test func everyKindOfChangeIsTold() async throws {
        try await MailDatabase.withMailbox { connection, tenant in
            let id = tenant.message
            let first = try changes(connection, tenant, since: 0)
            #expect(first.changes == [["changed", id, tenant.inbox, "1"]])
            let none = try changes(connection, tenant, since: first.state)
            #expect(none.changes.isEmpty)

            try connection.query("UPDATE email_messages SET is_read = true")
            let flag = try changes(connection, tenant, since: first.state)
            #expect(flag.changes == [["changed", id, tenant.inbox, "1"]])

            try connection.query("SELECT email_move_messages(ARRAY[$1]::uuid[], $2::uuid)", [id, tenant.archive])
            let move = try changes(connection, tenant, since: flag.state)
            #expect(Set(move.changes) == [["changed", id, tenant.archive, ""], ["left", id, tenant.inbox, "1"]])

            try connection.query("UPDATE email_messages SET is_deleted = true, deleted_at = 1")
            let hidden = try changes(connection, tenant, since: move.state)
            #expect(hidden.changes == [["vanished", id, tenant.archive, ""]])

            try connection.query("UPDATE email_messages SET is_deleted = false, deleted_at = NULL, imap_uid = '8'")
            let revived = try changes(connection, tenant, since: hidden.state)
            #expect(revived.changes == [["changed", id, tenant.archive, "8"]])

            try connection.query("DELETE FROM email_messages")
            let gone = try changes(connection, tenant, since: revived.state)
            #expect(gone.changes == [["vanished", id, tenant.archive, "8"]])
            let state = try connection.query("SELECT * FROM email_change_state($1::uuid)", [tenant.account]).first
            #expect(state?.integer("last_seq") == gone.state)
            #expect(state?.integer("floor_seq") == 0)
        }
    }

    @Test func aRolledBackChangeIsNoChange() async throws {
        try await MailDatabase.withMailbox { connection, tenant in
            let before = try changes(connection, tenant, since: 0).state
            try connection.script("BEGIN; DELETE FROM email_messages; ROLLBACK")
            let after = try changes(connection, tenant, since: before)
            #expect(after.changes.isEmpty)
        }
    }

    // Own database: a purge is of all tenants.
    @Test func aStateBelowThePurgedTombstonesStartsAfresh() async throws {
        try await MailDatabase.withOwn { database in
            let superuser = try Connection(database.superuser)
            let tenant = try Tenant(superuser)
            let application = try database.application()
            try application.serve(tenant.id)
            try tenant.store(application)
            let old = try changes(application, tenant, since: 0).state
            try application.query("DELETE FROM email_messages WHERE id = $1::uuid", [tenant.message])
            let current = try changes(application, tenant, since: old).state
            #expect(current > old)
            try superuser.query("SET ROLE email_owner")
            let kept = try superuser.value("SELECT email_purge_tombstones(3600000)")
            #expect(kept == "0", "not old enough")
            var purged = "0"
            // Older than nothing means older than this millisecond.
            while purged == "0" { purged = try superuser.value("SELECT email_purge_tombstones(0)") }
            #expect(purged == "1")
            let stale = try changes(application, tenant, since: old)
            #expect(stale.changes.map { $0[0] } == ["resync"])
            #expect(stale.state == current)
            let afresh = try changes(application, tenant, since: 0, resync: true)
            #expect(afresh.changes.map { $0[0] } == ["changed"])
            let upToDate = try changes(application, tenant, since: current)
            #expect(upToDate.changes.isEmpty)
        }
    }

    @Test func aNewUIDValidityVoidsTheUIDsOfItsFolder() async throws {
        try await MailDatabase.withMailbox { connection, tenant in
            try connection.query("UPDATE email_folders SET uid_next = 2, highest_modseq = 9, sync_token = 'x'")
            let elsewhere = try tenant.store(connection, folder: tenant.archive)
            try connection.query("UPDATE email_messages SET imap_uid = '5' WHERE id = $1::uuid", [elsewhere])
            let voided = try connection.value("SELECT email_reset_uidvalidity($1::uuid, 77)", [tenant.inbox])
            #expect(voided == "1")
            let folder = try connection.query(
                "SELECT uid_validity, uid_next, highest_modseq, sync_token FROM email_folders WHERE id = $1::uuid",
                [tenant.inbox]
            ).first
            #expect((0..<4).map { folder?[$0] ?? "none" } == ["77", "none", "none", "none"])
            let uids = try connection.column("SELECT coalesce(imap_uid, 'none') FROM email_messages ORDER BY imap_uid")
            #expect(uids == ["5", "none"])
            // The same mail comes again under its new number.
            let again = try connection.query(
                """
                SELECT id, outcome FROM email_ingest($1::uuid, $2::uuid, jsonb_build_array(jsonb_build_object(
                    'message_id', (SELECT message_id FROM email_messages WHERE id = $3::uuid), 'imap_uid', '900')))
                """, [tenant.account, tenant.inbox, tenant.message]
            ).first
            #expect(again?["id"] == tenant.message)
            #expect(again?["outcome"] == "duplicate")
        }
    }

    @Test func aLargeFolderIsVoidedInBatches() async throws {
        try await MailDatabase.withMailbox { connection, tenant in
            for uid in 2...5 {
                let message = try tenant.store(connection)
                try connection.query(
                    "UPDATE email_messages SET imap_uid = $1 WHERE id = $2::uuid", ["\(uid)", message])
            }
            try connection.query("UPDATE email_messages SET imap_uid = '1' WHERE id = $1::uuid", [tenant.message])
            try connection.query(
                "UPDATE email_folders SET uid_validity = 7, uid_next = 6 WHERE id = $1::uuid", [tenant.inbox])
            let state = """
                SELECT concat_ws(' ', coalesce(f.uid_validity::text, 'none'), coalesce(f.uid_next::text, 'none'),
                                 (SELECT count(m.imap_uid) FROM email_messages AS m WHERE m.folder_id = f.id))
                  FROM email_folders AS f WHERE f.id = $1::uuid
                """
            var seen: [String] = []
            for _ in 1...4 {
                let voided = try connection.value("SELECT email_reset_uidvalidity($1::uuid, 8, 2)", [tenant.inbox])
                seen.append("\(voided): " + (try connection.value(state, [tenant.inbox])))
            }
            // Half-way no server's UIDVALIDITY is equal, so that a worker that died begins again.
            #expect(seen == ["2: none none 3", "2: none none 1", "1: 8 none 0", "0: 8 none 0"])
            // Done: a UID that came since then stays.
            try connection.query("UPDATE email_messages SET imap_uid = '9' WHERE id = $1::uuid", [tenant.message])
            let again = try connection.value("SELECT email_reset_uidvalidity($1::uuid, 8)", [tenant.inbox])
            #expect(again == "0")
            let kept = try connection.value(state, [tenant.inbox])
            #expect(kept == "8 none 1")
        }
    }

    @Test func aMoveTakesOnlyMessagesOfTheAccount() async throws {
        try await MailDatabase.withMailbox { connection, tenant in
            let account = try connection.value(
                "INSERT INTO email_accounts (tenant_id, user_id) VALUES ($1::uuid, gen_random_uuid()) RETURNING id",
                [tenant.id])
            let folder = try connection.value(
                "INSERT INTO email_folders (tenant_id, account_id) VALUES ($1::uuid, $2::uuid) RETURNING id",
                [tenant.id, account])
            try connection.serve(tenant.id)
            let move = "SELECT email_move_messages(ARRAY[$1, gen_random_uuid()]::uuid[], $2::uuid)"
            let other = try connection.value(move, [tenant.message, folder])
            #expect(other == "0")
            let own = try connection.value(move, [tenant.message, tenant.archive])
            #expect(own == "1")
            try connection.query(
                "UPDATE email_folders SET is_deleted = true, deleted_at = 1 WHERE id = $1::uuid", [tenant.inbox])
            let error = try failure { try connection.query(move, [tenant.message, tenant.inbox]) }
            #expect(error.sqlState?.rawValue == "P0002")
        }
    }

    // MARK: - Claims

    @Test func noAccountIsHandedOutTwice() async throws {
        try await MailDatabase.withOwn { database in
            let superuser = try Connection(database.superuser)
            let tenant = try Tenant(superuser)
            try superuser.query(
                """
                INSERT INTO email_accounts (tenant_id, user_id) SELECT $1::uuid, gen_random_uuid()
                  FROM generate_series(1, 199)
                """, [tenant.id])
            let lists = try await Threads.run(6) { _ in
                let worker = try Connection(database.user("email_worker"))
                var taken: [String] = []
                while true {
                    let claimed = try worker.column("SELECT account_id FROM email_claim_accounts(7)")
                    // Nothing may mean that another worker is about to take the last ones.
                    if claimed.isEmpty { return taken }
                    taken += claimed
                }
            }
            let taken = lists.flatMap { $0 }
            #expect(taken.count == 200)
            #expect(Set(taken).count == 200)
        }
    }

    @Test func aClaimEndsByReleaseOrByTime() async throws {
        try await MailDatabase.withOwn { database in
            let superuser = try Connection(database.superuser)
            let tenant = try Tenant(superuser)
            let worker = try Connection(database.user("email_worker"))
            let claim = "SELECT claim FROM email_claim_accounts()"
            let due = "UPDATE email_accounts SET last_sync_at = NULL, sync_lease_until = 5 WHERE is_syncing"
            let first = try worker.value(claim)
            #expect(!first.isEmpty)
            let second = try worker.column(claim)
            #expect(second.isEmpty, "taken")
            try superuser.query("SELECT set_config('app.current_tenant_id', '', false)")
            try superuser.query(due)
            let third = try worker.value(claim)
            #expect(!third.isEmpty && third != first, "the lease is over")
            let late = try ["email_renew_claim($1::uuid, $2::uuid)", "email_release_account($1::uuid, $2::uuid)"].map {
                try worker.value("SELECT " + $0, [tenant.account, first])
            }
            #expect(late == ["f", "f"], "who lost the account learns it")
            let renewed = try worker.value(
                "SELECT email_renew_claim($1::uuid, $2::uuid, 60000)", [tenant.account, third])
            #expect(renewed == "t")
            let failed = try worker.value(
                "SELECT email_release_account($1::uuid, $2::uuid, false, 3600000)", [tenant.account, third])
            #expect(failed == "t")
            let soon = try worker.column(claim)
            #expect(soon.isEmpty, "the next attempt is in an hour")
            try superuser.query("UPDATE email_accounts SET sync_lease_until = 5")
            let fourth = try worker.value(claim)
            let done = try worker.value("SELECT email_release_account($1::uuid, $2::uuid)", [tenant.account, fourth])
            #expect(done == "t")
            let early = try worker.column(claim)
            #expect(early.isEmpty, "synchronised just now")
            try superuser.query("UPDATE email_accounts SET last_sync_at = last_sync_at - 301000")
            let fifth = try worker.column(claim)
            #expect(fifth.count == 1)
            let error = try failure { try worker.query("SELECT FROM email_messages") }
            #expect(error.sqlState == .insufficientPrivilege, "a worker sees no mail")
        }
    }

    @Test func theBacklogCountsWhatWorkersWouldGet() async throws {
        try await MailDatabase.withOwn { database in
            let superuser = try Connection(database.superuser)
            let tenant = try Tenant(superuser)
            let worker = try Connection(database.user("email_worker"))
            let monitor = try Connection(database.user("email_monitor"))
            func backlog() throws -> [String] {
                let row = try monitor.query("SELECT * FROM email_sync_backlog()").first
                return ["enabled", "syncing", "due", "retrying", "abandoned"].map { row?.text($0) ?? "" }
            }
            try superuser.query(
                """
                INSERT INTO email_accounts (tenant_id, user_id, is_enabled, is_sync_enabled, is_deleted, deleted_at)
                VALUES ($1::uuid, $1::uuid, false, true, false, NULL), ($1::uuid, $1::uuid, true, false, false, NULL),
                       ($1::uuid, $1::uuid, true, true, true, 1)
                """, [tenant.id])
            #expect(try backlog() == ["1", "0", "1", "0", "0"], "the others are not to be synchronised")
            let claim = try worker.value("SELECT claim FROM email_claim_accounts()")
            #expect(try backlog() == ["1", "1", "0", "0", "0"])
            try superuser.query("SELECT set_config('app.current_tenant_id', '', false)")
            try superuser.query("UPDATE email_accounts SET sync_lease_until = 5 WHERE is_syncing")
            #expect(try backlog() == ["1", "0", "0", "0", "1"], "the worker died")
            let release = "SELECT email_release_account($1::uuid, $2::uuid, false, 3600000)"
            #expect(try worker.value(release, [tenant.account, claim]) == "t")
            #expect(try backlog() == ["1", "0", "0", "1", "0"], "after a failure")
            try superuser.query(
                "UPDATE email_accounts SET sync_lease_until = NULL, last_sync_at = email_now_ms() - 900000")
            let overdue = try monitor.value("SELECT longest_overdue_ms FROM email_sync_backlog()")
            #expect((600_000..<660_000).contains(Int(overdue) ?? 0), "15 minutes ago, every 5 minutes: \(overdue)")
            let error = try failure { try monitor.query("SELECT FROM email_accounts") }
            #expect(error.sqlState == .insufficientPrivilege, "numbers are all that monitoring learns")
        }
    }

    @Test func aWorkerMovesNewWordsIntoPlace() async throws {
        try await MailDatabase.withOwn { database in
            let tenant = try Tenant(Connection(database.superuser))
            let application = try database.application()
            try application.serve(tenant.id)
            try tenant.store(application)
            let worker = try Connection(database.user("email_worker"))
            let moved = try worker.value("SELECT email_merge_search()")
            #expect(try #require(Int(moved)) > 0)
            let again = try worker.value("SELECT email_merge_search()")
            #expect(again == "0")
            let found = try application.column("SELECT message_id FROM email_search($1)", [tenant.word])
            #expect(!found.isEmpty)
            let error = try failure { try application.query("SELECT email_merge_search()") }
            #expect(error.sqlState == .insufficientPrivilege)
        }
    }
}
