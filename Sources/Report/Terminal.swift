package import FoundationEssentials
import Glibc

/// Standard output for results, standard error for talk.
package struct Terminal: Sendable {
    /// Whether talk is left out.
    let isQuiet: Bool
    /// Whether there is more talk.
    let isVerbose: Bool
    let colorsResults: Bool
    let colorsTalk: Bool

    package init(isQuiet: Bool, isVerbose: Bool, colorsResults: Bool, colorsTalk: Bool) {
        self.isQuiet = isQuiet
        self.isVerbose = isVerbose
        self.colorsResults = colorsResults
        self.colorsTalk = colorsTalk
    }

    /// For commands without output options.
    package static let plain = Terminal(isQuiet: false, isVerbose: false, colorsResults: false, colorsTalk: false)

    /// The colours that text uses, as ANSI escape sequences (ECMA-48, SGR).
    package enum Color: String {
        case red = "31"
        case green = "32"
        case yellow = "33"
        case dim = "2"
        case bold = "1"
    }

    /// Writes a result.
    package func result(_ text: String) { Self.write(text + "\n", to: STDOUT_FILENO) }

    /// Writes a value as JSON.
    package func result(json value: some Encodable) throws { result(try Self.json(value)) }

    /// A value as JSON: keys sorted, so that two runs can be compared by line, and in snake case.
    /// - Parameter keys: what becomes of keys; formats of others prescribe theirs.
    package static func json(
        _ value: some Encodable, keys: JSONEncoder.KeyEncodingStrategy = .convertToSnakeCase
    ) throws -> String {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = keys
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    /// Writes what is going on.
    package func talk(_ text: String) {
        if !isQuiet { Self.write(text + "\n", to: STDERR_FILENO) }
    }

    /// Writes what is going on in detail.
    func detail(_ text: String) {
        if isVerbose { talk(text) }
    }

    /// Writes an error, quiet or not.
    package func error(_ text: String) {
        Self.write(paint("error: ", .red, colorsTalk) + text + "\n", to: STDERR_FILENO)
    }

    /// Whether somebody sits at the other end who can be asked.
    package var canAsk: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1 }

    /// Asks a question; anything but a yes is a no.
    package func ask(_ question: String) -> Bool {
        Self.write(question + " [y/N] ", to: STDERR_FILENO)
        return ["y", "yes"].contains(readLine()?.lowercased().filter { !$0.isWhitespace })
    }

    /// Colours part of a result.
    package func paint(_ text: String, _ color: Color) -> String { paint(text, color, colorsResults) }

    private func paint(_ text: String, _ color: Color, _ isOn: Bool) -> String {
        isOn ? "\u{1B}[\(color.rawValue)m\(text)\u{1B}[0m" : text
    }

    private static func write(_ text: String, to descriptor: Int32) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                bytes = bytes.dropFirst(count)
            } else if errno != EINTR {
                // The reader is gone or the disk is full: what was asked for cannot be delivered.
                if descriptor == STDOUT_FILENO { _exit(2) }
                return
            }
        }
    }
}
