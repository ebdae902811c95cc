package import Core

/// What `undelete` brought back, or would.
package struct UndeleteReport: Sendable, Encodable {
    package struct Rows: Sendable, Encodable {
        package let table: String
        /// Rows that the tenant had at the time.
        package let then: Int
        /// Of these, those that are there now, and stay as they are.
        package let present: Int
        /// Brought back, or to be.
        package internal(set) var missing: Int
        /// Left out: another row has their place, such as the same message taken in anew.
        package internal(set) var replaced = 0
    }

    package let format = 1
    package let tenant: String
    package let account: String?
    package let at: Moment
    package let backup: String
    package let isPlanOnly: Bool
    package internal(set) var tables: [Rows] = []
    /// Rows that are there, but marked deleted since.
    package internal(set) var asleep = 0
    package internal(set) var restoreMilliseconds = 0
    package internal(set) var mergeMilliseconds = 0

    package var status: ExitStatus { .done }
    package var missing: Int { tables.reduce(0) { $0 + $1.missing } }
}
