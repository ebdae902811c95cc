package import Postgres

/// Reads what the system catalogs say of the database's own objects, as ``Fact`` values.
///
/// Covered are the schemas `public` and `emaildb`, except what belongs to an extension, what hangs on their tables from
/// elsewhere (a foreign key, a child table), and our roles. Every text is normalised, so that one set of expected facts
/// serves PostgreSQL 15 to 18. The session must be pinned as `init` pins it, because the server prints names according to
/// `search_path`. Takes no lock beyond those of reading the catalogs.
package enum LiveCatalog {
    package static func facts(
        _ connection: borrowing Connection, kinds: [Fact.Kind] = Fact.Kind.allCases
    ) throws -> [Fact] {
        let wanted = Set(kinds.map(CatalogQuery.Part.init))
        let parts = CatalogQuery.Part.allCases.filter(wanted.contains)
        let rows = try connection.query(
            CatalogQuery.text(parts), CatalogQuery.parameters(names: [], schemas: ["public", "emaildb"]))
        return read(rows).filter { kinds.contains($0.kind) }
    }

    /// The statement that reads everything that is to be compared with some expected facts.
    ///
    /// It also finds what is there beyond the expected, as long as it is attached to what is expected or bears its name.
    package static func statement(for expected: some Sequence<Fact.Key>) -> Statement {
        let names = Set(expected.lazy.compactMap(\.catalogName))
        return Statement(
            CatalogQuery.text(CatalogQuery.Part.allCases), CatalogQuery.parameters(names: names, schemas: ["emaildb"]))
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

    // MARK: - One step at a time

    package final class Prepared {
        fileprivate var parts: Set<CatalogQuery.Part> = []

        package init() {}
    }

    /// What a step's layout says and the catalog does not; reads only the parts and names that it speaks of.
    ///
    /// One round trip, and one more when a part is asked for that the session has not prepared yet.
    package static func mismatches(
        _ layout: LayoutChange, _ prepared: Prepared, _ connection: borrowing Connection
    ) throws -> [FactMismatch] {
        let gone = layout.absent.map { Fact($0, "nothing") }
        let facts = Dictionary(grouping: layout.present + gone) { CatalogQuery.Part($0.kind) }
        let new = Set(facts.keys).subtracting(prepared.parts)
        if !new.isEmpty {
            try connection.script(CatalogQuery.preparation(new))
            prepared.parts.formUnion(new)
        }
        let results = try connection.pipeline(
            facts.map { part, facts in
                let names = Set(facts.compactMap(\.key.catalogName))
                return Statement(prepared: CatalogQuery.name(part), CatalogQuery.parameters(names: names, schemas: []))
            })
        let live = results.flatMap(read).byKey.mapValues(\.value)
        let wrong = layout.present.filter { live[$0.key] != $0.value } + gone.filter { live[$0.key] != nil }
        return wrong.map { FactMismatch(expected: $0, actual: live[$0.key]) }
    }
}
