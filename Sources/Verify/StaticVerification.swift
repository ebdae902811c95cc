import Core
import Fix
import Postgres
import Schema

/// Layout, ledger and security: everything that the catalog answers, in one round trip.
struct StaticVerification {
    let overview: Overview
    let source: SchemaSource
    let sections: Set<FindingCode.Section>

    /// Adds findings to a report, and ends the transaction that ``Overview`` opened.
    func run(_ connection: borrowing Connection, into report: inout VerifyReport) throws {
        let start = ContinuousClock.now
        // The layout of all steps decides what to ask for; how many of them are applied, what to expect.
        let whole = ExpectedLayout(source.steps)
        let layout = sections.contains(.layout) ? [LiveCatalog.statement(for: whole.facts.keys)] : []
        let all = sections.contains(.security) ? SecurityCheck.all(whole, serverVersion: connection.serverVersion) : []
        let checks = all.filter { !$0.readsConnectionRules || overview.mayReadConnectionRules }
        let security = checks.map(\.statement)
        let history = overview.mayReadLedger ? [Statement(Ledger.query)] : []
        let results = try connection.pipeline(
            // For what follows: a superuser's session must not look for a function or an operator where others may make one.
            layout + security + history + ["ROLLBACK", "SET search_path = pg_catalog, pg_temp"])
        let milliseconds = start.duration(to: .now).wholeMilliseconds

        let ledger = overview.mayReadLedger ? Ledger(results[layout.count + security.count]) : nil
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
        guard sections.contains(.security) else { return }
        for (check, rows) in zip(checks, results.dropFirst(layout.count)) {
            report.findings += check.findings(rows)
        }
        try checkContents(connection, into: &report)
        report.parts.append(
            .init(
                section: .security, checks: checks.count + SecurityCheck.ofContents.count, milliseconds: milliseconds))
        if checks.count < all.count {
            report.skip(
                .security, "the rules of pg_hba.conf", "\(overview.role) may not read pg_hba_file_rules",
                fix: "GRANT SELECT ON pg_hba_file_rules TO \(SQL.name(overview.role));"
                    + " GRANT EXECUTE ON FUNCTION pg_hba_file_rules() TO \(SQL.name(overview.role));")
        }
    }

    /// Rows and password hashes; where tables of the design are gone, what could not be seen is said.
    private func checkContents(_ connection: borrowing Connection, into report: inout VerifyReport) throws {
        guard overview.isSuperuser else {
            report.skip(
                .security, "rows and password hashes", "\(overview.role) is no superuser",
                fix: "emaildb verify --username postgres")
            return
        }
        do {
            let results = try connection.pipeline(SecurityCheck.ofContents.map(\.statement))
            for (check, rows) in zip(SecurityCheck.ofContents, results) { report.findings += check.findings(rows) }
        } catch let error as PostgresError where error.kind == .server && Interruption.signal == nil {
            report.skip(.security, "rows and password hashes", error.message, fix: "emaildb verify --only layout")
        }
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
