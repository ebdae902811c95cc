import Postgres

/// Compares a database with ``DocumentedLayout`` by asking `pg_catalog` directly.
enum DocumentedLayoutCheck {
    /// What of the documented database is not so, one line each; empty when all is well.
    static func complaints(_ connection: borrowing Connection) throws -> [String] {
        var complaints: [String] = []
        for table in DocumentedLayout.tables {
            complaints += try columnComplaints(table, connection)
            complaints += try referenceComplaints(table, connection)
            complaints += try policyComplaints(table, connection)
        }
        for index in DocumentedLayout.indexes { complaints += try indexComplaints(index, connection) }
        complaints += try catalogueComplaints(connection)
        return complaints + (try otherComplaints(connection))
    }

    // MARK: - Tables

    private static func columnComplaints(
        _ table: DocumentedLayout.Table, _ connection: borrowing Connection
    ) throws -> [String] {
        let rows = try connection.query(
            """
            SELECT a.attname, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull,
                pg_get_expr(d.adbin, d.adrelid) AS standard,
                EXISTS (SELECT FROM pg_constraint p WHERE p.conrelid = a.attrelid AND p.contype = 'p'
                        AND p.conkey = ARRAY[a.attnum]) AS is_primary_key
            FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
            WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
            """, ["public.\(table.name)"])
        guard !rows.isEmpty else { return ["\(table.name): no such table"] }
        var complaints: [String] = []
        let order = rows.prefix(table.columns.count).map { $0.text("attname") }
        if order != table.columns.map(\.name) { complaints.append("\(table.name): columns are \(order)") }
        for column in table.columns {
            let name = "\(table.name).\(column.name)"
            guard let row = rows.first(where: { $0["attname"] == column.name }) else {
                complaints.append("\(name): no such column")
                continue
            }
            if row["type"] != column.type { complaints.append("\(name): type \(row.text("type"))") }
            if column.isRequired && !row.flag("attnotnull") { complaints.append("\(name): may be NULL") }
            // The two times are documented without NOT NULL; having a default, they are allowed to be stricter.
            if !column.isRequired && row.flag("attnotnull") && !["created_at", "updated_at"].contains(column.name) {
                complaints.append("\(name): may not be NULL")
            }
            if let wanted = column.defaultValue, row["standard"] != wanted {
                complaints.append("\(name): default \(row["standard"] ?? "none")")
            }
            if (column.name == "id") != row.flag("is_primary_key") { complaints.append("\(name): primary key") }
        }
        for (name, type) in [("is_deleted", "boolean"), ("deleted_at", "bigint")]
        where !rows.contains(where: { $0["attname"] == name && $0["type"] == type }) {
            complaints.append("\(table.name).\(name): no such column for soft deletes")
        }
        return complaints
    }

    private static func referenceComplaints(
        _ table: DocumentedLayout.Table, _ connection: borrowing Connection
    ) throws -> [String] {
        try table.columns.compactMap { column in
            guard let target = column.references else { return nil }
            // The column must point at the other table's id, whatever else the key carries along.
            let rows = try connection.query(
                """
                SELECT FROM pg_constraint c CROSS JOIN LATERAL unnest(c.conkey, c.confkey) AS key (here, there)
                JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = key.here
                JOIN pg_attribute f ON f.attrelid = c.confrelid AND f.attnum = key.there
                WHERE c.contype = 'f' AND c.conrelid = to_regclass($1) AND c.confrelid = to_regclass($2)
                  AND a.attname = $3 AND f.attname = 'id' AND c.convalidated
                """, ["public.\(table.name)", "public.\(target)", column.name])
            return rows.isEmpty ? "\(table.name).\(column.name): does not refer to \(target)" : nil
        }
    }

    private static func policyComplaints(
        _ table: DocumentedLayout.Table, _ connection: borrowing Connection
    ) throws -> [String] {
        let policy = "\(table.name)_tenant_policy"
        let row = try connection.query(
            """
            SELECT c.relrowsecurity, p.permissive, p.cmd, p.qual, p.with_check
            FROM pg_class c LEFT JOIN pg_policies p
              ON p.schemaname = 'public' AND p.tablename = c.relname AND p.policyname = $2
            WHERE c.oid = to_regclass($1)
            """, ["public.\(table.name)", policy]
        ).first
        guard let row, row["cmd"] != nil else { return ["\(policy): no such policy"] }
        var complaints: [String] = []
        if !row.flag("relrowsecurity") { complaints.append("\(table.name): row security is off") }
        if row["permissive"] != "PERMISSIVE" || row["cmd"] != "ALL" { complaints.append("\(policy): not for all") }
        for side in ["qual", "with_check"] {
            let text = row.text(side)
            if !text.contains("tenant_id =") || !text.contains("current_setting('app.current_tenant_id'") {
                complaints.append("\(policy): \(side) \(text)")
            }
        }
        return complaints
    }

    // MARK: - Indexes

    private static func indexComplaints(
        _ index: DocumentedLayout.Index, _ connection: borrowing Connection
    ) throws -> [String] {
        let row = try connection.query(
            """
            SELECT i.indisunique, i.indisvalid, m.amname, t.relname, pg_get_expr(i.indpred, i.indrelid) AS predicate,
                array_to_string(ARRAY(SELECT pg_get_indexdef(i.indexrelid, k, true)
                    || CASE WHEN i.indoption[k - 1] & 1 = 1 THEN ' DESC' ELSE '' END
                    FROM generate_series(1, i.indnkeyatts) k ORDER BY k), ',') AS keys,
                -- The column itself has the type that GIN stores, which is text.
                (SELECT pg_get_indexdef(i.indexrelid, k, false) FROM generate_series(1, i.indnkeyatts) k
                 JOIN pg_opclass o ON o.oid = i.indclass[k - 1] WHERE o.opcintype = 'tsvector'::regtype) AS words
            FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am m ON m.oid = c.relam
              JOIN pg_class t ON t.oid = i.indrelid WHERE i.indexrelid = to_regclass($1)
            """, ["public.\(index.name)"]
        ).first
        guard let row else { return ["\(index.name): no such index"] }
        var complaints: [String] = []
        if row["relname"] != index.table { complaints.append("\(index.name): on \(row.text("relname"))") }
        if row["amname"] != index.method { complaints.append("\(index.name): method \(row.text("amname"))") }
        if row.flag("indisunique") != index.isUnique { complaints.append("\(index.name): uniqueness") }
        if !row.flag("indisvalid") { complaints.append("\(index.name): invalid") }
        if !index.keys.isEmpty && row.text("keys") != index.keys.joined(separator: ",") {
            complaints.append("\(index.name): keys \(row.text("keys"))")
        }
        if index.keys.isEmpty && row["words"] == nil { complaints.append("\(index.name): indexes no words") }
        let partial = index.including + index.excluding
        guard let predicate = row["predicate"] else {
            return complaints + (partial.isEmpty ? [] : ["\(index.name): no predicate"])
        }
        guard !partial.isEmpty else { return complaints + ["\(index.name): predicate \(predicate)"] }
        // What a predicate means is found by asking it, since it can be written in many ways.
        let values = partial.map { "(\(SQL.literal($0))::varchar)" }.joined(separator: ", ")
        let included = try connection.query("SELECT type FROM (VALUES \(values)) AS v (type) WHERE \(predicate)")
        if included.map({ $0.text("type") }) != index.including {
            complaints.append("\(index.name): predicate \(predicate)")
        }
        return complaints
    }

    /// "30+ Indexes", "Partial indexes for active/unread messages", "BRIN indexes for timestamp columns".
    private static func catalogueComplaints(_ connection: borrowing Connection) throws -> [String] {
        let row = try connection.query(
            """
            SELECT count(*) AS total,
                count(*) FILTER (WHERE t.relname = 'email_messages' AND predicate ~ 'NOT is_read') AS unread,
                count(*) FILTER (WHERE t.relname = 'email_messages' AND predicate ~ 'NOT is_deleted') AS active,
                count(*) FILTER (WHERE m.amname = 'brin' AND EXISTS (SELECT FROM pg_attribute a
                  WHERE a.attrelid = i.indexrelid AND a.attname ~ '_at$' AND t.relname = 'email_messages')) AS brin
            FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
              JOIN pg_am m ON m.oid = c.relam
              CROSS JOIN LATERAL (SELECT pg_get_expr(i.indpred, i.indrelid)) AS p (predicate)
            WHERE c.relname ~ '^idx_email_' AND c.relnamespace = 'public'::regnamespace AND i.indisvalid
            """
        ).first
        return [("total", 30), ("unread", 1), ("active", 1), ("brin", 1)].compactMap { name, least in
            let count = row?.integer(name) ?? 0
            return count < least ? "idx_email_*: \(count) \(name), expected at least \(least)" : nil
        }
    }

    // MARK: - The rest

    private static func otherComplaints(_ connection: borrowing Connection) throws -> [String] {
        var complaints: [String] = []
        let extensions = try connection.query("SELECT extname FROM pg_extension").map { $0.text("extname") }
        complaints += DocumentedLayout.extensions.filter { !extensions.contains($0) }.map { "\($0): no such extension" }
        let kinds = [("email_audit_log", "r"), ("pg_connection_stats", "v"), ("pg_long_queries", "v")]
        for (name, kind) in kinds {
            let rows = try connection.query(
                "SELECT FROM pg_class WHERE oid = to_regclass($1) AND relkind::text = $2", ["public.\(name)", kind])
            if rows.isEmpty { complaints.append("\(name): no such relation") }
        }
        let function = try connection.query(
            "SELECT FROM pg_proc WHERE oid = to_regprocedure('public.pg_table_bloat_status()')")
        if function.isEmpty { complaints.append("pg_table_bloat_status(): no such function") }
        return complaints
    }
}
