import Core
import Postgres
import Schema

/// A query of `sql/catalog/doctor_*.sql`, and the checks that its rows are about.
///
/// It yields the check, the object, a number to hold against the threshold, what shows it, the fix and how that is typed; or what could
/// not be seen.
struct DoctorQuery {
    let statement: Statement
    let checks: [String]
    let need: DoctorLogin.Need

    private init(
        _ file: SQLFile, _ parameters: [String?] = [], _ need: DoctorLogin.Need = .nothing, _ checks: String...
    ) {
        statement = Statement(file.text, parameters)
        self.checks = checks
        self.need = need
    }

    /// Those that the catalog and the statistics answer at once.
    static func quick(_ thresholds: Thresholds, _ source: SchemaSource) -> [DoctorQuery] {
        // What is switched off is beyond every number.
        func least(_ name: String) -> String { String(thresholds[name]?.warning ?? 1e18) }
        func whole(_ name: String) -> String { String(Int(thresholds[name]?.warning ?? 1e18)) }
        let indexes = ExpectedLayout(source.steps).facts.keys.filter { $0.kind == .index }
            .map { ($0.object.schema ?? "") + "." + $0.object.name }
        return [
            DoctorQuery(
                SQLFile("doctor_sessions"), [String(thresholds["connections"]?.warning ?? 100)], .statistics,
                "connections",
                "idle-in-transaction", "long-query", "prepared-transaction"),
            DoctorQuery(
                SQLFile("doctor_tables"), [whole("dead-rows-least")], .nothing, "dead-rows", "bloat", "no-statistics"),
            DoctorQuery(
                SQLFile("doctor_indexes"),
                [SQL.array(indexes), least("unused-index-age"), least("unused-index-size")], .nothing, "invalid-index",
                "duplicate-index", "unused-index"),
            DoctorQuery(
                SQLFile("doctor_database"), [whole("cache-hit-least")], .nothing, "cache-hit", "wraparound", "sequence",
                "checksums", "checksum-failures", "collation"),
            DoctorQuery(
                SQLFile("doctor_log"), [], .statistics, "archive", "archive-waiting", "slot-inactive", "slot-lost",
                "slot-room", "slot-retained", "replica-lag", "replay-paused", "replay-delay", "receiver"),
            DoctorQuery(
                SQLFile("doctor_settings"), [], .settings, "pending-restart", "durability", "vacuum-off", "profile"),
        ]
    }

    static var deep: DoctorQuery { DoctorQuery(SQLFile("doctor_deep"), [], .rows, "counters", "search-rows") }
}

/// Who looks, and what of a server that role may see.
struct DoctorLogin {
    /// What a query needs beside a login.
    enum Need {
        case nothing
        /// The rights of pg_monitor.
        case statistics
        case settings
        /// All rows of all tenants.
        case rows
    }

    let role: String
    let isStandby: Bool
    /// The server's process of this session, and how its title begins.
    let process: (id: Int, title: String)
    private let row: Row

    init(_ row: Row, _ connection: borrowing Connection) {
        self.row = row
        role = row.text("role")
        isStandby = row.flag("standby")
        process = (row.integer("pid") ?? 0, "\(connection.user) \(connection.database) ")
    }

    /// A table that may be locked in such a way that even its definition cannot be read.
    var lockedTable: String? { row["locked"] }

    var hasSchema: Bool { row.flag("has_ledger") }

    /// Why the role cannot see something, and what to type; nil when it can.
    func obstacle(_ need: Need) -> (what: String, fix: String)? {
        let grant = "GRANT pg_monitor TO \(SQL.name(role));   -- or: emaildb doctor --username email_monitor"
        switch need {
        case .nothing: return nil
        case .statistics: return row.flag("is_monitor") ? nil : ("\(role) is not in pg_monitor", grant)
        case .settings: return row.flag("reads_settings") ? nil : ("\(role) may not read all settings", grant)
        case .rows where !hasSchema: return ("the tables are not there", "emaildb init")
        case .rows:
            return row.flag("reads_all_rows")
                ? nil : ("\(role) does not see the rows of all tenants", "emaildb doctor --deep --username postgres")
        }
    }
}
