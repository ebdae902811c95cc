import CSchemaSQL
package import Postgres

/// A query of the program: `sql/catalog/<name>.sql`, compiled in as the steps are.
///
/// Values are bind parameters (`$1`), never written into the text. Write the name as a literal, `SQLFile("name")`: a
/// test looks for it, so that no name lacks its file and no file its user.
package struct SQLFile: Sendable {
    package let text: String

    package init(_ name: StaticString) {
        let wanted = "\(name)"
        guard let file = EmbeddedSQL.queries.first(where: { $0.name == wanted }) else {
            preconditionFailure("sql/catalog/\(wanted).sql is not compiled in")
        }
        text = file.text
    }
}

extension Connection {
    /// Runs a query with parameters, each nil for NULL.
    @discardableResult
    package func query(_ file: SQLFile, _ parameters: [String?] = []) throws -> Rows {
        try query(file.text, parameters)
    }
}

/// A file of `sql/` as it was compiled in.
package struct EmbeddedSQL: @unchecked Sendable {
    private let file: UnsafePointer<schema_sql>

    /// The steps, `sql/*.sql`, in order.
    package static var steps: [EmbeddedSQL] { files(schema_sql_steps()) }
    /// The queries, `sql/catalog/*.sql`.
    package static var queries: [EmbeddedSQL] { files(schema_sql_queries()) }

    private static func files(_ first: UnsafePointer<schema_sql>) -> [EmbeddedSQL] {
        sequence(first: first) { $0 + 1 }.prefix { $0.pointee.name != nil }.map(EmbeddedSQL.init)
    }

    /// The file's name without its ending.
    package var name: String { String(cString: file.pointee.name) }
    package var text: String { String(cString: file.pointee.text) }
    /// The text of a step's layout file; nil for a query.
    package var layout: String? { file.pointee.layout.map { String(cString: $0) } }
}
