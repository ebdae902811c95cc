import Core
import Install
package import Postgres
package import Schema
import Verify

/// Looks at everything that one login can see of a server, and says what is wrong, the worst first.
///
/// Reads only, and waits for no lock: what cannot be had at once is listed as not seen. `email_monitor` is the role for it.
package struct Examiner: Sendable {
    package var thresholds = Thresholds()
    /// Whether the rows of the tables are counted, too; that reads every message.
    package var isDeep = false

    let settings: ConnectionSettings
    let database: String
    let source: SchemaSource

    static let refusal = "this server cannot be looked at"

    package init(settings: ConnectionSettings, database: String, source: SchemaSource) {
        var settings = settings
        settings["dbname"] = database
        self.settings = settings
        self.database = database
        self.source = source
    }

    /// Runs the checks: two round trips after the login, then those of `verify`.
    /// - Throws: ``Failure`` when the server is too old or behind a pooler, or a signal came; `PostgresError` when there is no
    ///   connection, or it is lost.
    package func run() throws -> DoctorReport {
        let start = ContinuousClock.now
        let connection = try Connection(settings)
        if connection.serverVersion < Preflight.minimumVersion {
            throw Failure.refused(Self.refusal, [.tooOld(connection.serverVersion)])
        }
        // The session is this program's alone: what is set here ends with it.
        try Session.pin(connection)
        try connection.script("SET lock_timeout = '500ms'; SET statement_timeout = '10s'")
        guard let row = try connection.query(SQLFile("doctor_login")).first else {
            throw Failure(.failed, "the server's answer cannot be understood", fix: nil)
        }
        if row.integer("pid") != connection.announcedProcessID {
            throw Failure.refused(Self.refusal, [.pooler(command: "doctor")])
        }
        let login = DoctorLogin(row, connection)
        var report = DoctorReport(
            database: database, serverVersion: connection.parameterStatus("server_version") ?? "",
            toolVersion: toolVersion, role: login.role, isStandby: login.isStandby, isDeep: isDeep)
        try look(DoctorQuery.quick(thresholds, source), login, connection, into: &report)
        try lookAtLocks(login, connection, into: &report)
        lookAtDisk(login, try dataDirectory(connection), into: &report)
        try lookAtSchema(login, into: &report)
        if isDeep {
            let start = ContinuousClock.now
            try connection.script("SET statement_timeout = 0")
            try look([.deep], login, connection, into: &report)
            report.deepMilliseconds = start.duration(to: .now).wholeMilliseconds
        }
        try Interruption.check()
        report.milliseconds = start.duration(to: .now).wholeMilliseconds
        report.finish()
        return report
    }

    // MARK: - Queries

    /// Runs queries, all at once; when one of them fails, each alone, so that the others are seen all the same.
    private func look(
        _ queries: [DoctorQuery], _ login: DoctorLogin, _ connection: borrowing Connection,
        into report: inout DoctorReport
    ) throws {
        let possible = queries.filter { query in
            guard let obstacle = login.obstacle(query.need) else { return true }
            for check in query.checks { report.skip(check, obstacle.what, fix: obstacle.fix) }
            return false
        }
        if case .success(let results) = try rows(possible.map(\.statement), connection) {
            for rows in results { add(rows, to: &report) }
            return
        }
        for query in possible {
            switch try rows([query.statement], connection) {
            case .success(let results): for rows in results { add(rows, to: &report) }
            case .failure(let error): for check in query.checks { report.skip(check, error.message) }
            }
        }
    }

    /// The rows of some statements, or why the server does not answer them.
    func rows(
        _ statements: [Statement], _ connection: borrowing Connection
    ) throws(PostgresError) -> Result<[Rows], PostgresError> {
        do throws(PostgresError) {
            return .success(try connection.pipeline(statements))
        } catch {
            guard error.kind == .server, !StopRequest.isRaised else { throw error }
            return .failure(error)
        }
    }

    /// The option that names the database, where it is not the usual one.
    private var place: String { database == "email_service" ? "" : " -d " + Self.quoted(database) }

    /// One word of a shell.
    static func quoted(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { byte in
            (97...122).contains(byte) || (48...57).contains(byte) || [45, 46, 47, 95].contains(byte)
        }
        return isPlain ? text : "'" + text.replacingScalars { $0 == "'" ? "'\\''" : nil } + "'"
    }

    /// What the rows of a query say that the thresholds do not let pass.
    private func add(_ rows: Rows, to report: inout DoctorReport) {
        for row in rows {
            guard let check = DoctorCheck.named(row.text("check_name")) else { continue }
            if let unseen = row["unseen"] {
                report.skip(check.name, unseen)
                continue
            }
            guard let value = row["value"].flatMap(Double.init) else { continue }
            let threshold = thresholds[check.name]
            guard let severity = threshold.map({ $0.severity(value) }) ?? check.severity else { continue }
            let kind = row["kind"].flatMap(DoctorFinding.FixKind.init(rawValue:)) ?? .text
            let fix = row.text("fix")
            report.findings.append(
                DoctorFinding(
                    check, severity, object: row.text("object"), value: threshold == nil ? nil : value,
                    evidence: row.text("evidence").splitScalars("\n"),
                    fix: fix.unicodeScalars.contains(where: SQL.isHidden) ? SQLText.oneLine(fix) : fix, kind))
        }
    }

    private func dataDirectory(_ connection: borrowing Connection) throws -> [String] {
        try connection.query(
            """
            SELECT setting FROM pg_catalog.pg_settings WHERE name = 'data_directory' UNION ALL
            SELECT pg_catalog.pg_tablespace_location(oid) FROM pg_catalog.pg_tablespace WHERE spcname NOT LIKE 'pg\\_%'
            """
        ).compactMap { $0[0] }
    }

    // MARK: - The schema and its row security

    private func verified(_ verifier: Verifier, into report: inout DoctorReport) throws -> VerifyReport? {
        do {
            return try verifier.run()
        } catch {
            guard let error = error as? PostgresError, error.kind == .server || error.kind == .connect,
                !StopRequest.isRaised
            else { throw error }
            for check in [DoctorCheck.schema, DoctorCheck.rowSecurity] {
                report.skip(check, error.message, fix: "emaildb verify")
            }
            return nil
        }
    }

    private func lookAtSchema(_ login: DoctorLogin, into report: inout DoctorReport) throws {
        if let table = login.lockedTable {
            // The catalog's own functions would wait for it.
            for check in [DoctorCheck.schema, DoctorCheck.rowSecurity] {
                report.skip(check, "somebody keeps everybody off \(table), or waits to", fix: "emaildb verify")
            }
            return
        }
        var verifier = Verifier(settings: settings, database: database, source: source)
        verifier.sections = [.layout, .security]
        guard let verified = try verified(verifier, into: &report) else { return }
        for item in verified.unseen {
            report.skip(DoctorCheck.rowSecurity, "\(item.what): \(item.reason)", fix: item.fix)
        }
        let ledger = verified.findings.filter { FindingCode.ofLedger.contains($0.code) }
        for finding in ledger {
            guard let check = DoctorCheck.named(DoctorCheck.schema) else { continue }
            let isPending = finding.fix == nil && FindingCode.named(finding.code)?.fix.contains("emaildb init") == true
            report.findings.append(
                DoctorFinding(
                    check, .critical, object: finding.object, evidence: ["\(finding.code): \(finding.message)"],
                    fix: (isPending ? "emaildb init" : "emaildb status") + place, .shell))
        }
        for severity in Finding.Severity.allCases {
            let findings = verified.findings.filter {
                $0.severity == severity && !FindingCode.ofLedger.contains($0.code)
            }
            guard let check = DoctorCheck.named(DoctorCheck.rowSecurity), !findings.isEmpty else { continue }
            let lines = findings.prefix(5).map { "\($0.code) \($0.object): \($0.message)" }
            report.findings.append(
                DoctorFinding(
                    check, severity == .error ? .critical : .warning, object: "database \(SQL.name(database))",
                    evidence: lines + (findings.count > 5 ? ["and \(findings.count - 5) more: emaildb verify"] : []),
                    fix:
                        "emaildb verify\(place) --fix-sql > fix.sql; psql -X\(place) -f fix.sql   # as a superuser, after a look at the file",
                    .shell))
        }
    }
}

extension DoctorFinding {
    init(
        _ check: DoctorCheck, _ severity: Severity, object: String, value: Double? = nil, evidence: [String],
        fix: String, _ kind: FixKind
    ) {
        self.check = check.name
        self.severity = severity
        self.object = object
        message = check.title
        self.value = value
        self.evidence = evidence.filter { !$0.isEmpty }
        why = check.why
        self.fix = fix
        fixKind = kind
    }
}
