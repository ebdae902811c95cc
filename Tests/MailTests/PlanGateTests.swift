import Postgres
import Schema
import TestSupport
import Testing

@testable import Verify

@Suite struct PlanGateTests {
    @Test func everyCataloguedQueryUsesItsIndex() async throws {
        try await MailDatabase.withOwn { database in
            let superuser = try Connection(database.superuser)
            let count = Rounds.few(60_000, soak: 200_000)
            let loading = try ContinuousClock().measure {
                for statement in PlannedQuery.load(messages: count) { try superuser.query(statement) }
            }
            let biggest = try superuser.value(
                "SELECT max(count) FROM (SELECT count(*) FROM email_messages GROUP BY tenant_id) AS t")
            #expect(try #require(Int(biggest)) >= count / 5)
            // Plans as they are executed, inside functions too, come back as notices.
            let name = SQL.identifier(database.superuser["dbname"] ?? "")
            for setting in [
                "session_preload_libraries = auto_explain", "auto_explain.log_min_duration = 0",
                "auto_explain.log_nested_statements = on", "auto_explain.log_level = notice",
                "auto_explain.log_analyze = on", "auto_explain.log_timing = off", "auto_explain.log_buffers = on",
            ] { try superuser.query("ALTER DATABASE \(name) SET \(setting)") }

            var used: Set<String> = []
            for query in PlannedQuery.all {
                let plans = try Self.plans(of: query, database)
                let index = query.index
                if !PlanGate.uses(index, plans) {
                    Issue.record("\(query.sql)\ndoes not use \(index) but\n\(plans)")
                } else {
                    used.insert(index)
                }
            }
            let all = try superuser.column(
                "SELECT relname FROM pg_class WHERE relkind = 'i' AND relname LIKE 'idx_email_%'")
            let unused = all.filter { !used.contains($0) }.sorted()
            print("plan gate: \(count) messages loaded in \(loading); indexes that no query uses: \(unused)")
            #expect(
                !PlanGate.uses("idx_email_messages_purge", try Self.plans(of: PlannedQuery.all[0], database)), "control"
            )
            try everyFunctionStaysBounded(database)
            try unusableConditionsAreNoticed(database, superuser)
            try verifySeesTheSame(database, superuser)
        }
    }

    /// `verify` judges by the rows that are there: none of them is read as a whole table, until the planner has to.
    private func verifySeesTheSame(_ database: MailDatabase, _ superuser: borrowing Connection) throws {
        let name = database.superuser["dbname"] ?? ""
        func findings() throws -> [Finding] {
            let report = try VerifyReport.of(database.superuser, [.plans])
            #expect(report.unseen.isEmpty)
            #expect((report.parts.first?.checks ?? 0) > 30)
            return report.findings
        }
        let sound = try findings()
        #expect(sound.isEmpty, "\(sound)")
        let settings = [
            "enable_indexscan = off", "enable_indexonlyscan = off", "enable_bitmapscan = off", "enable_seqscan = on",
        ]
        for setting in settings {
            try superuser.query("ALTER ROLE email_service IN DATABASE \(SQL.identifier(name)) SET \(setting)")
        }
        let broken = try findings()
        #expect(
            broken.contains { $0.code == "EDB-P001" && $0.object == "index idx_email_messages_folder_received" },
            "\(broken)")
    }

    private static func plans(of query: PlannedQuery, _ database: MailDatabase) throws -> String {
        let settings =
            switch query.actor {
            case .application: database.user()
            case .worker: database.user("email_worker")
            case .owner, .superuser: database.superuser
            }
        let connection = try Connection(settings)
        try connection.query("BEGIN")
        if query.actor == .owner { try connection.query("SET LOCAL ROLE email_owner") }
        if query.actor == .application {
            try connection.query("SELECT set_config('app.current_tenant_id', md5('t1')::uuid::text, true)")
        }
        _ = connection.takeNotices()
        // The simple protocol ends a statement, and so reports its plan, before the next one comes.
        try connection.script(query.sql.filling(PlanValues.synthetic))
        let plans = connection.takeNotices().map(\.message).filter { $0.contains("plan:") }.joined(separator: "\n")
        try connection.query("ROLLBACK")
        return plans
    }
}
