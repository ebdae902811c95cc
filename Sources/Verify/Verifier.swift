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
    package var sections: Set<FindingCode.Section> = [.layout, .security, .plans, .probe]
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
    /// Layout and security are two round trips after the login, in one read-only transaction: one snapshot.
    /// - Throws: ``Failure`` when the server is too old or behind a pooler, or a signal came; `PostgresError`.
    package func run() throws -> VerifyReport {
        let connection = try Connection(settings)
        return try Interruption.cancelling(connection.makeCancelHandle()) { try verify(connection) }
    }

    private func verify(_ connection: borrowing Connection) throws -> VerifyReport {
        if connection.serverVersion < Preflight.minimumVersion {
            throw Failure.refused(Self.refusal, [.tooOld(connection.serverVersion)])
        }
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
        try StaticVerification(overview: overview, source: source, sections: sections).run(connection, into: &report)
        if sections.contains(.plans) { try PlanGate(overview: overview).run(connection, into: &report) }
        if sections.contains(.probe) { try Probe(overview: overview).run(connection, into: &report) }
        ignoring?.apply(to: &report, sections: sections.subtracting(report.unseen.map(\.section)))
        report.findings.sort { ($0.severity, $0.code, $0.object) < ($1.severity, $1.code, $1.object) }
        try Interruption.check()
        return report
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
    var mayActAsApplication: Bool { row.flag("may_act") }
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
