import Core
import FoundationEssentials
import Postgres

/// The whole series of steps, checked: numbered from 0001 without gaps or duplicates.
package struct SchemaSource: Sendable {
    package let steps: [SchemaStep]

    /// Why a folder of SQL files cannot be used.
    package struct Invalid: Error, Sendable, Hashable, CustomStringConvertible {
        package let problems: [String]
        package var description: String { problems.joined(separator: "\n") }
    }

    /// Checks and orders SQL files, and the layout files of their names; throws ``Invalid`` with every problem at once.
    package init(files: [(name: String, text: String)], layouts: [String: String] = [:]) throws {
        let problems =
            layouts.sorted { $0.key < $1.key }.compactMap { name, text -> String? in
                do throws(LayoutChange.Malformed) {
                    _ = try LayoutChange(parsing: text)
                    return nil
                } catch {
                    return "layout/\(name):\(error.line): \(error.reason)"
                }
            }
            + files.sorted { $0.name < $1.name }.flatMap { name, text in
                let sql = SchemaStep.normalised(text)
                return (StepHeader(sql).problems + StepHeader.misplaced(in: sql)).map { "\(name):\($0)" }
            }
        guard problems.isEmpty else { throw Invalid(problems: problems) }
        try self.init(files: files, checkedLayouts: layouts)
    }

    private init(files: [(name: String, text: String)], checkedLayouts layouts: [String: String]) throws {
        var problems: [String] = []
        var steps: [SchemaStep] = []
        for (name, text) in files.sorted(by: { $0.name < $1.name }) {
            guard let number = Self.number(of: name) else {
                problems.append("\(name): a step is named NNNN_words_in_lower_case.sql")
                continue
            }
            if number <= steps.last?.number ?? 0 {
                problems.append("\(name): step \(number) exists twice")
                continue
            }
            if number != (steps.last?.number ?? 0) + 1 {
                problems.append("\(name): step \((steps.last?.number ?? 0) + 1) is missing before it")
            }
            let stem = String(name.dropLast(4))
            let step = SchemaStep(
                number: number, name: stem, text: text, previousChain: steps.last?.chain ?? "",
                layoutText: layouts[stem + ".txt"])
            if step.kind == .noTransaction && ConcurrentIndex(sql: step.sql) == nil {
                problems.append(
                    "\(name): a step outside transactions is exactly one"
                        + " CREATE [UNIQUE] INDEX CONCURRENTLY name ON schema.table, so that it can be resumed")
            }
            steps.append(step)
        }
        if steps.isEmpty && problems.isEmpty { problems.append("there is no step: no file is named 0001_words.sql") }
        guard problems.isEmpty else { throw Invalid(problems: problems) }
        self.steps = steps
    }

    package static func embedded() -> SchemaSource {
        do {
            // Parsing the layouts takes longer than all the rest of an init without work, and a test has parsed them.
            let steps = EmbeddedSQL.steps
            return try SchemaSource(
                files: steps.map { ($0.name + ".sql", $0.text) },
                checkedLayouts: Dictionary(uniqueKeysWithValues: steps.map { ($0.name + ".txt", $0.layout ?? "") }))
        } catch {
            preconditionFailure("the embedded SQL is not a series of steps: \(error)")
        }
    }

    /// Reads a folder such as this project's `sql/`, its layout files from `layout/` in it.
    package static func directory(_ path: String) throws -> SchemaSource {
        let manager = FileManager.default
        guard let names = try? manager.contentsOfDirectory(atPath: path) else {
            throw Invalid(problems: ["\(path): not a folder that can be read"])
        }
        let files = try names.filter { $0.hasSuffix(".sql") }.map { ($0, try read("\(path)/\($0)")) }
        let layoutNames = (try? manager.contentsOfDirectory(atPath: path + "/layout")) ?? []
        let layouts = try layoutNames.filter { $0.hasSuffix(".txt") }.map { ($0, try read("\(path)/layout/\($0)")) }
        return try SchemaSource(files: files, layouts: Dictionary(uniqueKeysWithValues: layouts))
    }

    private static func read(_ path: String) throws -> String {
        guard let data = FileManager.default.contents(atPath: path), let text = String(data: data, encoding: .utf8)
        else { throw Invalid(problems: ["\(path): not a UTF-8 text that can be read"]) }
        return text
    }

    private static func number(of name: String) -> Int? {
        guard name.hasSuffix(".sql"), !name.contains("/") else { return nil }
        let stem = name.dropLast(4)
        let digits = stem.prefix(4)
        let words = stem.dropFirst(4)
        guard digits.utf8.count == 4, digits.utf8.allSatisfy({ (48...57).contains($0) }), words.utf8.count > 1,
            words.first == "_",
            words.utf8.allSatisfy({ (97...122).contains($0) || (48...57).contains($0) || $0 == 95 })
        else { return nil }
        return Int(digits)
    }
}
