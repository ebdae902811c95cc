import CLibpq

/// What went wrong between this client and a server, with the fields that the server sent.
///
/// Field names follow "Error and Notice Message Fields" of PostgreSQL's protocol documentation.
package struct PostgresError: Error, Sendable, Hashable {
    /// Who says so, and what that means for the connection.
    package enum Kind: Sendable, Hashable {
        /// The connection string or a parameter cannot be used; nothing was sent.
        case configuration
        /// No connection could be made.
        case connect
        /// The connection broke; whether the last statement took effect is unknown.
        case connectionLost
        /// The server answered with an error; the connection is still good.
        case server
        /// This process was asked to stop; the statement was not sent, or was given up.
        case stopped
        /// This client was used in a way that libpq refuses.
        case usage
    }

    package var kind: Kind
    /// `ERROR`, `FATAL`, `PANIC`, or for a notice `WARNING` and so on; never translated.
    package var severity: String
    package var sqlState: SQLState?
    package var message: String
    /// More about it; may hold row data, and is therefore no part of ``description``.
    package var detail: String?
    package var hint: String?
    /// Where in the statement, in characters (Unicode scalars) from 1 over the whole string sent.
    package var position: Int?
    /// The statement that a function ran when it failed.
    package var internalQuery: String?
    /// The call stack of functions, innermost first.
    package var context: String?
    package var tableName: String?
    package var constraintName: String?

    package init(kind: Kind, message: String, sqlState: SQLState? = nil, hint: String? = nil) {
        self.kind = kind
        self.severity = kind == .connect || kind == .connectionLost ? "FATAL" : "ERROR"
        self.sqlState = sqlState
        self.message = message.trimmingTrailingWhitespace()
        self.hint = hint
    }

    init(result: OpaquePointer, kind: Kind = .server) {
        // The letters of the protocol, which the `PG_DIAG_*` macros of postgres_ext.h stand for.
        func field(_ letter: Unicode.Scalar) -> String? {
            PQresultErrorField(result, Int32(letter.value)).map { String(cString: $0) }
        }
        self.kind = kind
        severity = field("V") ?? "ERROR"
        sqlState = field("C").map(SQLState.init(rawValue:))
        // Errors that libpq itself makes have no fields, only a message.
        message = field("M") ?? text(PQresultErrorMessage(result)).trimmingTrailingWhitespace()
        detail = field("D")
        hint = field("H")
        position = field("P").flatMap { Int($0) }
        internalQuery = field("q")
        context = field("W")
        tableName = field("t")
        constraintName = field("n")
    }
}

extension PostgresError: CustomStringConvertible {
    package var description: String {
        var text = severity + ": " + message
        if let sqlState { text += " (SQLSTATE \(sqlState))" }
        if let hint { text += "\nHINT: " + hint }
        if let internalQuery { text += "\nQUERY: " + internalQuery }
        if let context { text += "\nCONTEXT: " + context }
        return text
    }
}

extension String {
    /// Without white space and line ends at the end: libpq ends its messages with a newline.
    fileprivate func trimmingTrailingWhitespace() -> String {
        var scalars = Substring(self).unicodeScalars
        while let last = scalars.last, last.properties.isWhitespace { scalars.removeLast() }
        return String(scalars)
    }

    /// Without white space and line ends around it.
    func trimmingWhitespace() -> String {
        String(
            String.UnicodeScalarView(trimmingTrailingWhitespace().unicodeScalars.drop { $0.properties.isWhitespace }))
    }
}
