/// One statement, or a few that belong together, of a mending script.
package struct Repair: Sendable, Hashable, Comparable {
    /// When a statement has to run with respect to others.
    package enum Phase: Int, Comparable {
        case role, membership, remove, dropColumn, dropFunction, dropTable, `extension`, sequence, function, table,
            column, columnOption
        case writtenFunction, key, check, foreignKey, index, indexOption, view, trigger, policy, owner, ownedBy, revoke,
            grant, columnGrant, last

        package static func < (left: Phase, right: Phase) -> Bool { left.rawValue < right.rawValue }
    }

    let phase: Phase
    /// Its place among those of the same phase: that of what it makes in `sql/`.
    package var order = 0
    package let sql: String

    package init(_ phase: Phase, _ sql: String) {
        self.phase = phase
        self.sql = sql
    }

    package static func < (left: Repair, right: Repair) -> Bool {
        (left.phase, left.order, left.sql) < (right.phase, right.order, right.sql)
    }
}
