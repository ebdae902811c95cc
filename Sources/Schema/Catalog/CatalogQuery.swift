import Core
import Postgres

/// The catalog queries behind ``LiveCatalog``: one for each part of the catalog, and one of all parts together.
///
/// They are `sql/catalog/facts_*.sql`; each yields a fact's kind, the kind, schema, name, arguments and part of its object,
/// a role, and a value. Kinds that a newer server adds (NOT NULL constraints in 18, MAINTAIN in 17) are left out or folded
/// into what the older ones say. The owner of schema `emaildb`, whatever its name, is `the installer`.
enum CatalogQuery {
    /// What is read together: the kinds of fact that come from the same catalogs.
    enum Part: String, CaseIterable {
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

        fileprivate var file: SQLFile {
            switch self {
            case .access: SQLFile("facts_access")
            case .attachments: SQLFile("facts_attachments")
            case .cluster: SQLFile("facts_cluster")
            case .columns: SQLFile("facts_columns")
            case .functions: SQLFile("facts_functions")
            case .relations: SQLFile("facts_relations")
            }
        }
    }

    static func name(_ part: Part) -> String { "emaildb_\(part.rawValue)" }

    static func preparation(_ parts: some Sequence<Part>) -> String {
        parts.map { "PREPARE \(name($0)) (name[], name[], name[], name[]) AS \(text([$0]));" }.joined(separator: "\n")
    }

    static func text(_ parts: some Sequence<Part>) -> String {
        SQLFile("facts_scope").text + parts.map(\.file.text).joined(separator: "UNION ALL\n")
    }

    /// The parameters of every query: names of relations and functions, and schemas of which everything is read.
    static func parameters(names: some Sequence<String>, schemas: [String]) -> [String?] {
        [SQL.array(names), SQL.array(schemas), roles, extensions]
    }

    private static let roles = SQL.array(Role.allCases.map(\.name))
    private static let extensions = SQL.array(SchemaStep.extensions)
}
