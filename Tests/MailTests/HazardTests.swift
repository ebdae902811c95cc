import Postgres
import TestSupport
import Testing

/// Mail as it really comes: no legal message may fail to be stored, and none may be stored twice.
@Suite struct HazardTests {
    /// Ingests one message, given as the body of a JSON object in which `$n` are parameters.
    private func ingest(
        _ connection: borrowing Connection, _ tenant: Tenant, _ fields: String, _ parameters: [String?] = [],
        into folder: String? = nil
    ) throws -> (id: String, outcome: String) {
        let row = try #require(
            try connection.query(
                """
                SELECT id, outcome FROM email_ingest('\(tenant.account)', '\(folder ?? tenant.inbox)',
                    jsonb_build_array(jsonb_build_object(\(fields))))
                """, parameters
            ).first)
        return (row["id"] ?? "", row.text("outcome"))
    }

    private func read(_ connection: borrowing Connection, _ id: String, _ expression: String) throws -> String {
        try connection.value("SELECT \(expression) FROM email_messages WHERE id = $1::uuid", [id])
    }

    // MARK: - Message-ID

    @Test func anOverlongMessageIDIsStoredUnderItsHash() async throws {
        try await MailDatabase.withMailbox { connection, tenant in
            for length in [501, 15_000] {
                let long = "<" + String(repeating: "x", count: length - 2) + ">"
                let first = try ingest(connection, tenant, "'message_id', $1::text", [long])
                #expect(first.outcome == "stored")
                let key = try read(connection, first.id, "message_id")
                #expect(key == "sha256:" + SHA256.hexadecimal(long))
                let full = try read(connection, first.id, "message_id_full")
                #expect(full == long)
                let again = try ingest(connection, tenant, "'message_id', $1::text", [long])
                #expect(again.id == first.id)
                #expect(again.outcome == "duplicate")
            }
            let fits = "<" + String(repeating: "x", count: 498) + ">"
            let id = try ingest(connection, tenant, "'message_id', $1::text", [fits]).id
            let key = try read(connection, id, "message_id")
            #expect(key == fits)
            let full = try read(connection, id, "message_id_full IS NULL")
            #expect(full == "t")
        }
    }

    @Test(arguments: [nil, "", " \t\r\n", "<>", " < > "]) func withoutAMessageIDTheContentIsTheKey(_ header: String?)
        async throws
    {
        try await MailDatabase.withMailbox { connection, tenant in
            let hash = SHA256.hexadecimal("raw mail")
            let fields = "'message_id', $1::text, 'raw_sha256', $2::text"
            let first = try ingest(connection, tenant, fields, [header, hash])
            let key = try read(connection, first.id, "message_id")
            #expect(key == "sha256:" + hash)
            let again = try ingest(connection, tenant, fields, [header, hash])
            #expect(again.id == first.id)
            let other = try ingest(connection, tenant, fields, [header, SHA256.hexadecimal("other mail")])
            #expect(other.id != first.id)
            let neither = try ingest(connection, tenant, "'message_id', $1::text, 'subject', 'x'", [header])
            #expect(neither.outcome == "refused", "said, not invented")
        }
    }

    @Test func fiveHundredFourByteCharactersFitEveryKey() async throws {
        try await MailDatabase.withMailbox { connection, tenant in
            let wide = String(repeating: "\u{1F4E7}", count: 500)
            let id = try ingest(
                connection, tenant,
                """
                'message_id', $1::text, 'in_reply_to', $1::text, 'subject', $1::text, 'from', $1::text,
                'refs', jsonb_build_array($1::text), 'to', jsonb_build_array($1::text)
                """, [wide]
            ).id
            for column in ["message_id", "in_reply_to", "subject", "\"from\"", "refs[1]"] {
                let value = try read(connection, id, column)
                #expect(value == wide, "\(column)")
            }
            let children = try connection.column("SELECT message_id FROM email_search_references(ARRAY[$1])", [wide])
            #expect(children == [id])
        }
    }

    @Test func anOverlongSubjectIsCutAndKeptInFull() async throws {
        try await MailDatabase.withMailbox { connection, tenant in
            let long = String(repeating: "ab ", count: 400) + "tail" + tenant.mark
            let id = try ingest(connection, tenant, "'message_id', 'x', 'subject', $1::text", [long]).id
            let stored = try read(connection, id, "subject")
            #expect(stored == String(long.prefix(500)))
            let full = try read(connection, id, "subject_full")
            #expect(full == long)
            let error = try failure { try tenant.store(connection, subject: long) }
            #expect(error.sqlState?.rawValue == "22001", "control: the column raises, it does not cut")
        }
    }

    @Test func headersThatAreMissingOrMalformedAreStored() async throws {
        try await MailDatabase.withMailbox { connection, tenant in
            let bare = try ingest(connection, tenant, "'message_id', 'bare'").id
            let times = try read(connection, bare, "received_at = created_at AND sent_at IS NULL AND NOT is_read")
            #expect(times == "t")
            let odd = try ingest(
                connection, tenant,
                """
                'message_id', 'odd', 'from', '"Odd, <" x <Odd@EXAMPLE.com>, <two@example.com>', 'to', '{"name": "N",
                "address": "TWO <Two@Example.com>"}'::jsonb, 'cc', 'null'::jsonb, 'bcc', '[[], 7, "plain@example.com"]'::jsonb
                """
            ).id
            let sender = try read(connection, odd, "from_address")
            #expect(sender == "odd@example.com")
            for address in ["two@example.com", "PLAIN@example.com"] {
                let found = try connection.column("SELECT message_id FROM email_search_recipients($1)", [address])
                #expect(found == [odd])
            }
        }
    }

    // MARK: - Places

    @Test("A mail in two folders is two rows, and a move changes the folder of one") func twoFolders() async throws {
        try await MailDatabase.withMailbox { connection, tenant in
            let message = "'message_id', 'both', 'imap_uid', $1::text"
            let first = try ingest(connection, tenant, message, ["7"])
            let second = try ingest(connection, tenant, message, ["1"], into: tenant.archive)
            #expect(second.outcome == "copied")
            #expect(second.id != first.id)
            let moved = try connection.value(
                "SELECT email_move_messages(ARRAY[$1]::uuid[], $2::uuid)", [second.id, tenant.inbox])
            #expect(moved == "1")
            let after = try read(connection, second.id, "folder_id || ' ' || coalesce(imap_uid, 'no UID')")
            #expect(after == "\(tenant.inbox) no UID")
            let again = try connection.value(
                "SELECT email_move_messages(ARRAY[$1]::uuid[], $2::uuid)", [second.id, tenant.inbox])
            #expect(again == "0")
            let wrong = try connection.query("SELECT FROM email_check_counters()").count
            #expect(wrong == 0)
        }
    }

    @Test("A mail that is delivered again after it was deleted is there again") func redelivery() async throws {
        try await MailDatabase.withMailbox { connection, tenant in
            let message = "'message_id', 'again', 'is_read', $1::boolean, 'imap_uid', '12'"
            let first = try ingest(connection, tenant, message, ["true"])
            try connection.query(
                "UPDATE email_messages SET is_deleted = true WHERE id = $1::uuid", [first.id])
            let count = "SELECT total_count || ' ' || unread_count FROM email_folders WHERE id = $1::uuid"
            let without = try connection.value(count, [tenant.inbox])
            #expect(without == "1 1", "the mailbox's first message only")
            let second = try ingest(connection, tenant, message, ["false"])
            #expect(second.id == first.id)
            let alive = try read(connection, first.id, "is_deleted OR deleted_at IS NOT NULL OR is_read")
            #expect(alive == "f")
            let with = try connection.value(count, [tenant.inbox])
            #expect(with == "2 2")
        }
    }

    @Test func aUIDThatIsGivenToAnotherMailLeavesTheFirst() async throws {
        try await MailDatabase.withMailbox { connection, tenant in
            let fields = "'message_id', $1::text, 'imap_uid', '50'"
            let first = try ingest(connection, tenant, fields, ["one"]).id
            let second = try ingest(connection, tenant, fields, ["two"]).id
            let uids = try [first, second].map { try read(connection, $0, "coalesce(imap_uid, 'none')") }
            #expect(uids == ["none", "50"])
        }
    }

    @Test func uidsAreInTheOrderOfNumbers() async throws {
        try await MailDatabase.withMailbox { connection, tenant in
            let uids = ["2", "9", "10", "100", "4294967295"]
            let no = ["4294967296", "0", "007", "UIDL-9f3", "-1", "99999999999999999999"]
            for uid in uids + no {
                _ = try ingest(connection, tenant, "'message_id', $1::text, 'imap_uid', $1::text", [uid])
            }
            let sql = "SELECT imap_uid FROM email_messages WHERE folder_id = $1::uuid AND message_id = imap_uid"
            let ordered = try connection.column(sql + " AND imap_uid_num > 1 ORDER BY imap_uid_num", [tenant.inbox])
            #expect(ordered == uids)
            let text = try connection.column(
                sql + " AND imap_uid_num > 1 ORDER BY imap_uid COLLATE \"C\"", [tenant.inbox])
            #expect(text != uids, "control")
            let others = try connection.column(sql + " AND imap_uid_num IS NULL", [tenant.inbox])
            #expect(Set(others) == Set(no))
        }
    }

    // MARK: - Sizes and paths

    @Test func sizesBeyondTwoGibibytesAreExact() async throws {
        try await MailDatabase.withMailbox { connection, tenant in
            let size = "5000000000"
            let id = try ingest(connection, tenant, "'message_id', 'huge', 'size_bytes', \(size)").id
            let message = try read(connection, id, "size_bytes")
            #expect(message == size)
            let insert = """
                INSERT INTO email_attachments (tenant_id, message_id, size_bytes, size_bytes_wide)
                VALUES ('\(tenant.id)', '\(id)', $1::integer, $2::bigint) RETURNING size_bytes_wide
                """
            let wide = try connection.value(insert, ["2147483647", size])
            #expect(wide == size)
            for (narrow, wide) in [("5", size), ("2147483647", "7"), ("-1", nil)] as [(String, String?)] {
                let error = try failure { try connection.query(insert, [narrow, wide]) }
                #expect(error.sqlState?.rawValue == "23514", "\(narrow) \(wide ?? "none")")
            }
            let small = try connection.query(insert, ["7", "7"])
            #expect(small.count == 1)
        }
    }

    @Test(arguments: [
        ("x", 1000, true), ("\u{1F4E7}", 650, true), ("\u{1F4E7}", 651, false), ("\u{1F4E7}", 1000, false),
    ])
    func aStoragePathFitsItsIndexOrIsRefused(_ character: String, _ count: Int, _ fits: Bool) async throws {
        try await MailDatabase.withMailbox { connection, tenant in
            let path = String(repeating: character, count: count)
            let insert =
                "INSERT INTO email_attachments (tenant_id, message_id, storage_path) VALUES ($1::uuid, $2::uuid, $3)"
            if fits {
                #expect(try connection.query(insert, [tenant.id, tenant.message, path]).affectedRows == 1)
            } else {
                let error = try failure { try connection.query(insert, [tenant.id, tenant.message, path]) }
                #expect(error.constraintName == "email_attachments_storage_path_check", "named, not an index error")
            }
        }
    }
}
