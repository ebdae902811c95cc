import Core
import Fix
import Postgres
import Schema

/// Looks at the rows: whether what triggers keep is what it should be, and whether rows belong together.
///
/// One read-only snapshot of all tables, so that writers may go on; takes no lock that anybody waits for. Of a big database a
/// sample of the messages, attachments, search rows, folders and tombstones is read.
struct DataCheck {
    let overview: Overview
    /// How many messages to read at most, about.
    let limit: Int
    let expected: ExpectedLayout

    static let tables = [
        "email_accounts", "email_folders", "email_messages", "email_attachments", "email_message_search",
        "email_message_tombstones",
    ]
    /// Each check may take so long; what is not seen by then is said.
    private static let timeout = "10s"
    /// How many documents are made anew, about: half a millisecond each.
    private static let documents = 500

    /// Adds findings to a report, and says what was not looked at.
    func run(_ connection: borrowing Connection, into report: inout VerifyReport) throws {
        let start = ContinuousClock.now
        try connection.script(
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL search_path = pg_catalog, pg_temp;"
                + " SET LOCAL statement_timeout = '\(Self.timeout)'; SET LOCAL lock_timeout = '1s'; SET LOCAL jit = off"
        )
        defer { if connection.isAlive { _ = try? connection.query("ROLLBACK") } }
        let reasons = try connection.query(SQLFile("data_gate"), [SQL.array(Self.tables)])
        for row in reasons {
            report.skip(.data, "rows", SQLText.oneLine(row.text("reason")), fix: row["fix"])
        }
        guard reasons.isEmpty else { return }
        let size = try connection.query(
            "SELECT greatest(max(reltuples), 0)::bigint AS rows FROM pg_class WHERE oid = 'public.email_messages'::regclass"
        )
        let rows = size.first?.integer("rows") ?? 0
        let values = [
            "sample": Self.percent(limit, of: rows), "document_sample": Self.percent(2 * Self.documents, of: rows),
        ]
        var checked = 0
        for (title, sql) in SQLFile("data_checks").statements {
            if title == "documents", let reason = try reasonNotToMakeDocuments(connection) {
                report.skip(.data, title, reason.problem, fix: reason.fix)
                continue
            }
            checked += try look(title, sql.filling(values), connection, &report) ? 1 : 0
        }
        report.finish(
            .data, checks: checked, since: start,
            sample: limit < rows ? "about \(limit) of \(rows) messages were looked at" : nil)
    }

    /// - Returns: whether it was seen to the end.
    private func look(
        _ title: String, _ sql: String, _ connection: borrowing Connection, _ report: inout VerifyReport
    ) throws -> Bool {
        do {
            _ = try connection.query("SAVEPOINT emaildb_data")
            report.findings += try connection.query(sql).compactMap(Self.finding)
            return true
        } catch {
            guard error.kind == .server, Interruption.signal == nil else { throw error }
            _ = try connection.query("ROLLBACK TO SAVEPOINT emaildb_data")
            report.skip(.data, title, error.message)
            return false
        }
    }

    /// Making documents calls functions of the database: only those of the design, and only where they are not changed.
    private func reasonNotToMakeDocuments(_ connection: borrowing Connection) throws -> Problem? {
        guard overview.isSuperuser else {
            return Problem(
                problem: "\(overview.role) is no superuser", fix: "emaildb verify --only data --username postgres")
        }
        let functions = expected.facts.values.filter { fact in
            [.function, .functionBody].contains(fact.kind)
                && ["email_search_", "email_address_"].contains { fact.object.name.hasPrefix($0) }
        }
        guard try LiveCatalog.has(functions, connection) else {
            return Problem(
                problem: "the functions that make them are not those of the design",
                fix: "emaildb verify --only layout")
        }
        return nil
    }

    /// The share of the rows that is about so many of them.
    private static func percent(_ count: Int, of rows: Int) -> String {
        count >= rows ? "100" : String(Double(count) / Double(rows) * 100)
    }
}

extension DataCheck {
    private enum Repair: String {
        case messages, leftovers, counters

        var statement: FixStatement {
            let procedure = ObjectName(.function, schema: "public", "email_repair", arguments: "IN part text")
            var statement = FixStatement("CALL public.email_repair('\(rawValue)');", needs: [.object(procedure)])
            statement.order = [.messages: 1, .leftovers: 2, .counters: 3][self] ?? 0
            return statement
        }
    }

    private static func finding(_ row: Row) -> Finding? {
        let (kind, count) = (row.text("kind"), row.integer("count") ?? 0)
        let examples = row.text("examples").filter { $0 != "{" && $0 != "}" }.split(separator: ",").joined(
            separator: ", ")
        func finding(
            _ code: FindingCode, _ table: String, _ repair: Repair? = nil, _ statements: [FixStatement] = []
        ) -> Finding {
            Finding(
                code, object: "\(ObjectName(.table, schema: "public", table))",
                actual: "\(count) \(count == 1 ? "row" : "rows"), such as \(examples)",
                statements: repair.map { [$0.statement] } ?? statements)
        }
        func deletion(_ table: String) -> Finding {
            finding(
                .deletion, table, nil,
                [
                    FixStatement(
                        "UPDATE public.\(table) SET deleted_at = CASE WHEN is_deleted THEN COALESCE(deleted_at, created_at) END"
                            + " WHERE is_deleted <> (deleted_at IS NOT NULL);")
                ])
        }
        switch kind {
        case "message_without_account": return finding(.stray, "email_messages")
        case "message_in_other_folder": return finding(.strayFolder, "email_messages", .messages)
        case "search_missing": return finding(.searchMissing, "email_message_search", .messages)
        case "search_differs": return finding(.searchStale, "email_message_search", .messages)
        case "search_stale": return finding(.searchStale, "email_message_search", .messages)
        case "search_orphan": return finding(.searchOrphan, "email_message_search", .leftovers)
        case "deletion": return deletion("email_messages")
        case "attachment_deletion": return deletion("email_attachments")
        case "folder_deletion": return deletion("email_folders")
        case "account_deletion": return deletion("email_accounts")
        case "flags": return finding(.nullFlags, "email_messages", .messages)
        case "thread": return finding(.sharedThread, "email_messages", .messages)
        case "attachment_without_message": return finding(.stray, "email_attachments")
        case "attachment_unmarked": return finding(.unmarkedAttachment, "email_messages", .messages)
        case "folder_without_account": return finding(.stray, "email_folders")
        case "counters": return finding(.counters, "email_folders", .counters)
        case "tombstone_without_account": return finding(.tombstone, "email_message_tombstones", .leftovers)
        case "tombstone_of_living": return finding(.tombstone, "email_message_tombstones", .messages)
        case "numbers":
            return Finding(
                .changeNumbers, object: "\(ObjectName(.sequence, schema: "public", "email_message_change_seq"))",
                actual: "it stands at \(examples), numbers up to \(count) are given",
                statements: [FixStatement("SELECT pg_catalog.setval('public.email_message_change_seq', \(count));")])
        default: return nil
        }
    }
}
