import Core
import Schema

/// A catalogued query, and the index that it must use: `sql/catalog/planned_queries.sql`.
package struct PlannedQuery: Sendable {
    enum Actor: String, Sendable {
        case application, worker, owner, superuser
    }

    let index: String
    let actor: Actor
    /// `{name}` stands for one of ``PlanValues``.
    let sql: String
    /// Whether the query takes the way through this index only where there are many rows.
    let needsRows: Bool
    /// The columns that it compares with values for equality: the index has to do that.
    var conditions: [String] = []

    /// Whether what is asked for is behind a function, whose plans only its execution shows.
    var isFunction: Bool { sql.contains(/email_\w+\(/) }

    /// Whether it may read the newest 20,000 messages, as a search for a common word does.
    var walks: Bool { sql.contains("email_search") }

    static let all = SQLFile("planned_queries").statements.map { title, sql in
        let fields = title.split(separator: " | ")
        let sql = sql.replacing("\n", with: "")
        return PlannedQuery(
            index: "idx_email_" + fields[0],
            actor: fields.count > 1 ? Actor(rawValue: String(fields[1])) ?? .application : .application,
            sql: sql, needsRows: title.hasSuffix("with many rows"),
            conditions: sql.contains(/email_\w+\(/)
                ? [] : sql.matches(of: /(\w+)\)? = (?:md5\()?\{/).map { String($0.1) })
    }
}
