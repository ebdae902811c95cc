/// A five-character SQLSTATE code, as listed in PostgreSQL's documentation, appendix A.
package struct SQLState: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    package let rawValue: String

    package init(rawValue: String) { self.rawValue = rawValue }

    package var description: String { rawValue }

    /// 08006: the connection broke; also where this client lost the socket without a word from the server.
    package static let connectionFailure = SQLState(rawValue: "08006")
    package static let uniqueViolation = SQLState(rawValue: "23505")
    package static let readOnlyTransaction = SQLState(rawValue: "25006")
    /// 28000: the login was refused for a reason other than the password.
    package static let invalidAuthorization = SQLState(rawValue: "28000")
    package static let invalidPassword = SQLState(rawValue: "28P01")
    package static let invalidCatalogName = SQLState(rawValue: "3D000")
    package static let serializationFailure = SQLState(rawValue: "40001")
    package static let deadlockDetected = SQLState(rawValue: "40P01")
    package static let insufficientPrivilege = SQLState(rawValue: "42501")
    package static let duplicateDatabase = SQLState(rawValue: "42P04")
    package static let tooManyConnections = SQLState(rawValue: "53300")
    package static let objectInUse = SQLState(rawValue: "55006")
    package static let lockNotAvailable = SQLState(rawValue: "55P03")
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
