import Postgres
import TestSupport
import Testing

@testable import Verify

/// Plans of an empty database: whether each query can use its index at all.
@Suite(.needsServer) struct PlanVerificationTests {
    @Test func everyQueryOfAnEmptyDatabaseCanUseItsIndex() async throws {
        try await TestDatabase.withSchema { settings in
            let report = try VerifyReport.of(settings, [.plans])
            #expect(report.findings.isEmpty, "\(report.findings)")
            #expect(report.unseen.isEmpty)
            #expect((report.parts.first?.checks ?? 0) >= 40)
            let hidden = try Connection(settings).query("SELECT FROM pg_index WHERE NOT indisvalid")
            #expect(hidden.isEmpty, "what hid the other indexes is rolled back")
        }
    }

    /// What is broken, and the index that can no longer be used.
    @Test(arguments: [
        ("DROP INDEX idx_email_messages_thread_id", "idx_email_messages_thread_id", "EDB-P001"),
        (
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'idx_email_messages_text_search'::regclass",
            "idx_email_messages_text_search", "EDB-P001"
        ),
        (
            "DROP INDEX idx_email_messages_folder_unread; CREATE INDEX idx_email_messages_folder_unread ON email_messages"
                + " (folder_id, received_at DESC) WHERE is_read AND NOT is_deleted", "idx_email_messages_folder_unread",
            "EDB-P001"
        ),
        (
            "DROP INDEX idx_email_messages_in_reply_to; CREATE INDEX idx_email_messages_in_reply_to ON email_messages"
                + " (sent_at)", "idx_email_messages_in_reply_to", "EDB-P001"
        ),
        (
            "DROP INDEX idx_email_messages_text_search; CREATE INDEX idx_email_messages_text_search ON email_message_search"
                + " USING gin ((account_id::text))", "idx_email_messages_text_search", "EDB-P001"
        ),
        // The operator of a condition that row security does not trust before its own.
        (
            "ALTER FUNCTION uuid_eq(uuid, uuid) NOT LEAKPROOF", "idx_email_messages_thread_id", "EDB-P001"
        ),
        (
            "REVOKE SELECT ON email_attachments FROM email_service", "idx_email_attachments_content_hash", "EDB-P002"
        ),
    ])
    func whatKeepsAQueryFromItsIndexIsFound(_ sql: String, _ index: String, _ code: String) async throws {
        try await TestDatabase.withSchema { settings in
            try Connection(settings).script(sql)
            let report = try VerifyReport.of(settings, [.plans])
            let isFound = report.findings.contains { $0.code == code && $0.object == "index " + index }
            #expect(isFound, "\(report.summary)")
        }
    }

    /// IS NOT DISTINCT FROM means the same here, and no index serves it.
    @Test func aConditionThatNoIndexServesIsFound() async throws {
        try await TestDatabase.withSchema { settings in
            let broken = PlannedQuery.all.filter { !$0.conditions.isEmpty && $0.actor == .application }
            #expect(broken.count > 15)
            for query in broken {
                let connection = try Connection(settings)
                var gate = PlanGate(overview: try Overview(connection))
                try connection.query("ROLLBACK")
                var report = VerifyReport(database: "", serverVersion: "", toolVersion: "", role: "")
                gate.catalog = [query]
                try gate.run(connection, into: &report)
                #expect(report.findings.isEmpty, "control: \(query.sql) \(report.findings)")
                let sql = query.sql.replacing(/\ = (?=(md5\()?\{)/, with: " IS NOT DISTINCT FROM ")
                gate.catalog = [
                    PlannedQuery(
                        index: query.index, actor: query.actor, sql: sql, needsRows: false, conditions: query.conditions
                    )
                ]
                try gate.run(connection, into: &report)
                #expect(report.findings.map(\.code) == ["EDB-P001"], "\(sql)")
            }
        }
    }

    @Test func whoIsNoSuperuserIsToldSo() async throws {
        try await TestDatabase.withSchema { settings in
            let superuser = try Connection(settings)
            try TestRole.with(password: "x", superuser) { name in
                let database = SQL.identifier(settings["dbname"] ?? "")
                try superuser.script("GRANT CONNECT ON DATABASE \(database) TO \(name)")
                let report = try VerifyReport.of(settings.user(name, password: "x"), [.plans])
                #expect(report.findings.isEmpty && report.parts.isEmpty)
                #expect(report.unseen.map(\.section) == [.plans])
                try superuser.script("REVOKE CONNECT ON DATABASE \(database) FROM \(name)")
            }
        }
    }
}
