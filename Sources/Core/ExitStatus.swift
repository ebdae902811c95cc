/// How the program ends: part of its interface, never reused for another meaning.
///
/// An interrupted command ends with 128 and the signal's number.
package enum ExitStatus: Int32, Sendable, CaseIterable {
    case done = 0
    /// Something is pending or not as the schema says.
    case findings = 1
    /// A step failed; nothing is half applied.
    case failed = 2
    /// No connection to the server, or it was lost.
    case cannotConnect = 3
    /// Refused before anything was written.
    case refused = 4
    /// Waited too long for a lock.
    case lockTimeout = 5
    /// The ledger contradicts the program, or the database is newer than it.
    case ledgerMismatch = 6
    case usage = 64
}
