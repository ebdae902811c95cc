import Postgres

/// An object of a cluster or database, or a part of a table, by its names, as they are: nothing in them is quoted.
package struct ObjectName: Hashable, Sendable {
    package enum Kind: String, Sendable, Hashable {
        case database, schema, `extension`, role, server
        case type, domain, `operator`, cast, parameter, tablespace, publication, subscription
        case foreignTable = "foreign table"
        case foreignDataWrapper = "foreign-data wrapper"
        case largeObject = "large object"
        case eventTrigger = "event trigger"
        case table, view, sequence, index, function
        /// A foreign table or a composite type: what else has rights in the catalog of relations.
        case relation
        /// Parts, of which ``ObjectName/name`` is the table (of an index column, the index).
        case column, constraint, policy, trigger, rule, statistics
        case indexColumn = "index-column"
        /// A setting in this database, and one in every database of the cluster.
        case setting
        case everySetting = "every-setting"
        /// What is given to future objects, named as ALTER DEFAULT PRIVILEGES does: `TABLES`.
        case defaultPrivileges = "default-privileges"
        /// Functions of PostgreSQL itself that are judged together: `large objects`.
        case systemFunctions = "system-functions"
    }

    package var kind: Kind
    /// Nil where the object is in none, or in pg_catalog and found without it.
    package var schema: String?
    /// Empty for the database that one is connected to.
    package var name: String
    /// The types, and where PostgreSQL prints them the names, of a function's arguments: SQL.
    package var arguments: String?
    /// The column, constraint, policy, trigger, rule or statistics; of an index column, its number.
    package var part: String?

    package init(_ kind: Kind, schema: String? = nil, _ name: String, arguments: String? = nil, part: String? = nil) {
        self.kind = kind
        self.schema = schema
        self.name = name
        self.arguments = arguments
        self.part = part
    }

    /// The table, view, sequence or index that a part belongs to, as one of these kinds; nil for what is no part.
    package func parent(_ kind: Kind = .table) -> ObjectName? {
        part == nil ? nil : ObjectName(kind, schema: schema, name)
    }

    /// Another object of the same name, or another part of the same table.
    package func with(_ kind: Kind, part: String? = nil) -> ObjectName {
        ObjectName(kind, schema: schema, name, arguments: kind == .function ? arguments : nil, part: part)
    }
}

// MARK: - In SQL

extension ObjectName {
    /// The qualified name in SQL; of a part, that of its table.
    package var sql: String {
        let name = SQL.name(schema, name)
        return arguments.map { "\(name)(\($0))" } ?? name
    }

    package var partSQL: String { part.map { kind == .indexColumn ? $0 : SQL.name($0) } ?? "" }

    /// Kind and name as GRANT and ALTER OWNER want them, which know views as tables.
    package func sqlWithKind(database: String) -> String {
        switch kind {
        case .function: "ROUTINE " + sql
        case .schema: "SCHEMA " + sql
        case .sequence: "SEQUENCE " + sql
        case .database: "DATABASE " + SQL.name(database)
        default: "TABLE " + sql
        }
    }
}

// MARK: - For people

extension ObjectName: CustomStringConvertible {
    /// `table email_messages`, `function email_now_ms()`, `database`: what findings call it, on one line.
    package var description: String { name.isEmpty ? kind.rawValue : kind.rawValue + " " + text }

    /// The name without its kind: plain names as they are, others in quotes, the schema unless it is `public`.
    var text: String {
        if kind == .systemFunctions { return name }
        var text = schema.map { $0 == "public" ? "" : Self.text($0) + "." } ?? ""
        text += Self.text(name)
        if let arguments { text += "(" + arguments + ")" }
        if let part { text += "." + (kind == .indexColumn ? part : Self.text(part)) }
        return text
    }

    /// A name as findings and layout files write it: without quotes also where SQL has it as a key word.
    static func text(_ name: String) -> String { isBare(name) ? name : SQL.identifier(name) }

    /// Lower-case letters, digits, underscores and, between them, hyphens (`uuid-ossp`).
    private static func isBare(_ name: String) -> Bool {
        SQL.isPlain(name)
            || name.split(separator: "-", omittingEmptySubsequences: false).allSatisfy { SQL.isPlain(String($0)) }
    }
}
