/// What a file of settings says, entry by entry.
///
/// A strict part of TOML 1.0: tables `[name]`, keys without quotes, strings on one line, whole numbers, `true`, `false`, and lists
/// of these. The rest of TOML (dates, inline tables, dotted keys and so on) is named in the error and refused, because no setting
/// needs it. Every file that is read here means the same to any other TOML reader.
package struct TOMLEntry: Sendable, Hashable {
    package enum Value: Sendable, Hashable {
        case text(String)
        case number(Int)
        case flag(Bool)
        case list([Value])

        /// What it is called in a message.
        var kind: String {
            switch self {
            case .text: "a text"
            case .number: "a number"
            case .flag: "true or false"
            case .list: "a list"
            }
        }
    }

    /// Where something stands: lines and columns from 1, columns in Unicode scalars.
    package struct Place: Sendable, Hashable {
        package let line: Int
        package let column: Int
    }

    /// The table that it stands in; empty before the first.
    package let section: String
    package let key: String
    package let value: Value
    /// Where the key begins.
    package let place: Place
    /// Where the value begins.
    package let valuePlace: Place
}

/// Why a text is no file of settings.
package struct TOMLError: Error, Hashable {
    package let place: TOMLEntry.Place
    package let problem: String
}

/// Reads a text into entries.
struct TOMLReader {
    private let scalars: [Unicode.Scalar]
    private var index = 0
    private var line = 1
    private var lineStart = 0
    private var sections: Set<String> = []

    private init(_ text: String) {
        scalars = Array(text.unicodeScalars)
        // A mark of the byte order is none of the text.
        if scalars.first == "\u{FEFF}" { (index, lineStart) = (1, 1) }
    }

    static func entries(_ text: String) throws(TOMLError) -> [TOMLEntry] {
        var reader = TOMLReader(text)
        return try reader.read()
    }

    private var next: Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }
    private var place: TOMLEntry.Place { .init(line: line, column: index - lineStart + 1) }

    private func refused(_ problem: String, at other: TOMLEntry.Place? = nil) -> TOMLError {
        TOMLError(place: other ?? place, problem: problem)
    }

    private mutating func read() throws(TOMLError) -> [TOMLEntry] {
        var entries: [TOMLEntry] = []
        var section = ""
        while true {
            try skipBlanks(andLines: true)
            guard let scalar = next else { return entries }
            if scalar == "[" {
                section = try header()
            } else {
                let entry = try entry(in: section)
                if let first = entries.first(where: { $0.section == entry.section && $0.key == entry.key }) {
                    throw refused(
                        "\(entry.key) is set a second time; first in line \(first.place.line)", at: entry.place)
                }
                entries.append(entry)
            }
            try endLine()
        }
    }

    // MARK: - Blanks and lines

    /// Skips blanks and comments, and where asked for the ends of lines.
    private mutating func skipBlanks(andLines: Bool = false) throws(TOMLError) {
        while let scalar = next {
            switch scalar {
            case " ", "\t": index += 1
            case "#":
                while let scalar = next, scalar != "\n" {
                    if Self.isControl(scalar), scalar != "\r" || !isLineEnd { throw control(scalar) }
                    index += 1
                }
            case "\n" where andLines, "\r" where andLines && isLineEnd: newLine()
            default: return
            }
        }
    }

    private var isLineEnd: Bool {
        next == "\n" || next == "\r" && index + 1 < scalars.count && scalars[index + 1] == "\n"
    }

    private mutating func newLine() {
        index += next == "\r" ? 2 : 1
        line += 1
        lineStart = index
    }

    private mutating func endLine() throws(TOMLError) {
        try skipBlanks()
        guard let scalar = next else { return }
        if isLineEnd { return newLine() }
        throw Self.isControl(scalar)
            ? control(scalar) : refused("something follows on this line: \(Self.shown(scalar))")
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 32 && scalar != "\t" || scalar.value == 127
    }

    private func control(_ scalar: Unicode.Scalar) -> TOMLError {
        refused("a control character (U+\(String(scalar.value, radix: 16, uppercase: true))) stands here")
    }

    private static func shown(_ scalar: Unicode.Scalar) -> String {
        isControl(scalar) ? "U+\(String(scalar.value, radix: 16, uppercase: true))" : "\(scalar)"
    }

    // MARK: - Names

    private mutating func header() throws(TOMLError) -> String {
        let start = place
        index += 1
        if next == "[" { throw refused("lists of tables ([[..]]) are not used here", at: start) }
        try skipBlanks()
        let name = try name("the name of a table")
        try skipBlanks()
        if next == "." { throw refused("tables in tables are not used here") }
        guard next == "]" else { throw refused("the name of a table ends with ]") }
        index += 1
        guard sections.insert(name).inserted else { throw refused("[\(name)] stands here a second time", at: start) }
        return name
    }

    /// Letters, digits, `_` and `-`.
    private mutating func name(_ what: String) throws(TOMLError) -> String {
        var name = String.UnicodeScalarView()
        while let scalar = next, scalar.isASCII,
            scalar.properties.isAlphabetic || "0123456789_-".unicodeScalars.contains(scalar)
        {
            name.append(scalar)
            index += 1
        }
        guard !name.isEmpty else {
            throw refused("\(what) is expected here: letters, digits, _ and -, without quotes")
        }
        return String(name)
    }

    // MARK: - Entries

    private mutating func entry(in section: String) throws(TOMLError) -> TOMLEntry {
        let start = place
        let key = try name("a key")
        try skipBlanks()
        if next == "." { throw refused("dotted keys are not used here: write [\(key)] on a line of its own") }
        guard next == "=" else { throw refused("= is expected behind \(key)") }
        index += 1
        try skipBlanks()
        let valueStart = place
        return TOMLEntry(section: section, key: key, value: try value(depth: 0), place: start, valuePlace: valueStart)
    }

    private mutating func value(depth: Int) throws(TOMLError) -> TOMLEntry.Value {
        guard let scalar = next, !isLineEnd else { throw refused("a value is expected here") }
        switch scalar {
        case "\"", "'": return .text(try text(scalar))
        case "[": return try list(depth: depth)
        case "{": throw refused("inline tables ({ .. }) are not used here")
        default: return try word()
        }
    }

    private mutating func list(depth: Int) throws(TOMLError) -> TOMLEntry.Value {
        let start = place
        if depth > 0 { throw refused("lists in lists are not used here") }
        index += 1
        var values: [TOMLEntry.Value] = []
        while true {
            try skipBlanks(andLines: true)
            if next == "]" { break }
            values.append(try value(depth: depth + 1))
            try skipBlanks(andLines: true)
            if next == "," { index += 1 } else if next != "]" { break }
        }
        guard next == "]" else {
            if next == nil { throw refused("the list that begins here has no end", at: start) }
            throw refused(", or ] is expected here, in a list")
        }
        index += 1
        return .list(values)
    }

    private mutating func text(_ quote: Unicode.Scalar) throws(TOMLError) -> String {
        let start = place
        index += 1
        if next == quote, index + 1 < scalars.count, scalars[index + 1] == quote {
            throw refused("texts of several lines are not used here", at: start)
        }
        var text = String.UnicodeScalarView()
        while let scalar = next, !isLineEnd {
            if scalar == quote {
                index += 1
                return String(text)
            }
            if Self.isControl(scalar) { throw control(scalar) }
            text.append(scalar == "\\" && quote == "\"" ? try escape() : scalar)
            index += 1
        }
        throw refused("the text that begins here has no end on its line", at: start)
    }

    /// The character that an escape stands for; leaves the reader on its last character.
    private mutating func escape() throws(TOMLError) -> Unicode.Scalar {
        let start = place
        index += 1
        let unknown = refused(
            "there is no such escape; \\\\ stands for a backslash, and in '..' there are none", at: start)
        guard let scalar = next else { throw unknown }
        switch scalar {
        case "\"", "\\": return scalar
        case "b": return "\u{8}"
        case "t": return "\t"
        case "n": return "\n"
        case "f": return "\u{C}"
        case "r": return "\r"
        case "u", "U":
            let length = scalar == "u" ? 4 : 8
            let digits = scalars[(index + 1)...].prefix(length)
            let isHexadecimal = digits.count == length && digits.allSatisfy { $0.properties.isASCIIHexDigit }
            guard isHexadecimal, let code = UInt32(digits.map(String.init).joined(), radix: 16),
                let scalar = Unicode.Scalar(code)
            else { throw unknown }
            index += length
            return scalar
        default: throw unknown
        }
    }

    /// A whole number, `true` or `false`.
    private mutating func word() throws(TOMLError) -> TOMLEntry.Value {
        let start = place
        var word = String.UnicodeScalarView()
        while let scalar = next, scalar.isASCII, !" \t,]#\r\n".unicodeScalars.contains(scalar), !Self.isControl(scalar)
        {
            word.append(scalar)
            index += 1
        }
        let text = String(word)
        if text == "true" { return .flag(true) }
        if text == "false" { return .flag(false) }
        if let number = Self.number(text) { return .number(number) }
        throw refused("a value is a text in quotes, a whole number, true, false or a list of these", at: start)
    }

    /// As TOML writes them: no leading zero, an underscore only between digits.
    private static func number(_ text: String) -> Int? {
        let digits = text.utf8.first.map { "+-".utf8.contains($0) } == true ? text.dropFirst() : text[...]
        let groups = digits.split(separator: "_", omittingEmptySubsequences: false)
        let isWhole = groups.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { (48...57).contains($0) } }
        guard isWhole, digits == "0" || !digits.hasPrefix("0") else { return nil }
        return Int(text.filter { $0 != "_" })
    }
}
