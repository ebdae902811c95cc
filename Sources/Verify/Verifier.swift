import Core
import Install
package import Postgres
package import Schema

/// Compares a database with the expected schema: its catalog, who can reach what, its plans, and its row security live.
///
/// Reads only, but for plans and probe, whose rows are rolled back; sequences that they draw from stay advanced. Takes no
/// lock that makes other sessions wait.
package struct Verifier: Sendable {
    /// The parts to check, ``FindingCode/Section/ignore`` aside.
    package var sections: Set<FindingCode.Section> = [.layout, .security, .plans, .probe, .data]
    /// About how many messages the section data reads at most.
    package var messages = 20_000
    package var ignoring: IgnoreFile?

    private static let refusal = "this server cannot be verified"

    private var settings: ConnectionSettings
    private let database: String
    private let source: SchemaSource

    package init(settings: ConnectionSettings, database: String, source: SchemaSource) {
        self.settings = settings
        self.settings["dbname"] = database
        self.database = database
        self.source = source
    }

    /// Runs the checks.
    ///
    /// Layout and security are two round trips after the login, side by side in two sessions with one snapshot.
    /// - Throws: ``Failure`` when the server is too old or behind a pooler, or a signal came; `PostgresError`.
    package func run() throws -> VerifyReport {
        let pending = try PendingConnection(settings)
        // What the layout must be is read while the server answers.
        let whole = ExpectedLayout(source.steps)
        let layout = LiveCatalog.statement(for: whole.facts.keys)
        let connection = try pending.connected()
        return try verify(connection, whole, layout)
    }

    private func verify(
        _ connection: borrowing Connection, _ whole: ExpectedLayout, _ layout: Statement
    ) throws -> VerifyReport {
        if connection.serverVersion < Preflight.minimumVersion {
            throw Failure.refused(Self.refusal, [.tooOld(connection.serverVersion)])
        }
        let isBoth = sections.isSuperset(of: [.layout, .security])
        // Where the server grants no second session, one does everything.
        var second = isBoth ? try? PendingConnection(settings) : nil
        let overview = try Overview(connection)
        if overview.processID != connection.announcedProcessID {
            throw Failure.refused(Self.refusal, [.pooler(command: "verify")])
        }
        var report = VerifyReport(
            database: database, serverVersion: connection.parameterStatus("server_version") ?? "",
            toolVersion: toolVersion, role: overview.role)
        guard overview.hasLedger else {
            _ = try connection.query("ROLLBACK")
            report.findings = [Finding(.notInstalled, object: "\(ObjectName(.database, database))")]
            return report
        }
        try StaticVerification(
            overview: overview, source: source, sections: sections, whole: whole, layout: layout
        ).run(connection, beside: second.take(), into: &report)
        try lookAtWork(connection, overview, into: &report)
        if sections.contains(.data) {
            try DataCheck(overview: overview, limit: messages, expected: whole).run(connection, into: &report)
        }
        ignoring?.apply(to: &report, sections: sections.subtracting(report.unseen.map(\.section)))
        try DataAtRisk().settle(&report.findings, connection)
        report.findings.sort {
            ($0.severity, $0.stake, $0.code, $0.object) < ($1.severity, $1.stake, $1.code, $1.object)
        }
        try Interruption.check()
        return report
    }
}

extension Verifier {
    /// Plans and probe, side by side in two sessions; where the server grants no second one, after each other: the plans last,
    /// because what is hidden for them the session's cache of tables may remember.
    private func lookAtWork(
        _ connection: borrowing Connection, _ overview: Overview, into report: inout VerifyReport
    ) throws {
        let gate = PlanGate(overview: overview)
        let blank = report.withoutResults
        let plans =
            sections.isSuperset(of: [.plans, .probe])
            ? try? Beside { [settings] in
                var report = blank
                let second = try Connection(settings)
                _ = try second.pipeline(StaticVerification.afterwards(overview))
                try gate.run(second, into: &report)
                return report
            } : nil
        // Also when the probe fails, nothing is left at work.
        defer { _ = try? plans?.result() }
        if sections.contains(.probe) { try Probe(overview: overview).run(connection, into: &report) }
        guard sections.contains(.plans) else { return }
        do {
            guard let found = try plans?.result() else { return try gate.run(connection, into: &report) }
            report.add(found)
        } catch let error as PostgresError where error.kind == .connect {
            try gate.run(connection, into: &report)
        }
    }
}

/// What has to be known of a session before anything else.
struct Overview {
    private let row: Row

    var role: String { row.text("role") }
    var isSuperuser: Bool { row.flag("rolsuper") }
    var isStandby: Bool { row.flag("standby") }
    var processID: Int { row.integer("pid") ?? 0 }
    var hasLedger: Bool { row.flag("has_ledger") }
    var mayReadLedger: Bool { row.flag("may_read_ledger") }
    var mayReadConnectionRules: Bool { row.flag("may_read_rules") }
    /// Whether what the session provokes need not be logged.
    var mayQuietLog: Bool { row.flag("may_quiet") }
    var mayActAsApplication: Bool { row.flag("may_act") }
    /// For a second session that sees what this one sees.
    var snapshot: String { row.text("snapshot") }
    /// The owner of the schema of the ledger.
    var installer: String { row.text("installer") }

    /// Opens a read-only transaction, which stays open, pins its settings, and asks: one round trip.
    init(_ connection: borrowing Connection) throws {
        let rows = try connection.script(
            """
            BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
            \(Session.pinning(serverVersion: connection.serverVersion, isLocal: true))
            \(SQLFile("session_overview").text)
            """)
        guard let row = rows.last?.first else {
            throw PostgresError(kind: .usage, message: "the role of this session does not exist any longer")
        }
        self.row = row
    }
}
