import CLibpq

/// What went wrong between this client and a server, with every field that the server sent.
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
        /// This client was used in a way that libpq refuses.
        case usage
    }

    /// Who says so.
    package var kind: Kind
    /// `ERROR`, `FATAL`, `PANIC`, or for a notice `WARNING` and so on; never translated.
    package var severity: String
    /// The code, when the server sent one.
    package var sqlState: SQLState?
    /// The primary message, one line as a rule, in the server's language.
    package var message: String
    /// More about it; may hold row data.
    package var detail: String?
    /// The server's advice.
    package var hint: String?
    /// Where in the statement, in characters (Unicode scalars) from 1 over the whole string sent.
    package var position: Int?
    /// Where in `internalQuery`, in characters from 1.
    package var internalPosition: Int?
    /// The statement that a function ran when it failed.
    package var internalQuery: String?
    /// The call stack of functions, innermost first.
    package var context: String?
    /// The schema concerned.
    package var schemaName: String?
    /// The table concerned.
    package var tableName: String?
    /// The column concerned.
    package var columnName: String?
    /// The data type concerned.
    package var dataTypeName: String?
    /// The constraint concerned.
    package var constraintName: String?

    /// An error with a message of this client's own.
    package init(kind: Kind, message: String, sqlState: SQLState? = nil, hint: String? = nil) {
        self.kind = kind
        self.severity = kind == .connect || kind == .connectionLost ? "FATAL" : "ERROR"
        self.sqlState = sqlState
        self.message = message
        self.hint = hint
    }

    /// Reads every field of an error or notice result.
    init(result: OpaquePointer, kind: Kind = .server) {
        func field(_ code: Field) -> String? {
            PQresultErrorField(result, code.rawValue).map { String(cString: $0) }
        }
        self.kind = kind
        severity = field(.severity) ?? "ERROR"
        sqlState = field(.sqlState).map(SQLState.init(rawValue:))
        // Errors that libpq itself makes have no fields, only a message.
        message =
            field(.primary)
            ?? PQresultErrorMessage(result).map { String(cString: $0) }?.trimmingTrailingWhitespace() ?? "unknown error"
        detail = field(.detail)
        hint = field(.hint)
        position = field(.position).flatMap { Int($0) }
        internalPosition = field(.internalPosition).flatMap { Int($0) }
        internalQuery = field(.internalQuery)
        context = field(.context)
        schemaName = field(.schema)
        tableName = field(.table)
        columnName = field(.column)
        dataTypeName = field(.dataType)
        constraintName = field(.constraint)
    }

    /// The `PG_DIAG_*` codes of libpq-fe.h and postgres_ext.h: macros that Swift does not import.
    private enum Field: Int32 {
        case severity = 0x56  // V, untranslated
        case sqlState = 0x43  // C
        case primary = 0x4D  // M
        case detail = 0x44  // D
        case hint = 0x48  // H
        case position = 0x50  // P
        case internalPosition = 0x70  // p
        case internalQuery = 0x71  // q
        case context = 0x57  // W
        case schema = 0x73  // s
        case table = 0x74  // t
        case column = 0x63  // c
        case dataType = 0x64  // d
        case constraint = 0x6E  // n
    }
}

extension PostgresError: CustomStringConvertible {
    /// Severity, code and message on one line, then detail, hint and context, each on its own.
    package var description: String {
        var text = severity + ": " + message
        if let sqlState { text += " (SQLSTATE \(sqlState))" }
        if let detail { text += "\nDETAIL: " + detail }
        if let hint { text += "\nHINT: " + hint }
        if let internalQuery { text += "\nQUERY: " + internalQuery }
        if let context { text += "\nCONTEXT: " + context }
        return text
    }
}

extension String {
    /// Without white space and line ends at the end: libpq ends its messages with a newline.
    func trimmingTrailingWhitespace() -> String {
        var scalars = Substring(self).unicodeScalars
        while let last = scalars.last, last.properties.isWhitespace { scalars.removeLast() }
        return String(scalars)
    }
}
