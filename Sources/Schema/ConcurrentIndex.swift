/// The index that a step outside transactions builds: enough of the statement to find a half-built leftover of it.
package struct ConcurrentIndex: Hashable, Sendable {
    /// The index's name, as the catalog spells it.
    package let name: String
    /// The schema of the table, and so of the index.
    package let schema: String

    /// Reads `CREATE [UNIQUE] INDEX CONCURRENTLY name ON schema.table ...`; nil when the text is anything else, also
    /// when it says IF NOT EXISTS (which would take an invalid leftover for success) or holds a second statement.
    package init?(sql: String) {
        var tokens = Self.tokens(of: sql)
        if tokens.last == .other(";") { tokens.removeLast() }
        guard !tokens.contains(.other(";")) else { return nil }
        var rest = tokens[...]
        func take(_ word: String) -> Bool {
            guard rest.first == .word(word) else { return false }
            rest.removeFirst()
            return true
        }
        func takeName() -> String? {
            switch rest.popFirst() {
            case .word(let name) where name != "if", .quoted(let name): name
            default: nil
            }
        }
        guard take("create") else { return nil }
        _ = take("unique")
        guard take("index"), take("concurrently"), let name = takeName(), take("on"), let schema = takeName(),
            rest.popFirst() == .other("."), takeName() != nil
        else { return nil }
        self.name = name
        self.schema = schema
    }

    private enum Token: Equatable {
        /// A bare word, folded to lower case as PostgreSQL folds it.
        case word(String)
        /// A name that was in double quotes, as it is.
        case quoted(String)
        /// Any other character but white space.
        case other(Character)
    }

    /// Splits SQL into tokens, without its comments to the end of the line.
    private static func tokens(of sql: String) -> [Token] {
        var tokens: [Token] = []
        for line in sql.split(separator: "\n") where !line.drop(while: { $0 == " " }).hasPrefix("--") {
            var rest = line[...]
            while let character = rest.first {
                if character == "\"" {
                    rest.removeFirst()
                    let name = rest.prefix { $0 != "\"" }
                    tokens.append(.quoted(String(name)))
                    rest = rest.dropFirst(name.count + 1)
                } else if character.isLetter || character.isNumber || character == "_" {
                    let word = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
                    tokens.append(.word(word.lowercased()))
                    rest = rest.dropFirst(word.count)
                } else {
                    if !character.isWhitespace { tokens.append(.other(character)) }
                    rest.removeFirst()
                }
            }
        }
        return tokens
    }
}
