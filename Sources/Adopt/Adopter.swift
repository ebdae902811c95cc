import Core
import FoundationEssentials
import Install
package import Postgres
package import Schema

/// Takes a database with the founding document's tables, however they were made, over into this schema.
///
/// The old tables move to the schema `email_before` in the transaction that makes ours; then their rows are copied in batches, each
/// a transaction, from which a killed run goes on. Nothing of the old ones is dropped.
package struct Adopter: Sendable {
    package var lockTimeout = Duration.seconds(600)
    /// The schema of the old tables; nil where it is to be found.
    package var schema: String?
    /// Whether to go on although something of others uses the old tables.
    package var forcesDependants = false
    package var revokesPublic = false
    /// Rows in a batch.
    package var batchSize = 1000
    package var progress: @Sendable (AdoptProgress) -> Void = { _ in }

    static let refusal = "this database cannot be adopted yet; nothing was written"
    /// Who keeps out while rows are copied.
    static let kept = Role.allCases.filter(\.isApplication).map(\.name).joined(separator: ", ")

    let settings: ConnectionSettings
    let database: String
    let source: SchemaSource

    package init(settings: ConnectionSettings, database: String, source: SchemaSource) {
        var settings = settings
        settings["dbname"] = database
        (self.settings, self.database, self.source) = (settings, database, source)
    }

    /// Reads everything, and says what a run would do; temporary tables are made and rolled back.
    ///
    /// Takes ACCESS SHARE locks on the old tables, as a dump does.
    /// - Throws: ``Failure``, `PostgresError`.
    package func plan() throws -> AdoptReport {
        let start = ContinuousClock.now
        let connection = try connect()
        if try state(connection) != nil {
            throw Failure.refused(
                "an adoption has begun here: a plan is made before it",
                fix: "emaildb adopt   # goes on, or shows its result")
        }
        var report = newReport(.plan, connection)
        try connection.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ WRITE")
        defer { if connection.isAlive { _ = try? connection.query("ROLLBACK") } }
        let found = try find(connection)
        try examine(found, connection, into: &report)
        guard try gate(found, connection, into: &report) else { return report }
        let old = try makeWork("pg_temp", found, schema: nil, connection)
        try count(old, work: "pg_temp", connection, into: &report)
        report.milliseconds = start.duration(to: .now).wholeMilliseconds
        return report
    }

    /// Adopts, or goes on with what a killed run has begun.
    package func run() throws -> AdoptReport {
        let start = ContinuousClock.now
        switch try state(connect())?.text("state") {
        case nil: try begin()
        case "moved":
            // Steps that are transactions of their own may be pending.
            var installer = Installer(settings: settings, database: database, source: source)
            installer.lockTimeout = lockTimeout
            _ = try installer.run()
        default: break
        }
        let connection = try connect()
        try InstallLock.acquire(connection, deadline: .now + lockTimeout, waiting: { _ in })
        defer { if connection.isAlive { try? InstallLock.release(connection) } }
        guard let adoption = try state(connection) else {
            throw Failure(.failed, "another session has undone the adoption meanwhile", fix: "emaildb adopt --plan")
        }
        if adoption.text("state") == "moved" {
            try recordMade(connection)
            try decide(adoption, connection)
        }
        let found = try tables(of: adoption, connection)
        let old = try Source(
            found.tables, log: found.log, schema: "email_before", functions: "email_before", connection)
        var copied = (rows: 0, time: Duration.zero)
        if try state(connection)?.text("state") == "copying" {
            copied = try copy(old, adoption, connection)
            try finish(old, adoption, connection)
        }
        let differs = try state(connection)?.text("state") == "differs"
        var report = newReport(differs ? .differs : .adopted, connection)
        try count(old, work: "email_before", connection, into: &report)
        report.recoveredFolders =
            try connection.query("SELECT count(*)::integer AS n FROM email_before.work_recovered").first?.integer("n")
            ?? 0
        if differs { report.differences = try compare(old, adoption, connection) }
        report.milliseconds = start.duration(to: .now).wholeMilliseconds
        if copied.rows > 0, copied.time > .zero {
            report.messagesPerSecond = copied.rows * 1000 / max(1, copied.time.wholeMilliseconds)
        }
        return report
    }

    // MARK: - Sessions and state

    func connect() throws -> Connection {
        let connection = try Connection(settings)
        if connection.serverVersion < Preflight.minimumVersion {
            throw Failure.refused(Self.refusal, [.tooOld(connection.serverVersion)])
        }
        try Session.pin(connection)
        let row = try connection.query(
            "SELECT rolsuper, pg_backend_pid() AS pid, pg_is_in_recovery() AS is_standby FROM pg_catalog.pg_roles WHERE rolname = session_user"
        ).first
        if row?.integer("pid") != connection.announcedProcessID {
            throw Failure.refused(Self.refusal, [.pooler(command: "adopt")])
        }
        if row?.flag("is_standby") == true {
            throw Failure.refused("the server is a standby (in recovery)", fix: "emaildb adopt --host PRIMARY")
        }
        guard row?.flag("rolsuper") == true else {
            throw Failure.refused(
                "\(SQL.identifier(connection.user)) is no superuser, who alone can read every row and hand over what others own",
                fix: "emaildb adopt --username postgres")
        }
        return connection
    }

    /// The row of `email_before.adoption`; nil where no adoption has begun.
    func state(_ connection: borrowing Connection) throws -> Row? {
        let exists = try connection.query("SELECT FROM pg_catalog.pg_namespace WHERE nspname = 'email_before'")
        if exists.isEmpty { return nil }
        // Made by somebody else, it has no such table, or one that another could write.
        let ours = try connection.query(
            """
            SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_catalog.pg_roles r ON r.oid = c.relowner JOIN pg_catalog.pg_roles s ON s.oid = n.nspowner
            WHERE n.nspname = 'email_before' AND c.relname = 'adoption' AND c.relkind = 'r' AND r.rolsuper AND s.rolsuper
            """)
        if ours.isEmpty {
            throw Failure.refused(
                "the schema email_before is there and not of emaildb adopt",
                fix: "ALTER SCHEMA email_before RENAME TO email_before_old;")
        }
        return try connection.query("SELECT * FROM email_before.adoption").first
    }

    func newReport(_ outcome: AdoptReport.Outcome, _ connection: borrowing Connection) -> AdoptReport {
        AdoptReport(
            outcome, database: database, serverVersion: connection.parameterStatus("server_version") ?? "")
    }

    // MARK: - The old tables

    /// What was found of the document's tables.
    struct Found {
        var tables: [TableKind: OldTable] = [:]
        var log: OldTable?
        var all: [OldTable] { TableKind.allCases.compactMap { tables[$0] } + (log.map { [$0] } ?? []) }
        var oids: String { SQL.array(all.map(\.oid)) }
    }

    /// The tables whose names are the document's, all in one schema.
    func find(_ connection: borrowing Connection) throws -> Found {
        let names = TableKind.allCases.map(\.rawValue) + [TableKind.log]
        let rows = try connection.query(SQLFile("adopt_tables"), [SQL.array(names), schema])
        let schemas = Dictionary(grouping: rows) { $0.text("schema") }.filter { _, rows in
            rows.contains { $0.text("wanted") == TableKind.messages.rawValue }
        }
        guard let home = schemas.count == 1 ? schemas.first?.key : schemas["public"] == nil ? nil : "public",
            let rows = schemas[home]
        else {
            throw Failure.refused(
                schemas.isEmpty
                    ? "there is no table email_messages here"
                        + (schema.map { ", in the schema \(SQL.identifier($0))" } ?? "")
                    : "several schemas have a table email_messages: \(schemas.keys.sorted().map { SQL.identifier($0) }.joined(separator: ", "))",
                fix: schemas.isEmpty
                    ? "emaildb init   # makes the schema; or name the database: -d NAME"
                    : "emaildb adopt --schema \(schemas.keys.sorted()[0])")
        }
        let ledger = try connection.query(
            "SELECT FROM pg_catalog.pg_class WHERE relname = 'ledger' AND relnamespace = pg_catalog.to_regnamespace('emaildb')"
        )
        if !ledger.isEmpty {
            throw Failure.refused(
                "this database has the ledger of emaildb: it is adopted, or was made by init", fix: "emaildb status")
        }
        var found = Found()
        for name in names {
            let all = rows.filter { $0.text("wanted") == name }
            let exact = all.filter { $0.flag("is_exact") }
            guard let row = exact.first ?? all.first else { continue }
            if exact.isEmpty, all.count > 1 {
                let names = all.map { SQL.identifier($0.text("name")) }.joined(separator: " and ")
                throw Failure.refused(
                    "\(names): each could be \(name)", fix: "Rename the one that is not: ALTER TABLE .. RENAME TO ..;")
            }
            let kind = TableKind(rawValue: name)
            guard row.text("kind") == "r", !row.flag("is_family") else {
                throw Failure.refused(
                    "\(SQL.identifier(home)).\(SQL.identifier(row.text("name"))) is no plain table: a view, a foreign or a partitioned table,"
                        + " or one with children",
                    fix: "Copy it: CREATE TABLE NEW AS SELECT * FROM OLD;   -- then rename both")
            }
            let table = try load(kind ?? .messages, row, connection)
            if let kind { found.tables[kind] = table } else { found.log = table }
        }
        return found
    }

    private func load(_ kind: TableKind, _ row: Row, _ connection: borrowing Connection) throws -> OldTable {
        let columns = try connection.query(SQLFile("adopt_columns"), [row.text("oid")])
        let table = OldTable(
            kind: kind, schema: row.text("schema"), name: row.text("name"), oid: row.text("oid"),
            bytes: row.integer("bytes") ?? 0, columns: columns.filter { !$0.flag("is_virtual") }.map(OldColumn.init),
            unread: columns.filter { $0.flag("is_virtual") }.map { $0.text("name") })
        if !table.ambiguous.isEmpty {
            throw Failure.refused(
                "\(table.sql()): \(table.ambiguous.map { SQL.identifier($0) }.joined(separator: " and ")) could be the same column",
                fix: "Rename the one that is not: ALTER TABLE \(table.sql()) RENAME COLUMN .. TO ..;")
        }
        return table
    }

    /// The tables of an adoption that has begun.
    func tables(of adoption: Row, _ connection: borrowing Connection) throws -> Found {
        let oids = try JSONDecoder().decode([String: String].self, from: Data(adoption.text("tables").utf8))
        var found = Found()
        for (name, oid) in oids {
            let row = try connection.query(
                """
                SELECT n.nspname AS schema, c.relname AS name, c.oid, pg_total_relation_size(c.oid) AS bytes
                FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = $1::oid
                """, [oid]
            ).first
            guard let row, row.text("schema") == "email_before" else {
                throw Failure(
                    .failed, "the old table of \(name) is not in the schema email_before any longer",
                    fix: "Put it there again: ALTER TABLE .. SET SCHEMA email_before;")
            }
            let kind = TableKind(rawValue: name)
            let table = try load(kind ?? .messages, row, connection)
            if let kind { found.tables[kind] = table } else { found.log = table }
        }
        return found
    }

    /// Whether reading the old rows runs nobody's code; says what is in the way.
    func gate(_ found: Found, _ connection: borrowing Connection, into report: inout AdoptReport) throws -> Bool {
        let rows = try connection.query(SQLFile("adopt_gate"), [found.oids])
        report.problems += rows.map { Problem(problem: $0.text("reason"), fix: $0["fix"]) }
        return rows.isEmpty
    }

    // MARK: - Decisions about rows

    /// Decides of every row whether it is taken, and how; makes the tables of decisions in a schema.
    func makeWork(
        _ work: String, _ found: Found, schema: String?, _ connection: borrowing Connection
    ) throws -> Source {
        try connection.script(SQLFile("adopt_functions").text.filling(["work": work]))
        let old = try Source(found.tables, log: found.log, schema: schema, functions: work, connection)
        try connection.script("SET LOCAL work_mem = '64MB'")
        let values = old.values(work: work)
        for (title, sql) in SQLFile("adopt_work").statements {
            if let kind = TableKind.allCases.first(where: { $0.short == title }) { progress(.looking(kind)) }
            try Interruption.check()
            try connection.script(sql.filling(values))
        }
        return old
    }

    /// What was decided, in numbers.
    func count(
        _ old: Source, work: String, _ connection: borrowing Connection, into report: inout AdoptReport
    ) throws {
        for kind in TableKind.allCases {
            var table = AdoptReport.TableResult(table: kind.rawValue)
            if let oldTable = old.tables[kind] {
                let home = work == "email_before" ? "email_before" : oldTable.schema
                table.from = SQL.name(home, oldTable.name)
                table.missing = old.missing(kind)
                table.extra = oldTable.extra
                table.changes = try changes(kind, old, connection)
            }
            let rows = try connection.query(
                SQLFile("adopt_taken").text.filling(["table": "\(work).\(kind.work)"]))
            for row in rows {
                let count = row.integer("count") ?? 0
                let examples =
                    try JSONDecoder().decode([String?]?.self, from: Data((row["examples"] ?? "null").utf8)) ?? []
                let group = AdoptReport.Group(
                    what: row.text("what"), count: count, examples: examples.compactMap(\.self))
                switch row.text("kind") {
                case "reason": table.refusals.append(group)
                case "note": table.changes.append(group)
                case "taken": table.taken = count
                default: table.found = count
                }
            }
            table.refused = table.found - table.taken
            report.tables.append(table)
        }
    }

    /// Counts what is done to values: one pass over the table, and a short one for each kind's examples.
    private func changes(
        _ kind: TableKind, _ old: Source, _ connection: borrowing Connection
    ) throws -> [AdoptReport.Group] {
        let all = old.changes(kind)
        guard let from = old.from(kind), !all.isEmpty else { return [] }
        let counts = all.map { "count(*) FILTER (WHERE \($0.change.condition))" }
        let row = try connection.query("SELECT \(counts.joined(separator: ", ")) FROM \(from)").first
        let id = old.tables[kind]?.column("id").map { "left(\($0.text), 100)" } ?? "t.ctid::text"
        return try all.enumerated().compactMap { position, item in
            guard let count = row?[position].flatMap({ Int($0) }), count > 0 else { return nil }
            let examples = try connection.query(
                "SELECT \(id) AS id FROM \(from) WHERE \(item.change.condition) LIMIT 3")
            return AdoptReport.Group(
                what: "\(item.column): \(item.change.what)", count: count, examples: examples.compactMap { $0["id"] })
        }
    }
}
