import Foundation
import TestSupport
import Testing

/// Every command that a message, a hint or a help text of the sources names is one that can be typed.
///
/// The commands are collected from the sources, with samples in place of what a message fills in, and typed where no server is: wrong
/// usage would be status 64.
@Suite struct NamedCommandTests {
    /// A command as the program describes itself.
    private struct Tree: Decodable {
        struct Option: Decodable {
            struct Name: Decodable {
                let kind: String
                let name: String
                var text: String { (kind == "long" ? "--" : "-") + name }
            }
            let kind: String
            let names: [Name]?
            let valueName: String?
            let allValues: [String]?
            let isOptional: Bool
            let defaultValue: String?
            var spellings: [String] { names?.map(\.text) ?? [] }
        }
        let commandName: String
        let subcommands: [Tree]?
        let arguments: [Option]?

        func command(_ name: String) -> Tree? { subcommands?.first { $0.commandName == name } }
        func option(_ name: String) -> Option? { arguments?.first { $0.spellings.contains(name) } }
        var takesWords: Bool { arguments?.contains { $0.kind == "positional" } == true }
    }

    private struct Dump: Decodable { let command: Tree }

    private static let root =
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .path

    /// The texts behind `emaildb ` in the sources, what is filled in as VALUE.
    private static func texts() throws -> [(place: String, text: String)] {
        let folders = ["Sources", "sql"]
        var texts: [(String, String)] = []
        for folder in folders {
            let files = FileManager.default.enumerator(atPath: root + "/" + folder)?.compactMap { $0 as? String } ?? []
            for file in files where file.hasSuffix(".swift") || file.hasSuffix(".sql") {
                let source = try String(contentsOfFile: "\(root)/\(folder)/\(file)", encoding: .utf8)
                for line in source.split(separator: "\n") {
                    let text = line.trimmingPrefix(while: \.isWhitespace)
                    if text.hasPrefix("//") || text.hasPrefix("-- ") || !text.contains("emaildb ") { continue }
                    let filled = text.replacing(#/\\\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)/#, with: "VALUE")
                    for part in filled.components(separatedBy: "emaildb ").dropFirst() {
                        texts.append(("\(folder)/\(file)", part))
                    }
                }
            }
        }
        return texts
    }

    /// The words of a command at the beginning of a text; nil where there is none.
    /// - Throws: the name of an option that the command does not have.
    private func command(_ text: String, _ root: Tree) throws -> [String]? {
        let ends: Set<Character> = ["\"", "'", "`", ",", ".", ";", ":", ")", "\\", "?"]
        var words: [(word: String, isLast: Bool)] = []
        for part in text.split(separator: " ", omittingEmptySubsequences: true) {
            let word = part.prefix { !"\"'`\\);".contains($0) }
            var bare = String(word)
            while let last = bare.last, ends.contains(last) { bare.removeLast() }
            if bare.isEmpty { break }
            words.append((bare, bare.count < part.count))
            if bare.count < part.count { break }
        }
        var (node, place, line) = (root, 0, [String]())
        while place < words.count, let next = node.command(words[place].word) {
            line.append(words[place].word)
            (node, place) = (next, place + 1)
        }
        if line.isEmpty || line == ["dev"] || line == ["container"] { return nil }
        // What follows is psql's.
        if line == ["dev", "psql"] { return line }
        while place < words.count {
            let (word, _) = words[place]
            place += 1
            let (name, inline) = (word.prefix { $0 != "=" }, word.contains("="))
            guard word.hasPrefix("-"), word != "-", word.allSatisfy({ $0 != "/" || inline }) else {
                if node.takesWords, line.count == 1 {
                    line.append(sample(word, nil, node))
                    continue
                }
                break
            }
            if ["--help", "--version"].contains(word) {
                line.append(word)
                continue
            }
            guard let option = node.option(String(name)) else {
                throw Unknown(description: "\(name) of \(node.commandName)")
            }
            guard option.kind == "option" else {
                line.append(word)
                continue
            }
            var value = inline ? String(word[word.index(after: name.endIndex)...]) : ""
            if !inline, place < words.count, !words[place].word.hasPrefix("-") {
                value = words[place].word
                place += 1
            }
            line += [String(name), sample(value, option, node)]
        }
        let needsMore = ["tune", "monitor", "pool", "bench", "config"].contains(node.commandName) && line.count == 1
        if needsMore { return nil }
        // A sentence names a command, and leaves what it always needs to its help.
        for option in node.arguments ?? []
        where option.kind == "option" && !option.isOptional && option.defaultValue == nil {
            guard let name = option.spellings.last, !line.contains(name) else { continue }
            line += [name, sample("", option, node)]
        }
        return line
    }

    private struct Unknown: Error, CustomStringConvertible { let description: String }

    /// A value that the option takes, in place of one that is filled in or would wait or reach somebody.
    private func sample(_ value: String, _ option: Tree.Option?, _ node: Tree) -> String {
        guard let option else {
            return node.commandName == "help"
                ? (value.allSatisfy { $0.isLowercase || $0 == "-" } ? value : "containers") : "locks"
        }
        if let values = option.allValues { return values.contains(value) ? value : values[0] }
        let isTemplate =
            value.isEmpty || value.allSatisfy { $0.isUppercase || $0 == "_" || $0 == "=" } || value.contains("VALUE")
        switch option.spellings.last {
        case "--host": return "127.0.0.1"
        case "--port", "--wait", "--timeout", "--interval", "--lock-timeout": return "1"
        case "--dbname": return "email_service"
        case "--to", "--at": return "2026-01-01T00:00:00Z"
        case "--tenant": return "11111111-1111-1111-1111-111111111111"
        case "--explain": return isTemplate ? "EDB-S001" : value
        case "--password-file": return "email_service=file"
        case "--output": return isTemplate || value.hasSuffix("FILE") ? "json=out" : value
        case "--config": return "none"
        case "--only": return isTemplate ? "layout" : value
        case "--memory", "--wal-volume": return isTemplate ? "8GB" : value
        case "--max-connections", "--cpus", "--answer-timeout", "--listen-port": return isTemplate ? "5" : value
        default: return isTemplate ? "file" : value
        }
    }

    @Test("Every command that the sources name can be typed") func namedCommands() async throws {
        let dump = try await CommandRunner.emaildb(["--experimental-dump-help"])
        let tree = try JSONDecoder().decode(Dump.self, from: Data(dump.output.utf8)).command
        var lines: [[String]: String] = [:]
        for (place, text) in try Self.texts() {
            do {
                if let line = try command(text, tree), lines[line] == nil { lines[line] = place }
            } catch let unknown as Unknown {
                Issue.record("\(place): there is no option \(unknown): emaildb \(text)")
            }
        }
        #expect(lines.count > 60, "\(lines.count)")
        let folder = try TemporaryFolder()
        for name in ["file", "limits", "verify.ignore", "fix.sql"] {
            try folder.write(name, name == "file" ? "secret\n" : "")
        }
        let environment = [
            "PGHOST": "127.0.0.1", "PGPORT": "1", "HOME": folder.path, "EMAILDB_POSTGRES": folder.path + "/none",
        ]
        for (line, place) in lines.sorted(by: { $0.key.joined(separator: " ") < $1.key.joined(separator: " ") }) {
            // What it does is not the question: only whether it is understood.
            let isHidden = line[0] == "config"
            let result = try await CommandRunner.emaildb(line, environment: environment, in: folder.path)
            #expect(
                result.status != 64 || isHidden, "\(place): emaildb \(line.joined(separator: " ")): \(result.errors)")
        }
        print("named commands: \(lines.count) of the sources were typed")
    }
}

extension StringProtocol {
    fileprivate func trimmingPrefix(while condition: (Character) -> Bool) -> String { String(drop(while: condition)) }
}
