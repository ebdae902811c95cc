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

    /// Whether what is asked for is behind a function, whose plans only its execution shows.
    var isFunction: Bool { sql.contains(/email_\w+\(/) }

    static let all = SQLFile("planned_queries").statements.map { title, sql in
        let fields = title.split(separator: " | ")
        return PlannedQuery(
            index: "idx_email_" + fields[0],
            actor: fields.count > 1 ? Actor(rawValue: String(fields[1])) ?? .application : .application,
            sql: sql.replacing("\n", with: ""), needsRows: title.hasSuffix("with many rows"))
    }
}
