/// The index that a step outside transactions builds: enough of the statement to find a half-built leftover of it.
package struct ConcurrentIndex: Hashable, Sendable {
    package let name: String
    /// The schema of the table, and so of the index.
    package let schema: String

    /// Reads `CREATE [UNIQUE] INDEX CONCURRENTLY name ON schema.table ...`; nil when the text is anything else, also
    /// when it says IF NOT EXISTS (which would take an invalid leftover for success) or holds a second statement.
    package init?(sql: String) {
        let statements = SQLText.statements(of: sql)
        var elements = SQLLexer(statements.first ?? "").filter { !$0.isBlank }
        if elements.dropFirst().first?.keyword == "unique" { elements.remove(at: 1) }
        let pattern = ["create", "index", "concurrently", nil, "on", nil, ".", nil]
        let isBuild = zip(pattern, elements).allSatisfy { word, element in
            word == nil ? element.nameValue != nil && element.keyword != "if" : element.keyword == word
        }
        guard statements.count == 1, elements.count >= pattern.count, isBuild, let name = elements[3].nameValue,
            let schema = elements[5].nameValue
        else { return nil }
        self.name = name
        self.schema = schema
    }
}
