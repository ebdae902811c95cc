import Core
package import Postgres

/// Reads what the system catalogs say of the database's own objects, as ``Fact`` values.
///
/// Covered are the schemas `public` and `emaildb`, except what belongs to an extension, what hangs on their tables from
/// elsewhere (a foreign key, a child table), and our roles. Every text is normalised, so that one set of expected facts
/// serves PostgreSQL 15 to 18. The session must be pinned as `init` pins it, because the server prints names according to
/// `search_path`. Takes no lock beyond those of reading the catalogs.
package enum LiveCatalog {
    package static func facts(_ connection: borrowing Connection) throws -> [Fact] {
        let all = CatalogPart.parameters(names: [], schemas: ["public", "emaildb"])
        return read(try connection.query(CatalogPart.query(CatalogPart.allCases), all))
    }

    /// The statement that reads everything that is to be compared with some expected facts.
    ///
    /// It also finds what is there beyond the expected, as long as it is attached to what is expected or bears its name.
    package static func statement(for expected: some Sequence<Fact.Key>) -> Statement {
        let names = Set(expected.lazy.compactMap(\.catalogName))
        return Statement(
            CatalogPart.query(CatalogPart.allCases), CatalogPart.parameters(names: names, schemas: ["emaildb"]))
    }

    package static func read(_ rows: Rows) -> [Fact] {
        rows.compactMap { row in
            guard let kind = row[0].flatMap({ Fact.Kind.byName[$0] }),
                let objectKind = row[1].map(ObjectName.Kind.init(rawValue:)) ?? kind.objectKind
            else { return nil }
            let object = ObjectName(
                objectKind, schema: row[2], row[3] ?? "", arguments: row[4].map(SQLText.oneLine), part: row[5])
            return Fact(Fact.Key(kind, object, role: row[6]), SQLText.oneLine(row[7] ?? ""))
        }
    }

    /// Whether the catalog says of some objects just what some facts do; reads only the parts and names that they speak of.
    package static func has(_ facts: [Fact], _ connection: borrowing Connection) throws -> Bool {
        let parts = Set(facts.map { CatalogPart($0.kind) }).sorted { $0.rawValue < $1.rawValue }
        let names = Set(facts.compactMap(\.key.catalogName))
        let live = read(
            try connection.query(CatalogPart.query(parts), CatalogPart.parameters(names: names, schemas: []))
        ).byKey
        return facts.allSatisfy { live[$0.key]?.value == $0.value }
    }

    /// What some steps' layout says and the catalog does not, and the grants on what they make that it does not say; reads
    /// only the parts and names that it speaks of, in one round trip.
    package static func mismatches(
        _ expected: ExpectedLayout, _ connection: borrowing Connection
    ) throws -> [FactMismatch] {
        let facts = expected.facts
        let gone = expected.absent.map { Fact($0, FactMismatch.nothing) }
        let made = Set(facts.keys.filter { [.owner, .sequence].contains($0.kind) }.map(\.object))
        let keys = facts.keys + gone.map(\.key)
        if keys.isEmpty { return [] }
        let parts = Set(keys.map { CatalogPart($0.kind) }).sorted { $0.rawValue < $1.rawValue }
        let names = Set(keys.compactMap(\.catalogName) + made.map(\.name))
        let rows = try connection.query(
            CatalogPart.query(parts), CatalogPart.parameters(names: names, schemas: []))
        let live = read(rows).byKey.mapValues(\.value)
        let wrong = facts.values.filter { live[$0.key] != $0.value }.sorted() + gone.filter { live[$0.key] != nil }
        let extra = live.keys.filter { $0.kind == .grant && made.contains($0.object) && facts[$0] == nil }
        return (wrong + extra.map { Fact($0, FactMismatch.nothing) }).map {
            FactMismatch(expected: $0, actual: live[$0.key])
        }
    }
}

/// What is read together: the kinds of fact that come from the same catalogs, by the query `sql/catalog/facts_*.sql`.
///
/// It yields a fact's kind, the kind, schema, name, arguments and part of its object, a role, and a value. Kinds that a newer
/// server adds (NOT NULL constraints in 18, MAINTAIN in 17) are left out or folded into what the older ones say. The owner of
/// schema `emaildb`, whatever its name, is `the installer`.
private enum CatalogPart: String, CaseIterable {
    case access, attachments, cluster, columns, functions, relations

    init(_ kind: Fact.Kind) {
        self =
            switch kind {
            case .schema, .extension, .role, .membership, .setting, .systemFunctions: .cluster
            case .column, .default, .notNull, .storage, .statistics: .columns
            case .constraint, .index, .policy, .trigger, .rule, .extendedStatistics, .inheritance: .attachments
            case .function, .functionBody: .functions
            case .owner, .grant, .defaultPrivileges: .access
            case .table, .rowSecurity, .parameters, .view, .viewDefinition, .sequence, .ownedBy: .relations
            }
    }

    private var file: SQLFile {
        switch self {
        case .access: SQLFile("facts_access")
        case .attachments: SQLFile("facts_attachments")
        case .cluster: SQLFile("facts_cluster")
        case .columns: SQLFile("facts_columns")
        case .functions: SQLFile("facts_functions")
        case .relations: SQLFile("facts_relations")
        }
    }

    static func query(_ parts: [CatalogPart]) -> String {
        SQLFile("facts_scope").text + parts.map(\.file.text).joined(separator: "UNION ALL\n")
    }

    /// The parameters of every query: names of relations and functions, and schemas of which everything is read.
    static func parameters(names: some Sequence<String>, schemas: [String]) -> [String?] {
        [names.map(\.self), schemas, Role.allCases.map(\.name), SchemaStep.extensions].map { SQL.array($0) }
    }
}
