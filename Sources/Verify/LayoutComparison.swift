import Fix
import Schema

/// The difference between what the catalog must say and what it says, as findings.
struct LayoutComparison {
    private let expected: ExpectedLayout
    private let live: [Fact.Key: Fact]
    private let fix: LayoutFix

    init(expected: ExpectedLayout, live: [Fact], database: String, installer: String) {
        self.expected = expected
        self.live = live.byKey
        fix = LayoutFix(expected: expected, live: self.live.keys, database: database, installer: installer)
    }

    /// A finding for each object that is missing, differs, or is not part of the design; what only goes with a missing or
    /// extra object is no finding of its own, and fixed with it.
    func findings() -> [Finding] {
        let missing = expected.facts.values.filter { live[$0.key] == nil }
        let extra = live.values.filter { expected.facts[$0.key] == nil }
        let changed = expected.facts.values.compactMap { fact in
            live[fact.key].flatMap { $0.value == fact.value || isFixedWithItsConstraint(fact) ? nil : (fact, $0) }
        }
        return groupedByOwner(missing).map { owner, parts in
            finding(.missing, owner, nil, ([owner] + parts).flatMap { fix.statements($0, nil) })
        }
            + changed.map { finding(.changed, $0, $1, fix.statements($0, $1)) }
            + groupedByOwner(extra).map { owner, parts in
                // What is dropped takes along what belongs to it.
                finding(.extra, nil, owner, fix.statements(nil, owner, with: parts))
            }
    }

    private func finding(
        _ difference: FindingCode.Difference, _ fact: Fact?, _ found: Fact?, _ statements: [FixStatement]
    ) -> Finding {
        let subject = fact ?? found
        return Finding(
            .layout(subject?.kind ?? .table, difference), object: subject?.key.description ?? "", expected: fact?.value,
            actual: found?.value, statements: statements, source: subject.flatMap { expected.source(of: $0) })
    }

    /// Facts that are only on one side: those that nothing else explains, each with those that it explains.
    private func groupedByOwner(_ facts: [Fact]) -> [(owner: Fact, parts: [Fact])] {
        let byKey = facts.byKey
        /// What explains a fact, and what explains that, to the end.
        func owner(of fact: Fact) -> Fact? {
            // A sequence goes with its column; it is the column's fact that knows of it.
            let explained = fact.kind == .sequence ? byKey[Fact.Key(.ownedBy, fact.object)] : fact
            return explained?.owners.lazy.compactMap { byKey[$0] }.first { $0 != fact }.map { owner(of: $0) ?? $0 }
        }
        var parts: [Fact.Key: [Fact]] = [:]
        var owners: [Fact] = []
        for fact in facts.sorted() {
            if let owner = owner(of: fact) {
                parts[owner.key, default: []].append(fact)
            } else {
                owners.append(fact)
            }
        }
        return owners.map { ($0, parts[$0.key] ?? []) }
    }

    /// The index of a constraint differs when the constraint does, and only then on its own when it is not valid.
    private func isFixedWithItsConstraint(_ fact: Fact) -> Bool {
        guard fact.kind == .index, let constraint = expected.constraint(of: fact) else { return false }
        return live[constraint.key]?.value != constraint.value
    }
}

extension Fact {
    /// Keys of the facts that, when they are missing or extra as well, explain this one.
    fileprivate var owners: [Key] {
        switch kind {
        case .default, .notNull, .storage, .statistics:
            return object.relations + [Key(.column, object), Key(.index, object.with(.index))]
        case .column, .policy, .trigger, .rule, .constraint, .extendedStatistics: return object.relations
        case .rowSecurity, .parameters: return [Key(.table, object)]
        case .viewDefinition: return [Key(.view, object)]
        case .functionBody: return [Key(.function, object)]
        case .ownedBy:
            // `table.column` or `table.column, its identity`
            guard let column = ObjectName(.column, text: value) else { return [] }
            return [Key(.column, column)] + column.relations + [Key(.sequence, object)]
        case .index:
            guard let indexedTable else { return [] }
            return indexedTable.relations + [Key(.constraint, indexedTable.with(.constraint, part: object.name))]
        case .owner, .grant: return object.existence + (object.part == nil ? [] : object.relations)
        default: return []
        }
    }
}

extension ObjectName {
    fileprivate var relations: [Fact.Key] {
        [Fact.Key(.table, with(.table)), Fact.Key(.view, with(.view)), Fact.Key(.sequence, with(.sequence))]
    }

    /// The key of the fact that says that the object is there.
    fileprivate var existence: [Fact.Key] {
        Fact.Kind(rawValue: kind.rawValue).map { [Fact.Key($0, self)] } ?? []
    }
}
