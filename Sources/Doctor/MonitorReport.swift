/// One subject that `monitor` shows as a table.
package enum MonitorTopic: String, CaseIterable, Sendable {
    case connections, queries, locks, tables, indexes, cache, slow, replication, progress, tenants

    /// What a column holds, and so how it is shown.
    package enum Kind: Sendable {
        /// Names what the row is about.
        case label
        /// Says something of it that is no number.
        case text
        case count
        case bytes
        case milliseconds
        case percent

        package var isNumber: Bool { self != .label && self != .text }
    }

    package struct Column: Sendable {
        /// As in the query's result.
        package let name: String
        package let kind: Kind

        init(_ name: String, _ isLabel: Bool, _ isText: Bool) {
            self.name = name
            kind =
                isLabel
                ? .label
                : isText
                    ? .text
                    : name.hasSuffix("_bytes")
                        ? .bytes
                        : name.hasSuffix("_ms") ? .milliseconds : name.hasSuffix("_percent") ? .percent : .count
        }
    }

    /// The columns that say which row it is: labels of metrics.
    private var labels: Set<String> {
        switch self {
        case .connections: ["user_name", "database_name"]
        case .queries: ["pid", "user_name"]
        case .locks: ["pid"]
        case .tables, .cache: ["table_name"]
        case .indexes: ["index_name"]
        case .slow: ["user_name"]
        case .replication: ["kind", "name"]
        case .progress: ["pid", "command"]
        case .tenants: ["tenant"]
        }
    }

    private static let texts: Set<String> = [
        "user_name", "database_name", "state", "wait", "blocked_by", "application_name", "query", "who", "doing",
        "what",
        "table_name", "vacuumed_at", "analyzed_at", "used_at", "kind", "name", "role", "command", "phase",
    ]

    func column(_ name: String) -> Column { Column(name, labels.contains(name), Self.texts.contains(name)) }

    /// What it shows, for `--help`.
    package var meaning: String {
        switch self {
        case .connections: "by role and database, with states and ages"
        case .queries: "statements that run and transactions that are open, with who keeps them waiting"
        case .locks: "sessions that wait for a lock, and those that they wait for"
        case .tables: "rows, dead rows, sizes, last vacuum and analyze"
        case .indexes: "how often each was used, and its size"
        case .cache: "what was found in shared_buffers, of the database and of each table"
        case .slow: "statements of a second or longer on average; needs pg_stat_statements"
        case .replication: "standbys, slots, and what a standby receives itself"
        case .progress: "vacuum, analyze, index builds, rewrites, copies and base backups"
        case .tenants: "size, messages, growth and share of the work; needs a role that sees all rows"
        }
    }

    /// Whether another user's sessions have to be seen for it.
    var needsStatistics: Bool { [.connections, .queries, .locks, .replication, .progress, .slow].contains(self) }

    /// Whether its query uses what the schema makes.
    var needsSchema: Bool { [.connections, .queries, .tables, .slow, .tenants].contains(self) }
}

/// What `monitor` saw of one subject; the value behind all its outputs.
package struct MonitorReport: Sendable, Encodable {
    package let topic: MonitorTopic
    package let database: String
    package let serverVersion: String
    package let columns: [MonitorTopic.Column]
    /// As the server writes them; nil for NULL.
    package let rows: [[String?]]
    /// What cannot be told, and why.
    package let notes: [String]

    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    private struct RowValue: Encodable {
        let columns: [MonitorTopic.Column]
        let row: [String?]

        /// Writes numbers as numbers, and NULL as null.
        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            for (column, value) in zip(columns, row) {
                let key = Key(stringValue: column.name)
                if column.kind.isNumber, let value {
                    if let whole = Int(value) {
                        try container.encode(whole, forKey: key)
                    } else {
                        try container.encode(Double(value), forKey: key)
                    }
                } else {
                    try container.encode(value, forKey: key)
                }
            }
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        // The version of this JSON: a field that changes its meaning or goes raises it.
        try container.encode(1, forKey: Key(stringValue: "format"))
        try container.encode(topic.rawValue, forKey: Key(stringValue: "topic"))
        try container.encode(database, forKey: Key(stringValue: "database"))
        try container.encode(serverVersion, forKey: Key(stringValue: "server_version"))
        try container.encode(rows.map { RowValue(columns: columns, row: $0) }, forKey: Key(stringValue: "rows"))
        try container.encode(notes, forKey: Key(stringValue: "notes"))
    }
}
