import Core
import Report

/// What is said about a command line that is wrong: what is wrong, and the line to type instead.
///
/// At most five lines, whatever was typed; a word that may hold a password is not shown.
struct WrongUsage {
    private let words: [String]
    /// What the parser says, which knows what no list of options can: a number out of range, options that exclude each other.
    private let message: String

    init(_ words: [String], message: String) { (self.words, self.message) = (words, message) }

    var failure: Failure {
        guard let mistake = Mistake.first(in: words) else {
            let lines = message.split(separator: "\n").map { $0.trimmingPrefix(while: \.isWhitespace) }
            return Failure(.usage, Self.short(lines.joined(separator: " ")), fix: "\(command) --help")
        }
        return Failure(.usage, mistake.problem, fix: mistake.advice ?? corrected(mistake) ?? "\(command) --help")
    }

    /// Whether a line, right or wrong, asks for a result in JSON on standard output.
    static func asksForJSON(_ words: [String]) -> Bool {
        var format: String?
        for (place, word) in words.enumerated() {
            let next = place + 1 < words.count ? words[place + 1] : ""
            if word == "--format" { format = next }
            if word.hasPrefix("--format=") { format = String(word.dropFirst("--format=".count)) }
            if word == "--output=json=-" || word == "--output" && next == "json=-" { return true }
        }
        return format == "json"
    }

    /// The words that name the command, from `emaildb` on.
    private var command: String { (["emaildb"] + path).joined(separator: " ") }

    private var path: [String] {
        var (node, path) = (CommandTree.root, [String]())
        for word in words {
            guard let next = node.command(word) else { break }
            (node, path) = (next, path + [word])
        }
        return path
    }

    /// The line with this mistake and those behind it corrected; only what was meant where the line cannot be shown.
    private func corrected(_ first: Mistake) -> String? {
        var line = words
        var mistake: Mistake? = first
        for _ in 0..<8 {
            guard let correction = mistake?.correction else { break }
            line.replaceSubrange(correction.place, with: correction.words)
            mistake = Mistake.first(in: line)
        }
        let shown = line.map { Mistake.isSecret($0) ? "ADDRESS" : Self.quoted($0) }
        let text = (["emaildb"] + shown).joined(separator: " ")
        if mistake == nil, text.count <= 160 { return text }
        if let usage = first.usage { return "\(command) \(usage)" }
        return first.correction.map { "emaildb \($0.words.map(Self.quoted).joined(separator: " "))" }
    }

    /// A word as a shell reads it.
    private static func quoted(_ word: String) -> String {
        let isPlain =
            !word.isEmpty
            && word.utf8.allSatisfy { byte in
                (97...122).contains(byte) || (65...90).contains(byte) || (48...57).contains(byte)
                    || "-_./,:=+%@".utf8.contains(byte)
            }
        return isPlain ? word : "'" + word.visible.replacing("'", with: "'\\''") + "'"
    }

    /// The parser repeats values, which may be long, or hold a password.
    static func short(_ text: String) -> String {
        let words = text.split(separator: " ", omittingEmptySubsequences: false).map { word in
            word.contains("://") ? "(an address)" : String(word)
        }
        let line = words.joined(separator: " ")
        return line.count > 300 ? line.prefix(300) + ".." : line
    }
}

extension StringProtocol {
    fileprivate func trimmingPrefix(while condition: (Character) -> Bool) -> String { String(drop(while: condition)) }
}
