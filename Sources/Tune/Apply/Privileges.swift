import Core
import Install
import Postgres

/// What a role must be allowed, all of it asked for before the first look.
enum Privileges {
    /// Asks for what reading needs, and for applying also what a profile may set.
    /// - Throws: ``Failure`` with the exact GRANT for everything that is missing.
    static func check(_ options: TuneOptions, forApplying: Bool, _ connection: borrowing Connection) throws {
        try check(
            forApplying ? [TuneJournal.setting] + ProfileProposals.names(options) : [],
            altersApplication: forApplying && options.asynchronousCommit == .application, forApplying: forApplying,
            connection)
    }

    /// Asks for what taking back needs: the settings that a journal names.
    static func check(_ journal: TuneJournal, _ connection: borrowing Connection) throws {
        try check(
            [TuneJournal.setting] + journal.entries.filter { $0.role == nil }.map(\.name),
            altersApplication: journal.entries.contains { $0.role != nil }, forApplying: true, connection)
    }

    /// Asks for what reading the state needs.
    static func checkReading(_ connection: borrowing Connection) throws {
        try check([], altersApplication: false, forApplying: false, connection)
    }

    private static func check(
        _ names: [String], altersApplication: Bool, forApplying: Bool, _ connection: borrowing Connection
    ) throws {
        let rows = try connection.query(SQLFile("tune_privileges"))
        guard let me = rows.first, !me.flag("rolsuper") else { return }
        let role = SQL.identifier(me.text("rolname"))
        var problems: [Problem] = []
        func add(_ problem: String, _ fix: String) {
            problems.append(Problem(problem: "\(role) may not \(problem)", fix: fix))
        }
        let place = "   -- in the database \(me.text("database"))"
        if !me.flag("settings") { add("read every setting", "GRANT pg_read_all_settings TO \(role);") }
        if !me.flag("files") {
            add(
                "read the configuration files",
                "GRANT SELECT ON pg_file_settings TO \(role); GRANT EXECUTE ON FUNCTION pg_show_all_file_settings() TO"
                    + " \(role);\(place)")
        }
        if forApplying {
            if !me.flag("reload") {
                add("reload the configuration", "GRANT EXECUTE ON FUNCTION pg_reload_conf() TO \(role);\(place)")
            }
            let missing = try unwritable(names, connection)
            if !missing.isEmpty {
                let names = missing.joined(separator: ", ")
                add("set \(names)", "GRANT ALTER SYSTEM ON PARAMETER \(names) TO \(role);")
            }
            if altersApplication, try !mayAlterApplication(connection) {
                add(
                    "alter the role \(Planner.applicationRole)",
                    "Run as a superuser: --username postgres")
            }
        }
        guard problems.isEmpty else { throw Failure.refused(StartRules.refusal, problems) }
    }

    private static func unwritable(_ names: [String], _ connection: borrowing Connection) throws -> [String] {
        let rows = try connection.query(
            """
            SELECT name FROM unnest($1::text[]) WITH ORDINALITY AS n (name, place)
             WHERE NOT has_parameter_privilege(current_user, name, 'ALTER SYSTEM') ORDER BY place
            """, [SQL.array(names)])
        return rows.map { $0.text("name") }
    }

    private static func mayAlterApplication(_ connection: borrowing Connection) throws -> Bool {
        // From 16 on, CREATEROLE only covers roles that one has with ADMIN OPTION.
        let rows = try connection.query(
            """
            SELECT EXISTS (SELECT FROM pg_roles AS r, pg_roles AS a
                            WHERE r.rolname = current_user AND r.rolcreaterole AND a.rolname = $1
                              AND ($2::integer < 160000 OR pg_has_role(r.oid, a.oid, 'MEMBER WITH ADMIN OPTION'))) AS may
            """, [Planner.applicationRole, String(connection.serverVersion)])
        return rows.first?.flag("may") ?? false
    }
}
