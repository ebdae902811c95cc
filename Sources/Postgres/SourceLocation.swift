/// A place in a text: line and column, both from 1, the column in characters (Unicode scalars).
package struct SourceLocation: Hashable, Sendable {
    /// The line, from 1.
    package var line: Int
    /// The column, from 1, in Unicode scalars.
    package var column: Int

    /// A place by its numbers.
    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    /// The place of a server's error position in the text that was sent.
    ///
    /// PostgreSQL counts characters of the client encoding, which is always UTF8 here, so one Unicode scalar is one
    /// character; Swift's `Character` may be several.
    /// - Parameters:
    ///   - position: characters from 1, as in ``PostgresError/position``.
    ///   - text: the whole string that was sent.
    package init(position: Int, in text: String) {
        var line = 1
        var column = 1
        for scalar in text.unicodeScalars.prefix(max(0, position - 1)) {
            if scalar == "\n" {
                line += 1
                column = 1
            } else {
                column += 1
            }
        }
        self.init(line: line, column: column)
    }
}
