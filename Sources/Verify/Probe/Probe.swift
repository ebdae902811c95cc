import Core
import Postgres
import Schema

/// Makes two tenants, attacks one as the application serving the other, and rolls everything back.
///
/// Everything is done with the application's own rights, by `SET LOCAL SESSION AUTHORIZATION` for a superuser and
/// `SET LOCAL ROLE` for a member. Tenants and addresses are random, so no other session takes the locks of their writers; the
/// shared one of all writers is held for the length of the probe, which only maintenance without a tenant waits for.
/// Sequences stay advanced, as after any rolled-back insert.
package struct Probe {
    let overview: Overview

    private static let role = "email_service"

    /// Adds findings to a report, or says why the probe could not be made.
    func run(_ connection: borrowing Connection, into report: inout VerifyReport) throws {
        if overview.isStandby {
            return report.skip(
                .probe, "attacks on row security",
                "the server is a standby, where the two tenants of the probe cannot be written",
                fix: "emaildb verify --only probe --host PRIMARY")
        }
        guard overview.mayActAsApplication || overview.role == Self.role else {
            return report.skip(
                .probe, "attacks on row security", "\(overview.role) may not act as \(Self.role)",
                fix: "emaildb verify --only probe --username \(Self.role)   # or a superuser")
        }
        let start = ContinuousClock.now
        var values: [String: String] = [:]
        do {
            try connection.script(opening)
            values = try tenantValues("A.", connection).merging(tenantValues("B.", connection)) { $1 }
            try connection.query("SAVEPOINT emaildb_probe")
            for attack in ProbeAttack.all { try judge(attack, values, connection, &report) }
        } catch let error as PostgresError where error.kind == .server && values.isEmpty {
            if Interruption.signal != nil { throw error }
            report.findings.append(
                Finding(
                    .probeBroken, object: "role \(Self.role)", expected: "two tenants with mail",
                    actual: error.description))
        } catch {
            if connection.isAlive { _ = try? connection.query("ROLLBACK") }
            throw error
        }
        _ = try connection.script("ROLLBACK; DEALLOCATE ALL; RESET SESSION AUTHORIZATION; SET ROLE NONE")
        if !values.isEmpty { try lookForLeftovers(values, connection, &report) }
        report.finish(.probe, checks: ProbeAttack.all.count, since: start)
    }

    /// Inserts a tenant with mail, acting as the application in its open transaction.
    /// - Returns: what `{A.name}` or `{B.name}` stands for in an attack.
    private func tenantValues(_ prefix: String, _ connection: borrowing Connection) throws -> [String: String] {
        let mark = [0, 1].map { _ in String(UInt64.random(in: .min ... .max), radix: 36) }.joined()
        var values = ["mark": mark, "word": "subject" + mark, "address": "probe.\(mark)@example.com"]
        for (title, sql) in SQLFile("probe_tenant").statements {
            values[title] = try connection.query(sql.filling(values)).first?[0]
        }
        return Dictionary(uniqueKeysWithValues: values.map { (prefix + $0.key, $0.value) })
    }

    private var opening: String {
        let become =
            overview.role == Self.role
            ? ""
            : overview.isSuperuser ? "SET LOCAL SESSION AUTHORIZATION \(Self.role);" : "SET LOCAL ROLE \(Self.role);"
        // The application's own waits are longer; an attack that waits for another session is given up.
        return """
            BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; \(become)
            SET LOCAL search_path = pg_catalog, pg_temp; SET LOCAL row_security = on; SET LOCAL lock_timeout = '1s';
            SET LOCAL statement_timeout = '10s'; SET LOCAL client_min_messages = warning
            """
    }

    private func judge(
        _ attack: ProbeAttack, _ values: [String: String], _ connection: borrowing Connection,
        _ report: inout VerifyReport
    ) throws {
        let start = ContinuousClock.now
        let object = "attack: " + attack.name
        let (result, text) = try outcome(attack.actor, attack.sql, values, connection)
        if Self.isWait(result) { return report.skip(.probe, attack.name, "it waited too long for another session") }
        defer { report.tried.append(.init(.probe, object: object, name: attack.name, since: start)) }
        var failedControl: String?
        if let control = attack.control {
            let (positive, reason) = try outcome(control.actor, control.sql, values, connection)
            if positive != .success && !Self.isWait(positive) { failedControl = reason ?? positive.description }
        }
        func find(_ code: FindingCode, _ expected: String, _ actual: String?, message: String? = nil) {
            report.findings.append(
                Finding(code, object: object, message: message, expected: expected, actual: actual))
        }
        let expected = attack.outcome.description
        if let failedControl, result != .success {
            find(.controlFailed, "success of the rightful user", failedControl)
        } else if case .error = result, result != attack.outcome {
            // Kept out, but not by what should have done so.
            find(.controlFailed, expected, text, message: "an attack is refused for another reason")
        } else if result != attack.outcome {
            find(.attackSucceeded, expected, result.description)
        }
    }

    /// What comes of a statement, and what PostgreSQL says of it; nothing of it stays.
    private func outcome(
        _ actor: ProbeAttack.Actor, _ sql: String, _ values: [String: String], _ connection: borrowing Connection
    ) throws -> (ProbeAttack.Outcome, String?) {
        let tenant =
            switch actor {
            case .attacker: values["A.tenant"] ?? ""
            case .victim: values["B.tenant"] ?? ""
            case .withoutTenant: ""
            case .garbled: "no uuid"
            }
        do {
            let rows = try connection.script(
                "ROLLBACK TO SAVEPOINT emaildb_probe; SELECT set_config('app.current_tenant_id', '\(tenant)', true);"
                    + sql.filling(values)
            ).last
            let hasRows = ["SELECT", "INSERT", "UPDATE", "DELETE"].contains { rows?.commandTag.hasPrefix($0) == true }
            return (hasRows && rows?.affectedRows == 0 ? .nothing : .success, nil)
        } catch {
            guard error.kind == .server, Interruption.signal == nil else { throw error }
            return (
                .error(error.sqlState?.rawValue ?? ""), "\(error.message) (SQLSTATE \(error.sqlState?.rawValue ?? "-"))"
            )
        }
    }

    private static func isWait(_ outcome: ProbeAttack.Outcome) -> Bool {
        outcome == .error(SQLState.lockNotAvailable.rawValue) || outcome == .error(SQLState.queryCanceled.rawValue)
    }

    private func lookForLeftovers(
        _ values: [String: String], _ connection: borrowing Connection, _ report: inout VerifyReport
    ) throws {
        let tenants = [values["A.tenant"] ?? "", values["B.tenant"] ?? ""]
        let tables = ["email_accounts", "email_folders", "email_messages", "email_attachments", "email_audit_log"]
        let locks = "SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'advisory'"
        var left: [String] = []
        do {
            for tenant in tenants {
                let results = try connection.script(
                    opening + "; SELECT set_config('app.current_tenant_id', '\(tenant)', true);"
                        + (tables.map { "SELECT count(*) FROM public.\($0) WHERE tenant_id = '\(tenant)'" } + [locks])
                        .joined(separator: ";"))
                let counts = results.suffix(tables.count + 1).map { $0.first?[0] ?? "0" }
                left += zip(tables + ["advisory locks"], counts).filter { $0.1 != "0" }.map { "\($0.1) in \($0.0)" }
                try connection.query("ROLLBACK")
            }
        } catch {
            guard error.kind == .server, Interruption.signal == nil else { throw error }
            try connection.query("ROLLBACK")
            report.skip(.probe, "whether the probe left something behind", error.message)
        }
        if !left.isEmpty {
            report.findings.append(
                Finding(
                    .leftovers, object: "tenants \(tenants.joined(separator: ", "))", expected: "nothing",
                    actual: left.joined(separator: ", ")))
        }
    }
}
