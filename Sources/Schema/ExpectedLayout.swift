/// A line of a file.
package struct SourceLine: Sendable, Hashable, Encodable {
    /// The path, from the root of the project.
    package let file: String
    /// The line, from 1.
    package let line: Int

    package init(file: String, line: Int) {
        self.file = file
        self.line = line
    }
}

/// What the catalog must say after some steps, and where in `sql/` each part of it is made.
package struct ExpectedLayout: Sendable {
    /// The facts by key: each as the last step that speaks of it says.
    package let facts: [String: Fact]
    /// The step that last spoke of a key, also of one that it removed.
    private let steps: [String: SchemaStep]

    /// Folds the layouts of steps, in order.
    package init(_ steps: some Sequence<SchemaStep>) {
        var facts: [String: Fact] = [:]
        var last: [String: SchemaStep] = [:]
        for step in steps {
            guard let layout = step.layout else { continue }
            for key in layout.absent {
                facts[key] = nil
                last[key] = step
            }
            for fact in layout.present {
                facts[fact.key] = fact
                last[fact.key] = step
            }
        }
        self.facts = facts
        self.steps = last
    }

    /// The fact of a kind about an object.
    package func fact(_ kind: Fact.Kind, _ object: String) -> Fact? { facts["\(kind.rawValue) \(object)"] }

    /// Where the step that last spoke of a fact does so: the line of its definition, else of its first mention.
    package func source(of fact: Fact) -> SourceLine? {
        guard let step = steps[fact.key] else { return nil }
        let lines = step.sql.split(separator: "\n", omittingEmptySubsequences: false)
        // Columns of several tables may have the same name.
        let table = [.column, .default, .notNull].contains(fact.kind) ? "TABLE public.\(fact.baseName ?? "")" : ""
        let start = lines.firstIndex { $0.hasPrefix("CREATE") && $0.mentions(table) } ?? 0
        for pattern in Self.patterns(fact) {
            let parts = pattern.split(separator: "…").map(String.init)
            let found = lines[start...].firstIndex { line in
                !line.hasPrefix("--") && parts.allSatisfy { line.mentions($0) }
            }
            if let found { return SourceLine(file: step.path, line: found + 1) }
        }
        return SourceLine(file: step.path, line: 1)
    }

    /// The statement of the step that makes a function or a view.
    ///
    /// The audit function of a table is written from the catalog by a call.
    package func creation(of fact: Fact) -> String? {
        guard let step = steps[fact.key] else { return nil }
        let name = (fact.object.contains("emaildb.") ? "" : "public.") + fact.object.prefix { $0 != "(" }
        let statements = SQLStatement.split(step.sql)
        // A view and the function behind it may have the same name.
        let isFunction = fact.kind == .function || fact.kind == .functionBody
        let starts =
            isFunction ? ["CREATE FUNCTION ", "CREATE OR REPLACE FUNCTION ", "CREATE PROCEDURE "] : ["CREATE VIEW "]
        if let own = statements.first(where: { statement in
            starts.contains { start in
                guard statement.text.hasPrefix(start + name) else { return false }
                return statement.text.dropFirst(start.count + name.count).first.map { " (".contains($0) } ?? false
            }
        }) {
            return own.text
        }
        guard isFunction, let table = fact.auditedTable else { return nil }
        return statements.last { $0.text.mentions("emaildb.write_audit_function('public.\(table)')") }?.text
    }

    // MARK: - Places

    /// What to look for, best first; `…` separates texts that are all in one line.
    private static func patterns(_ fact: Fact) -> [String] {
        let name = fact.baseName ?? ""
        let last = fact.object.split(separator: ".").last.map(String.init) ?? fact.object
        let words = fact.object.split(separator: " ").map(String.init)
        switch fact.kind {
        case .schema: return ["CREATE SCHEMA \(fact.object)"]
        case .extension: return ["CREATE EXTENSION…\(fact.object)"]
        case .role: return ["'\(fact.object)'"]
        case .membership: return ["'\(words[0])'…'\(words[2])'"]
        case .setting: return words.count > 1 ? ["'\(words[0])'…'\(words[1])'"] : []
        case .table: return ["TABLE public.\(name)", "TABLE \(fact.object)"]
        case .column, .default, .notNull: return ["    \(last) ", "    \"\(last)\" ", last]
        case .storage, .statistics: return [last]
        case .parameters: return ["TABLE public.\(name) SET", name]
        case .sequence, .ownedBy: return ["SEQUENCE public.\(name)", name]
        case .constraint: return ["CONSTRAINT \(last)"]
        case .index: return ["INDEX \(name)", "CONSTRAINT \(name)"]
        case .view, .viewDefinition: return ["VIEW public.\(name)"]
        case .function, .functionBody:
            return [
                "FUNCTION public.\(name)", "PROCEDURE emaildb.\(name)", "FUNCTION emaildb.\(name)",
                "write_audit_function('public.\(fact.auditedTable ?? name)')",
            ]
        case .trigger: return ["TRIGGER \(last)"]
        case .rowSecurity: return ["TABLE public.\(name)…ROW LEVEL SECURITY"]
        case .policy: return ["POLICY \(last)"]
        case .grant: return ["GRANT…\(name)…\(words.last ?? "")", "GRANT…\(name)", name, words.last ?? ""]
        case .owner: return [name]
        case .defaultPrivileges: return ["ROLE \(words[0])", "DEFAULT PRIVILEGES"]
        case .systemFunctions: return ["pg_catalog.pg_proc"]
        case .rule, .extendedStatistics, .inheritance: return [name]
        }
    }
}

extension Fact {
    /// The table of an audit function, `public.<table>_audit_update()`.
    fileprivate var auditedTable: String? {
        baseName.flatMap { $0.hasSuffix("_audit_update") ? String($0.dropLast("_audit_update".count)) : nil }
    }
}

extension StringProtocol {
    /// Whether the text holds another one as whole words.
    package func mentions(_ text: String) -> Bool {
        guard !text.isEmpty else { return false }
        func isPartOfName(_ character: Character?) -> Bool {
            character.map { $0.isLetter || $0.isNumber || $0 == "_" } ?? false
        }
        return ranges(of: text).contains { range in
            let before = range.lowerBound > startIndex ? self[index(before: range.lowerBound)] : nil
            let after = range.upperBound < endIndex ? self[range.upperBound] : nil
            return !(isPartOfName(text.first) && isPartOfName(before))
                && !(isPartOfName(text.last) && isPartOfName(after))
        }
    }
}

extension ExpectedLayout {
    /// The constraint that an index belongs to: PostgreSQL gives both the same name.
    package func constraint(of index: Fact) -> Fact? {
        guard let table = index.indexedTable else { return nil }
        return fact(.constraint, table + "." + (index.baseName ?? ""))
    }
}

extension Fact {
    /// The table of an index, as facts name it.
    package var indexedTable: String? {
        guard kind == .index, let on = value.firstRange(of: " ON ") else { return nil }
        let name = value[on.upperBound...].prefix { $0 != " " }
        return String(name.hasPrefix("public.") ? name.dropFirst("public.".count) : name)
    }

    /// The object without its last part: the table of a column, constraint, policy or trigger.
    package var parent: String { String(object[..<(object.lastIndex(of: ".") ?? object.startIndex)]) }
}
