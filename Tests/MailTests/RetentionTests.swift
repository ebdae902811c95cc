import Postgres
import TestSupport
import Testing

/// What is erased, in batches, and what is not.
@Suite struct RetentionTests {
    /// Rows of a tenant in every table that has tenants, found in the catalog, so that none is forgotten.
    private func rows(_ connection: borrowing Connection, of tenant: String) throws -> [String: Int] {
        var counts: [String: Int] = [:]
        for table in try connection.column(
            """
            SELECT c.oid::regclass FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
             WHERE c.relkind IN ('r', 'p', 'm') AND a.attname = 'tenant_id' AND NOT a.attisdropped
            """)
        {
            let sql = "SELECT count(*) FROM \(table) WHERE tenant_id = $1::uuid"
            counts[table] = Int(try connection.value(sql, [tenant]))
        }
        return counts
    }

    private func fill(_ connection: borrowing Connection, _ tenant: Tenant) throws {
        try connection.serve(tenant.id)
        for _ in 1...25 { try tenant.store(connection, subject: "mail") }
        try connection.query("DELETE FROM email_messages WHERE id = $1::uuid", [try tenant.store(connection)])
        try connection.serve(nil)
    }

    @Test("An offboarded tenant leaves nothing, and the others stay") func offboarding() async throws {
        try await MailDatabase.withOwn { database in
            let superuser = try Connection(database.superuser)
            let leaving = try Tenant(superuser)
            let staying = try Tenant(superuser)
            try fill(superuser, leaving)
            try fill(superuser, staying)
            let before = try rows(superuser, of: leaving.id)
            #expect(before.count >= 7)
            #expect(before.values.allSatisfy { $0 > 0 }, "control: \(before)")
            let others = try rows(superuser, of: staying.id)
            try superuser.query("SET ROLE email_owner")
            var calls = 0
            while true {
                calls += 1
                let report = try superuser.query("SELECT * FROM email_offboard_tenant($1::uuid, 10)", [leaving.id])
                if report.allSatisfy({ $0.integer("remaining") == 0 }) { break }
                try #require(calls < 50)
            }
            #expect(calls > 2, "in batches")
            try superuser.query("RESET ROLE")
            let after = try rows(superuser, of: leaving.id)
            #expect(after.values.allSatisfy { $0 == 0 }, "\(after)")
            let untouched = try rows(superuser, of: staying.id)
            #expect(untouched == others)
        }
    }

    @Test func aLeavingTenantLeavesNoTombstones() async throws {
        try await MailDatabase.withOwn { database in
            let superuser = try Connection(database.superuser)
            let tenant = try Tenant(superuser)
            try fill(superuser, tenant)
            let count = "SELECT count(*) FROM email_message_tombstones WHERE tenant_id = $1::uuid"
            let before = try superuser.value(count, [tenant.id])
            try superuser.query("SET ROLE email_owner")
            try superuser.query("SELECT FROM email_offboard_tenant($1::uuid, 5)", [tenant.id])
            try superuser.query("RESET ROLE")
            let after = try superuser.value(count, [tenant.id])
            #expect(after == before)
            let messages = try rows(superuser, of: tenant.id)["email_messages"]
            #expect(messages == 21, "control: a batch is erased")
            // Should it come back after all, its clients know nothing of these messages, and read it anew.
            let application = try database.application()
            try application.serve(tenant.id)
            try application.query("UPDATE email_accounts SET is_deleted = false")
            let change = try application.value("SELECT kind FROM email_changes($1::uuid, 1)", [tenant.account])
            #expect(change == "resync")
        }
    }

    @Test func tombstonesArePurgedAccountByAccount() async throws {
        try await MailDatabase.withOwn { database in
            let superuser = try Connection(database.superuser)
            for tenant in [try Tenant(superuser), try Tenant(superuser)] {
                try fill(superuser, tenant)
                try superuser.query(
                    "DELETE FROM email_messages WHERE tenant_id = $1::uuid AND subject = 'mail'", [tenant.id])
            }
            try superuser.query("UPDATE email_message_tombstones SET recorded_at = 1000")
            try superuser.query("SET ROLE email_owner")
            var accounts: [Int] = []
            while true {
                try superuser.query("BEGIN")
                let purged = try #require(Int(superuser.value("SELECT email_purge_tombstones(1000, 10)")))
                try superuser.query("RESET ROLE")
                let touched = try superuser.query(
                    "SELECT FROM email_accounts WHERE xmin = pg_current_xact_id()::xid"
                ).count
                try superuser.query("SET ROLE email_owner")
                try superuser.query("COMMIT")
                guard purged > 0 else { break }
                accounts.append(touched)
                try #require(accounts.count < 50)
            }
            #expect(accounts.count > 4 && accounts.allSatisfy { $0 == 1 }, "\(accounts)")
            try superuser.query("RESET ROLE")
            let left = try superuser.value("SELECT count(*) FROM email_message_tombstones")
            #expect(left == "0")
        }
    }

    @Test func anExportIsSentAsItIsRead() async throws {
        let superuser = try Connection(await MailDatabase.shared.superuser)
        let plan = try superuser.column("EXPLAIN SELECT * FROM email_export_tenant()").joined(separator: "\n")
        #expect(plan.contains("Append") && !plan.contains("Function Scan"), "\(plan)")
    }

    @Test func theAuditLogMayBeKept() async throws {
        try await MailDatabase.withOwn { database in
            let superuser = try Connection(database.superuser)
            let tenant = try Tenant(superuser)
            try superuser.query("SET ROLE email_owner")
            try superuser.query("SELECT FROM email_offboard_tenant($1::uuid, keep_audit => true)", [tenant.id])
            try superuser.query("RESET ROLE")
            let left = try rows(superuser, of: tenant.id).filter { $0.value > 0 }
            #expect(Array(left.keys) == ["email_audit_log"])
            let content = try superuser.column("SELECT l::text FROM email_audit_log AS l").joined()
            #expect(!content.contains(tenant.mark), "ids and names of columns, no content")
        }
    }

    @Test func whatWasDeletedLongAgoIsErasedInBatches() async throws {
        try await MailDatabase.withOwn { database in
            let superuser = try Connection(database.superuser)
            let first = try Tenant(superuser)
            let second = try Tenant(superuser)
            for tenant in [first, second] { try fill(superuser, tenant) }
            let deleted = "UPDATE email_messages SET is_deleted = true, deleted_at = "
            try superuser.query(deleted + "1000 WHERE tenant_id = $1::uuid AND subject = 'mail'", [first.id])
            try superuser.query(deleted + "email_now_ms() WHERE tenant_id = $1::uuid AND subject = 'mail'", [second.id])
            try superuser.query(
                "UPDATE email_folders SET is_deleted = true, deleted_at = 1000 WHERE id = $1::uuid", [first.archive])
            try superuser.query("SET ROLE email_owner")
            var batches: [Int] = []
            while batches.last != 0 {
                batches.append(try #require(Int(superuser.value("SELECT email_purge_deleted(86400000, 10)"))))
                try #require(batches.count < 50)
            }
            try superuser.query("RESET ROLE")
            #expect(batches == [10, 10, 5, 1, 0])
            let messages = try [first, second].map { try rows(superuser, of: $0.id)["email_messages"] }
            #expect(messages == [1, 26])
            let folders = try [first, second].map { try rows(superuser, of: $0.id)["email_folders"] }
            #expect(folders == [1, 2])
            let wrong = try superuser.query("SELECT FROM email_check_counters()").count
            #expect(wrong == 0)
        }
    }

    @Test func oldAuditRowsAreErasedInBatches() async throws {
        try await MailDatabase.withOwn { database in
            let superuser = try Connection(database.superuser)
            let tenant = try Tenant(superuser)
            try fill(superuser, tenant)
            let count = "SELECT count(*) FROM email_audit_log"
            let before = try #require(Int(superuser.value(count)))
            try superuser.query("SET ROLE email_owner")
            let young = try superuser.value("SELECT email_purge_audit(86400000, 10)")
            #expect(young == "0")
            let purged = try superuser.value("SELECT email_purge_audit(0, 10)")
            #expect(purged == "10")
            try superuser.query("RESET ROLE")
            let after = try superuser.value(count)
            #expect(after == String(before - 10))
        }
    }

    @Test func anExportHoldsEveryRowOfTheTenantAndNoOther() async throws {
        let database = try await MailDatabase.shared
        let superuser = try Connection(database.superuser)
        let mine = try Tenant(superuser)
        let theirs = try Tenant(superuser)
        for tenant in [mine, theirs] { try fill(superuser, tenant) }
        let application = try database.application()
        try application.serve(mine.id)
        let export = try application.query(
            "SELECT table_name, data ->> 'tenant_id' AS tenant FROM email_export_tenant()")
        #expect(Set(export.map { $0.text("tenant") }) == [mine.id])
        var counts = try rows(superuser, of: mine.id)
        for derived in ["email_message_search", "email_message_tombstones"] { counts[derived] = nil }
        let exported = Dictionary(grouping: export) { $0.text("table_name") }.mapValues(\.count)
        #expect(exported == counts)
        let content = try application.column("SELECT data::text FROM email_export_tenant()").joined()
        #expect(content.contains(mine.word))
        #expect(!content.contains(theirs.mark))
    }
}
