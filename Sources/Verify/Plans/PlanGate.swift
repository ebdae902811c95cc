import Core
import Postgres
import Schema

/// Asks the planner how it would answer each catalogued query, under row security.
///
/// Where there is mail to plan for, the queries of the application are executed with the values of the fullest folder: none
/// may read a whole table, nor many more rows or pages than it returns. Which of its indexes it takes is then the data's to
/// say. Functions plan as in the seventh call of a session, without the values. Where there is little mail or none, the
/// planner rightly reads whole tables, and the question is whether each query can use its index at all: in a transaction
/// that is rolled back, all other indexes of the table are hidden from the planner, sequential scans are made expensive,
/// and the intended index has to be what is left, with the values as its condition.
package struct PlanGate {
    let overview: Overview
    var catalog = PlannedQuery.all

    /// From how many messages on plans say something about indexes.
    static let enoughMessages = 10_000

    /// Adds findings to a report, or says why plans could not be looked at.
    func run(_ connection: borrowing Connection, into report: inout VerifyReport) throws {
        guard overview.isSuperuser else {
            return report.skip(
                .plans, "plans", "\(overview.role) is no superuser, whom the plans inside of functions are shown to",
                fix: "emaildb verify --only plans --username postgres")
        }
        let start = ContinuousClock.now
        let size = try connection.query(
            "SELECT COALESCE(max(reltuples), -1)::bigint AS rows FROM pg_class WHERE oid = to_regclass('public.email_messages')"
        )
        let isLive = (size.first?.integer("rows") ?? -1) >= Self.enoughMessages
        if !isLive && overview.isStandby {
            return report.skip(
                .plans, "plans", "the server is a standby, with too little mail for plans that say something",
                fix: "emaildb verify --only plans --host PRIMARY")
        }
        try connection.script(opening)
        var checked = 0
        do {
            try connection.script(Self.showingPlans)
            let values = try isLive ? PlanValues.live(connection) ?? PlanValues.synthetic : PlanValues.synthetic
            let queries = catalog.filter { isLive ? $0.actor == .application : !$0.needsRows }
            try connection.script("SAVEPOINT emaildb_plan")
            for query in queries {
                let start = ContinuousClock.now
                let finding = try judge(query, values, isLive: isLive, connection)
                if let finding { report.findings.append(finding) }
                let name = SQLText.oneLine(query.sql.filling(values))
                report.tried.append(.init(.plans, object: "index \(query.index)", name: name, since: start))
                checked += 1
            }
        } catch let error as PostgresError where error.kind == .server && Interruption.signal == nil && checked == 0 {
            report.skip(.plans, "plans", error.message)
        }
        _ = try connection.script("ROLLBACK; RESET SESSION AUTHORIZATION")
        report.finish(.plans, checks: checked, since: start)
    }

    private var opening: String {
        """
        BEGIN ISOLATION LEVEL READ COMMITTED \(overview.isStandby ? "READ ONLY" : "READ WRITE");
        SET LOCAL search_path = pg_catalog, pg_temp; SET LOCAL statement_timeout = '5s'; SET LOCAL lock_timeout = '1s';
        SET LOCAL client_min_messages = warning
        """
    }

    /// Plans as they are executed, inside functions too, come back as notices.
    private static let showingPlans = """
        LOAD 'auto_explain'; SET LOCAL auto_explain.log_min_duration = 0; SET LOCAL auto_explain.log_nested_statements = on;
        SET LOCAL auto_explain.log_level = notice; SET LOCAL auto_explain.sample_rate = 1;
        SET LOCAL auto_explain.log_analyze = on; SET LOCAL auto_explain.log_timing = off; SET LOCAL auto_explain.log_buffers = on;
        SET LOCAL auto_explain.log_format = text
        """

    private func judge(
        _ query: PlannedQuery, _ values: [String: String], isLive: Bool, _ connection: borrowing Connection
    ) throws -> Finding? {
        let sql = SQLText.oneLine(query.sql.filling(values))
        let index = query.index
        let explain = isLive ? "EXPLAIN (ANALYZE, TIMING OFF, BUFFERS, COSTS OFF) " : "EXPLAIN (COSTS OFF) "
        // Only its execution shows the plans of a function.
        let statement = query.isFunction ? sql : explain + sql
        let plans: String
        var returned = 0
        do {
            _ = connection.takeNotices()
            let rows = try connection.script(
                "ROLLBACK TO SAVEPOINT emaildb_plan; \(isLive ? Self.settingsOfTheRole : Self.hidingOthers(than: index));"
                    + Self.becoming(query.actor, values) + "SET LOCAL client_min_messages = notice; " + statement)
            let notices = connection.takeNotices().map(\.message).filter { $0.contains("plan:") }
            returned = rows.last?.count ?? 0
            plans = (query.isFunction ? notices : rows.last?.map { $0[0] ?? "" } ?? []).joined(separator: "\n")
        } catch {
            guard error.kind == .server, Interruption.signal == nil else { throw error }
            return Finding(
                .failedQuery, object: "index \(index)", message: "a catalogued query fails: \(sql)",
                actual: error.message)
        }
        func finding(_ what: String, _ actual: String) -> Finding {
            Finding(
                .otherPlan, object: "index \(index)", message: "a catalogued query \(what): \(sql)",
                expected: "a scan of \(index)", actual: actual)
        }
        guard isLive else {
            let isGood = Self.uses(index, plans) && query.conditions.allSatisfy { Self.isIndexCondition($0, plans) }
            return isGood ? nil : finding("cannot use its index", Self.scans(in: plans))
        }
        if Self.readsWholeTable(plans) { return finding("reads a whole table", Self.scans(in: plans)) }
        let counts = PlanCounts(plans)
        if !query.isFunction, let rows = plans.firstMatch(of: /actual rows=(\d+)/) { returned = Int(rows.1) ?? 0 }
        return counts.excess(returned: returned, walks: query.walks).map { finding("reads too much", $0) }
    }

    /// Makes the session plan as one of the application does, which gets its settings at login.
    private static let settingsOfTheRole =
        SQLFile("plan_settings").text + "; SET LOCAL plan_cache_mode = force_generic_plan"

    /// Leaves the planner one index of a table, until the rollback.
    ///
    /// A row of a catalog that is not committed no other session sees; one that changes or drops one of these indexes
    /// waits for the milliseconds that this takes. Where updates are published, PostgreSQL refuses those of a table whose
    /// primary key is hidden, so here they are not.
    private static func hidingOthers(than index: String) -> String {
        """
        SET LOCAL enable_seqscan = off; UPDATE pg_publication SET pubupdate = false, pubdelete = false WHERE pubupdate OR pubdelete;
        UPDATE pg_index SET indisvalid = false WHERE indexrelid <> to_regclass('public.\(index)')
          AND indrelid = (SELECT indrelid FROM pg_index WHERE indexrelid = to_regclass('public.\(index)'))
        """
    }

    private static func becoming(_ actor: PlannedQuery.Actor, _ values: [String: String]) -> String {
        switch actor {
        case .application:
            "SET LOCAL SESSION AUTHORIZATION email_service; SELECT set_config('app.current_tenant_id', (\(values["tenant"] ?? ""))::text, true);"
        case .worker: "SET LOCAL SESSION AUTHORIZATION email_worker;"
        case .owner: "SET LOCAL ROLE email_owner;"
        case .superuser: ""
        }
    }

    static func uses(_ index: String, _ plans: String) -> Bool {
        plans.contains(" using \(index) on ") || plans.contains(" on \(index) ") || plans.hasSuffix(" on \(index)")
            || plans.contains(" on \(index)\n")
    }

    /// Whether a column is compared by the index, and not only afterwards by a filter.
    private static func isIndexCondition(_ column: String, _ plans: String) -> Bool {
        plans.split(separator: "\n").contains {
            $0.contains("Index Cond: ") && $0.split { !$0.isLetter && $0 != "_" }.contains(column[...])
        }
    }

    private static func readsWholeTable(_ plans: String) -> Bool { plans.contains("Seq Scan on email_") }

    private static func scans(in plans: String) -> String {
        let lines = plans.split(separator: "\n").filter { $0.contains("Scan ") }.map { $0.drop { " ->".contains($0) } }
        return lines.isEmpty ? "no scan" : lines.joined(separator: "; ")
    }
}
