import Core
import Postgres

/// The old tables as this program reads them: for each an SQL query with the columns of ours.
struct Source: Sendable {
    let tables: [TableKind: OldTable]
    let log: OldTable?
    /// Of each table the columns, in order.
    private let conversions: [TableKind: [Conversion]]
    private let schema: String?

    /// Finds out whether numbers that are times count seconds.
    /// - Parameters:
    ///   - schema: where the tables are, when not where they were found.
    ///   - functions: the schema that has this program's functions.
    init(
        _ tables: [TableKind: OldTable], log: OldTable?, schema: String? = nil, functions: String,
        _ connection: borrowing Connection
    ) throws {
        self.tables = tables
        self.log = log
        self.schema = schema
        var conversions: [TableKind: [Conversion]] = [:]
        for kind in TableKind.allCases {
            let table = tables[kind]
            let inSeconds = try table.map { try Self.columnsInSeconds($0, schema, connection) } ?? []
            conversions[kind] = kind.fields.map { field in
                let column = table?.column(field.name)
                return Conversion(
                    field, column, functions: functions,
                    isInSeconds: column.map { inSeconds.contains($0.name) } ?? false)
            }
        }
        self.conversions = conversions
    }

    /// Milliseconds of the year 1973; as seconds, of the year 5138.
    private static let threshold = 100_000_000_000

    private static func columnsInSeconds(
        _ table: OldTable, _ schema: String?, _ connection: borrowing Connection
    ) throws -> Set<String> {
        let columns = table.kind.fields.compactMap { field -> OldColumn? in
            guard case .time = field.reading, let column = table.column(field.name) else { return nil }
            return [.number, .text, .foreign].contains(column.form) ? column : nil
        }
        if columns.isEmpty { return [] }
        let values = columns.map { column in
            let value =
                column.form == .number
                ? "abs(\(column.sql))"
                : "CASE WHEN \(column.text) ~ '^[0-9]{1,16}$' THEN (\(column.text))::bigint END"
            return "max(\(value)) BETWEEN 1 AND \(threshold)"
        }
        let row = try connection.query(
            "SELECT \(values.joined(separator: ", ")) FROM ONLY \(table.sql(in: schema)) AS t"
        ).first
        return Set(columns.enumerated().filter { row?[$0.offset] == "t" }.map(\.element.name))
    }

    func columns(_ kind: TableKind) -> [Conversion] { conversions[kind] ?? [] }

    private func conversion(_ kind: TableKind, _ name: String) -> Conversion? {
        columns(kind).first { $0.field.name == name }
    }

    private func sql(_ kind: TableKind, _ name: String) -> String { conversion(kind, name)?.sql ?? "NULL" }

    /// The table as SQL, to be read alone.
    func from(_ kind: TableKind) -> String? { tables[kind].map { "ONLY \($0.sql(in: schema)) AS t" } }

    /// A query of all rows: `place`, `raw_id`, and the columns of ours.
    func given(_ kind: TableKind) -> String {
        var items = columns(kind).map { conversion in
            let name = conversion.field.name
            let sql =
                switch name {
                case "email_address": "lower(\(conversion.sql))"
                case "id" where kind == .attachments && conversion.column == nil && tables[kind] != nil:
                    "md5('email_attachments:' || t.ctid::text)::uuid"
                case "is_deleted": isDeleted(kind)
                default: conversion.sql
                }
            return "(\(sql)) AS \(SQL.identifier(name))"
        }
        guard let from = from(kind) else {
            return
                "SELECT NULL::tid AS place, NULL::text AS raw_id, NULL::bigint AS content, NULL::bigint AS size, \(items.joined(separator: ", ")) WHERE false"
        }
        if kind == .messages {
            let parts = ["from", "to", "cc", "subject", "text_body", "html_body", "sent_at"].map { sql(kind, $0) }
            items.append("hash_record_extended(ROW(\(parts.joined(separator: ", "))), 0) AS content")
            let sizes = ["text_body", "html_body"].map { "COALESCE(octet_length(\(sql(kind, $0))), 0)" }
            items.append("(\(sizes.joined(separator: " + ")))::bigint AS size")
        }
        let id = conversion(kind, "id")?.column.map { "left(\($0.text), 100)" } ?? "NULL::text"
        return "SELECT t.ctid AS place, \(id) AS raw_id, \(items.joined(separator: ", ")) FROM \(from)"
    }

    /// A row is deleted when it says so, and else when it has a time of that.
    private func isDeleted(_ kind: TableKind) -> String {
        "COALESCE(\(sql(kind, "is_deleted")), \(sql(kind, "deleted_at")) IS NOT NULL)"
    }

    /// What is done to values of a table, beside what is decided of whole rows.
    func changes(_ kind: TableKind) -> [(column: String, change: Conversion.Change)] {
        var all = columns(kind).flatMap { conversion in
            conversion.changes.map { (column: conversion.field.name, change: $0) }
        }
        func add(_ name: String, _ what: String, _ condition: String) {
            if conversion(kind, name)?.column != nil {
                all.append((name, Conversion.Change(what: what, condition: condition)))
            }
        }
        if kind == .accounts {
            let address = sql(kind, "email_address")
            add("email_address", "upper case, becomes lower case", "lower(\(address)) <> \(address)")
            add("is_syncing", "true, becomes false: nobody synchronises while this runs", sql(kind, "is_syncing"))
            add("user_id", "NULL, becomes the id of the account", "\(sql(kind, "user_id")) IS NULL")
        }
        if kind == .messages {
            for name in ["is_read", "is_flagged", "is_draft"] {
                add(name, "NULL, becomes false", "\(sql(kind, name)) IS NULL")
            }
            add("received_at", "NULL, filled from created_at, updated_at or now", "\(sql(kind, "received_at")) IS NULL")
            let key = sql(kind, "in_reply_to")
            add(
                "in_reply_to", "blanks around it, empty, or over 500 characters: a key is made of it",
                "\(key) <> btrim(\(key), E' \\t\\r\\n') OR length(\(key)) > 500 OR \(key) ~ '^(<[[:space:]]*>)?$'")
        }
        if kind == .folders {
            for name in ["unread_count", "total_count"] {
                add(name, "counted anew", conversion(kind, name)?.column.map { "\($0.sql) IS NOT NULL" } ?? "false")
            }
        }
        if kind == .attachments {
            add("size_bytes", "2 GiB or more, exact in size_bytes_wide", "\(sql(kind, "size_bytes")) > 2147483647")
        }
        add("created_at", "NULL, filled", "\(sql(kind, "created_at")) IS NULL")
        if kind != .attachments { add("updated_at", "NULL, filled", "\(sql(kind, "updated_at")) IS NULL") }
        let time = sql(kind, "deleted_at")
        if conversion(kind, "is_deleted")?.column != nil {
            add(
                "deleted_at", "set although is_deleted is false, becomes NULL",
                "NOT \(sql(kind, "is_deleted")) AND \(time) IS NOT NULL")
            all.append(
                (
                    "deleted_at",
                    Conversion.Change(
                        what: "of a deleted row, filled from updated_at, created_at or now",
                        condition: "\(isDeleted(kind)) AND \(time) IS NULL")
                ))
        }
        return all
    }

    /// Columns of the founding document that they have not.
    func missing(_ kind: TableKind) -> [String] {
        tables[kind] == nil
            ? [] : columns(kind).filter { $0.column == nil && $0.field.isDocumented }.map(\.field.name)
    }

    /// What the templates of `adopt_work.sql` are filled with.
    func values(work: String) -> [String: String] {
        var values = ["work": work]
        for kind in TableKind.allCases { values[kind.short] = given(kind) }
        return values
    }
}
