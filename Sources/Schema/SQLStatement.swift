package struct SQLStatement: Hashable, Sendable {
    /// The text from its first word, without the semicolon at its end.
    package let text: String
    /// The line of its first word, from 1.
    package let line: Int

    /// Splits a file at the semicolons that are neither in a quoted text or name, nor between dollar quotes, nor in a
    /// comment, nor in the body of a function in standard SQL (`BEGIN ATOMIC`, which the steps do not use).
    package static func split(_ sql: String) -> [SQLStatement] {
        var statements: [SQLStatement] = []
        var text: [UInt8] = []
        var (line, start) = (1, 1)
        for element in SQLLexer(sql) {
            if element.kind == .other, element.bytes.elementsEqual(";".utf8) {
                statements.append(SQLStatement(text: String(decoding: text, as: UTF8.self), line: start))
                text = []
            } else if !text.isEmpty || !element.isBlank {
                if text.isEmpty { start = line }
                text += element.bytes
            }
            line += element.bytes.count { $0 == UInt8(ascii: "\n") }
        }
        if !text.isEmpty { statements.append(SQLStatement(text: String(decoding: text, as: UTF8.self), line: start)) }
        return statements
    }
}
