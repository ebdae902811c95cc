import Postgres

/// SQL text as its lexical elements, by bytes, as PostgreSQL's own scanner tells them apart.
///
/// Only what is needed to know where names, literals and comments begin and end; what is not finished ends with the text.
struct SQLLexer: Sequence, IteratorProtocol {
    enum Kind {
        case space, comment
        /// A name or key word without quotes.
        case word
        /// A name in double quotes, also `U&"..."`.
        case name
        /// `'...'`, `E'...'` and `U&'...'`.
        case literal
        /// `$$...$$` and `$tag$...$tag$`.
        case dollarLiteral
        /// A number, or one byte of anything else.
        case other
    }

    struct Element {
        let kind: Kind
        let bytes: ArraySlice<UInt8>
        var text: String { String(decoding: bytes, as: UTF8.self) }
    }

    private let bytes: [UInt8]
    private var position = 0

    init(_ sql: String) { bytes = Array(sql.utf8) }

    mutating func next() -> Element? {
        guard position < bytes.count else { return nil }
        let start = position
        let kind = skip()
        position = Swift.min(position, bytes.count)
        return Element(kind: kind, bytes: bytes[start..<position])
    }

    private mutating func skip() -> Kind {
        let byte = bytes[position]
        if Self.isSpace(byte) {
            skip(while: Self.isSpace)
            return .space
        }
        if starts("--") {
            skip { $0 != UInt8(ascii: "\n") }
            return .comment
        }
        if starts("/*") {
            skipComment()
            return .comment
        }
        if starts("'") { return skipQuoted(escapes: false) }
        if starts("\"") { return skipQuoted(escapes: false) }
        if starts("E'") || starts("e'") {
            position += 1
            return skipQuoted(escapes: true)
        }
        if starts("U&'") || starts("u&'") || starts("U&\"") || starts("u&\"") {
            position += 2
            return skipQuoted(escapes: false)
        }
        if let tag = dollarTag() {
            position += tag.count
            while position < bytes.count, !bytes[position...].starts(with: tag) { position += 1 }
            position += tag.count
            return .dollarLiteral
        }
        if (48...57).contains(byte) {
            skip { Self.isNameByte($0) || $0 == UInt8(ascii: ".") }
            return .other
        }
        if Self.isNameByte(byte) {
            skip { Self.isNameByte($0) || $0 == UInt8(ascii: "$") }
            return .word
        }
        position += 1
        return .other
    }

    private mutating func skip(while condition: (UInt8) -> Bool) {
        while position < bytes.count, condition(bytes[position]) { position += 1 }
    }

    private mutating func skipComment() {
        var depth = 0
        repeat {
            if starts("/*") {
                depth += 1
                position += 2
            } else if starts("*/") {
                depth -= 1
                position += 2
            } else {
                position += 1
            }
        } while depth > 0 && position < bytes.count
    }

    private mutating func skipQuoted(escapes: Bool) -> Kind {
        let quote = bytes[position]
        position += 1
        while position < bytes.count {
            if escapes && bytes[position] == UInt8(ascii: "\\") {
                position += 2
            } else if bytes[position] != quote {
                position += 1
            } else if position + 1 < bytes.count, bytes[position + 1] == quote {
                position += 2
            } else {
                break
            }
        }
        position += 1
        return quote == UInt8(ascii: "'") ? .literal : .name
    }

    private func dollarTag() -> ArraySlice<UInt8>? {
        guard bytes[position] == UInt8(ascii: "$") else { return nil }
        var end = position + 1
        while end < bytes.count, Self.isNameByte(bytes[end]) { end += 1 }
        guard end < bytes.count, bytes[end] == UInt8(ascii: "$"),
            end == position + 1 || !(48...57).contains(bytes[position + 1])
        else { return nil }
        return bytes[position...end]
    }

    private func starts(_ text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard position + count <= bytes.count else { return false }
        for offset in 0..<count where bytes[position + offset] != text.utf8Start[offset] { return false }
        return true
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        (97...122).contains(byte | 0x20) || (48...57).contains(byte) || byte == 95 || byte >= 0x80
    }
}

// MARK: - What the elements say

extension SQLLexer.Element {
    var isBlank: Bool { kind == .space || kind == .comment }

    /// The name that a word or a quoted name stands for; nil for anything else.
    var nameValue: String? {
        switch kind {
        case .word: text.lowercased()
        case .name: Self.unquoted(text)
        default: nil
        }
    }

    /// The text that a literal stands for, written as PostgreSQL prints it: with its quotes and backslashes doubled.
    var literalValue: String? {
        guard kind == .literal else { return nil }
        let inner = String(text.drop { $0 != "'" }.dropFirst().dropLast()).replacing("''", with: "'")
        return text.hasPrefix("'") ? inner : inner.replacing("\\\\", with: "\\")
    }

    private static func unquoted(_ text: String) -> String {
        let hasEscapes = !text.hasPrefix("\"")
        let inner = text.drop { $0 != "\"" }.dropFirst().dropLast().replacing("\"\"", with: "\"")
        guard hasEscapes else { return String(inner) }
        var result = String.UnicodeScalarView()
        var rest = inner.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            guard scalar == "\\", let next = rest.first else {
                result.append(scalar)
                continue
            }
            if next == "+" { rest.removeFirst() }
            let digits = rest.prefix(next == "\\" ? 0 : next == "+" ? 6 : 4)
            if let value = UInt32(String(digits), radix: 16), let character = Unicode.Scalar(value) {
                result.append(character)
                rest = rest.dropFirst(digits.count)
            } else {
                result.append(rest.popFirst() ?? "\\")
            }
        }
        return String(result)
    }
}

package enum SQLText {
    /// The text on one line and with the same meaning: white space outside of quotes becomes one blank, and hidden
    /// characters inside of them are escaped.
    package static func oneLine(_ text: String) -> String {
        var wasSpace = true
        let isPlain = text.utf8.allSatisfy { byte in
            defer { wasSpace = byte == 32 }
            return byte > 31 && byte < 127 && !(wasSpace && byte == 32)
        }
        if isPlain && !wasSpace || text.isEmpty { return text }
        var result = ""
        for element in SQLLexer(text) {
            let part = element.text
            switch element.kind {
            case .space: if !result.isEmpty { result += " " }
            case _ where !part.unicodeScalars.contains(where: SQL.isHidden): result += part
            case .name: result += SQL.identifier(element.nameValue ?? "")
            case .literal: result += SQL.literal(element.literalValue ?? "")
            // Outside of quotes PostgreSQL prints none; the value of a setting may hold any.
            default: result += String(String.UnicodeScalarView(part.unicodeScalars.map { SQL.isHidden($0) ? " " : $0 }))
            }
        }
        return String(result.hasSuffix(" ") ? result.dropLast() : result[...])
    }

    /// The names that a text mentions, with or without quotes, also in its literals (`nextval('name')`).
    package static func names(in text: String) -> Set<String> {
        var names: Set<String> = []
        for element in SQLLexer(text) {
            if let name = element.nameValue { names.insert(name) }
            if let content = element.literalValue { names.formUnion(Self.names(in: content)) }
        }
        return names
    }
}
