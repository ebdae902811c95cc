import Postgres
import TestSupport
import Testing

/// The tables keep what follows from other columns or rows, whatever an application writes.
@Suite struct KeptColumnsTests {
    private func read(_ connection: borrowing Connection, _ tenant: Tenant, _ expression: String) throws -> String {
        try connection.value("SELECT \(expression) FROM email_messages WHERE id = $1::uuid", [tenant.message])
    }

    @Test func hasAttachmentsFollowsTheAttachments() async throws {
        try await MailDatabase.withMailbox { connection, tenant in
            let other = try tenant.store(connection)
            let insert = "INSERT INTO email_attachments (tenant_id, message_id, is_deleted)"
            let changes = [
                ("UPDATE email_attachments SET is_deleted = true", "f f"),
                ("UPDATE email_attachments SET deleted_at = NULL", "t f"),
                ("UPDATE email_attachments SET message_id = '\(other)'", "f t"),
                ("UPDATE email_attachments SET message_id = '\(tenant.message)', is_deleted = true", "f f"),
                (insert + " VALUES ('\(tenant.id)', '\(tenant.message)', true)", "f f"),
                (insert + " SELECT '\(tenant.id)', '\(other)', false FROM generate_series(1, 2)", "f t"),
                (
                    """
                    DELETE FROM email_attachments
                     WHERE id = (SELECT id FROM email_attachments WHERE message_id = '\(other)' LIMIT 1)
                    """, "f t"
                ),
                ("DELETE FROM email_attachments", "f f"),
            ]
            for (sql, expected) in changes {
                try connection.query(sql)
                let state = try [tenant.message, other].map {
                    try connection.value("SELECT has_attachments FROM email_messages WHERE id = $1::uuid", [$0])
                }
                #expect(state.joined(separator: " ") == expected, "\(sql)")
            }
            let before = try read(connection, tenant, "change_seq")
            try connection.query(
                "INSERT INTO email_attachments (tenant_id, message_id) VALUES ($1::uuid, $2::uuid)",
                [tenant.id, tenant.message])
            let after = try read(connection, tenant, "change_seq > \(before)")
            #expect(after == "t", "who follows the changes learns of it")
        }
    }

    @Test(arguments: ["email_accounts", "email_folders", "email_messages", "email_attachments"])
    func eachOfIsDeletedAndDeletedAtSetsTheOther(_ table: String) async throws {
        try await MailDatabase.withMailbox { connection, tenant in
            func update(_ columns: String) -> String {
                """
                UPDATE \(table) SET \(columns) WHERE id = '\(tenant.row(in: table))'
                RETURNING concat_ws(' ', is_deleted, deleted_at > 5, deleted_at = 5)
                """
            }
            for (columns, expected) in [
                ("is_deleted = true", "t t f"), ("is_deleted = false", "f"), ("deleted_at = 5", "t f t"),
                ("deleted_at = 6, is_deleted = true", "t t f"), ("deleted_at = NULL", "f"),
                ("is_deleted = true, deleted_at = 5", "t f t"),
            ] {
                let state = try connection.value(update(columns))
                #expect(state == expected, "\(columns)")
            }
            let error = try failure { try connection.query(update("is_deleted = false, deleted_at = 7")) }
            #expect(error.constraintName == "\(table)_deleted_check", "which of the two was meant cannot be told")
        }
    }

    @Test func insertedRowsAreDeletedByEitherColumn() async throws {
        try await MailDatabase.withMailbox { connection, tenant in
            for (columns, expected) in [("true, NULL", "t t"), ("false, 5", "t t"), ("false, NULL", "f f")] {
                let state = try connection.value(
                    """
                    INSERT INTO email_attachments (tenant_id, message_id, is_deleted, deleted_at)
                    VALUES ($1::uuid, $2::uuid, \(columns)) RETURNING is_deleted || ' ' || (deleted_at IS NOT NULL)
                    """, [tenant.id, tenant.message])
                #expect(state == expected.replacing("t", with: "true").replacing("f", with: "false"))
            }
        }
    }

    @Test func anAddressIsFoldedOnTheWayIn() async throws {
        try await MailDatabase.withMailbox { connection, tenant in
            let address = try connection.value(
                """
                INSERT INTO email_accounts (tenant_id, user_id, email_address)
                VALUES ($1::uuid, gen_random_uuid(), upper($2)) RETURNING email_address
                """, [tenant.id, "second." + tenant.address])
            #expect(address == "second." + tenant.address)
            let changed = try connection.value(
                "UPDATE email_accounts SET email_address = 'Third.' || email_address WHERE id = $1::uuid RETURNING email_address",
                [tenant.account])
            #expect(changed == "third." + tenant.address)
        }
    }

    @Test func aWholeRowWrittenBackChangesNothingThatOthersKeep() async throws {
        try await MailDatabase.withMailbox(ofOneAccount: false) { connection, tenant in
            // As an object-relational mapper does: read everything, and write it back when others have changed it.
            let folder = try connection.value(
                "SELECT concat_ws(',', total_count, unread_count) FROM email_folders WHERE id = $1::uuid",
                [tenant.inbox])
            #expect(folder == "1,1")
            try tenant.store(connection)
            for written in ["total_count = 1, unread_count = 1", "total_count = NULL", "unread_count = 99, name = 'x'"]
            {
                let kept = try connection.value(
                    "UPDATE email_folders SET \(written) WHERE id = $1::uuid RETURNING concat_ws(',', total_count, unread_count)",
                    [tenant.inbox])
                #expect(kept == "2,2", "\(written)")
            }
            let new = try connection.value(
                """
                INSERT INTO email_folders (tenant_id, account_id, path, total_count, unread_count)
                VALUES ($1::uuid, $2::uuid, 'x', 7, NULL) RETURNING concat_ws(',', total_count, unread_count)
                """, [tenant.id, tenant.account])
            #expect(new == "0,0")

            let numbers = try connection.column("SELECT change_seq FROM email_messages ORDER BY change_seq")
            let last = try #require(numbers.last.flatMap(Int.init))
            let inserted = try connection.value(
                """
                INSERT INTO email_messages (tenant_id, account_id, folder_id, message_id, change_seq)
                VALUES ($1::uuid, $2::uuid, $3::uuid, 'written', 3) RETURNING change_seq
                """, [tenant.id, tenant.account, tenant.inbox])
            #expect(Int(inserted).map { $0 > last } == true)
            let updated = try connection.value(
                "UPDATE email_messages SET change_seq = 3, is_read = is_read WHERE message_id = 'written' RETURNING change_seq"
            )
            #expect(Int(updated).map { $0 > last } == true)
        }
    }

    @Test func whatClaimsAndRetentionKeepInAnAccountIsNotTheApplications() async throws {
        let database = try await MailDatabase.shared
        let superuser = try Connection(database.superuser)
        let tenant = try Tenant(superuser)
        let state =
            "SELECT concat_ws(' ', changes_floor, sync_claim, sync_lease_until) FROM email_accounts WHERE id = $1::uuid"
        let write =
            "UPDATE email_accounts SET changes_floor = 7, sync_claim = id, sync_lease_until = 9 WHERE id = $1::uuid"
        let application = try database.application()
        try application.serve(tenant.id)
        let value7 = try application.query(write, [tenant.account]).affectedRows
        #expect(value7 == 1)
        let value8 = try superuser.value(state, [tenant.account])
        #expect(value8 == "0")
        try superuser.query(write, [tenant.account])
        let value9 = try superuser.value(state, [tenant.account])
        #expect(value9 == "7 \(tenant.account) 9", "control")
    }
}
