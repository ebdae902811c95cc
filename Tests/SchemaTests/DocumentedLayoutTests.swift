import FoundationEssentials
import Postgres
import TestSupport
import Testing

@Suite(.needsServer) struct DocumentedLayoutTests {
    @Test func aFreshDatabaseIsAsDocumented() async throws {
        try await TestDatabase.withSchema { settings in
            let connection = try Connection(settings)
            #expect(try DocumentedLayoutCheck.complaints(connection) == [])
        }
    }

    @Test func anEmptyDatabaseIsNothingAsDocumented() async throws {
        try await TestDatabase.withEmpty { settings in
            let connection = try Connection(settings)
            let complaints = try DocumentedLayoutCheck.complaints(connection)
            for name in DocumentedLayout.tables.map(\.name) { #expect(complaints.contains("\(name): no such table")) }
            for name in DocumentedLayout.indexes.map(\.name) { #expect(complaints.contains("\(name): no such index")) }
            for name in DocumentedLayout.extensions { #expect(complaints.contains("\(name): no such extension")) }
        }
    }

    @Test func allFourTablesAndSixteenIndexesAreExpected() {
        #expect(DocumentedLayout.tables.map(\.columns.count) == [18, 11, 23, 11])
        #expect(DocumentedLayout.indexes.count == 16)
    }

    /// Runs a body in a database with a tenant's mail, as a superuser who serves the tenant.
    private func withTenant(
        _ body: (_ connection: borrowing Connection, _ tenant: Tenant) throws -> Void
    ) async throws {
        try await TestDatabase.withSchema { settings in
            let connection = try Connection(settings)
            let tenant = try Tenant(connection)
            try connection.serve(tenant.id)
            try body(connection, tenant)
        }
    }

    // MARK: - Values

    private static let valueSets: [(table: String, column: String, accepted: [String], refused: [String])] = [
        ("email_accounts", "protocol", ["imap", "pop3"], ["IMAP", "smtp", "", "imap "]),
        ("email_accounts", "encryption", ["none", "tls", "starttls"], ["ssl", "TLS", ""]),
        (
            "email_folders", "type", ["inbox", "sent", "drafts", "trash", "spam", "archive", "custom"],
            ["INBOX", "junk", "outbox", ""]
        ),
        ("email_attachments", "storage_type", ["blob", "s3", "local"], ["S3", "ftp", ""]),
    ]

    @Test(arguments: valueSets)
    func onlyDocumentedValuesAreAccepted(
        _ table: String, column: String, accepted: [String], refused: [String]
    ) async throws {
        try await withTenant { connection, tenant in
            let update = "UPDATE \(table) SET \(column) = $1 WHERE id = $2::uuid"
            for value in accepted + [nil] {
                #expect(try connection.query(update, [value, tenant.row(in: table)]).affectedRows == 1)
            }
            for value in refused {
                let error = try failure { try connection.query(update, [value, tenant.row(in: table)]) }
                #expect(error.sqlState?.rawValue == "23514", "\(value)")
            }
        }
    }

    // MARK: - Defaults

    /// Now as this machine sees it, in the unit of every time in the database.
    private static var now: Int { Int(Date.now.timeIntervalSince1970 * 1_000) }

    @Test(arguments: DocumentedLayout.tables.map(\.name))
    func idsAndTimesComeByThemselves(_ table: String) async throws {
        try await withTenant { connection, tenant in
            let hasUpdates = table != "email_attachments"
            let times = hasUpdates ? "created_at, updated_at" : "created_at, created_at AS updated_at"
            // The age is taken from this side of the connection too, so that both ends agree on the unit.
            let now = Self.now
            let first = try #require(
                try connection.query(
                    """
                    SELECT \(times), (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS server_now,
                        is_deleted, deleted_at FROM \(table) WHERE id = $1::uuid
                    """, [tenant.row(in: table)]
                ).first)
            for name in ["created_at", "updated_at", "server_now"] {
                let time = try #require(first.integer(name))
                #expect(abs(time - now) < 5_000, "\(name)")
            }
            #expect(first["is_deleted"] == "f")
            #expect(first["deleted_at"] == nil)
        }
    }

    @Test(arguments: ["email_accounts", "email_folders", "email_messages"])
    func updatedAtMovesWithEveryUpdate(_ table: String) async throws {
        try await withTenant { connection, tenant in
            let column = table == "email_messages" ? "subject" : table == "email_folders" ? "name" : "account_name"
            // A row from long ago: with the trigger off, as a restored dump would bring it.
            try connection.script(
                """
                SET session_replication_role = replica;
                UPDATE \(table) SET created_at = 1000, updated_at = 1000;
                SET session_replication_role = origin;
                """)
            let old = try connection.query("SELECT updated_at FROM \(table)").first
            #expect(old?.integer("updated_at") == 1_000)
            let new = try connection.query(
                "UPDATE \(table) SET \(column) = 'new' RETURNING created_at, updated_at"
            ).first
            #expect(new?.integer("created_at") == 1_000)
            let updated = try #require(new?.integer("updated_at"))
            #expect(abs(updated - Self.now) < 5_000)
        }
    }

    @Test func deletedRowsKeepTheirTime() async throws {
        try await withTenant { connection, tenant in
            for table in DocumentedLayout.tables.map(\.name) {
                let done = try connection.query("UPDATE \(table) SET is_deleted = true, deleted_at = 5")
                #expect(done.affectedRows > 0)
                let error = try failure {
                    try connection.query("UPDATE \(table) SET is_deleted = false, deleted_at = 6")
                }
                #expect(error.sqlState?.rawValue == "23514")
            }
        }
    }

    // MARK: - Uniqueness

    @Test func anAddressAMessageIDAndAUIDAreStoredOnce() async throws {
        try await TestDatabase.withSchema { settings in
            let connection = try Connection(settings)
            let one = try Tenant(connection)
            let other = try Tenant(connection)
            func insert(_ tenant: Tenant, id: String, uid: String?) throws {
                try connection.query(
                    """
                    INSERT INTO email_messages (tenant_id, account_id, folder_id, message_id, imap_uid)
                    VALUES ($1::uuid, $2::uuid, $3::uuid, $4, $5)
                    """, [tenant.id, tenant.account, tenant.inbox, id, uid])
            }
            try insert(one, id: "<2@example.com>", uid: "7")
            try insert(other, id: "<2@example.com>", uid: "7")
            for (id, uid, index) in [
                ("<2@example.com>", "8", "idx_email_messages_message_id"),
                ("<3@example.com>", "7", "idx_email_messages_imap_uid"),
            ] {
                let error = try failure { try insert(one, id: id, uid: uid) }
                #expect(error.sqlState == .uniqueViolation)
                #expect(error.constraintName == index)
            }
            try insert(one, id: "<4@example.com>", uid: nil)
            try insert(one, id: "<5@example.com>", uid: nil)
            let address = "UPDATE email_accounts SET email_address = 'a@example.com' WHERE id = $1::uuid"
            try connection.query(address, [one.account])
            let error = try failure { try connection.query(address, [other.account]) }
            #expect(error.constraintName == "idx_email_accounts_email_address")
        }
    }
}

extension DocumentedLayoutTests {
    // MARK: - Full text

    @Test(
        "Words of subject and body are found through the documented index",
        arguments: [("subject", "Rechnung"), ("subject", "zwölf"), ("text_body", "lemon"), ("text_body", "日本")])
    func words(_ column: String, _ word: String) async throws {
        try await withTenant { connection, tenant in
            try connection.query(
                "UPDATE email_messages SET \(column) = 'before ' || $1 || ', after' WHERE id = $2::uuid",
                [word, tenant.message])
            // What the index holds, not what some column is called.
            let indexed = try #require(
                try connection.query(
                    """
                    SELECT pg_get_indexdef(i.indexrelid, k, false)
                    FROM pg_index i CROSS JOIN generate_series(1, i.indnkeyatts) k
                      JOIN pg_opclass o ON o.oid = i.indclass[k - 1]
                    WHERE i.indexrelid = 'idx_email_messages_text_search'::regclass
                      AND o.opcintype = 'tsvector'::regtype
                    """
                ).first?[0])
            let search =
                "SELECT message_id FROM email_message_search"
                + " WHERE \(indexed) @@ plainto_tsquery('simple', email_search_text("
            #expect(try connection.query(search + "$1))", [word]).map { $0[0] } == [tenant.message])
            #expect(try connection.query(search + "$1))", ["absent"]).isEmpty)
            // With other ways forbidden, the planner must find its way through the index.
            try connection.query("SET enable_seqscan = off")
            let plan = try connection.query("EXPLAIN " + search + "'lemon'))").map { $0.text("QUERY PLAN") }
            #expect(plan.contains { $0.contains("Bitmap Index Scan on idx_email_messages_text_search") }, "\(plan)")
        }
    }

    // MARK: - Monitoring

    // The test server asks every role but the superuser for a password; this is how a superuser becomes another role
    // for good, as far as permissions and row security are concerned.
    private func monitor(_ settings: ConnectionSettings) throws -> Connection {
        let connection = try Connection(settings)
        try connection.query("SET SESSION AUTHORIZATION email_monitor")
        return connection
    }

    @Test func connectionStatisticsCountTheSessions() async throws {
        try await TestDatabase.withSchema { settings in
            let monitor = try monitor(settings)
            let other = try Connection(settings)
            let rows = try monitor.query(
                "SELECT * FROM pg_connection_stats WHERE database_name = current_database()")
            #expect(rows.compactMap { $0.integer("connections") }.reduce(0, +) == 2)
            let maximum = rows.first?.integer("max_connections")
            #expect(maximum == 100)
            other.close()
        }
    }

    @Test func longQueriesAreOnlyThoseThatAreLong() async throws {
        try await TestDatabase.withSchema { settings in
            let monitor = try monitor(settings)
            let other = try Connection(settings)
            let pid = other.announcedProcessID
            let find = "SELECT * FROM pg_long_queries WHERE pid = \(pid)"
            try other.query("BEGIN")
            // Not the default of a second, which a busy machine can exceed here.
            try monitor.query("SET emaildb.long_query_ms = 600000")
            #expect(try monitor.query(find).isEmpty)
            try monitor.query("SET emaildb.long_query_ms = 0")
            let row = try monitor.query(find).first
            #expect(row?["query"] == "BEGIN")
            #expect(row?["state"] == "idle in transaction")
            try other.query("COMMIT")
            #expect(try monitor.query(find).isEmpty)
        }
    }

    @Test func bloatStatusCoversEveryTable() async throws {
        try await TestDatabase.withSchema { settings in
            let monitor = try monitor(settings)
            let rows = try monitor.query("SELECT * FROM pg_table_bloat_status()")
            let names = Set(rows.map { $0.text("table_name") })
            #expect(names.isSuperset(of: DocumentedLayout.tables.map(\.name) + ["email_audit_log"]))
            #expect(rows.allSatisfy { ($0.integer("total_bytes") ?? 0) > 0 })
        }
    }

    @Test(arguments: ["email_accounts", "email_audit_log"])
    func theMonitorReadsNoMail(_ table: String) async throws {
        try await TestDatabase.withSchema { settings in
            let monitor = try monitor(settings)
            let error = try failure { try monitor.query("SELECT * FROM \(table)") }
            #expect(error.sqlState == .insufficientPrivilege)
        }
    }
}
