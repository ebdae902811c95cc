import Postgres

/// A column of a table to adopt, as somebody made it.
struct OldColumn: Sendable {
    /// How its values can be read.
    enum Form: Sendable, Equatable {
        case uuid, text, json, texts, flag, number, seconds, moment, bytes
        /// Of a type that is not PostgreSQL's own: as text, by the type's output function alone.
        case foreign
    }

    let name: String
    let type: String
    /// The type without domains.
    let base: String
    let form: Form

    init(_ row: Row) {
        name = row.text("name")
        type = row.text("type")
        let base = row.text("base")
        self.base = base
        form =
            switch base {
            case _ where !row.flag("is_builtin"): .foreign
            case "uuid": .uuid
            case "text", "varchar", "bpchar", "name": .text
            case "json", "jsonb": .json
            case "_text", "_varchar": .texts
            case "bool": .flag
            case "int2", "int8", "numeric", "float4", "float8": .number
            case "int4": .seconds
            case "timestamptz", "timestamp", "date": .moment
            case "bytea": .bytes
            default: .foreign
            }
    }

    /// The column of the table `t`.
    var sql: String { "t." + SQL.identifier(name) }

    /// Its value as text, compared byte by byte, whatever collation or cast of others its type has.
    var text: String {
        switch form {
        case .text: "(\(sql)::text COLLATE \"C\")"
        default: "(CASE WHEN \(sql) IS NOT NULL THEN pg_catalog.format('%s', \(sql)) END COLLATE \"C\")"
        }
    }
}

/// A table to adopt.
struct OldTable: Sendable {
    let kind: TableKind
    let schema: String
    let name: String
    let oid: String
    let bytes: Int
    let columns: [OldColumn]
    /// Columns that are computed at each reading, by functions of others perhaps: they are not read.
    let unread: [String]

    /// The name as SQL, under the schema that it is in now.
    func sql(in schema: String? = nil) -> String { SQL.identifier(schema ?? self.schema) + "." + SQL.identifier(name) }

    /// The column that stands for one of the documented names; nil where there is none.
    func column(_ wanted: String) -> OldColumn? {
        columns.first { $0.name == wanted } ?? columns.first { Self.plain($0.name) == Self.plain(wanted) }
    }

    /// Two columns of which each could stand for the documented one.
    var ambiguous: [String] {
        Dictionary(grouping: columns.map(\.name), by: Self.plain).filter { plain, names in
            names.count > 1 && kind.names.contains { Self.plain($0) == plain && !names.contains($0) }
        }.flatMap(\.value).sorted()
    }

    /// Columns that have no place in ours.
    var extra: [String] {
        let used = Set(kind.names.compactMap { column($0)?.name })
        return columns.map(\.name).filter { !used.contains($0) } + unread
    }

    /// A name without case and underscores: isRead and is_read are one.
    static func plain(_ name: String) -> String {
        String(
            String.UnicodeScalarView(
                name.lowercased().unicodeScalars.filter { ("a"..."z").contains($0) || ("0"..."9").contains($0) }))
    }
}

/// The documented tables, in the order in which their rows refer to each other.
package enum TableKind: String, CaseIterable, Sendable, Codable {
    case accounts = "email_accounts"
    case folders = "email_folders"
    case messages = "email_messages"
    case attachments = "email_attachments"

    /// Their own log of changes: it moves along and is not taken over.
    static let log = "email_audit_log"

    /// The columns that are read, documented ones first.
    var names: [String] { fields.map(\.name) }

    /// What the program's tables of decisions call it.
    var work: String {
        switch self {
        case .accounts: "work_accounts"
        case .folders: "work_folders"
        case .messages: "work_messages"
        case .attachments: "work_attachments"
        }
    }

    var short: String {
        switch self {
        case .accounts: "accounts"
        case .folders: "folders"
        case .messages: "messages"
        case .attachments: "attachments"
        }
    }
}
