import Fix
import Schema

/// The difference between what the catalog must say and what it says, as findings.
struct LayoutComparison {
    let expected: ExpectedLayout
    /// The catalog's facts by key.
    let live: [String: Fact]
    /// The database and the role that ran `init`, which mending statements name.
    let target: Mending.Target

    /// A finding for each object that is missing, differs, or is not part of the design; what only goes with a missing or
    /// extra object is no finding of its own, and mended with it.
    func findings() -> [Finding] {
        var missing: [Fact] = []
        var changed: [(Fact, Fact)] = []
        for fact in expected.facts.values {
            guard let found = live[fact.key] else {
                missing.append(fact)
                continue
            }
            if found.value != fact.value { changed.append((fact, found)) }
        }
        let extra = live.values.filter { expected.facts[$0.key] == nil }
        return gathered(missing, .missing) + changed.filter { !isMendedWithItsConstraint($0.0) }.map(finding)
            + gathered(extra, .extra)
    }

    /// Findings for facts that are only on one side, each with those that belong to its object.
    private func gathered(_ facts: [Fact], _ difference: FindingCode.Difference) -> [Finding] {
        let byKey = Dictionary(facts.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
        /// What explains a fact, and what explains that, to the end.
        func head(of fact: Fact) -> Fact? {
            // A sequence goes with its column; it is the column's fact that knows of it.
            let explained = fact.kind == .sequence ? byKey["owned-by " + fact.object] : fact
            return explained?.heads.lazy.compactMap { byKey[$0] }.first { $0 != fact }.map { head(of: $0) ?? $0 }
        }
        var belongings: [String: [Fact]] = [:]
        var heads: [Fact] = []
        for fact in facts.sorted() {
            if let head = head(of: fact) {
                belongings[head.key, default: []].append(fact)
            } else {
                heads.append(fact)
            }
        }
        return heads.map { head in
            let isMissing = difference == .missing
            // What is dropped takes along what belongs to it.
            let parts = isMissing ? [head] + (belongings[head.key] ?? []) : [head]
            let all = parts.flatMap { part in repairs(isMissing ? part : nil, isMissing ? nil : part) }
            return Finding(
                .layout(head.kind, difference), object: head.key, expected: isMissing ? head.value : nil,
                actual: isMissing ? nil : head.value, repairs: all, source: expected.source(of: head))
        }
    }

    private func finding(_ expectation: Fact, _ found: Fact) -> Finding {
        Finding(
            .layout(expectation.kind, .changed), object: expectation.key, expected: expectation.value,
            actual: found.value, repairs: repairs(expectation, found), source: expected.source(of: expectation))
    }

    private func repairs(_ expectation: Fact?, _ found: Fact?) -> [Repair] {
        let fact = expectation ?? found
        let order = fact.flatMap { expected.source(of: $0) }.map {
            (Int($0.file.dropFirst(4).prefix(4)) ?? 0) * 10_000 + $0.line
        }
        return Mending(expected: expected, target: target).repairs(expectation, found).map { repair in
            var repair = repair
            repair.order = order ?? 0
            return repair
        }
    }

    /// The index of a constraint differs when the constraint does, and only then on its own when it is not valid.
    private func isMendedWithItsConstraint(_ fact: Fact) -> Bool {
        guard fact.kind == .index, let constraint = expected.constraint(of: fact) else { return false }
        return live[constraint.key]?.value != constraint.value
    }
}

extension Fact {
    /// Keys of the facts that, when they are missing or extra as well, explain this one.
    fileprivate var heads: [String] {
        let parts = object.split(separator: " ", maxSplits: 1).map(String.init)
        func keys(_ name: String) -> [String] { ["table", "view", "sequence"].map { $0 + " " + name } }
        switch kind {
        case .default, .notNull, .storage: return ["table " + parent, "column " + object]
        case .column, .policy, .trigger, .rule, .constraint, .extendedStatistics: return keys(parent)
        case .statistics: return keys(parent) + ["column " + object, "index " + parent]
        case .rowSecurity, .parameters: return ["table " + object]
        case .viewDefinition: return ["view " + object]
        case .functionBody: return ["function " + object]
        case .ownedBy:
            let column = value.prefix { $0 != "," }
            return ["column " + column] + keys(String(column[..<(column.lastIndex(of: ".") ?? column.startIndex)]))
                + ["sequence " + object]
        case .index:
            guard let indexedTable else { return [] }
            return keys(indexedTable) + ["constraint \(indexedTable).\(baseName ?? "")"]
        case .owner: return [parts.joined(separator: " ")]
        case .grant:
            // `column t.c to role`, `table t to role`, `function f(a integer) to role`
            let object = String(object[..<(object.ranges(of: " to ").last?.lowerBound ?? object.endIndex)])
            guard parts[0] == "column", let dot = object.lastIndex(of: ".") else { return [object] }
            return [object, "table " + object[..<dot].dropFirst("column ".count)]
        default: return []
        }
    }
}
