import Postgres
import Schema

/// A kind of finding: its stable code, how much it matters, what it means, and how to fix it.
///
/// The documentation page of the codes is written from the same list (`make codes`).
package struct FindingCode: Sendable, Hashable {
    package enum Section: String, Sendable, Codable, CaseIterable {
        /// The catalog is not what `sql/` makes.
        case layout
        /// The application can reach what it must not, by whatever way.
        case security
        /// A query of the application does not use its index.
        case plans
        /// An attack on row security succeeded.
        case probe
        /// Rows contradict each other.
        case data
        /// The ignore file is not right itself.
        case ignore

        /// In codes; P is that of the plans, D of the data.
        var letter: String { self == .probe ? "T" : rawValue.prefix(1).uppercased() }
    }

    /// What is at stake: the order of findings of one severity, the worst first.
    package enum Stake: Int, Sendable, Comparable {
        /// Row security was seen to fail.
        case attack
        /// It can be gone around.
        case isolation
        /// Something else than documented is there.
        case design
        /// Queries are slow.
        case speed

        package static func < (left: Stake, right: Stake) -> Bool { left.rawValue < right.rawValue }
    }

    /// The code, such as `EDB-L012`.
    package let id: String
    package let section: Section
    package let severity: Finding.Severity
    package let stake: Stake
    package let title: String
    package let cause: String
    package let fix: String

    /// The documentation page, from the root of the project.
    package static let page = "Sources/EmailDBCommand/Documentation.docc/FindingCodes.md"

    init(
        _ section: Section, _ number: Int, _ title: String, severity: Finding.Severity = .error, stake: Stake? = nil,
        cause: String, fix: String
    ) {
        id = "EDB-" + section.letter + String(1000 + number).dropFirst()
        self.section = section
        self.severity = severity
        self.stake =
            switch section {
            case .probe: .attack
            case .security: .isolation
            case .plans: .speed
            case .layout, .data, .ignore: stake ?? .design
            }
        self.title = title
        self.cause = cause
        self.fix = fix
    }

    package static let all = layout + others

    private static let byID = Dictionary(uniqueKeysWithValues: all.map { ($0.id, $0) })

    package static func named(_ id: String) -> FindingCode? { byID[id] }
}

extension FindingCode {
    enum Difference: Int, CaseIterable {
        case missing = 1
        case changed, extra
    }

    /// What is behind the codes of one kind of fact.
    ///
    /// The number is the tens of the code's: given once, never changed. The reason is why it matters.
    private typealias Layout = (number: Int, noun: String, reason: String, severity: Finding.Severity)

    private static func row(_ kind: Fact.Kind) -> Layout {
        switch kind {
        case .schema: (1, "schema", "it holds the ledger", .error)
        case .extension: (2, "extension", "functions and operator classes of the schema come from it", .error)
        case .role: (3, "role", "its attributes are part of the isolation", .error)
        case .membership: (4, "membership", "a member can act as the role", .error)
        case .setting: (5, "setting", "it bends names, tenants, row security or time limits", .error)
        case .table: (6, "table", "mail, or the record of what was done with it, is kept in it", .error)
        case .column: (7, "column", "applications and functions rely on its name and type", .error)
        case .default: (8, "column default", "rows get another value where none is given", .error)
        case .notNull: (9, "NOT NULL", "rows without the value get in, or rows that are right are refused", .error)
        case .storage: (10, "storage of a column", "size and speed of large values depend on it", .warning)
        case .statistics:
            (11, "statistics target", "statistics on content tell other tenants, by EXPLAIN, what a tenant has", .error)
        case .parameters: (12, "storage parameters", "updates in the page and vacuum depend on them", .warning)
        case .sequence: (13, "sequence", "change numbers must grow and never repeat", .error)
        case .ownedBy: (14, "owner column of a sequence", "the sequence stays behind when the column goes", .warning)
        case .constraint: (15, "constraint", "rows that contradict each other, or refer across tenants, get in", .error)
        case .index: (16, "index", "queries read whole tables, keys are not unique, or writes get slower", .error)
        case .view: (17, "view", "a view that is not security_invoker shows every tenant's rows", .error)
        case .viewDefinition: (18, "query of a view", "it shows something else than documented", .error)
        case .function: (19, "function", "its volatility, rights and search_path are part of the isolation", .error)
        case .functionBody: (20, "body of a function", "it does something else than documented", .error)
        case .trigger: (21, "trigger", "counters, search, audit or immutability depend on it", .error)
        case .rule: (22, "rewrite rule", "it replaces statements behind the application's back", .error)
        case .rowSecurity: (23, "row security", "without it, or not forced, every tenant's rows are seen", .error)
        case .policy: (24, "policy", "it decides which rows a tenant sees and writes", .error)
        case .owner: (25, "owner", "an owner can do everything with an object", .error)
        case .grant: (26, "grant", "a role can do more, or the application less, than it should", .error)
        case .defaultPrivileges: (27, "default privileges", "future objects are open to the wrong roles", .error)
        case .systemFunctions:
            (
                28, "functions of PostgreSQL", "they know no tenants: any session could end or read what serves others",
                .error
            )
        case .extendedStatistics:
            (
                29, "extended statistics",
                "plans rely on those of the design; others would tell tenants of each other by EXPLAIN", .error
            )
        case .inheritance:
            (30, "inheritance", "rows of another table, without its own policies, appear in this one", .error)
        }
    }

    /// The kinds that row security rests on.
    private static let isolating: Set<Fact.Kind> = [
        .role, .membership, .setting, .view, .function, .functionBody, .rowSecurity, .policy, .owner, .grant,
        .defaultPrivileges,
        .systemFunctions, .inheritance, .rule,
    ]

    static func layout(_ kind: Fact.Kind, _ difference: Difference) -> FindingCode {
        let row = row(kind)
        let severity = difference == .extra && (kind == .index || kind == .column) ? .warning : row.severity
        let (title, cause, fix) =
            switch difference {
            case .missing:
                (
                    "is missing", "Dropped or revoked after init, or left out by an incomplete restore",
                    "; it makes the object as sql/ does."
                )
            case .changed:
                (
                    "differs", "Changed by hand or by another tool after init",
                    "; if the change is wanted, it belongs in a new step of sql/."
                )
            case .extra:
                (
                    "is not part of the design", "Added by hand or by another tool after init",
                    ", which removes it, or ignore it with a reason."
                )
            }
        return FindingCode(
            .layout, 10 * row.number + difference.rawValue, "the \(row.noun) \(title)", severity: severity,
            stake: isolating.contains(kind) ? .isolation : .design,
            cause: "\(cause); \(row.reason).", fix: "Run the SQL of the fix\(fix)")
    }

    /// The ways in which a fact of a kind can differ on its own; others go with the difference of what it belongs to.
    private static func differences(_ kind: Fact.Kind) -> [Difference] {
        switch kind {
        case .schema: []
        case .viewDefinition, .functionBody, .owner, .systemFunctions, .rowSecurity: [.changed]
        case .extension, .role, .ownedBy: [.missing, .changed]
        case .rule, .inheritance: [.extra]
        case .notNull: [.missing, .extra]
        default: Difference.allCases
        }
    }

    fileprivate static let layout = Fact.Kind.allCases
        .flatMap { kind in differences(kind).map { layout(kind, $0) } }.sorted { $0.id < $1.id }
}
