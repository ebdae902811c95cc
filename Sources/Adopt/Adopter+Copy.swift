import Core
import Install
import Postgres
import Schema

extension Adopter {
    /// Decides of every row, in one transaction.
    func decide(_ adoption: Row, _ connection: borrowing Connection) throws {
        let found = try tables(of: adoption, connection)
        try connection.transaction {
            _ = try makeWork("email_before", found, schema: "email_before", connection)
            for kind in TableKind.allCases {
                try connection.query(
                    """
                    INSERT INTO email_before.refused (table_name, place, id, reason)
                    SELECT $1, w.place, w.raw_id, w.reason FROM email_before.\(kind.work) w WHERE w.reason IS NOT NULL
                    """, [kind.rawValue])
                try connection.query(
                    """
                    INSERT INTO email_before.progress (table_name, total)
                    SELECT $1, count(*) FROM email_before.\(kind.work) w WHERE w.reason IS NULL
                    """, [kind.rawValue])
            }
            try connection.query("UPDATE email_before.adoption SET state = 'copying'")
        }
    }

    /// The rows of a table as they are stored; of a range of them where it is asked for.
    private func rows(_ kind: TableKind, _ old: Source, _ adoption: Row, range: String) -> (
        columns: String, rows: String
    ) {
        let parts = Dictionary(uniqueKeysWithValues: SQLFile("adopt_rows").statements)
        let values = ["given": old.given(kind), "range": range, "now": "\(adoption.text("began_at"))::bigint"]
        return (parts[kind.rawValue + " columns"] ?? "", (parts[kind.rawValue] ?? "").filling(values))
    }

    /// Copies what is left, a batch at a time; returns how many messages, and how long it took.
    func copy(
        _ old: Source, _ adoption: Row, _ connection: borrowing Connection
    ) throws -> (rows: Int, time: Duration) {
        let parts = Dictionary(uniqueKeysWithValues: SQLFile("adopt_copy").statements)
        let settings = parts["settings"] ?? ""
        var messages = (rows: 0, time: Duration.zero)
        for kind in TableKind.allCases {
            let progressRow = try connection.query(
                "SELECT done, total FROM email_before.progress WHERE table_name = $1", [kind.rawValue]
            ).first
            guard let progressRow, var done = progressRow.integer("done"), let total = progressRow.integer("total")
            else {
                continue
            }
            let (columns, rows) = rows(kind, old, adoption, range: "w.n > $1::bigint AND w.n <= $2::bigint")
            let statement = (parts[kind == .messages ? "messages" : "rows"] ?? "").filling([
                "table": kind.rawValue, "columns": columns, "rows": rows,
            ])
            let start = ContinuousClock.now
            let first = done
            while done < total {
                try Interruption.check()
                let next = try end(of: kind, after: done, connection)
                try connection.transaction {
                    try connection.script(settings)
                    let stored = try connection.query(statement, [String(done), String(next)]).affectedRows
                    guard stored == next - done else {
                        throw Failure(
                            .failed,
                            "of \(next - done) rows of \(kind.rawValue) \(stored) were found again in the old table",
                            fix:
                                "Was it written to, or rewritten (VACUUM FULL, CLUSTER)? Begin anew: emaildb adopt --undo"
                        )
                    }
                    if kind == .folders, done == 0, let recovered = parts["recovered"] {
                        try connection.query(recovered.filling(["now": adoption.text("began_at")]))
                    }
                    try connection.query(
                        "UPDATE email_before.progress SET done = $2 WHERE table_name = $1",
                        [kind.rawValue, String(next)])
                }
                done = next
                let elapsed = start.duration(to: .now)
                let perSecond = (done - first) * 1000 / max(1, elapsed.wholeMilliseconds)
                progress(.copied(kind, done: done, total: total, perSecond: perSecond))
            }
            if kind == .messages { messages = (done - first, start.duration(to: .now)) }
        }
        return messages
    }

    /// The last row of the next batch: so many rows, and so many bytes of bodies, whichever comes first.
    private func end(of kind: TableKind, after done: Int, _ connection: borrowing Connection) throws -> Int {
        let size = kind == .messages ? "w.size" : "0"
        let row = try connection.query(
            """
            SELECT max(b.n) AS n FROM (
              SELECT w.n, sum(\(size)) OVER (ORDER BY w.n) AS size FROM email_before.\(kind.work) w
              WHERE w.reason IS NULL AND w.n > $1::bigint AND w.n <= $2::bigint) b
            WHERE b.size <= $3::bigint OR b.n = $1::bigint + 1
            """, [String(done), String(done + batchSize), String(Self.batchBytes)]
        ).first
        guard let next = row?.integer("n"), next > done else {
            throw Failure(
                .failed, "the decisions about \(kind.rawValue) are not there any longer", fix: "emaildb adopt --undo")
        }
        return next
    }

    /// Bodies in a batch, bytes: what the server keeps of a statement beyond its memory goes to disk.
    private static let batchBytes = 64 << 20

    /// Holds the new rows against the old ones, counts, and lets the application in.
    func finish(_ old: Source, _ adoption: Row, _ connection: borrowing Connection) throws {
        progress(.comparing)
        let parts = Dictionary(uniqueKeysWithValues: SQLFile("adopt_copy").statements)
        try connection.query(
            "ANALYZE public.email_accounts, public.email_folders, public.email_messages, public.email_attachments, public.email_message_search"
        )
        try connection.transaction {
            try connection.script("SET LOCAL session_replication_role = replica; SET LOCAL work_mem = '64MB'")
            let differences = try compare(old, adoption, connection)
            try connection.query(parts["counters"] ?? "")
            try connection.query(
                """
                UPDATE email_before.adoption SET state = $1, finished_at = floor(extract(epoch FROM now()) * 1000),
                  audited = COALESCE((SELECT max(id) FROM public.email_audit_log), 0)
                """, [differences.isEmpty ? "done" : "differs"])
            if differences.isEmpty {
                try connection.query("COMMENT ON SCHEMA email_before IS \(SQL.literal(UnfinishedAdoption.done))")
                try connection.query("GRANT CONNECT ON DATABASE \(SQL.identifier(database)) TO \(Self.kept)")
            }
        }
        try connection.query("SELECT public.email_merge_search()")
        try connection.query("ANALYZE public.email_folders")
    }

    /// Counts and digests of every tenant and table, those that are not the same.
    func compare(
        _ old: Source, _ adoption: Row, _ connection: borrowing Connection
    ) throws -> [AdoptReport.Difference] {
        let parts = Dictionary(uniqueKeysWithValues: SQLFile("adopt_copy").statements)
        return try TableKind.allCases.flatMap { kind in
            try Interruption.check()
            let (columns, rows) = rows(kind, old, adoption, range: "true")
            let kept =
                kind == .folders ? "NOT EXISTS (SELECT FROM email_before.work_recovered r WHERE r.id = t.id)" : "true"
            // Counters are those of the new rows, whatever the old ones were.
            let stored = columns.replacing("unread_count, total_count", with: "0, 0")
            let statement = (parts["compare"] ?? "").filling([
                "table": kind.rawValue, "columns": columns, "stored": stored, "rows": rows, "kept": kept,
            ])
            return try connection.query(statement).filter { !$0.flag("is_same") }.map { row in
                AdoptReport.Difference(
                    table: kind.rawValue, tenant: row["tenant_id"], oldRows: row.integer("old_count") ?? 0,
                    newRows: row.integer("new_count") ?? 0)
            }
        }
    }
}
