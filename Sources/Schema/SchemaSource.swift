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

    /// Checks and orders SQL files, and the layout files of their names; throws ``Invalid`` with every problem.
    /// - Parameter isChecked: whether the contents are known to be right: parsing the layouts takes longer than all the
    ///   rest of an `init` without work.
    package init(
        files: [(name: String, text: String)], layouts: [String: String] = [:], isChecked: Bool = false
    ) throws {
        let files = files.sorted { $0.name < $1.name }
        var problems = isChecked ? [] : Self.problems(files, layouts)
        guard problems.isEmpty else { throw Invalid(problems: problems) }
        var steps: [SchemaStep] = []
        for (name, text) in files {
            let last = steps.last?.number ?? 0
            guard let number = Self.number(of: name) else {
                problems.append("\(name): a step is named NNNN_words_in_lower_case.sql")
                continue
            }
            if number <= last {
                problems.append("\(name): step \(number) exists twice")
                continue
            }
            if number != last + 1 { problems.append("\(name): step \(last + 1) is missing before it") }
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

    /// What is wrong in the files, each with its line.
    private static func problems(_ files: [(name: String, text: String)], _ layouts: [String: String]) -> [String] {
        layouts.sorted { $0.key < $1.key }.compactMap { name, text in
            do throws(LayoutChange.Malformed) {
                _ = try LayoutChange(parsing: text)
                return nil
            } catch {
                return "layout/\(name):\(error.line): expected `kind object = value` or `- kind object`"
            }
        }
            + files.flatMap { name, text in
                let sql = SchemaStep.normalised(text)
                return (StepHeader(sql).problems + StepHeader.misplaced(in: sql) + StepContents.problems(in: sql))
                    .map { "\(name):\($0)" }
            }
    }

    package static func embedded() -> SchemaSource {
        do {
            let steps = EmbeddedSQL.steps
            return try SchemaSource(
                files: steps.map { ($0.name + ".sql", $0.text) },
                layouts: Dictionary(uniqueKeysWithValues: steps.map { ($0.name + ".txt", $0.layout ?? "") }),
                isChecked: true)
        } catch {
            preconditionFailure("the embedded SQL is not a series of steps: \(error)")
        }
    }

    /// Reads a folder such as this project's `sql/`, its layout files from `layout/` in it.
    package static func directory(_ path: String) throws -> SchemaSource {
        guard let files = try texts(path, ".sql") else {
            throw Invalid(problems: ["\(path): not a folder that can be read"])
        }
        let layouts = Dictionary(grouping: try texts(path + "/layout", ".txt") ?? [], by: \.name)
        // Names that differ in their bytes may be equal as texts.
        if let name = layouts.first(where: { $0.value.count > 1 })?.key {
            throw Invalid(problems: ["\(path)/layout: two files have the same name, \(SQL.name(name))"])
        }
        return try SchemaSource(files: files, layouts: layouts.compactMapValues(\.first?.text))
    }

    /// The files of a folder whose names end so; nil when it cannot be read.
    private static func texts(_ folder: String, _ ending: String) throws -> [(name: String, text: String)]? {
        let names = try? FileManager.default.contentsOfDirectory(atPath: folder)
        return try names?.filter { $0.hasSuffix(ending) }.map { name in
            let path = "\(folder)/\(name)"
            guard let data = FileManager.default.contents(atPath: path), let text = String(data: data, encoding: .utf8)
            else { throw Invalid(problems: ["\(path): not a UTF-8 text that can be read"]) }
            return (name, text)
        }
    }

    private static func number(of name: String) -> Int? {
        let (digits, words) = (name.prefix(4), String(name.dropFirst(4).dropLast(4)))
        guard name.hasSuffix(".sql"), digits.utf8.count == 4, digits.utf8.allSatisfy({ (48...57).contains($0) }),
            words.hasPrefix("_"), words.utf8.count > 1, SQL.isPlain(words)
        else { return nil }
        return Int(digits)
    }
}
