import Schema

/// The objects of a database by the names that definitions mention.
struct Mentions: Sendable {
    private var objects: [String: [ObjectName]] = [:]
    private var columns: [ObjectName: [ObjectName]] = [:]

    init(_ facts: some Sequence<Fact.Key>) {
        for key in facts {
            switch key.kind {
            case .table, .view, .sequence, .index, .function, .role, .extension:
                objects[key.object.name, default: []].append(key.object)
            case .column: if let table = key.object.parent() { columns[table, default: []].append(key.object) }
            default: break
            }
        }
    }

    /// What a definition mentions: objects of these names, and columns of the tables among them.
    /// - Parameters:
    ///   - table: whose columns the definition may name without it.
    ///   - isWhole: whether it may take all columns of a table at once (`SELECT *`).
    func things(in text: String, table: ObjectName?, isWhole: Bool = false) -> Set<FixStatement.Thing> {
        let names = SQLText.names(in: text)
        let named = names.flatMap { objects[$0] ?? [] }
        let tables = Set(named.filter { $0.kind == .table || $0.kind == .view }.map { $0.with(.table) })
        let parts = tables.union(table.map { [$0] } ?? []).flatMap { table in
            (columns[table] ?? []).filter { isWhole && tables.contains(table) || names.contains($0.part ?? "") }
        }
        return Set((named + parts).map { .object($0) })
    }
}
