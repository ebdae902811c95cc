package import Postgres

/// Reads what the system catalogs say of the database's own objects, as ``Fact`` values.
///
/// Covered are the schemas `public` and `emaildb`, except what belongs to an extension, what hangs on their tables from
/// elsewhere (a foreign key, a child table), and our roles. Every text is normalised, so that one set of expected facts
/// serves PostgreSQL 15 to 18. The session must be pinned as `init` pins it, because the server prints names according to
/// `search_path`. Takes no lock beyond those of reading the catalogs.
package enum LiveCatalog {
    /// Reads all facts of some kinds in one round trip, ordered by kind and object.
    package static func facts(
        _ connection: borrowing Connection, kinds: [Fact.Kind] = Fact.Kind.allCases
    ) throws -> [Fact] {
        let parts = Set(kinds.map(CatalogQuery.Part.init)).sorted()
        let rows = try connection.query(CatalogQuery.text(parts, .all))
        return read(rows).filter { kinds.contains($0.kind) }.sorted()
    }

    /// The statement that reads everything that is to be held against some expected facts.
    ///
    /// It also finds what is there beyond the expected, as long as it is attached to what is expected or bears its name.
    package static func statement(for expected: some Sequence<Fact>) -> Statement {
        let names = SQL.array(Set(expected.compactMap(\.baseName)).sorted())
        return Statement(CatalogQuery.text(CatalogQuery.Part.allCases, .ours), [names])
    }

    /// Turns the rows of a catalog query into facts.
    package static func read(_ rows: Rows) -> [Fact] {
        rows.compactMap { row in
            Fact.Kind(rawValue: row.text("kind")).map {
                Fact(kind: $0, object: row.text("object"), value: oneLine(row.text("value")))
            }
        }
    }

    /// A text with each run of white space as one blank; most have none but blanks.
    private static func oneLine(_ text: String) -> String {
        var isSpace = true
        let isPlain = text.utf8.allSatisfy { byte in
            if (9...13).contains(byte) { return false }
            defer { isSpace = byte == 32 }
            return !(isSpace && byte == 32)
        }
        return isPlain && !isSpace ? text : text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    // MARK: - One step at a time

    /// Which catalog queries a session has prepared.
    package final class Prepared {
        fileprivate var parts: Set<CatalogQuery.Part> = []

        /// Nothing yet.
        package init() {}
    }

    /// What a step's layout says and the catalog does not; reads only the parts and names that it speaks of.
    ///
    /// One round trip, and one more when a part is asked for that the session has not prepared yet.
    package static func mismatches(
        _ layout: LayoutChange, _ prepared: Prepared, _ connection: borrowing Connection
    ) throws -> [FactMismatch] {
        let gone = layout.absent.compactMap { Fact(key: $0, value: "nothing") }
        let facts = Dictionary(grouping: layout.present + gone) { CatalogQuery.Part($0.kind) }
        let parts = facts.keys.sorted()
        let new = parts.filter { !prepared.parts.contains($0) }
        if !new.isEmpty {
            try connection.script(CatalogQuery.preparation(new))
            prepared.parts.formUnion(new)
        }
        let results = try connection.pipeline(
            parts.map { part in
                let names = Set((facts[part] ?? []).compactMap(\.baseName)).sorted()
                return Statement(prepared: CatalogQuery.name(part), [SQL.array(names)])
            })
        let live = Dictionary(results.flatMap(read).map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
        let wrong = layout.present.filter { live[$0.key] != $0.value } + gone.filter { live[$0.key] != nil }
        return wrong.map { FactMismatch(expected: $0, actual: live[$0.key]) }
    }
}

extension Fact {
    /// The name, without schema, of the relation or function that this fact speaks of, if it speaks of one.
    package var baseName: String? {
        var text = object[...]
        if kind == .owner || kind == .grant {
            // `table email_folders to email_service`, `schema public to email_owner`, `database to public`
            guard let space = text.firstIndex(of: " "), !text.hasPrefix("schema "), !text.hasPrefix("database ") else {
                return nil
            }
            text = text[text.index(after: space)...]
        }
        if text.hasPrefix("emaildb.") { text = text.dropFirst("emaildb.".count) }
        switch kind {
        case .schema, .extension, .role, .membership, .setting, .systemFunctions, .defaultPrivileges, .inheritance:
            return nil
        default: return String(text.prefix { $0 != "." && $0 != "(" && $0 != " " })
        }
    }
}
