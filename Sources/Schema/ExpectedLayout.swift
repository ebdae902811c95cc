import Postgres

/// What the catalog must say after some steps, and where in `sql/` each part of it is made.
package struct ExpectedLayout: Sendable {
    /// The facts by key: each as the last step that speaks of it says.
    package let facts: [Fact.Key: Fact]
    /// The step that last spoke of a key, also of one that it removed.
    private let steps: [Fact.Key: SchemaStep]

    package init(_ steps: some Sequence<SchemaStep>) {
        var facts: [Fact.Key: Fact] = [:]
        var last: [Fact.Key: SchemaStep] = [:]
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

    /// The step that makes a thing, or removes it; for a right, else that of its object.
    package func step(of key: Fact.Key) -> SchemaStep? { steps[key] ?? steps[Fact.Key(.owner, key.object)] }

    /// What the steps remove.
    var absent: [Fact.Key] { steps.keys.filter { facts[$0] == nil } }

    package func fact(_ kind: Fact.Kind, _ object: ObjectName?) -> Fact? {
        object.flatMap { facts[Fact.Key(kind, $0)] }
    }

    /// The constraint that an index belongs to: PostgreSQL gives both the same name.
    package func constraint(of index: Fact) -> Fact? {
        fact(.constraint, index.indexedTable?.with(.constraint, part: index.object.name))
    }

    /// Where the step that last spoke of a fact does so: the line of its definition, else of its first mention.
    package func source(of fact: Fact) -> SourceLine? {
        guard let step = steps[fact.key] else { return nil }
        let lines = step.sql.split(separator: "\n", omittingEmptySubsequences: false)
        // Columns of several tables may have the same name.
        let table = fact.object.kind == .column ? "TABLE public.\(fact.object.name)" : ""
        let start = lines.firstIndex { $0.hasPrefix("CREATE") && $0.mentions(table) } ?? 0
        for parts in Self.patterns(fact) {
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
        // A view and the function behind it may have the same name.
        let isFunction = fact.object.kind == .function
        let kinds = isFunction ? ["function", "procedure"] : ["view"]
        let statements = SQLText.statements(of: step.sql)
        let own = statements.first { statement in
            let words = SQLLexer(statement).lazy.filter { !$0.isBlank }.map { $0.nameValue ?? $0.text }
                .filter { $0 != "or" && $0 != "replace" }.prefix(5)
            return kinds.contains {
                words.elementsEqual(["create", $0, fact.object.schema ?? "", ".", fact.object.name])
            }
        }
        guard own == nil, isFunction, let table = fact.auditedTable else { return own }
        return statements.last { $0.mentions("emaildb.write_audit_function('public.\(table)')") }
    }

    /// What to look for in a step, best first; all texts of one are in the same line.
    private static func patterns(_ fact: Fact) -> [[String]] {
        let (name, part, role) = (fact.object.name, fact.object.part ?? "", fact.role ?? "")
        switch fact.kind {
        case .schema: return [["CREATE SCHEMA \(name)"]]
        case .extension: return [["CREATE EXTENSION", name]]
        case .role: return [["'\(name)'"]]
        case .membership, .setting: return [["'\(role)'", "'\(name)'"]]
        case .table: return [["TABLE \(fact.object.schema ?? "").\(name)"]]
        case .column, .default, .notNull: return [["    \(part) "], ["    \"\(part)\" "], [part]]
        case .storage: return [[part]]
        case .statistics: return [[fact.object.kind == .indexColumn ? name : part]]
        case .parameters: return [["TABLE public.\(name) SET"], [name]]
        case .sequence, .ownedBy: return [["SEQUENCE public.\(name)"], [name]]
        case .constraint: return [["CONSTRAINT \(part)"]]
        case .index: return [["INDEX \(name)"], ["CONSTRAINT \(name)"]]
        case .view, .viewDefinition: return [["VIEW public.\(name)"]]
        case .function, .functionBody:
            return [
                ["FUNCTION public.\(name)"], ["PROCEDURE emaildb.\(name)"], ["FUNCTION emaildb.\(name)"],
                ["write_audit_function('public.\(fact.auditedTable ?? name)')"],
            ]
        case .trigger: return [["TRIGGER \(part)"]]
        case .rowSecurity: return [["TABLE public.\(name)", "ROW LEVEL SECURITY"]]
        case .policy: return [["POLICY \(part)"]]
        case .grant: return [["GRANT", name, role], ["GRANT", name], [name], [role]]
        case .owner: return [[name]]
        case .defaultPrivileges: return [["ROLE \(role)"], ["DEFAULT PRIVILEGES"]]
        case .systemFunctions: return [["pg_catalog.pg_proc"]]
        case .rule, .extendedStatistics, .inheritance: return [[part.isEmpty ? name : part]]
        }
    }
}

package struct SourceLine: Sendable, Hashable, Encodable {
    /// The path, from the root of the project.
    package let file: String
    package let line: Int

    package init(file: String, line: Int) {
        self.file = file
        self.line = line
    }
}

extension Fact {
    /// The table of an audit function, `public.<table>_audit_update()`.
    fileprivate var auditedTable: String? {
        let name = object.name
        return name.hasSuffix("_audit_update") ? String(name.dropLast("_audit_update".count)) : nil
    }

    package var indexedTable: ObjectName? {
        guard kind == .index else { return nil }
        // CREATE [UNIQUE] INDEX name ON [ONLY] schema.table USING ...
        let names = SQLLexer(value).lazy.filter { !$0.isBlank }.drop { $0.keyword != "on" }.dropFirst()
            .filter { $0.keyword != "only" }.compactMap(\.nameValue).prefix(2)
        guard names.count == 2, let schema = names.first, let table = names.dropFirst().first else { return nil }
        return ObjectName(.table, schema: schema, table)
    }
}

extension StringProtocol {
    /// Whether the text holds another one as whole words; none holds the empty one.
    func mentions(_ text: String) -> Bool {
        func isPartOfName(_ character: Character?) -> Bool {
            character.map { $0.isLetter || $0.isNumber || $0 == "_" } ?? false
        }
        return !text.isEmpty
            && ranges(of: text).contains { range in
                !(isPartOfName(text.first) && isPartOfName(self[..<range.lowerBound].last))
                    && !(isPartOfName(text.last) && isPartOfName(self[range.upperBound...].first))
            }
    }
}
