/// A place in a text: line and column, both from 1, the column in characters (Unicode scalars).
package struct SourceLocation: Hashable, Sendable {
    package private(set) var line = 1
    package private(set) var column = 1

    /// The place of a server's error position in the text that was sent.
    ///
    /// PostgreSQL counts characters of the client encoding, which is always UTF8 here, so one Unicode scalar is one
    /// character; Swift's `Character` may be several.
    package init(position: Int, in text: String) {
        for scalar in text.unicodeScalars.prefix(max(0, position - 1)) {
            if scalar == "\n" {
                line += 1
                column = 1
            } else {
                column += 1
            }
        }
    }
}
