import Postgres
import TestSupport
import Testing

/// Shows that ``DocumentedLayoutCheck`` complains when the database is not as documented; else its silence means nothing.
@Suite(.needsServer, .serialized) struct DocumentedLayoutMutationTests {
    /// One for all: each case is rolled back.
    private static let database = Task { try await TestServer.shared.installed(TestDatabase.uniqueName()) }

    /// What is complained of after some SQL, which is rolled back with the session.
    private func complaints(after sql: String) async throws -> [String] {
        let connection = try Connection(await Self.database.value)
        try connection.query("BEGIN")
        try connection.script(sql)
        return try DocumentedLayoutCheck.complaints(connection)
    }

    private func drop(_ index: DocumentedLayout.Index) -> String {
        index.name == "idx_email_accounts_email_address"
            ? "ALTER TABLE \(index.table) DROP CONSTRAINT \(index.name)" : "DROP INDEX \(index.name)"
    }

    @Test(arguments: DocumentedLayout.indexes)
    func aMissingIndexIsNoticed(_ index: DocumentedLayout.Index) async throws {
        #expect(try await complaints(after: drop(index)) == ["\(index.name): no such index"])
    }

    /// Other definitions of a documented index, each wrong in one respect.
    private func wrongDefinitions(of index: DocumentedLayout.Index) -> [String] {
        func create(_ keys: [String], unique: Bool, method: String, predicate: String) -> String {
            "CREATE \(unique ? "UNIQUE " : "")INDEX \(index.name) ON \(index.table) USING \(method)"
                + " (\(keys.joined(separator: ", "))) \(predicate)"
        }
        let predicate = index.including.isEmpty ? "" : "WHERE type <> 'custom'"
        let plain = index.keys.map { $0.hasSuffix(" DESC") ? String($0.dropLast(5)) : $0 }
        var definitions = [
            create(plain.map { $0 + " DESC" }, unique: index.isUnique, method: "btree", predicate: predicate),
            create(index.keys, unique: !index.isUnique, method: "btree", predicate: predicate),
            create(["tenant_id", "created_at"], unique: index.isUnique, method: "btree", predicate: predicate),
            create(
                index.keys, unique: index.isUnique, method: "btree",
                predicate: predicate.isEmpty ? "WHERE created_at > 0" : ""),
        ]
        if index.keys.count > 1 {
            definitions += [
                create(index.keys.reversed(), unique: index.isUnique, method: "btree", predicate: predicate),
                create(index.keys.dropLast(), unique: index.isUnique, method: "btree", predicate: predicate),
            ]
        }
        if index.keys.contains(where: { $0.hasSuffix(" DESC") }) {
            definitions.append(create(plain, unique: index.isUnique, method: "btree", predicate: predicate))
        }
        if !index.isUnique && index.keys.count == 1 {
            definitions.append(create(plain, unique: false, method: "hash", predicate: predicate))
        }
        return definitions
    }

    @Test(arguments: DocumentedLayout.indexes.filter { !$0.keys.isEmpty })
    func anIndexOfAnotherDefinitionIsNoticed(_ index: DocumentedLayout.Index) async throws {
        for definition in wrongDefinitions(of: index) {
            let found = try await complaints(after: "\(drop(index)); \(definition)")
            let isNamed = found.count >= 1 && found.allSatisfy { $0.hasPrefix(index.name + ": ") }
            #expect(isNamed, "\(definition): \(found)")
        }
        // The control: dropped and built again as documented, it is accepted.
        let predicate = index.including.isEmpty ? "" : "WHERE type <> 'custom'"
        let good =
            "CREATE \(index.isUnique ? "UNIQUE " : "")INDEX \(index.name) ON \(index.table)"
            + " (\(index.keys.joined(separator: ", "))) \(predicate)"
        #expect(try await complaints(after: "\(drop(index)); \(good)") == [])
    }

    private static let mutations: [(sql: String, complaint: String)] = [
        ("DROP INDEX idx_email_messages_text_search", "idx_email_messages_text_search: no such index"),
        (
            "DROP INDEX idx_email_messages_text_search;"
                + " CREATE INDEX idx_email_messages_text_search ON email_message_search USING gin ((tenant_id::text) gin_trgm_ops)",
            "idx_email_messages_text_search: indexes no words"
        ),
        (
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'idx_email_messages_thread_id'::regclass",
            "idx_email_messages_thread_id: invalid"
        ),
        (
            "DROP INDEX idx_email_folders_type; CREATE INDEX idx_email_folders_type ON email_folders (type)",
            "idx_email_folders_type: no predicate"
        ),
        (
            "DROP INDEX idx_email_folders_type;"
                + " CREATE INDEX idx_email_folders_type ON email_folders (type) WHERE type = 'inbox'",
            "idx_email_folders_type: predicate ((type)::text = 'inbox'::text)"
        ),
        (
            "ALTER TABLE email_accounts ALTER account_name TYPE varchar(254)",
            "email_accounts.account_name: type character varying(254)"
        ),
        ("ALTER TABLE email_accounts ALTER user_id DROP NOT NULL", "email_accounts.user_id: may be NULL"),
        ("ALTER TABLE email_folders ALTER name SET NOT NULL", "email_folders.name: may not be NULL"),
        ("ALTER TABLE email_accounts ALTER sync_interval SET DEFAULT 301", "email_accounts.sync_interval: default 301"),
        ("ALTER TABLE email_messages ALTER is_read DROP DEFAULT", "email_messages.is_read: default none"),
        ("ALTER TABLE email_attachments ALTER id DROP DEFAULT", "email_attachments.id: default none"),
        (
            "ALTER TABLE email_attachments DROP CONSTRAINT email_attachments_pkey", "email_attachments.id: primary key"
        ),
        ("ALTER TABLE email_messages RENAME reply_to TO answer_to", "email_messages.reply_to: no such column"),
        (
            "ALTER TABLE email_messages DROP CONSTRAINT email_messages_folder_fkey",
            "email_messages.folder_id: does not refer to email_folders"
        ),
        (
            "ALTER TABLE email_attachments DROP COLUMN deleted_at CASCADE",
            "email_attachments.deleted_at: no such column for soft deletes"
        ),
        ("ALTER TABLE email_accounts DISABLE ROW LEVEL SECURITY", "email_accounts: row security is off"),
        (
            "DROP POLICY email_messages_tenant_policy ON email_messages",
            "email_messages_tenant_policy: no such policy"
        ),
        (
            "ALTER POLICY email_folders_tenant_policy ON email_folders USING (true)",
            "email_folders_tenant_policy: qual true"
        ),
        (
            "ALTER POLICY email_folders_tenant_policy ON email_folders WITH CHECK (true)",
            "email_folders_tenant_policy: with_check true"
        ),
        ("DROP VIEW pg_long_queries", "pg_long_queries: no such relation"),
        ("DROP FUNCTION pg_table_bloat_status()", "pg_table_bloat_status(): no such function"),
        ("DROP EXTENSION pgcrypto", "pgcrypto: no such extension"),
        ("DROP TABLE email_audit_log CASCADE", "email_audit_log: no such relation"),
        (
            "DROP INDEX idx_email_messages_created_brin", "idx_email_*: 0 brin, expected at least 1"
        ),
        (
            "DROP INDEX idx_email_messages_folder_unread, idx_email_messages_account_unread",
            "idx_email_*: 0 unread, expected at least 1"
        ),
    ]

    @Test(arguments: mutations) func aDifferenceIsNoticed(_ sql: String, _ complaint: String) async throws {
        let found = try await complaints(after: sql)
        #expect(found.contains(complaint), "\(found)")
    }

    @Test func tooFewIndexesAreNoticed() async throws {
        let connection = try Connection(await Self.database.value)
        let names = try connection.column(
            """
            SELECT c.relname FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid
            WHERE c.relname ~ '^idx_email_' AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = c.oid)
            ORDER BY 1
            """)
        #expect(names.count >= 29)
        let left = 29 - 1  // and the one that belongs to a constraint
        let found = try await complaints(after: names.dropFirst(left).map { "DROP INDEX \($0);" }.joined())
        #expect(found.contains("idx_email_*: 29 total, expected at least 30"))
    }
}
