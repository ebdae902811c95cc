import CLibpq

package struct Rows: Sendable, RandomAccessCollection {
    package let columns: [String]
    /// The command tag, such as `SELECT 3` or `CREATE TABLE`.
    package let commandTag: String
    /// Rows inserted, updated, deleted or selected; 0 for other commands.
    package let affectedRows: Int
    private let values: [[String?]]
    private let indexes: [String: Int]

    /// Copies a result out of libpq's memory, so that it may be freed.
    init(result: OpaquePointer) {
        let width = PQnfields(result)
        columns = (0..<width).map { String(cString: PQfname(result, $0)) }
        commandTag = text(PQcmdStatus(result))
        affectedRows = Int(text(PQcmdTuples(result))) ?? 0
        values = (0..<PQntuples(result)).map { row in
            (0..<width).map { column in
                guard PQgetisnull(result, row, column) == 0 else { return nil }
                let bytes = UnsafeRawBufferPointer(
                    start: PQgetvalue(result, row, column), count: Int(PQgetlength(result, row, column)))
                return String(decoding: bytes, as: UTF8.self)
            }
        }
        indexes = Dictionary(columns.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    }

    package var startIndex: Int { 0 }
    package var endIndex: Int { values.count }
    package subscript(position: Int) -> Row { Row(values: values[position], indexes: indexes) }
}

/// One row of a result; values are text as the server prints it, nil for NULL.
package struct Row: Sendable {
    fileprivate let values: [String?]
    fileprivate let indexes: [String: Int]

    package subscript(_ index: Int) -> String? { values.indices.contains(index) ? values[index] : nil }

    /// The value of a column by name; nil also where the answer has none of that name, as when it was garbled on its way.
    package subscript(_ column: String) -> String? {
        indexes[column].flatMap { values[$0] }
    }

    /// A text value; the empty string for NULL.
    package func text(_ column: String) -> String { self[column] ?? "" }

    /// A whole number; nil for NULL or for anything that is not one.
    package func integer(_ column: String) -> Int? { self[column].flatMap { Int($0) } }

    /// A boolean: true only for a true value, so NULL is false.
    package func flag(_ column: String) -> Bool { self[column] == "t" }
}
