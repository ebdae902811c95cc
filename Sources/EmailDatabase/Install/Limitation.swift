import Postgres

extension Limitation {
    /// What each fact that only a superuser can bring about is good for, by the start of its key.
    private static let privileged: [(key: String, consequence: String)] = [
        ("role email_backup", "email_backup cannot dump all tenants: row security hides every row from it"),
        ("membership email_backup in pg_read_all_data", "email_backup cannot read every table for a dump"),
        ("membership email_monitor in pg_monitor", "email_monitor sees only its own sessions in the monitoring views"),
        ("setting email_service track_activities", "query texts of tenants can be read in pg_stat_activity"),
        ("setting email_readonly track_activities", "query texts of tenants can be read in pg_stat_activity"),
        ("system-functions pg_terminate_backend", "the application can end its sessions that serve other tenants"),
        ("system-functions pg_cancel_backend", "the application can cancel queries that serve other tenants"),
        ("system-functions large objects", "large objects, which know no tenants, can be made and read by everybody"),
    ]

    /// Whether a fact that does not hold may be missing because `init` did not run as a superuser.
    static func explains(_ mismatch: FactMismatch) -> Bool {
        privileged.contains { $0.key == mismatch.expected.key }
    }

    /// What is missing in this database because no superuser set it up.
    static func all(_ source: SchemaSource, _ connection: borrowing Connection) throws -> [Limitation] {
        var expected: [String: Fact] = [:]
        for step in source.steps {
            for key in step.layout?.absent ?? [] { expected[key] = nil }
            for fact in step.layout?.present ?? [] { expected[fact.key] = fact }
        }
        let candidates = privileged.compactMap { expected[$0.key] }
        let mismatches = try LiveCatalog.mismatches(LayoutChange(present: candidates, absent: []), connection)
        let limitations = mismatches.compactMap { mismatch -> Limitation? in
            guard let known = privileged.first(where: { $0.key == mismatch.expected.key }) else { return nil }
            return Limitation(
                missing: "\(mismatch.expected.key) = \(mismatch.expected.value)", consequence: known.consequence,
                remedy: remedy(mismatch.expected, connection))
        }
        return try limitations + openStatistics(connection)
    }

    /// pg_stat_statements where somebody else made it: no fact of the layout, because it may as well be absent.
    private static func openStatistics(_ connection: borrowing Connection) throws -> [Limitation] {
        let members = """
            FROM pg_depend WHERE deptype = 'e' AND refclassid = 'pg_extension'::regclass \
            AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'pg_stat_statements')
            """
        let readable = try connection.query(
            "SELECT \(members) AND classid = 'pg_class'::regclass AND has_table_privilege('public', objid, 'SELECT')")
        guard !readable.isEmpty else { return [] }
        return [
            Limitation(
                missing: "extension pg_stat_statements = closed to public",
                consequence: "the application can read literals of statements that served other tenants",
                remedy: """
                    DO $$ DECLARE s text; BEGIN FOR s IN SELECT CASE WHEN classid = 'pg_proc'::regclass \
                    THEN 'FUNCTION ' || objid::regprocedure ELSE 'TABLE ' || objid::regclass END \(members) \
                    AND classid IN ('pg_proc'::regclass, 'pg_class'::regclass) LOOP \
                    EXECUTE 'REVOKE ALL ON ' || s || ' FROM PUBLIC'; IF s NOT LIKE '%reset%' THEN \
                    EXECUTE format('GRANT %s ON %s TO pg_monitor', \
                    CASE WHEN s LIKE 'TABLE %' THEN 'SELECT' ELSE 'EXECUTE' END, s); END IF; END LOOP; END $$;
                    """)
        ]
    }

    private static func remedy(_ fact: Fact, _ connection: borrowing Connection) -> String {
        let parts = fact.object.split(separator: " ").map(String.init)
        switch (fact.kind, fact.object) {
        case ("role", _): return "ALTER ROLE \(fact.object) BYPASSRLS;"
        case ("membership", _): return "GRANT \(parts[2]) TO \(parts[0]);"
        case ("setting", _):
            let database = SQL.identifier(connection.database)
            return "ALTER ROLE \(parts[0]) IN DATABASE \(database) SET \(parts[1]) = \(fact.value);"
        case ("system-functions", "large objects"):
            return """
                DO $$ BEGIN EXECUTE (SELECT 'REVOKE EXECUTE ON FUNCTION ' || string_agg(oid::regprocedure::text, ', ') \
                || ' FROM PUBLIC' FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace \
                AND (proname IN ('loread', 'lowrite') OR proname LIKE 'lo\\_%')); END $$;
                """
        default: return "REVOKE EXECUTE ON FUNCTION \(fact.object) FROM PUBLIC;"
        }
    }
}
