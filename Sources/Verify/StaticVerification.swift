import Core
import Fix
import Install
import Postgres
import Schema

/// Layout, ledger and security: everything that the catalog answers, in one round trip of each of two sessions.
///
/// Half of the time goes into reading the catalog of tables and indexes, half into who can reach what; the server does both at
/// once. Where it grants no second session, one does both after each other.
struct StaticVerification {
    let overview: Overview
    let source: SchemaSource
    let sections: Set<FindingCode.Section>
    /// The layout of all steps, and the statement that reads what it decides to ask for; how many of them are applied decides
    /// what to expect.
    let whole: ExpectedLayout
    let layout: Statement

    /// Adds findings to a report, and ends the transaction that ``Overview`` opened.
    /// - Parameter second: another session of the same role, if there is to be one.
    func run(
        _ connection: borrowing Connection, beside second: consuming PendingConnection?, into report: inout VerifyReport
    ) throws {
        let start = ContinuousClock.now
        let layout = sections.contains(.layout) ? [layout] : []
        let all = sections.contains(.security) ? SecurityCheck.all(whole, serverVersion: connection.serverVersion) : []
        let checks = all.filter { !$0.readsConnectionRules || overview.mayReadConnectionRules }
        let history = overview.mayReadLedger ? [Statement(Ledger.query)] : []
        try connection.startPipeline(layout + history)
        let beside = reachBeside(checks, second, connection.serverVersion)
        let results: [Rows]
        do {
            results = try connection.finishPipeline(layout.count + history.count)
        } catch {
            // Which of the two it was, the ledger alone tells.
            if error.kind == .server, !error.isPassing, overview.mayReadLedger {
                _ = try connection.script("ROLLBACK; SET lock_timeout = '5s'")
                _ = try Ledger.readAsLedger(connection)
            }
            throw error
        }
        let reach = try beside ?? connection.pipeline(checks.map(\.statement))
        let milliseconds = start.duration(to: .now).wholeMilliseconds

        let ledger = overview.mayReadLedger ? Ledger(results[layout.count]) : nil
        let done = ledger.map { Set($0.entries.filter { $0.state == .done }.map(\.step)) }
        let applied = source.steps.filter { done?.contains($0.number) ?? true }
        report.schemaStep = ledger?.entries.last?.step
        if sections.contains(.layout) {
            let expected = applied.count == source.steps.count ? whole : ExpectedLayout(applied)
            report.findings += ledger.map { ledgerFindings($0) } ?? []
            let live = LiveCatalog.read(results[0])
            report.findings += LayoutComparison(
                expected: expected, live: live, database: report.database, installer: overview.installer
            ).findings()
            report.parts.append(.init(section: .layout, checks: expected.facts.count, milliseconds: milliseconds))
            if ledger == nil {
                report.skip(
                    .layout, "the ledger", "\(overview.role) may not read emaildb.ledger",
                    fix: "emaildb verify --username email_monitor")
            }
        }
        let end = ["ROLLBACK"] + Self.afterwards(overview)
        guard sections.contains(.security) else {
            _ = try connection.pipeline(end)
            return
        }
        for (check, rows) in zip(checks, reach) {
            report.findings += check.findings(rows)
        }
        try checkPasswords(after: end, connection, into: &report)
        report.parts.append(
            .init(
                section: .security, checks: checks.count + 1, milliseconds: milliseconds))
        if checks.count < all.count {
            report.skip(
                .security, "the rules of pg_hba.conf", "\(overview.role) may not read pg_hba_file_rules",
                fix: "GRANT SELECT ON pg_hba_file_rules TO \(SQL.name(overview.role));"
                    + " GRANT EXECUTE ON FUNCTION pg_hba_file_rules() TO \(SQL.name(overview.role));")
        }
    }

    /// What makes a session ready for plans and probe: it acts as itself, whatever role is preset; a superuser's must not look
    /// for a function or an operator where others may make one, and attacks that are refused are no errors for who reads the log.
    static func afterwards(_ overview: Overview) -> [Statement] {
        ["SET ROLE NONE", "SET search_path = pg_catalog, pg_temp"]
            + (overview.mayQuietLog ? ["SET log_min_messages = panic", "SET log_min_error_statement = panic"] : [])
    }

    /// The checks' rows, from a session of their own with the snapshot of the first; nil where that cannot be had.
    private func reachBeside(
        _ checks: [SecurityCheck], _ second: consuming PendingConnection?, _ serverVersion: Int
    ) -> [Rows]? {
        guard let second else { return nil }
        let opening = [
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
            "SET TRANSACTION SNAPSHOT \(SQL.literal(overview.snapshot))",
            Session.pinning(serverVersion: serverVersion, isLocal: true),
        ]
        do {
            let second = try second.connected()
            let results = try second.pipeline(opening.map { Statement($0) } + checks.map(\.statement))
            return Array(results.dropFirst(opening.count))
        } catch {
            return nil
        }
    }

    /// Password hashes.
    /// - Parameter end: what ends the transaction, in the same round trip.
    private func checkPasswords(
        after end: [Statement], _ connection: borrowing Connection, into report: inout VerifyReport
    ) throws {
        guard overview.isSuperuser else {
            _ = try connection.pipeline(end)
            return report.skip(
                .security, "password hashes", "\(overview.role) is no superuser",
                fix: "emaildb verify --username postgres")
        }
        let results = try connection.pipeline(end + [SecurityCheck.ofPasswords.statement])
        report.findings += results.last.map(SecurityCheck.ofPasswords.findings) ?? []
    }

    private func ledgerFindings(_ ledger: Ledger) -> [Finding] {
        let comparison = ledger.compare(with: source)
        let problems = comparison.problems.map {
            Finding(
                $0.unknown == nil ? .ledgerContradicts : .databaseNewer, object: "step \($0.step)",
                message: $0.problem.problem, actual: $0.unknown)
        }
        guard problems.isEmpty, let first = comparison.pending.first else { return problems }
        return [
            Finding(
                .stepsPending, object: "step \(first.number)",
                message:
                    "\(comparison.pending.count) steps of this emaildb are not applied, the first is \(first.name)",
                source: SourceLine(file: first.path, line: 1))
        ]
    }
}
