import Postgres
import TestSupport
import Testing

@testable import Adopt

/// Databases as people have them, made by a generator: no row disappears, none is altered without being reported.
@Suite(.needsServer, .serialized) struct VariationSoakTests {
    @Test("Databases of the past: taken and refused are found, what differs is reported, verify is clean")
    func variations() async throws {
        var generator = SeededGenerator(printing: "variations")
        for round in 1...Rounds.few(6, soak: 60) {
            let seed = generator.next()
            let variation = Variation(seed: seed)
            let story = "round \(round), seed \(seed): \(variation.story.joined(separator: "; "))"
            try await OldDatabase.with(variation.sql) { settings in
                // From here on the checks of their domains raise.
                try Connection(settings).query("ALTER DATABASE \(settings["dbname"] ?? "") SET truth.armed = 'on'")
                try await Self.check(settings, story, undoes: round % 3 == 0)
            }
        }
    }

    private static func check(_ settings: ConnectionSettings, _ story: String, undoes: Bool) async throws {
        let before = undoes ? try await OldDatabase.dump(settings) : []
        var adopter = OldDatabase.adopter(settings)
        adopter.forcesDependants = true
        adopter.batchSize = 17
        let plan = try adopter.plan()
        #expect(plan.problems.isEmpty, "\(plan.problems): \(story)")
        let report = try adopter.run()
        #expect(report.outcome == .adopted, "\(report.differences): \(story)")
        #expect(report.tables.map(\.taken) == plan.tables.map(\.taken), "\(story)")
        let connection = try Connection(settings)
        for (table, truth) in [
            ("email_accounts", "accounts"), ("email_folders", "folders"), ("email_messages", "messages"),
            ("email_attachments", "attachments"),
        ] {
            guard let result = report.table(table), result.from != nil else { continue }
            let found = try connection.number("SELECT count(*) FROM truth.\(truth)")
            #expect(
                result.found == found && result.taken + result.refused == result.found,
                "\(table): \(result.found), \(found ?? -1): \(story)")
            #expect(result.refusals.map(\.count).reduce(0, +) == result.refused, "\(table): \(story)")
            let refused = try connection.number(
                "SELECT count(*) FROM email_before.refused WHERE table_name = '\(table)'")
            #expect(refused == result.refused, "\(table): \(story)")
            let stored = try connection.number("SELECT count(*) FROM public.\(table)") ?? 0
            #expect(
                stored - (table == "email_folders" ? report.recoveredFolders : 0) == result.taken, "\(table): \(story)")
        }
        for (table, column, truth) in Self.truths {
            guard let result = report.table(table), result.from != nil, !result.missing.contains(column) else {
                continue
            }
            let differing =
                try connection.number(
                    """
                    SELECT count(*) FROM public.\(table) m JOIN (SELECT DISTINCT ON (n) * FROM truth.\(table.dropFirst(6)) ORDER BY n) c
                      ON m.id = truth.k('\(table)', c.n)
                    WHERE (SELECT count(*) FROM truth.\(table.dropFirst(6)) o WHERE o.n = c.n) = 1 AND m.\(SQL.identifier(column)) IS DISTINCT FROM \(truth)
                    """) ?? -1
            let reported = result.changes.filter { $0.what.hasPrefix(column + ":") }.map(\.count).reduce(0, +)
            #expect(differing <= reported, "\(table).\(column): \(differing) differ, \(reported) reported: \(story)")
        }
        try OldDatabase.expectClean(settings, story)
        connection.close()
        if undoes {
            _ = try adopter.undo(discardingChanges: false)
            let after = try await OldDatabase.dump(settings)
            #expect(after == before, "\(after.difference(from: before)): \(story)")
        }
    }

    /// What a column should say, as SQL over the truth.
    private static let truths = [
        ("email_accounts", "tenant_id", "truth.k('tenant', c.tenant)"),
        ("email_accounts", "user_id", "truth.k('user', c.owner)"),
        ("email_accounts", "email_address", "c.address"), ("email_accounts", "protocol", "c.protocol"),
        ("email_accounts", "port", "c.port"),
        ("email_accounts", "is_enabled", "c.enabled"), ("email_accounts", "created_at", "c.created"),
        ("email_folders", "tenant_id", "truth.k('tenant', c.tenant)"), ("email_folders", "name", "c.name"),
        ("email_folders", "type", "c.type"),
        ("email_messages", "tenant_id", "truth.k('tenant', c.tenant)"),
        ("email_messages", "account_id", "truth.k('email_accounts', c.account)"),
        ("email_messages", "folder_id", "truth.k('email_folders', c.folder)"),
        ("email_messages", "message_id", "c.mid"),
        ("email_messages", "imap_uid", "c.uid"), ("email_messages", "from", "c.sender"),
        ("email_messages", "to", "to_jsonb(c.recipients)"),
        ("email_messages", "cc", "to_jsonb(c.cc)"), ("email_messages", "subject", "c.subject"),
        ("email_messages", "text_body", "c.body"),
        ("email_messages", "html_body", "c.html"), ("email_messages", "is_read", "c.is_read"),
        ("email_messages", "is_draft", "c.is_draft"),
        ("email_messages", "thread_id", "truth.k('thread', c.thread)"), ("email_messages", "sent_at", "c.sent"),
        ("email_messages", "received_at", "c.received"), ("email_messages", "created_at", "c.created"),
        ("email_messages", "in_reply_to", "c.parent"),
        ("email_attachments", "filename", "c.filename"), ("email_attachments", "size_bytes", "c.size"),
        ("email_attachments", "storage_path", "c.path"), ("email_attachments", "storage_type", "c.storage"),
        ("email_attachments", "content_hash", "c.hash"),
    ]
}
