import Core
import Postgres

/// The catalog queries behind ``LiveCatalog``: one for each part of the catalog, and one of all parts together.
///
/// Each yields `kind`, `object` and `value`, and takes one parameter unless its ``Scope`` is `all`: the names, without
/// schema, of relations and functions (as name[], by which the catalogs are indexed). Kinds that a newer server adds (NOT
/// NULL constraints in 18, MAINTAIN in 17) are left out or folded into what the older ones say. The owner of schema
/// `emaildb`, whatever its name, is `the installer`.
///
/// In a new session the planning of many small statements takes longer than all of their reading. So whatever comes from
/// the same catalog comes in one pass over it, and the relations that all parts share are read once.
enum CatalogQuery {
    /// What is read together: the kinds of fact that come from the same catalogs.
    enum Part: String, CaseIterable, Comparable {
        case access, attachments, cluster, columns, functions, relations

        /// The part that a kind of fact is read with.
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

        static func < (left: Part, right: Part) -> Bool { left.rawValue < right.rawValue }

        /// The SELECTs of this part.
        fileprivate var branches: [String] {
            switch self {
            case .access: CatalogQuery.access
            case .attachments: CatalogQuery.attachments
            case .cluster: CatalogQuery.cluster
            case .columns: [CatalogQuery.columns]
            case .functions: [CatalogQuery.functions]
            case .relations: [CatalogQuery.relations]
            }
        }
    }

    /// Which relations and functions of the schemas `public` and `emaildb` are spoken of.
    enum Scope {
        /// All.
        case all
        /// Those named by the parameter, and whatever is in `emaildb`.
        case ours
        /// Those named by the parameter.
        case named

        fileprivate func condition(_ name: String) -> String {
            switch self {
            case .all: "true"
            case .ours: "(\(name) = ANY ($1::name[]) OR n.nspname = 'emaildb')"
            case .named: "\(name) = ANY ($1::name[])"
            }
        }
    }

    /// The name under which ``preparation`` prepares the query of a part.
    static func name(_ part: Part) -> String { "emaildb_\(part.rawValue)" }

    /// SQL that prepares the queries of some parts, of what is named, for the length of the session.
    static func preparation(_ parts: some Sequence<Part>) -> String {
        parts.map { "PREPARE \(name($0)) (name[]) AS \(text([$0], .named));" }.joined(separator: "\n")
    }

    /// The query of some parts.
    static func text(_ parts: some Sequence<Part>, _ scope: Scope) -> String {
        "WITH \(namespace),\n\(relation(scope)),\n\(function(scope))\n"
            + parts.flatMap(\.branches).joined(separator: "\nUNION ALL\n")
    }

    /// The SELECT list of a branch that yields one kind.
    static func fact(_ kind: Fact.Kind, _ object: String, _ value: String) -> String {
        "SELECT '\(kind.rawValue)' AS kind, (\(object))::text AS object, (\(value))::text AS value"
    }

    /// Several facts of one row: joins to it one row for each kind whose value is not NULL, as `k`.
    static func facts(_ values: [(kind: Fact.Kind, value: String)]) -> String {
        let rows = values.map { "('\($0.kind.rawValue)', (\($0.value))::text)" }.joined(separator: ",\n  ")
        return "CROSS JOIN LATERAL (VALUES\n  \(rows)) k (kind, value)"
    }

    // MARK: - Common relations

    /// The two schemas; `prefix` is how a fact names what is in them.
    static let namespace = """
        namespace AS MATERIALIZED (
          SELECT oid, nspname, nspowner, nspacl, CASE nspname WHEN 'public' THEN '' ELSE 'emaildb.' END AS prefix
          FROM pg_namespace WHERE nspname IN ('public', 'emaildb'))
        """

    /// Relations of ours: tables, views, sequences, indexes.
    private static func relation(_ scope: Scope) -> String {
        """
        relation AS MATERIALIZED (
          SELECT c.oid, c.relname, c.relkind, c.relowner, c.relacl, c.reloptions, c.reltoastrelid, c.relpersistence,
            c.relreplident, c.relrowsecurity, c.relforcerowsecurity, n.prefix || c.relname AS object,
            CASE WHEN c.relkind IN ('r', 'p') THEN 'table' WHEN c.relkind IN ('v', 'm') THEN 'view'
              WHEN c.relkind IN ('i', 'I') THEN 'index' WHEN c.relkind = 'S' THEN 'sequence' ELSE 'relation' END AS type
          FROM pg_class c JOIN namespace n ON n.oid = c.relnamespace
          WHERE \(scope.condition("c.relname")) AND \(notOfExtension("pg_class", "c.oid")))
        """
    }

    /// Functions and procedures of ours.
    private static func function(_ scope: Scope) -> String {
        """
        function AS MATERIALIZED (
          SELECT p.*, n.prefix || p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')' AS object
          FROM pg_proc p JOIN namespace n ON n.oid = p.pronamespace
          WHERE \(scope.condition("p.proname")) AND \(notOfExtension("pg_proc", "p.oid")))
        """
    }

    private static func notOfExtension(_ catalog: String, _ oid: String) -> String {
        """
        NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = '\(catalog)'::regclass AND e.objid = \(oid)
          AND e.deptype = 'e' AND e.refclassid = 'pg_extension'::regclass)
        """
    }

    /// The names of our roles as an SQL array.
    static let roles = "ARRAY[" + Role.allCases.map { SQL.literal($0.name) }.joined(separator: ", ") + "]::name[]"

    /// Whether a role, by its oid, is the one that ran `init`.
    static func isInstaller(_ oid: String) -> String {
        "\(oid) IS NOT DISTINCT FROM (SELECT nspowner FROM pg_namespace WHERE nspname = 'emaildb')"
    }

    /// The name of a role as a fact states it.
    static func roleName(_ oid: String) -> String {
        """
        CASE WHEN pg_get_userbyid(\(oid)) <> ALL (\(roles)) AND \(isInstaller(oid)) THEN 'the installer' \
        ELSE pg_get_userbyid(\(oid))::text END
        """
    }

    // MARK: - Expressions

    /// An expression's text in one spelling.
    ///
    /// What PostgreSQL prints of `varchar IN ('a', 'b')` means the same when it is read back, but is then printed otherwise:
    /// the casts move from the array to its elements. After a dump and restore, or mending, both are found.
    static func normalised(_ text: String) -> String {
        let literals = "replace(\(text), '''::character varying', '''::text')"
        let arrays = #"regexp_replace(\#(literals), '\(ARRAY\[([^]]*)\]\)::text\[\]', 'ARRAY[\1]', 'g')"#
        return #"regexp_replace(\#(arrays), '\((''[^'']*''::text)\)::text', '\1', 'g')"#
    }
}
