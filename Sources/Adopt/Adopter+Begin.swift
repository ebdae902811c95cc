import Core
import FoundationEssentials
import Glibc
import Install
import Postgres
import Schema

extension Adopter {
    /// What has to be known before anything is written, beside the rows.
    func examine(_ found: Found, _ connection: borrowing Connection, into report: inout AdoptReport) throws {
        let moves = try moves(found, connection)
        let along = SQL.array(moves.map { $0.text("oid") })
        let roles = SQL.array(Role.allCases.map(\.name))
        report.moved = moves.filter { !$0.flag("is_table") }.map { "\($0.text("kind")) \($0.text("name"))" }
        report.moved += found.log.map { ["table \($0.sql()): their own log, kept there and not copied"] } ?? []
        report.dependants = try connection.query(SQLFile("adopt_dependants"), [found.oids, roles, along]).map {
            AdoptReport.Dependant(kind: $0.text("kind"), name: $0.text("name"), what: $0.text("what"))
        }
        report.dependants += moves.filter { !$0.flag("is_known") }.map {
            AdoptReport.Dependant(
                kind: $0.text("kind"), name: $0.text("name"),
                what: "has a name that the schema gives to an object of its own; moves to email_before")
        }
        if !report.dependants.isEmpty, !forcesDependants {
            report.problems += report.dependants.prefix(20).map {
                Problem(
                    problem: "the \($0.kind) \($0.name) \($0.what)",
                    fix: "emaildb adopt --force-dependants   # when that is right for each of them")
            }
        }
        report.problems += try connection.query(SQLFile("adopt_sessions")).map { row in
            Problem(
                problem:
                    "process \(row.text("pid")) of role \(row.text("role")) (\(row.text("program"))) is connected: the application"
                    + " has to stop from now until adopt has ended",
                fix: "SELECT pg_terminate_backend(\(row.text("pid")));   -- after the application was stopped")
        }
        try addService(connection, into: &report)
        lookAtDisk(found, connection, into: &report)
    }

    private func moves(_ found: Found, _ connection: borrowing Connection) throws -> Rows {
        let names = Occupants.names(source.steps)
        return try connection.query(
            SQLFile("adopt_moves"), [found.oids, SQL.array(names.relations), SQL.array(names.functions)])
    }

    /// Says what becomes of the application's role where it is more than the schema wants.
    private func addService(_ connection: borrowing Connection, into report: inout AdoptReport) throws {
        let row = try connection.query(
            """
            SELECT r.oid = 10 AS is_first, r.rolsuper, (SELECT count(*) FROM pg_shdepend d WHERE d.refclassid = 'pg_authid'::regclass
              AND d.refobjid = r.oid AND d.deptype = 'o'
              AND d.dbid = (SELECT oid FROM pg_database WHERE datname = current_database()))::integer AS objects,
              CASE WHEN EXISTS (SELECT FROM pg_roles WHERE rolname = 'postgres') THEN 'superuser_of_initdb' ELSE 'postgres' END AS free,
              EXISTS (SELECT FROM pg_database WHERE datname = current_database() AND datdba = r.oid) AS owns_database
            FROM pg_roles r WHERE r.rolname = 'email_service'
            """
        ).first
        guard let row else { return }
        if row.flag("is_first") {
            report.problems.append(
                Problem(
                    problem:
                        "email_service is the superuser that initdb made: it can be nothing less, so the application needs another role of this"
                        + " name, and row security would not apply to this one",
                    fix:
                        "CREATE ROLE emaildb_admin SUPERUSER; SET SESSION AUTHORIZATION emaildb_admin; ALTER ROLE email_service RENAME TO"
                        + " \(row.text("free"));   -- then: emaildb adopt --username \(row.text("free")); emaildb init --app-password-file FILE"
                ))
            return
        }
        if row.flag("rolsuper") {
            report.notes.append("email_service is a superuser, and will be none: row security then applies to it")
        }
        let objects = row.integer("objects") ?? 0
        if objects > 0 || row.flag("owns_database") {
            report.notes.append(
                "email_service owns \(objects) objects\(row.flag("owns_database") ? " and the database" : ""): they go to the new role"
                    + " email_before, which cannot log in, and the database to \(SQL.identifier(connection.user))")
            report.problems += try connection.query(SQLFile("adopt_owned")).map { row in
                Problem(
                    problem: "the role email_service, which has to own nothing, owns the \(row.text("name")), too",
                    fix: row["fix"])
            }
        }
    }

    private func lookAtDisk(_ found: Found, _ connection: borrowing Connection, into report: inout AdoptReport) {
        let needed = found.all.map(\.bytes).reduce(0, +) * Self.growth
        report.neededBytes = needed
        let row = try? connection.query("SELECT current_setting('data_directory') AS folder, pg_backend_pid() AS pid")
            .first
        guard let folder = row?["folder"], let pid = row?["pid"], fileText("/proc/\(pid)/comm") == "postgres\n",
            fileText("/proc/\(pid)/cmdline")?.contains(database) == true
        else {
            report.notes.append(
                "how much disk space is free is not seen from here: about \(needed >> 20) MB are needed")
            return
        }
        var status = statvfs()
        guard statvfs(folder, &status) == 0 else { return }
        let free = Int(clamping: UInt64(status.f_bavail) * UInt64(status.f_frsize))
        if free < needed {
            report.problems.append(
                Problem(
                    problem:
                        "about \(needed >> 20) MB are needed on the volume of \(folder), \(free >> 20) MB are free",
                    fix: "df -h \(folder)   # make room there"))
        }
    }

    /// In sizes of the old tables: the new rows with their indexes and search rows take 3.7 (measured on 200,000 messages of 700 bytes), decisions
    /// and the write-ahead log the rest.
    private static let growth = 5

    /// Moves the old tables and makes the schema, in one transaction.
    func begin() throws {
        var report: AdoptReport
        do {
            let connection = try connect()
            report = newReport(.plan, connection)
            let found = try find(connection)
            try examine(found, connection, into: &report)
            _ = try gate(found, connection, into: &report)
        }
        if !report.problems.isEmpty { throw Failure.refused(Self.refusal, report.problems) }
        var installer = Installer(settings: settings, database: database, source: source)
        installer.lockTimeout = lockTimeout
        installer.revokesPublic = revokesPublic
        installer.companion = Companion(
            before: { connection in
                do {
                    try move(connection)
                } catch let error as PostgresError where error.sqlState == .lockNotAvailable {
                    throw Failure(
                        status: .lockTimeout, message: "the old tables are in use: \(error.message)",
                        problems: [
                            Problem(
                                problem: "another session holds a lock on them",
                                fix: "SELECT pid, query FROM pg_stat_activity WHERE xact_start IS NOT NULL;")
                        ], cause: error)
                }
            },
            after: { connection in
                try recordMade(connection)
                let name = SQL.identifier(database)
                try connection.query("REVOKE CONNECT ON DATABASE \(name) FROM \(Self.kept)")
            })
        do {
            _ = try installer.run()
        } catch let failure as Failure where failure.status == .refused {
            // What init would have to be told, adopt has to be.
            throw Failure.refused(
                Self.refusal,
                failure.problems.map {
                    Problem(
                        problem: $0.problem,
                        fix: $0.fix?.replacing("emaildb init --revoke-public", with: "emaildb adopt --revoke-public"))
                })
        }
    }

    /// Writes down what the steps have made so far, for undoing.
    func recordMade(_ connection: borrowing Connection) throws {
        let extensions = try connection.query("SELECT oid FROM email_before.extensions").map { $0.text("oid") }
        try connection.query(
            SQLFile("adopt_made"), [SQL.array(Role.allCases.map(\.name)), SQL.array(extensions)])
    }

    private func move(_ connection: borrowing Connection) throws {
        let found = try find(connection)
        let moves = try moves(found, connection)
        try connection.script(SQLFile("adopt_state").text)
        try connection.query("COMMENT ON SCHEMA email_before IS \(SQL.literal(UnfinishedAdoption.mark))")
        // Default privileges of others may have opened it.
        let opened = try connection.query(
            """
            SELECT DISTINCT CASE WHEN x.grantee = 0 THEN 'PUBLIC' ELSE x.grantee::regrole::text END AS role
            FROM pg_namespace n CROSS JOIN aclexplode(n.nspacl) x WHERE n.nspname = 'email_before' AND x.grantee <> n.nspowner
            """)
        for row in opened { try connection.query("REVOKE ALL ON SCHEMA email_before FROM \(row.text("role"))") }
        try connection.script("CREATE TABLE email_before.extensions AS SELECT oid FROM pg_catalog.pg_extension")
        try connection.script(SQLFile("adopt_rights").text)
        let oids = Dictionary(
            uniqueKeysWithValues: TableKind.allCases.compactMap { kind in
                found.tables[kind].map { (kind.rawValue, $0.oid) }
            }
                + (found.log.map { [(TableKind.log, $0.oid)] } ?? []))
        try connection.query(
            "INSERT INTO email_before.adoption (state, tool, began_at, tables) VALUES ('moved', $1, floor(extract(epoch FROM now()) * 1000), $2)",
            [toolVersion, String(decoding: try JSONEncoder().encode(oids), as: UTF8.self)])
        var position = 0
        func run(_ statement: String, back: String?) throws {
            try connection.query(statement)
            position += 1
            guard let back else { return }
            try connection.query("INSERT INTO email_before.way_back VALUES ($1, $2)", [String(position), back])
        }
        // What the application's role was given of the schema and the database; the steps give what it needs.
        let database = SQL.identifier(self.database)
        for role in Role.allCases.map(\.name) {
            if try connection.query("SELECT FROM pg_roles WHERE rolname = $1", [role]).isEmpty { continue }
            try connection.query("REVOKE ALL ON SCHEMA public FROM \(role)")
            try connection.query("REVOKE ALL ON DATABASE \(database) FROM \(role)")
        }
        for row in moves { try run(row.text("move"), back: row.text("back")) }
        let service = try connection.query(
            """
            SELECT EXISTS (SELECT FROM pg_shdepend d WHERE d.refclassid = 'pg_authid'::regclass AND d.refobjid = r.oid AND d.deptype = 'o'
                AND d.dbid IN (0, b.oid)) AS owns, b.datdba = r.oid AS owns_database, n.nspowner = r.oid AS owns_public
            FROM pg_roles r, pg_database b, pg_namespace n
            WHERE r.rolname = 'email_service' AND b.datname = current_database() AND n.nspname = 'public'
            """
        ).first
        guard let service, service.flag("owns") else { return }
        if service.flag("owns_database") {
            try run(
                "ALTER DATABASE \(database) OWNER TO \(SQL.identifier(connection.user))",
                back: "ALTER DATABASE \(database) OWNER TO email_service")
        }
        if service.flag("owns_public") {
            try run(
                "ALTER SCHEMA public OWNER TO pg_database_owner", back: "ALTER SCHEMA public OWNER TO email_service")
        }
        let keeper = try connection.query(
            """
            SELECT rolcanlogin OR rolsuper OR rolcreaterole OR rolbypassrls OR EXISTS (
              SELECT FROM pg_auth_members m WHERE m.roleid = r.oid OR m.member = r.oid) AS is_more
            FROM pg_roles r WHERE rolname = 'email_before'
            """
        ).first
        if keeper?.flag("is_more") == true {
            throw Failure.refused(
                Self.refusal,
                [
                    Problem(
                        problem: "the role email_before is there, and can do more than own what was email_service's",
                        fix: "ALTER ROLE email_before RENAME TO email_before_old;")
                ])
        }
        if keeper == nil { try connection.query("CREATE ROLE email_before NOLOGIN") }
        try run(
            "REASSIGN OWNED BY email_service TO email_before", back: "REASSIGN OWNED BY email_before TO email_service")
    }
}
