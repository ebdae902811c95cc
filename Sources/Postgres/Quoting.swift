/// Writes names and texts into SQL.
///
/// Where a statement takes parameters, use those instead.
///
/// The client encoding is always UTF8, in which no character holds the byte of another quote or backslash, so doubling
/// them is all there is to it, as `quote_ident` and `quote_literal` do on the server.
package enum SQL {
    /// A name as an identifier, always quoted.
    package static func identifier(_ name: String) -> String { quoted(name, by: "\"") }

    /// A text as a literal that means the same under any `standard_conforming_strings`.
    package static func literal(_ text: String) -> String {
        let quoted = quoted(text, by: "'")
        guard text.unicodeScalars.contains("\\") else { return quoted }
        var escaped = String.UnicodeScalarView()
        for scalar in quoted.unicodeScalars {
            escaped.append(scalar)
            if scalar == "\\" { escaped.append(scalar) }
        }
        return "E" + String(escaped)
    }

    /// Texts as the text form of an SQL array, for a parameter.
    package static func array(_ texts: [String]) -> String {
        let elements = texts.map { text in
            var element = String.UnicodeScalarView()
            for scalar in text.unicodeScalars {
                if scalar == "\"" || scalar == "\\" { element.append("\\") }
                element.append(scalar)
            }
            return "\"" + String(element) + "\""
        }
        return "{" + elements.joined(separator: ",") + "}"
    }

    private static func quoted(_ text: String, by quote: Unicode.Scalar) -> String {
        var result = String.UnicodeScalarView([quote])
        for scalar in text.unicodeScalars {
            precondition(scalar != "\0", "PostgreSQL's texts hold no NUL character")
            result.append(scalar)
            if scalar == quote { result.append(scalar) }
        }
        result.append(quote)
        return String(result)
    }
}
