import Postgres

/// Text for people, in colours that a terminal may leave away.
///
/// Only literals can colour text or end a line. What comes in by interpolation, a name or a server's message, is shown on
/// one line with its control characters escaped, so that it can neither forge a line nor move the cursor.
package struct StyledText: Sendable, ExpressibleByStringInterpolation {
    /// ANSI escape sequences (ECMA-48, SGR).
    package enum Style: String, Sendable {
        case red = "31"
        case green = "32"
        case yellow = "33"
        case dim = "2"
        case bold = "1"
    }

    package struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var text = StyledText()

        package init(literalCapacity: Int, interpolationCount: Int) {}

        package mutating func appendLiteral(_ literal: String) { text.append(literal, nil) }
        package mutating func appendInterpolation(_ value: some CustomStringConvertible, _ style: Style? = nil) {
            text.append(value.description.visible, style)
        }
        package mutating func appendInterpolation(_ other: StyledText) { text += other }
        /// Several lines, such as SQL or what a server says, each after the first behind an indentation.
        package mutating func appendInterpolation(lines: some StringProtocol, indent: Int = 0) {
            let lines = lines.splitScalars("\n").map { line in
                // libpq begins its further lines with a tab.
                (line.unicodeScalars.first == "\t" ? "    " + String(line.unicodeScalars.dropFirst()) : line).visible
            }
            text.append(lines.joined(separator: "\n" + String(repeating: " ", count: indent)), nil)
        }
    }

    private struct Span: Sendable {
        var text: String
        var style: Style?
        /// What these lines are of, for a terminal that is too narrow for them.
        var table: Table?
    }

    private var spans: [Span] = []

    package init() {}
    package init(stringLiteral literal: String) { append(literal, nil) }
    package init(stringInterpolation: StringInterpolation) { self = stringInterpolation.text }

    private mutating func append(_ text: String, _ style: Style?) {
        if !text.isEmpty { spans.append(Span(text: text, style: style)) }
    }

    /// The lines of a table, which are safe for a terminal.
    init(_ lines: String, of table: Table) { spans = [Span(text: lines, table: table)] }

    /// The text for a terminal of some width: tables in the form that fits.
    func fitted(to columns: Int) -> StyledText {
        var text = self
        for index in spans.indices {
            guard let table = spans[index].table else { continue }
            let width = spans[index].text.splitScalars("\n").map(\.count).max() ?? 0
            if width > columns { text.spans[index].text = table.narrow(columns) }
        }
        return text
    }

    /// With long lines broken between words.
    func wrapped(to width: Int) -> StyledText {
        var text = StyledText()
        for (number, line) in lines.enumerated() {
            if number > 0 { text.append("\n", nil) }
            var column = 0
            for span in line.spans {
                for (place, word) in span.text.splitScalars(" ").enumerated() {
                    if place > 0, column + 1 + word.count > width {
                        text.append("\n    ", nil)
                        column = 4
                    } else if place > 0 {
                        text.append(" ", nil)
                        column += 1
                    }
                    text.append(word, span.style)
                    column += word.count
                }
            }
        }
        return text
    }

    /// How many rows of a terminal it takes.
    func height(in columns: Int) -> Int {
        plain.splitScalars("\n").map { max(1, ($0.count + columns - 1) / max(columns, 1)) }.reduce(0, +)
    }

    package static func += (left: inout StyledText, right: StyledText) { left.spans += right.spans }

    package static func + (left: StyledText, right: StyledText) -> StyledText {
        var text = left
        text += right
        return text
    }

    package var isEmpty: Bool { spans.isEmpty }

    /// The lines, without their ends.
    var lines: [StyledText] {
        var lines = [StyledText()]
        for span in spans {
            for (index, part) in span.text.splitScalars("\n").enumerated() {
                if index > 0 { lines.append(StyledText()) }
                lines[lines.count - 1].append(part, span.style)
            }
        }
        return lines
    }

    /// The beginning, so many characters of it.
    func cut(to width: Int) -> StyledText {
        var rest = width
        var text = StyledText()
        for span in spans where rest > 0 {
            let part = span.text.prefix(rest)
            rest -= part.count
            text.append(String(part), span.style)
        }
        return text
    }

    package var plain: String { spans.map(\.text).joined() }

    package var colored: String {
        spans.map { span in span.style.map { "\u{1B}[\($0.rawValue)m\(span.text)\u{1B}[0m" } ?? span.text }.joined()
    }
}

extension [StyledText] {
    package func joined(separator: StyledText = "\n") -> StyledText {
        reduce(into: StyledText()) { text, next in
            if !text.isEmpty { text += separator }
            text += next
        }
    }
}

extension String {
    /// On one line, and readable as it is: characters that control a terminal, break lines or turn the direction of
    /// writing are written as in Swift's source, such as `\n` and `\u{1B}`.
    package var visible: String { replacingScalars(\.visible) }
}

extension Unicode.Scalar {
    /// How a control character or another hidden one is shown; nil for all others.
    var visible: String? {
        guard SQL.isHidden(self) else { return nil }
        return switch self {
        case "\n": "\\n"
        case "\r": "\\r"
        case "\t": "\\t"
        default: "\\u{\(String(value, radix: 16, uppercase: true))}"
        }
    }
}
