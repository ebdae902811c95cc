public import Postgres

/// Reads what the system catalogs say of the database's own objects, as ``Fact`` values.
///
/// Covered are the schemas `public` and `emaildb`, except what belongs to an extension, and the roles named `email_*`.
/// Every text is normalised, so that one set of expected facts serves PostgreSQL 15 to 18. The session must be pinned
/// as `init` pins it, because the server prints names according to `search_path`. Takes no lock beyond those of
/// reading the catalogs.
public enum LiveCatalog {
    /// Reads all facts in one round trip, ordered by kind and object.
    public static func facts(_ connection: borrowing Connection) throws -> [Fact] {
        try read(connection.query(CatalogQuery.text, [CatalogQuery.allKinds, nil])).sorted()
    }

    /// Plans the catalog query once for a session that will call ``mismatches(_:_:)``.
    static func prepare(_ connection: borrowing Connection) throws {
        try connection.prepare(preparedName, CatalogQuery.text)
    }

    private static let preparedName = "emaildb_facts"

    /// What a step's layout says and the catalog does not; reads only what it speaks of, in one round trip.
    ///
    /// The session must have been through ``prepare(_:)``.
    static func mismatches(_ layout: LayoutChange, _ connection: borrowing Connection) throws -> [FactMismatch] {
        let gone = layout.absent.map { Fact(key: $0, value: "nothing") }
        let kinds = Set((layout.present + gone).map(\.kind)).sorted()
        guard !kinds.isEmpty else { return [] }
        // A grant names no single relation: with grants, read all.
        let relations = Set((layout.present + gone).compactMap(\.relation)).sorted()
        let rows = try connection.execute(
            preparedName, [SQL.array(kinds), kinds.contains("grant") ? nil : SQL.array(relations)])
        let live = Dictionary(read(rows).map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
        let wrong = layout.present.filter { live[$0.key] != $0.value } + gone.filter { live[$0.key] != nil }
        return wrong.map { FactMismatch(expected: $0, actual: live[$0.key]) }
    }

    private static func read(_ rows: Rows) -> [Fact] {
        rows.map { row in
            let words = row.text("value").split(whereSeparator: \.isWhitespace)
            return Fact(kind: row.text("kind"), object: row.text("object"), value: words.joined(separator: " "))
        }
    }
}

extension Fact {
    /// The name, without schema, of the relation that this fact speaks of, if it speaks of one.
    fileprivate var relation: String? {
        let name = object.hasPrefix("emaildb.") ? object.dropFirst("emaildb.".count) : object[...]
        switch kind {
        case "table", "view", "index": return String(name)
        case "column", "constraint", "policy", "trigger": return String(name.prefix { $0 != "." })
        default: return nil
        }
    }
}
