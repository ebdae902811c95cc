/// Writes names and texts into SQL.
///
/// Where a statement takes parameters, use those instead.
///
/// The client encoding is always UTF8, in which no character holds the byte of another quote or backslash, so doubling
/// them is all there is to it, as `quote_ident` and `quote_literal` do on the server. Beyond that, a character that would
/// break the line or hide what stands beside it (control, format, line and paragraph separators) is written as an escape:
/// SQL for people stays on one line, and a name cannot end a comment.
package enum SQL {
    /// A name as an identifier, always quoted.
    package static func identifier(_ name: String) -> String {
        guard name.unicodeScalars.contains(where: isHidden) else { return quoted(name, by: "\"", escaping: nil) }
        return "U&" + quoted(name, by: "\"") { escape($0, short: "\\", long: "\\+", longDigits: 6) }
    }

    /// A name as an identifier, quoted only where it has to be.
    package static func name(_ name: String) -> String {
        isPlain(name) && !reserved.contains(name) ? name : identifier(name)
    }

    package static func name(_ names: String?...) -> String {
        names.compactMap { $0.map { name($0) } }.joined(separator: ".")
    }

    /// Whether a name consists of lower-case letters, digits and underscores, and does not start with a digit.
    package static func isPlain(_ name: String) -> Bool {
        guard let first = name.utf8.first, !(48...57).contains(first) else { return false }
        return name.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 95 }
    }

    /// A text as a literal that means the same under any `standard_conforming_strings`.
    package static func literal(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { $0 == "\\" || isHidden($0) }) else {
            return quoted(text, by: "'", escaping: nil)
        }
        return "E" + quoted(text, by: "'") { escape($0, short: "\\u", long: "\\U", longDigits: 8) }
    }

    /// Texts as the text form of an SQL array, for a parameter.
    package static func array(_ texts: some Sequence<String>) -> String {
        let elements = texts.map { text in
            "\"" + text.replacingScalars { $0 == "\"" || $0 == "\\" ? "\\\($0)" : nil } + "\""
        }
        return "{" + elements.joined(separator: ",") + "}"
    }

    /// A `DO` statement with this body, in a dollar quote that no name or text in it ends.
    package static func block(_ body: String) -> String {
        var tag = "$emaildb$"
        while body.contains(tag) { tag = "$e" + tag.dropFirst() }
        return "DO \(tag)\n\(body)\n\(tag);"
    }

    /// Whether a character breaks lines or is not seen.
    package static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return scalar.value < 32 || scalar.value == 127 }
        return switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }

    /// A text in quotes, its quotes doubled; backslashes as well, and hidden characters escaped, where escapes are known.
    private static func quoted(
        _ text: String, by quote: Unicode.Scalar, escaping escape: ((Unicode.Scalar) -> String)?
    ) -> String {
        let inside = text.replacingScalars { scalar in
            precondition(scalar != "\0", "PostgreSQL's texts hold no NUL character")
            if let escape, isHidden(scalar) { return escape(scalar) }
            return scalar == quote || escape != nil && scalar == "\\" ? "\(scalar)\(scalar)" : nil
        }
        return "\(quote)\(inside)\(quote)"
    }

    private static func escape(_ scalar: Unicode.Scalar, short: String, long: String, longDigits: Int) -> String {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        let (start, width) = scalar.value <= 0xFFFF ? (short, 4) : (long, longDigits)
        return start + String(repeating: "0", count: width - digits.utf8.count) + digits
    }

    /// Key words that cannot be names without quotes (SQL Key Words, PostgreSQL 18: reserved, or only usable as types).
    private static let reserved = Set(
        """
        all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate collation column \
        concurrently constraint create cross current_catalog current_date current_role current_schema current_time \
        current_timestamp current_user default deferrable desc distinct do else end except false fetch for foreign freeze from \
        full grant group having ilike in initially inner intersect into is isnull join lateral leading left like limit \
        localtime localtimestamp natural not notnull null offset on only or order outer overlaps placing primary references \
        returning right select session_user similar some symmetric system_user table tablesample then to trailing true union \
        unique user using variadic verbose when where window with
        """.split(separator: " ").map(String.init))
}

/// Characters here are Unicode scalars, as for PostgreSQL and in files.
///
/// Swift's own functions take a `Character`, and so miss a quote that a combining mark follows, or the end of a line that
/// is CR LF.
extension StringProtocol {
    /// The text with some of its characters replaced.
    /// - Parameter replacement: nil where a character stays.
    package func replacingScalars(_ replacement: (Unicode.Scalar) -> String?) -> String {
        var result = String.UnicodeScalarView()
        for scalar in unicodeScalars {
            if let text = replacement(scalar) {
                result.append(contentsOf: text.unicodeScalars)
            } else {
                result.append(scalar)
            }
        }
        return String(result)
    }

    /// The parts between separators, empty ones included.
    package func splitScalars(_ separator: Unicode.Scalar, maxSplits: Int = .max) -> [String] {
        let scalars = String(self).unicodeScalars
        return scalars.split(separator: separator, maxSplits: maxSplits, omittingEmptySubsequences: false)
            .map { String($0) }
    }
}
