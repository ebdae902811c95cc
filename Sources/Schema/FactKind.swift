extension Fact {
    /// What a fact speaks of; each kind is read by one catalog query, and has its row among the documented finding codes.
    package enum Kind: String, Sendable, Codable, CaseIterable {
        case schema
        /// An extension: its schema, and whether its version is the one the server ships.
        case `extension`
        /// What a role of ours may do in the cluster.
        case role
        /// A role of ours is in another role, or another role is in one of ours.
        case membership
        /// A setting of a role or of the database that changes what statements mean or how long they may take.
        case setting
        /// A table: its persistence and replica identity.
        case table
        /// A column as its definition says it: type, collation, generation expression or identity.
        case column
        case `default`
        case notNull = "not-null"
        /// A column's storage and compression, where they are not its type's.
        case storage
        /// The statistics target and options of a column, of a table or of an index.
        case statistics
        /// Storage parameters of a table and of its TOAST table.
        case parameters
        /// A sequence: type, bounds, step, cache, cycle.
        case sequence
        /// The column that a sequence belongs to.
        case ownedBy = "owned-by"
        /// A constraint on a table of ours, or a foreign key of any table to one of ours.
        case constraint
        /// An index on a table of ours: definition, and whether it is valid and ready.
        case index
        case view
        /// The query of a view, as a digest.
        case viewDefinition = "view-definition"
        /// What a function is, but for its body.
        case function
        /// The body of a function, as a digest.
        case functionBody = "function-body"
        /// A trigger on a table of ours: definition, and whether it fires.
        case trigger
        /// A rewrite rule on a table of ours.
        case rule
        /// Whether row security is enabled, and forced on the owner.
        case rowSecurity = "row-security"
        /// A policy: permissive or not, command, roles, both expressions.
        case policy
        case owner
        /// What a role may do with an object, a column, a schema or the database.
        case grant
        /// What a role's future objects will be open to.
        case defaultPrivileges = "default-privileges"
        /// Functions of PostgreSQL that are closed to PUBLIC.
        case systemFunctions = "system-functions"
        /// Extended statistics on a table of ours.
        case extendedStatistics = "extended-statistics"
        /// A table of ours inherits or is inherited from.
        case inheritance

        static let byName = Dictionary(uniqueKeysWithValues: allCases.map { ($0.rawValue, $0) })

        /// The kind of object that the fact is about; nil where that differs from fact to fact.
        var objectKind: ObjectName.Kind? {
            switch self {
            case .owner, .grant, .statistics, .setting: nil
            case .schema: .schema
            case .extension: .extension
            case .role, .membership: .role
            case .table, .parameters, .rowSecurity, .inheritance: .table
            case .column, .default, .notNull, .storage: .column
            case .sequence, .ownedBy: .sequence
            case .constraint: .constraint
            case .index: .index
            case .view, .viewDefinition: .view
            case .function, .functionBody: .function
            case .trigger: .trigger
            case .rule: .rule
            case .policy: .policy
            case .defaultPrivileges: .defaultPrivileges
            case .systemFunctions: .systemFunctions
            case .extendedStatistics: .statistics
            }
        }
    }
}
