import Postgres
package import Schema

/// The SQL that brings an object back to what the layout says, to be run as a superuser.
///
/// Most of it follows from the fact itself, which is written in SQL's own words; functions and views are made by the very
/// statement of `sql/` that made them. What a statement depends on follows from what its definition mentions.
package struct LayoutFix: Sendable {
    let expected: ExpectedLayout
    let database: String
    /// The role that owns what the ledger is in.
    private let installer: String
    private let mentions: Mentions

    /// - Parameter live: what is there, as far as it is known.
    package init(expected: ExpectedLayout, live: some Sequence<Fact.Key>, database: String, installer: String) {
        self.expected = expected
        self.database = database
        self.installer = installer
        mentions = Mentions(expected.facts.keys + live.filter { expected.facts[$0] == nil })
    }

    /// Leaves pg_stat_statements, by whichever role it was made, to pg_monitor.
    package static let closeStatistics = "CALL emaildb.count_statements();"

    /// The statements for one fact: missing when nothing is found, extra when nothing is expected.
    /// - Parameter parts: what else is found of an object that goes.
    package func statements(_ fact: Fact?, _ found: Fact?, with parts: [Fact] = []) -> [FixStatement] {
        guard let key = (fact ?? found)?.key else { return [] }
        let order = fact.flatMap { expected.source(of: $0) }.map {
            // sql/NNNN_name.sql
            (Int($0.file.dropFirst(4).prefix(4)) ?? 0) * 10_000 + $0.line
        }
        let needs = needs(of: key, fact)
        let uses = Set(([found].compactMap(\.self) + parts).flatMap(uses)).subtracting(needs)
        return changes(key, fact, found).map { statement in
            var statement = statement
            if statement.order == 0 { statement.order = order ?? 0 }
            // A mere removal does not wait for what the new definition needs.
            if fact != nil && (statement.removes.isEmpty || !statement.makes.isEmpty) {
                statement.needs.formUnion(needs.subtracting(statement.makes))
            }
            statement.uses.formUnion(uses.subtracting(statement.removes))
            return statement
        }
    }

    private func changes(_ key: Fact.Key, _ fact: Fact?, _ found: Fact?) -> [FixStatement] {
        switch key.kind {
        case .schema: []
        case .extension, .role, .membership, .setting, .systemFunctions, .defaultPrivileges: cluster(key, fact, found)
        case .owner: owner(key, fact)
        case .grant: grant(key, fact, found)
        case .column, .default, .notNull, .storage, .statistics: column(key, fact, found)
        case .function, .functionBody: function(key, fact, found)
        case .view, .viewDefinition: view(key, fact, found)
        case .sequence, .ownedBy: sequence(key, fact, found)
        case .table, .parameters, .rowSecurity, .inheritance: table(key, fact, found)
        case .constraint, .index, .policy, .trigger, .rule, .extendedStatistics: attachment(key, fact, found)
        }
    }

    // MARK: - Dependencies

    /// What the expected definition needs: the object or its table, the role, and whatever it mentions.
    private func needs(of key: Fact.Key, _ fact: Fact?) -> Set<FixStatement.Thing> {
        guard let fact else { return [] }
        var needs = around(key)
        switch key.kind {
        case .function, .functionBody, .view, .viewDefinition: needs.formUnion(creationNeeds(fact))
        default: needs.formUnion(mentions.things(in: fact.value, table: key.object.parent() ?? fact.indexedTable))
        }
        switch key.kind {
        case .column, .default, .constraint, .index, .function, .functionBody, .view, .viewDefinition:
            // Which operator classes, types and functions come from extensions is not looked up.
            needs.formUnion(SchemaStep.extensions.map { .object(ObjectName(.extension, $0)) })
        case .grant: needs.insert(.owner(key.object))
        default: break
        }
        if key.kind == .constraint, fact.value.hasPrefix("FOREIGN KEY") { needs.formUnion(keys(for: fact)) }
        return needs
    }

    /// What the statement of `sql/` that makes a function or view needs.
    private func creationNeeds(_ fact: Fact) -> Set<FixStatement.Thing> {
        guard let text = expected.creation(of: fact) else { return [] }
        // The body of a function is read at once only where it is no literal; a call may write from all columns. A view may
        // have the name of the function that it reads, but not the other way round.
        let things = mentions.things(in: text, table: nil, isWhole: !text.contains("$"))
        return fact.object.kind == .function ? things.subtracting([.object(fact.object.with(.view))]) : things
    }

    private func keys(for foreignKey: Fact) -> [FixStatement.Thing] {
        let named = mentions.things(in: foreignKey.value, table: nil)
        return expected.facts.values.filter { fact in
            guard fact.kind == .constraint, let table = fact.object.parent() else { return false }
            return !fact.value.hasPrefix("FOREIGN KEY") && !fact.value.hasPrefix("CHECK")
                && (named.contains(.object(table)) || table == foreignKey.object.parent())
        }.map { .object($0.object) }
    }

    /// What the found definition uses as long as it is there; a view, all columns of the tables that it reads.
    private func uses(of found: Fact) -> Set<FixStatement.Thing> {
        let table = found.object.parent() ?? found.indexedTable
        let isView = found.kind == .viewDefinition
        return around(found.key).union(mentions.things(in: found.value, table: table, isWhole: isView))
    }

    /// The object itself, its table and the role.
    private func around(_ key: Fact.Key) -> Set<FixStatement.Thing> {
        var things: Set<FixStatement.Thing> = [.object(key.object)]
        if key.object.part != nil {
            for kind in [ObjectName.Kind.table, .view, .index] {
                if let parent = key.object.parent(kind) { things.insert(.object(parent)) }
            }
        }
        if let role = key.role { things.insert(.object(ObjectName(.role, role))) }
        return things
    }

    func role(_ value: String) -> String { value == "the installer" ? SQL.name(installer) : value }

    func ownerOfTable(_ object: ObjectName?) -> String {
        role(expected.fact(.owner, object)?.value ?? SQL.name(installer))
    }

    /// The options in a fact's value, `a=1, b=2`; one without a value stands for itself.
    static func options(_ fact: Fact?, separator: String = "=") -> [String: String] {
        Dictionary(
            (fact?.value ?? "").split(separator: ", ").map { option in
                guard let range = option.firstRange(of: separator) else { return (String(option), "") }
                return (String(option[..<range.lowerBound]), String(option[range.upperBound...]))
            }, uniquingKeysWith: { first, _ in first })
    }
}
