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
        try read(connection.query(CatalogQuery.text(kinds: nil, limitsRelations: false))).sorted()
    }

    /// What a step's layout says and the catalog does not; reads only what it speaks of, in one round trip.
    public static func mismatches(_ layout: LayoutChange, _ connection: borrowing Connection) throws -> [FactMismatch] {
        let gone = layout.absent.map { Fact(key: $0, value: "nothing") }
        let kinds = Set((layout.present + gone).map(\.kind))
        guard !kinds.isEmpty else { return [] }
        // A grant names no single relation: with grants, read all.
        let isLimited = !kinds.contains("grant")
        let relations = Set((layout.present + gone).compactMap(\.relation)).sorted()
        let rows = try connection.query(
            CatalogQuery.text(kinds: kinds, limitsRelations: isLimited),
            isLimited ? ["{" + relations.joined(separator: ",") + "}"] : [])
        let live = Dictionary(read(rows).map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
        let wrong = layout.present.filter { live[$0.key] != $0.value } + gone.filter { live[$0.key] != nil }
        return wrong.map { FactMismatch(expected: $0, actual: live[$0.key]) }
    }

    private static func read(_ rows: Rows) -> [Fact] {
        rows.map { row in Fact(kind: row.text("kind"), object: row.text("object"), value: row.text("value")) }
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
