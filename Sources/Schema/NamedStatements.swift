package import Core

extension SQLFile {
    /// The statements of a file that holds several, each below a line `--- title`.
    package var statements: [(title: String, sql: String)] {
        ("\n" + text).split(separator: "\n--- ").dropFirst().map { block in
            let lines = block.split(separator: "\n")
            return (String(lines[0]), lines.dropFirst().joined(separator: "\n"))
        }
    }
}

extension String {
    /// The text with each `{name}` replaced by the value of that name.
    ///
    /// In one pass: braces in a value, which may come from mail, stay as they are.
    package func filling(_ values: [String: String]) -> String {
        let pieces = unicodeScalars.split(separator: "{", omittingEmptySubsequences: false)
        return pieces.dropFirst().reduce(into: String(pieces[0])) { text, piece in
            let name = piece.prefix { $0 != "}" }
            if let value = values[String(name)], name.endIndex < piece.endIndex {
                text += value + String(piece[name.endIndex...].dropFirst())
            } else {
                text += "{" + String(piece)
            }
        }
    }
}
