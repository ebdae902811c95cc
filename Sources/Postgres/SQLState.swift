/// A five-character SQLSTATE code, as listed in PostgreSQL's documentation, appendix A.
public struct SQLState: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// The five characters.
    public let rawValue: String

    /// Wraps a code as the server sent it.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The five characters.
    public var description: String { rawValue }

    /// The first two characters: the class of the condition.
    public var conditionClass: String { String(rawValue.prefix(2)) }

    /// 08006: the connection broke.
    ///
    /// Also used by this client when the socket was lost without a word from the server.
    public static let connectionFailure = SQLState(rawValue: "08006")
    /// 23505: a unique constraint refused a row.
    public static let uniqueViolation = SQLState(rawValue: "23505")
    /// 25006: a write in a read-only transaction.
    public static let readOnlyTransaction = SQLState(rawValue: "25006")
    /// 28000: the login was refused for a reason other than the password.
    public static let invalidAuthorization = SQLState(rawValue: "28000")
    /// 28P01: wrong password.
    public static let invalidPassword = SQLState(rawValue: "28P01")
    /// 3D000: the database does not exist.
    public static let invalidCatalogName = SQLState(rawValue: "3D000")
    /// 40001: a serialization failure; the transaction may be retried.
    public static let serializationFailure = SQLState(rawValue: "40001")
    /// 40P01: a deadlock was broken by ending this transaction.
    public static let deadlockDetected = SQLState(rawValue: "40P01")
    /// 42501: not permitted.
    public static let insufficientPrivilege = SQLState(rawValue: "42501")
    /// 42710: an object of that name exists.
    public static let duplicateObject = SQLState(rawValue: "42710")
    /// 42P04: a database of that name exists.
    public static let duplicateDatabase = SQLState(rawValue: "42P04")
    /// 53300: no connection slot is free.
    public static let tooManyConnections = SQLState(rawValue: "53300")
    /// 55006: the object is in use.
    public static let objectInUse = SQLState(rawValue: "55006")
    /// 55P03: a lock could not be had within `lock_timeout`.
    public static let lockNotAvailable = SQLState(rawValue: "55P03")
    /// 57014: the statement was cancelled.
    public static let queryCanceled = SQLState(rawValue: "57014")
    /// 57P01: the server ends the session because it is shut down or an administrator asked for it.
    public static let adminShutdown = SQLState(rawValue: "57P01")
    /// 57P02: the server ends the session because another one crashed.
    public static let crashShutdown = SQLState(rawValue: "57P02")
    /// 57P03: the server is starting up or shutting down.
    public static let cannotConnectNow = SQLState(rawValue: "57P03")
    /// XX000: an internal error; PostgreSQL also uses it for `tuple concurrently updated`.
    public static let internalError = SQLState(rawValue: "XX000")
}
