/// The index that a step outside transactions builds: enough of the statement to find a half-built leftover of it.
struct ConcurrentIndex: Hashable, Sendable {
    /// The index's name, as the catalog spells it.
    let name: String
    /// The schema of the table, and so of the index.
    let schema: String

    /// Reads `CREATE [UNIQUE] INDEX CONCURRENTLY name ON schema.table ...`; nil when the text is anything else, also
    /// when it says IF NOT EXISTS (which would take an invalid leftover for success) or holds a second statement.
    init?(sql: String) {
        var words = Self.words(of: sql)[...]
        guard words.popFirst() == "create" else { return nil }
        if words.first == "unique" { words.removeFirst() }
        guard words.popFirst() == "index", words.popFirst() == "concurrently", let name = words.popFirst(),
            name != "if", words.popFirst() == "on", let schema = words.popFirst(), words.popFirst() == ".",
            let last = words.lastIndex(of: ";"), words[..<last].contains(";") == false
        else { return nil }
        self.name = name
        self.schema = schema
    }

    /// Splits SQL into lower-case words, quoted names without their quotes, and single other characters; comments and
    /// white space are dropped.
    private static func words(of sql: String) -> [String] {
        var words: [String] = []
        for line in sql.split(separator: "\n") where !line.drop(while: { $0 == " " }).hasPrefix("--") {
            var word = ""
            func flush(_ words: inout [String]) {
                if !word.isEmpty { words.append(word) }
                word = ""
            }
            for character in line {
                if character.isLetter || character.isNumber || character == "_" {
                    word += character.lowercased()
                } else {
                    flush(&words)
                    if !character.isWhitespace && character != "\"" { words.append(String(character)) }
                }
            }
            flush(&words)
        }
        return words
    }
}
