import Postgres
import TestSupport
import Testing

@Suite(.needsServer) struct RowSecurityTests {
    private static let tables = ["email_accounts", "email_folders", "email_messages", "email_attachments"]

    /// A database with the mail of two tenants, a superuser's session, and the application's, serving no tenant yet.
    private func withTwoTenants(
        _ body: (
            _ superuser: borrowing Connection, _ application: borrowing Connection, _ mine: Tenant, _ theirs: Tenant
        ) throws -> Void
    ) async throws {
        try await TestDatabase.withSchema { settings in
            let superuser = try Connection(settings)
            let mine = try Tenant(superuser)
            let theirs = try Tenant(superuser)
            // The test server asks every role but its superuser for a password, and email_service shall not get one
            // that other tests could meet. A session authorization binds like a login, other than SET ROLE: it also
            // decides session_user, and what RESET ROLE returns to.
            let application = try Connection(settings)
            try application.query("SET SESSION AUTHORIZATION email_service")
            try body(superuser, application, mine, theirs)
        }
    }

    private func tenants(in table: String, _ connection: borrowing Connection) throws -> Set<String> {
        Set(try connection.column("SELECT tenant_id FROM \(table)"))
    }

    // MARK: - Reading

    @Test func aTenantSeesItsOwnRowsAndNoOthers() async throws {
        try await withTwoTenants { superuser, application, mine, theirs in
            for table in Self.tables {
                let all = try tenants(in: table, superuser)
                #expect(all == [mine.id, theirs.id], "the rows are there")
                for tenant in [mine, theirs] {
                    try application.serve(tenant.id)
                    let seen = try tenants(in: table, application)
                    #expect(seen == [tenant.id])
                }
                let other = try application.query("SELECT FROM \(table) WHERE id = $1::uuid", [mine.row(in: table)])
                #expect(other.isEmpty)
            }
        }
    }

    @Test func withoutATenantNothingIsSeen() async throws {
        try await withTwoTenants { _, application, mine, _ in
            for table in Self.tables {
                // The third state is the '' that a finished SET LOCAL leaves behind.
                for state in ["RESET app.current_tenant_id", "SET app.current_tenant_id = ''"] {
                    try application.query(state)
                    let seen = try tenants(in: table, application)
                    #expect(seen.isEmpty, "\(state)")
                }
                try application.transaction {
                    _ = try application.query("SET LOCAL app.current_tenant_id = '\(mine.id)'")
                    let seen = try tenants(in: table, application)
                    #expect(seen == [mine.id])
                }
                let after = try tenants(in: table, application)
                #expect(after.isEmpty, "after SET LOCAL")
                try application.serve("no uuid")
                let error = try failure { try tenants(in: table, application) }
                #expect(error.sqlState?.rawValue == "22P02")
                try application.serve(mine.id)
                let control = try tenants(in: table, application)
                #expect(control == [mine.id])
            }
        }
    }

    @Test func aSessionThatNeverNamedATenantSeesNothing() async throws {
        try await withTwoTenants { _, application, mine, _ in
            let unset = try application.query("SELECT current_setting('app.current_tenant_id', true) IS NULL AS unset")
            #expect(unset.first?.flag("unset") == true)
            for table in Self.tables {
                let seen = try tenants(in: table, application)
                #expect(seen.isEmpty)
            }
            try application.serve(mine.id)
            let control = try tenants(in: "email_messages", application)
            #expect(control == [mine.id])
        }
    }

    // MARK: - Writing

    @Test func rowsOfOtherTenantsCannotBeInserted() async throws {
        try await withTwoTenants { _, application, mine, theirs in
            let inserts = [
                ("email_accounts", "user_id", "gen_random_uuid()"),
                ("email_folders", "account_id", "'\(theirs.account)'"),
                ("email_messages", "account_id, folder_id, message_id", "'\(theirs.account)', '\(theirs.inbox)', 'x'"),
                ("email_attachments", "message_id", "'\(theirs.message)'"),
            ]
            for (table, columns, values) in inserts {
                let insert = "INSERT INTO \(table) (tenant_id, \(columns)) VALUES ('\(theirs.id)', \(values))"
                for tenant in [mine.id, nil] {
                    try application.serve(tenant)
                    let error = try failure { try application.query(insert) }
                    #expect(error.sqlState == .insufficientPrivilege)
                    // Without a tenant before anything is locked, with another one by row security.
                    let words = tenant == nil ? "no tenant is set" : "row-level security policy for table \"\(table)\""
                    #expect(error.message.contains(words))
                }
                try application.serve(theirs.id)
                #expect(try application.query(insert).affectedRows == 1, "the same by the right tenant")
            }
        }
    }

    @Test func rowsOfOtherTenantsCannotBeChangedOrDeleted() async throws {
        try await withTwoTenants { superuser, application, mine, theirs in
            for table in Self.tables.reversed() {
                let update = "UPDATE \(table) SET created_at = 5"
                let delete = "DELETE FROM \(table) WHERE id = $1::uuid"
                try application.serve(mine.id)
                #expect(
                    try application.query(update + " WHERE id = $1::uuid", [theirs.row(in: table)]).affectedRows == 0)
                #expect(try application.query(delete, [theirs.row(in: table)]).affectedRows == 0)
                let own = table == "email_folders" ? 2 : 1
                #expect(try application.query(update).affectedRows == own, "only its own")
                let stolen = try failure {
                    try application.query("UPDATE \(table) SET tenant_id = $1::uuid", [theirs.id])
                }
                #expect(["42501", "23514"].contains(stolen.sqlState?.rawValue))
                #expect(try application.query("DELETE FROM \(table)").affectedRows == own)
                let left = try superuser.query("SELECT tenant_id, created_at FROM \(table)")
                #expect(left.map { $0["tenant_id"] } == Array(repeating: theirs.id, count: own))
                #expect(left.allSatisfy { $0["created_at"] != "5" })
            }
        }
    }

    @Test func aRowCannotReferToAnotherTenantsRow() async throws {
        try await withTwoTenants { superuser, application, mine, theirs in
            try application.serve(mine.id)
            func insert(_ account: String, _ folder: String, _ message: String) -> [String] {
                [
                    "INSERT INTO email_folders (tenant_id, account_id) VALUES ('\(mine.id)', '\(account)')",
                    """
                    INSERT INTO email_messages (tenant_id, account_id, folder_id, message_id)
                    VALUES ('\(mine.id)', '\(account)', '\(folder)', 'another')
                    """,
                    "INSERT INTO email_attachments (tenant_id, message_id) VALUES ('\(mine.id)', '\(message)')",
                ]
            }
            let mixed =
                insert(theirs.account, theirs.inbox, theirs.message) + [insert(mine.account, theirs.inbox, "")[1]]
                + [insert(theirs.account, mine.inbox, "")[1]]
            for statement in mixed {
                let error = try failure { try application.query(statement) }
                #expect(error.sqlState?.rawValue == "23503")
                // Nor may who is bound by no row security.
                let again = try failure { try superuser.query(statement) }
                #expect(again.sqlState?.rawValue == "23503")
            }
            for statement in insert(mine.account, mine.inbox, mine.message) { try application.query(statement) }
        }
    }

    @Test func theApplicationCannotEmptyATable() async throws {
        try await withTwoTenants { superuser, application, mine, _ in
            try application.serve(mine.id)
            for table in Self.tables + ["email_audit_log"] {
                for statement in ["TRUNCATE \(table)", "TRUNCATE \(table) CASCADE", "DROP TABLE \(table)"] {
                    let error = try failure { try application.query(statement) }
                    #expect(error.sqlState == .insufficientPrivilege)
                }
                let switchOff = try failure { try application.query("ALTER TABLE \(table) DISABLE ROW LEVEL SECURITY") }
                #expect(switchOff.sqlState == .insufficientPrivilege)
            }
            try superuser.query("TRUNCATE email_attachments")
        }
    }

    // The owner of a table is exempt from its policies, unless they are forced.
    @Test func theOwnerIsBoundToo() async throws {
        try await withTwoTenants { superuser, _, mine, _ in
            try superuser.query("SET ROLE email_owner")
            try superuser.serve(mine.id)
            for table in Self.tables {
                let seen = try tenants(in: table, superuser)
                #expect(seen.isEmpty)
            }
            try superuser.query("RESET ROLE")
            for table in Self.tables {
                let seen = try tenants(in: table, superuser)
                #expect(seen.count == 2)
            }
        }
    }

    // MARK: - The audit log

    @Test func writesAreRecordedForTheirTenantOnly() async throws {
        try await withTwoTenants { _, application, mine, theirs in
            try application.serve(mine.id)
            try application.query("SELECT set_config('app.current_user_id', 'user 7', false)")
            try application.query("UPDATE email_messages SET is_read = true, subject = 'secret'")
            try application.query("DELETE FROM email_attachments")
            let log = "SELECT * FROM email_audit_log ORDER BY id"
            let rows = try application.query(log)
            #expect(
                rows.map { $0.text("operation") + " " + $0.text("table_name") } == [
                    "INSERT email_accounts", "INSERT email_folders", "INSERT email_folders", "INSERT email_messages",
                    "INSERT email_attachments", "UPDATE email_messages", "DELETE email_attachments",
                ])
            #expect(rows.allSatisfy { $0["tenant_id"] == mine.id })
            let update = try #require(rows.first { $0["operation"] == "UPDATE" })
            #expect(update["record_id"] == mine.message)
            #expect(update["changed_columns"] == "{is_read,subject}")
            #expect(update["actor_id"] == "user 7")
            #expect(update["session_role"] == "email_service")
            try application.serve(theirs.id)
            let others = try application.query(log)
            #expect(others.count == 5)
            #expect(others.allSatisfy { $0["tenant_id"] == theirs.id })
        }
    }

    @Test(arguments: [
        "INSERT INTO email_audit_log (tenant_id, table_name, operation, record_id)"
            + " VALUES (current_setting('app.current_tenant_id')::uuid, 'email_accounts', 'INSERT', gen_random_uuid())",
        "UPDATE email_audit_log SET actor_id = 'forged'", "DELETE FROM email_audit_log", "TRUNCATE email_audit_log",
    ])
    func theApplicationCannotChangeTheAuditLog(_ statement: String) async throws {
        try await withTwoTenants { superuser, application, mine, _ in
            let count = "SELECT count(*) FROM email_audit_log"
            let before = try superuser.query(count).first?.integer("count")
            #expect(before == 10)
            try application.serve(mine.id)
            #expect(try application.query(count).first?.integer("count") == 5)
            let error = try failure { try application.query(statement) }
            #expect(error.sqlState == .insufficientPrivilege)
            #expect(try superuser.query(count).first?.integer("count") == before)
        }
    }
}
