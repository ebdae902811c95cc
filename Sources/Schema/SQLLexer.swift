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

    private var rest: ArraySlice<UInt8>

    init(_ sql: some StringProtocol) { self.init(Array(sql.utf8)[...]) }

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    mutating func next() -> Element? {
        let start = rest
        return rest.isEmpty ? nil : Element(kind: skip(), bytes: start[..<rest.startIndex])
    }

    private mutating func skip() -> Kind {
        if !rest.take(while: Self.isSpace).isEmpty { return .space }
        if rest.take("--") {
            _ = rest.take { $0 != UInt8(ascii: "\n") }
            return .comment
        }
        if rest.take("/*") { return skipComment() }
        if rest.take("'") || rest.take("U&'") || rest.take("u&'") { return skipQuoted("'", .literal) }
        if rest.take("E'") || rest.take("e'") { return skipQuoted("'", .literal, hasEscapes: true) }
        if rest.take("\"") || rest.take("U&\"") || rest.take("u&\"") { return skipQuoted("\"", .name) }
        if let tag = dollarTag() {
            rest = rest.dropFirst(tag.count)
            while !rest.isEmpty, !rest.starts(with: tag) { rest.removeFirst() }
            rest = rest.dropFirst(tag.count)
            return .dollarLiteral
        }
        let isNumber = rest.first.map(Self.isDigit) == true
        let mark = UInt8(ascii: isNumber ? "." : "$")
        if rest.first.map(Self.isNameByte) != true {
            rest.removeFirst()
        } else {
            _ = rest.take { Self.isNameByte($0) || $0 == mark }
            if !isNumber { return .word }
        }
        return .other
    }

    /// To the end of a comment, behind its beginning; comments nest.
    private mutating func skipComment() -> Kind {
        var depth = 1
        while depth > 0 && !rest.isEmpty {
            if rest.take("/*") {
                depth += 1
            } else if rest.take("*/") {
                depth -= 1
            } else {
                rest.removeFirst()
            }
        }
        return .comment
    }

    /// To the end of a quoted text, behind its first quote.
    private mutating func skipQuoted(_ quote: Unicode.Scalar, _ kind: Kind, hasEscapes: Bool = false) -> Kind {
        let quote = UInt8(ascii: quote)
        while let byte = rest.popFirst() {
            if byte == quote {
                guard rest.first == quote else { break }
                rest.removeFirst()
            } else if hasEscapes && byte == UInt8(ascii: "\\") {
                rest = rest.dropFirst()
            }
        }
        return kind
    }

    private func dollarTag() -> ArraySlice<UInt8>? {
        guard rest.first == UInt8(ascii: "$") else { return nil }
        let name = rest.dropFirst().prefix(while: Self.isNameByte)
        guard rest.dropFirst(name.count + 1).first == UInt8(ascii: "$"), name.first.map(Self.isDigit) != true else {
            return nil
        }
        return rest.prefix(name.count + 2)
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }

    private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        (97...122).contains(byte | 0x20) || isDigit(byte) || byte == 95 || byte >= 0x80
    }
}

extension ArraySlice<UInt8> {
    /// Takes a text away from the beginning, if it is there.
    mutating func take(_ text: StaticString) -> Bool {
        guard starts(with: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)) else {
            return false
        }
        removeFirst(text.utf8CodeUnitCount)
        return true
    }

    mutating func take(while condition: (UInt8) -> Bool) -> ArraySlice<UInt8> {
        let taken = prefix(while: condition)
        self = self[taken.endIndex...]
        return taken
    }
}

// MARK: - What the elements say

extension SQLLexer.Element {
    var isBlank: Bool { kind == .space || kind == .comment }

    /// The name that a word or a quoted name stands for; nil for anything else.
    var nameValue: String? {
        switch kind {
        case .word: text.lowercased()
        case .name: bytes.first == UInt8(ascii: "\"") ? content("\"") : Self.unescaped(content("\""))
        default: nil
        }
    }

    /// A word in lower case, or a mark; nil for what cannot be a key word.
    var keyword: String? { kind == .word ? nameValue : kind == .other ? text : nil }

    /// The text that a literal stands for, written as PostgreSQL prints it: with its quotes and backslashes doubled.
    var literalValue: String? {
        guard kind == .literal else { return nil }
        return bytes.first == UInt8(ascii: "'") ? content("'") : content("'", and: "\\")
    }

    /// What stands between quotes, with each of the doubled characters once.
    private func content(_ quote: Unicode.Scalar, and other: Unicode.Scalar? = nil) -> String {
        let doubled = [quote, other ?? quote].map { UInt8(ascii: $0) }
        var first: UInt8?
        let kept = bytes.drop { $0 != doubled[0] }.dropFirst().dropLast().filter { byte in
            let isSecond = byte == first
            first = !isSecond && doubled.contains(byte) ? byte : nil
            return !isSecond
        }
        return String(decoding: kept, as: UTF8.self)
    }

    /// The text of `U&"..."`: a backslash, then four digits, a plus and six, or a backslash.
    private static func unescaped(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        var rest = text.unicodeScalars[...]
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
        var result = String.UnicodeScalarView()
        for element in SQLLexer(text) {
            let part = element.text.unicodeScalars
            switch element.kind {
            case .space: if !result.isEmpty { result.append(" ") }
            case _ where !part.contains(where: SQL.isHidden): result += part
            case .name: result += SQL.identifier(element.nameValue ?? "").unicodeScalars
            case .literal: result += SQL.literal(element.literalValue ?? "").unicodeScalars
            // Outside of quotes PostgreSQL prints none; the value of a setting may hold any.
            default: result += part.map { SQL.isHidden($0) ? " " : $0 }
            }
        }
        return String(result.last == " " ? result.dropLast() : result[...])
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

    /// The statements of a file, from their first words: it is split at the semicolons that are neither in a quoted text
    /// or name, nor between dollar quotes, nor in a comment, nor in the body of a function in standard SQL.
    package static func statements(of sql: String) -> [String] {
        elements(of: Array(sql.utf8)[...]).map { String(decoding: $0.flatMap(\.bytes), as: UTF8.self) }
    }

    /// The statements as their elements, without blanks before the first.
    static func elements(of sql: ArraySlice<UInt8>) -> [[SQLLexer.Element]] {
        var statements: [[SQLLexer.Element]] = [[]]
        var last: String?
        // How deep in `BEGIN ATOMIC ... END`, in which CASE has an END as well.
        var depth = 0
        for element in SQLLexer(sql) {
            if element.isBlank {
                if statements[statements.count - 1].isEmpty { continue }
            } else {
                switch element.keyword {
                case "atomic" where last == "begin": depth = 1
                case "case" where depth > 0: depth += 1
                case "end" where depth > 0: depth -= 1
                default: break
                }
                last = element.keyword
            }
            if element.keyword == ";" && depth == 0 {
                statements.append([])
            } else {
                statements[statements.count - 1].append(element)
            }
        }
        return statements.filter { !$0.isEmpty }
    }
}
