/// The index that a step outside transactions builds: enough of the statement to find a half-built leftover of it.
package struct ConcurrentIndex: Hashable, Sendable {
    package let name: String
    /// The schema of the table, and so of the index.
    package let schema: String

    /// Reads `CREATE [UNIQUE] INDEX CONCURRENTLY name ON schema.table ...`; nil when the text is anything else, also
    /// when it says IF NOT EXISTS (which would take an invalid leftover for success) or holds a second statement.
    package init?(sql: String) {
        let statements = SQLStatement.split(sql)
        guard statements.count == 1 else { return nil }
        var rest = SQLLexer(statements[0].text).filter { !$0.isBlank }[...]
        func take(_ word: String) -> Bool {
            guard let element = rest.first, element.kind != .name, (element.nameValue ?? element.text) == word else {
                return false
            }
            rest.removeFirst()
            return true
        }
        func takeName() -> String? {
            guard let element = rest.popFirst(), !(element.kind == .word && element.nameValue == "if") else {
                return nil
            }
            return element.nameValue
        }
        guard take("create") else { return nil }
        _ = take("unique")
        guard take("index"), take("concurrently"), let name = takeName(), take("on"), let schema = takeName(),
            take("."),
            takeName() != nil
        else { return nil }
        self.name = name
        self.schema = schema
    }
}
