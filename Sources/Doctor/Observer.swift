import Core
import Install
package import Postgres

/// Looks at one subject of a running server, as often as it is asked, over one session.
///
/// Reads only, in a transaction for each look; waits for no lock. A lost session is made anew.
package final class Observer {
    private final class Session {
        let connection: Connection
        init(_ connection: consuming Connection) { self.connection = connection }
    }

    private let settings: ConnectionSettings
    private let topic: MonitorTopic
    private var session: Session?

    package init(settings: ConnectionSettings, database: String, topic: MonitorTopic) {
        var settings = settings
        settings["dbname"] = database
        self.settings = settings
        self.topic = topic
    }

    /// One look; after a lost connection, over a new one.
    /// - Throws: ``Failure`` when the server is too old or behind a pooler, or the role may not look; `PostgresError`.
    package func look() throws -> MonitorReport {
        let session = try session ?? Session(try connect())
        self.session = session
        do {
            return try look(session.connection)
        } catch {
            if !session.connection.isAlive { self.session = nil }
            throw error
        }
    }

    private func connect() throws -> Connection {
        let connection = try Connection(settings)
        if connection.serverVersion < Preflight.minimumVersion {
            throw Failure.refused(Examiner.refusal, [.tooOld(connection.serverVersion)])
        }
        // The session is this program's alone: what is set here ends with it.
        try Core.Session.pin(connection)
        try connection.script(
            "SET lock_timeout = '500ms'; SET statement_timeout = '\(topic == .tenants ? "5min" : "10s")'")
        // The view begins at a second otherwise.
        if topic == .queries { try connection.script("SET emaildb.long_query_ms = 0") }
        guard let row = try connection.query(SQLFile("doctor_login")).first else {
            throw Failure(.failed, "the server's answer cannot be understood", fix: nil)
        }
        if row.integer("pid") != connection.announcedProcessID {
            throw Failure.refused(Examiner.refusal, [.pooler(command: "monitor")])
        }
        let login = DoctorLogin(row, connection)
        if topic.needsSchema, !login.hasSchema {
            throw Failure.refused("\(connection.database) has no schema of emaildb", fix: "emaildb init")
        }
        let command = "emaildb monitor \(topic.rawValue) --username"
        if topic.needsStatistics, login.obstacle(.statistics) != nil {
            throw Failure.refused("\(login.role) is not in pg_monitor", fix: "\(command) email_monitor")
        }
        if topic == .tenants, login.obstacle(.rows) != nil {
            throw Failure.refused(
                "\(login.role) does not see the rows of all tenants", fix: "\(command) email_backup   # or a superuser")
        }
        return connection
    }

    /// - Throws: ``Failure`` with the server's hint where the server has one.
    private func look(_ connection: borrowing Connection) throws -> MonitorReport {
        let rows: Rows
        do {
            rows = try connection.transaction("READ ONLY") { try connection.query(file) }
        } catch let error as PostgresError {
            guard error.kind == .server, let hint = error.hint else { throw error }
            throw Failure.refused(error.message, fix: hint)
        }
        var notes: [String] = []
        if topic == .queries {
            let untold = try connection.query(
                """
                SELECT count(*) AS n FROM pg_catalog.pg_stat_activity
                WHERE backend_type = 'client backend' AND state = 'disabled' AND wait_event IS DISTINCT FROM 'ClientRead'
                """
            ).first?.integer("n")
            if let untold, untold > 0 {
                notes.append(
                    "\(untold) sessions at work keep no states (track_activities is off, as for the application)")
            }
        }
        let width = rows.columns.indices
        return MonitorReport(
            topic: topic, database: connection.database,
            serverVersion: connection.parameterStatus("server_version") ?? "",
            columns: rows.columns.map(topic.column), rows: rows.map { row in width.map { row[$0] } }, notes: notes)
    }

    private var file: SQLFile {
        switch topic {
        case .connections: SQLFile("monitor_connections")
        case .queries: SQLFile("monitor_queries")
        case .locks: SQLFile("doctor_locks")
        case .tables: SQLFile("monitor_tables")
        case .indexes: SQLFile("monitor_indexes")
        case .cache: SQLFile("monitor_cache")
        case .slow: SQLFile("monitor_slow")
        case .replication: SQLFile("monitor_replication")
        case .progress: SQLFile("monitor_progress")
        case .tenants: SQLFile("monitor_tenants")
        }
    }
}
