/// One statement of an SQL file, and where it begins.
package struct SQLStatement: Hashable, Sendable {
    /// The text from its first word, without the semicolon at its end.
    let text: String
    /// The line of its first word, from 1.
    let line: Int

    /// Splits a file at the semicolons that are neither in a quoted text or name, nor between dollar quotes, nor in a
    /// comment, nor in the body of a function in standard SQL (`BEGIN ATOMIC`, which the steps do not use).
    static func split(_ sql: String) -> [SQLStatement] {
        var statements: [SQLStatement] = []
        var scanner = Scanner(Array(sql.utf8))
        while let statement = scanner.next() { statements.append(statement) }
        return statements
    }

    private struct Scanner {
        private let bytes: [UInt8]
        private var position = 0
        private var line = 1

        init(_ bytes: [UInt8]) { self.bytes = bytes }

        mutating func next() -> SQLStatement? {
            while position < bytes.count, isSpace(bytes[position]) || starts("--") || starts("/*") { skip() }
            guard position < bytes.count else { return nil }
            let (start, startLine) = (position, line)
            while position < bytes.count, bytes[position] != UInt8(ascii: ";") { skip() }
            let text = String(decoding: bytes[start..<position], as: UTF8.self)
            if position < bytes.count { advance(1) }
            return SQLStatement(text: text, line: startLine)
        }

        /// Moves over one byte, or over a whole comment or quoted text.
        private mutating func skip() {
            if starts("--") {
                while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { advance(1) }
            } else if starts("/*") {
                skip(past: "*/")
            } else if starts("'") || starts("\"") {
                let quote = bytes[position]
                let escapes =
                    quote == UInt8(ascii: "'") && position > 0 && (bytes[position - 1] | 0x20) == UInt8(ascii: "e")
                advance(1)
                while position < bytes.count, bytes[position] != quote {
                    advance(escapes && bytes[position] == UInt8(ascii: "\\") ? 2 : 1)
                }
                advance(1)
            } else if let tag = dollarTag() {
                advance(tag.utf8.count)
                skip(past: tag)
            } else {
                advance(1)
            }
        }

        private mutating func skip(past end: String) {
            while position < bytes.count, !starts(end) { advance(1) }
            advance(end.utf8.count)
        }

        /// The opening of a dollar-quoted text at this place, `$$` or `$name$`.
        private func dollarTag() -> String? {
            guard bytes[position] == UInt8(ascii: "$") else { return nil }
            var end = position + 1
            while end < bytes.count, isNameByte(bytes[end]) { end += 1 }
            guard end < bytes.count, bytes[end] == UInt8(ascii: "$"),
                end == position + 1 || !(48...57).contains(bytes[position + 1])
            else { return nil }
            return String(decoding: bytes[position...end], as: UTF8.self)
        }

        private mutating func advance(_ count: Int) {
            for _ in 0..<count where position < bytes.count {
                if bytes[position] == UInt8(ascii: "\n") { line += 1 }
                position += 1
            }
        }

        private func starts(_ text: String) -> Bool { bytes[position...].starts(with: text.utf8) }

        private func isSpace(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }

        private func isNameByte(_ byte: UInt8) -> Bool {
            (97...122).contains(byte | 0x20) || (48...57).contains(byte) || byte == 95
        }
    }
}
