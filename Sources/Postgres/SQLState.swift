/// A five-character SQLSTATE code, as listed in PostgreSQL's documentation, appendix A.
package struct SQLState: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// The five characters.
    package let rawValue: String

    /// Wraps a code as the server sent it.
    package init(rawValue: String) { self.rawValue = rawValue }

    /// The five characters.
    package var description: String { rawValue }

    /// The first two characters: the class of the condition.
    package var conditionClass: String { String(rawValue.prefix(2)) }

    /// 08006: the connection broke.
    ///
    /// Also used by this client when the socket was lost without a word from the server.
    package static let connectionFailure = SQLState(rawValue: "08006")
    /// 23505: a unique constraint refused a row.
    package static let uniqueViolation = SQLState(rawValue: "23505")
    /// 25006: a write in a read-only transaction.
    package static let readOnlyTransaction = SQLState(rawValue: "25006")
    /// 28000: the login was refused for a reason other than the password.
    package static let invalidAuthorization = SQLState(rawValue: "28000")
    /// 28P01: wrong password.
    package static let invalidPassword = SQLState(rawValue: "28P01")
    /// 3D000: the database does not exist.
    package static let invalidCatalogName = SQLState(rawValue: "3D000")
    /// 40001: a serialization failure; the transaction may be retried.
    package static let serializationFailure = SQLState(rawValue: "40001")
    /// 40P01: a deadlock was broken by ending this transaction.
    package static let deadlockDetected = SQLState(rawValue: "40P01")
    /// 42501: not permitted.
    package static let insufficientPrivilege = SQLState(rawValue: "42501")
    /// 42710: an object of that name exists.
    package static let duplicateObject = SQLState(rawValue: "42710")
    /// 42P04: a database of that name exists.
    package static let duplicateDatabase = SQLState(rawValue: "42P04")
    /// 53300: no connection slot is free.
    package static let tooManyConnections = SQLState(rawValue: "53300")
    /// 55006: the object is in use.
    package static let objectInUse = SQLState(rawValue: "55006")
    /// 55P03: a lock could not be had within `lock_timeout`.
    package static let lockNotAvailable = SQLState(rawValue: "55P03")
    /// 57014: the statement was cancelled.
    package static let queryCanceled = SQLState(rawValue: "57014")
    /// 57P01: the server ends the session because it is shut down or an administrator asked for it.
    package static let adminShutdown = SQLState(rawValue: "57P01")
    /// 57P02: the server ends the session because another one crashed.
    package static let crashShutdown = SQLState(rawValue: "57P02")
    /// 57P03: the server is starting up or shutting down.
    package static let cannotConnectNow = SQLState(rawValue: "57P03")
    /// XX000: an internal error; PostgreSQL also uses it for `tuple concurrently updated`.
    package static let internalError = SQLState(rawValue: "XX000")
}
