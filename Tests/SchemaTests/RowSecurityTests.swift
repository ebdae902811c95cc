import Postgres
import TestSupport
import Testing

@Suite(.needsServer) struct RowSecurityTests {
    private static let tables = ["email_accounts", "email_folders", "email_messages", "email_attachments"]

    /// A database with the mailboxes of two tenants, a superuser's session, and the application's, serving nobody yet.
    private func withTwoTenants(
        _ body: (
            _ superuser: borrowing Connection, _ application: borrowing Connection, _ mine: Mailbox, _ theirs: Mailbox
        ) throws -> Void
    ) async throws {
        try await TestDatabase.withSchema { settings in
            let superuser = try Connection(settings)
            let mine = try Mailbox(superuser)
            let theirs = try Mailbox(superuser)
            // The test server asks every role but its superuser for a password, and email_service shall not get one
            // that other tests could meet. A session authorization binds like a login, other than SET ROLE: it also
            // decides session_user, and what RESET ROLE returns to.
            let application = try Connection(settings)
            try application.query("SET SESSION AUTHORIZATION email_service")
            try body(superuser, application, mine, theirs)
        }
    }

    private func serve(_ tenant: String?, _ connection: borrowing Connection) throws {
        try connection.query("SELECT set_config('app.current_tenant_id', $1, false)", [tenant])
    }

    private func tenants(in table: String, _ connection: borrowing Connection) throws -> Set<String> {
        Set(try connection.query("SELECT tenant_id FROM \(table)").map { $0.text("tenant_id") })
    }

    // MARK: - Reading

    @Test func aTenantSeesItsOwnRowsAndNoOthers() async throws {
        try await withTwoTenants { superuser, application, mine, theirs in
            for table in Self.tables {
                let all = try tenants(in: table, superuser)
                #expect(all == [mine.tenant, theirs.tenant], "the rows are there")
                for box in [mine, theirs] {
                    try serve(box.tenant, application)
                    let seen = try tenants(in: table, application)
                    #expect(seen == [box.tenant])
                }
                let other = try application.query("SELECT FROM \(table) WHERE id = $1::uuid", [mine.id(in: table)])
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
                    _ = try application.query("SET LOCAL app.current_tenant_id = '\(mine.tenant)'")
                    let seen = try tenants(in: table, application)
                    #expect(seen == [mine.tenant])
                }
                let after = try tenants(in: table, application)
                #expect(after.isEmpty, "after SET LOCAL")
                try serve("no uuid", application)
                let error = try failure { try tenants(in: table, application) }
                #expect(error.sqlState?.rawValue == "22P02")
                try serve(mine.tenant, application)
                let control = try tenants(in: table, application)
                #expect(control == [mine.tenant])
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
            try serve(mine.tenant, application)
            let control = try tenants(in: "email_messages", application)
            #expect(control == [mine.tenant])
        }
    }

    // MARK: - Writing

    @Test func rowsOfOtherTenantsCannotBeInserted() async throws {
        try await withTwoTenants { _, application, mine, theirs in
            let inserts = [
                ("email_accounts", "user_id", "gen_random_uuid()"),
                ("email_folders", "account_id", "'\(theirs.account)'"),
                ("email_messages", "account_id, folder_id, message_id", "'\(theirs.account)', '\(theirs.folder)', 'x'"),
                ("email_attachments", "message_id", "'\(theirs.message)'"),
            ]
            for (table, columns, values) in inserts {
                let insert = "INSERT INTO \(table) (tenant_id, \(columns)) VALUES ('\(theirs.tenant)', \(values))"
                for tenant in [mine.tenant, nil] {
                    try serve(tenant, application)
                    let error = try failure { try application.query(insert) }
                    #expect(error.sqlState == .insufficientPrivilege)
                    #expect(error.message.contains("row-level security policy for table \"\(table)\""))
                }
                try serve(theirs.tenant, application)
                #expect(try application.query(insert).affectedRows == 1, "the same by the right tenant")
            }
        }
    }

    @Test func rowsOfOtherTenantsCannotBeChangedOrDeleted() async throws {
        try await withTwoTenants { superuser, application, mine, theirs in
            for table in Self.tables.reversed() {
                let update = "UPDATE \(table) SET created_at = 5"
                let delete = "DELETE FROM \(table) WHERE id = $1::uuid"
                try serve(mine.tenant, application)
                #expect(
                    try application.query(update + " WHERE id = $1::uuid", [theirs.id(in: table)]).affectedRows == 0)
                #expect(try application.query(delete, [theirs.id(in: table)]).affectedRows == 0)
                #expect(try application.query(update).affectedRows == 1, "only its own")
                let stolen = try failure {
                    try application.query("UPDATE \(table) SET tenant_id = $1::uuid", [theirs.tenant])
                }
                #expect(["42501", "23514"].contains(stolen.sqlState?.rawValue))
                #expect(try application.query(delete, [mine.id(in: table)]).affectedRows == 1)
                let left = try superuser.query("SELECT id, created_at FROM \(table)")
                #expect(left.map { $0["id"] } == [theirs.id(in: table)])
                #expect(left.first?["created_at"] != "5")
            }
        }
    }

    @Test func aRowCannotReferToAnotherTenantsRow() async throws {
        try await withTwoTenants { superuser, application, mine, theirs in
            try serve(mine.tenant, application)
            func insert(_ account: String, _ folder: String, _ message: String) -> [String] {
                [
                    "INSERT INTO email_folders (tenant_id, account_id) VALUES ('\(mine.tenant)', '\(account)')",
                    """
                    INSERT INTO email_messages (tenant_id, account_id, folder_id, message_id)
                    VALUES ('\(mine.tenant)', '\(account)', '\(folder)', 'another')
                    """,
                    "INSERT INTO email_attachments (tenant_id, message_id) VALUES ('\(mine.tenant)', '\(message)')",
                ]
            }
            let mixed =
                insert(theirs.account, theirs.folder, theirs.message) + [insert(mine.account, theirs.folder, "")[1]]
                + [insert(theirs.account, mine.folder, "")[1]]
            for statement in mixed {
                let error = try failure { try application.query(statement) }
                #expect(error.sqlState?.rawValue == "23503")
                // Nor may who is bound by no row security.
                let again = try failure { try superuser.query(statement) }
                #expect(again.sqlState?.rawValue == "23503")
            }
            for statement in insert(mine.account, mine.folder, mine.message) { try application.query(statement) }
        }
    }

    @Test func theApplicationCannotEmptyATable() async throws {
        try await withTwoTenants { superuser, application, mine, _ in
            try serve(mine.tenant, application)
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
            try serve(mine.tenant, superuser)
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
            try serve(mine.tenant, application)
            try application.query("SELECT set_config('app.current_user_id', 'user 7', false)")
            try application.query("UPDATE email_messages SET is_read = true, subject = 'secret'")
            try application.query("DELETE FROM email_attachments")
            let log = "SELECT * FROM email_audit_log ORDER BY id"
            let rows = try application.query(log)
            #expect(
                rows.map { $0.text("operation") + " " + $0.text("table_name") } == [
                    "INSERT email_accounts", "INSERT email_folders", "INSERT email_messages",
                    "INSERT email_attachments", "UPDATE email_messages", "DELETE email_attachments",
                ])
            #expect(rows.allSatisfy { $0["tenant_id"] == mine.tenant })
            let update = try #require(rows.first { $0["operation"] == "UPDATE" })
            #expect(update["record_id"] == mine.message)
            #expect(update["changed_columns"] == "{is_read,subject}")
            #expect(update["actor_id"] == "user 7")
            #expect(update["session_role"] == "email_service")
            try serve(theirs.tenant, application)
            let others = try application.query(log)
            #expect(others.count == 4)
            #expect(others.allSatisfy { $0["tenant_id"] == theirs.tenant })
        }
    }

    @Test(arguments: [
        "INSERT INTO email_audit_log (tenant_id, table_name, operation, record_id)"
            + " VALUES (current_setting('app.current_tenant_id')::uuid, 'email_accounts', 'INSERT', gen_random_uuid())",
        "UPDATE email_audit_log SET actor_id = 'nobody'", "DELETE FROM email_audit_log", "TRUNCATE email_audit_log",
    ])
    func theApplicationCannotChangeTheAuditLog(_ statement: String) async throws {
        try await withTwoTenants { superuser, application, mine, _ in
            let count = "SELECT count(*) FROM email_audit_log"
            let before = try superuser.query(count).first?.integer("count")
            #expect(before == 8)
            try serve(mine.tenant, application)
            #expect(try application.query(count).first?.integer("count") == 4)
            let error = try failure { try application.query(statement) }
            #expect(error.sqlState == .insufficientPrivilege)
            #expect(try superuser.query(count).first?.integer("count") == before)
        }
    }
}
