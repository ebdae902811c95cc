import CLibpq
import Glibc

/// One session with a PostgreSQL server.
///
/// A connection has one owner, and the compiler sees to it that it is not used after ``close()``. It blocks the calling
/// thread while it waits; to interrupt it from elsewhere take a ``CancelHandle``. Text goes both ways as UTF-8.
package struct Connection: ~Copyable {
    let handle: OpaquePointer
    /// Lives as long as libpq's bare pointer to it.
    private let notices = NoticeBox()

    /// Connects and logs in; a refusal by the server comes with its SQLSTATE.
    /// - Parameter timeout: how long to try, all hosts together, unless the settings say `connect_timeout`.
    package init(_ settings: ConnectionSettings, timeout: Duration = .seconds(10)) throws {
        var parameters = settings.parameters
        parameters["client_encoding"] = "UTF8"
        parameters["fallback_application_name"] = parameters["fallback_application_name"] ?? "emaildb"
        let limit = parameters["connect_timeout"].flatMap { Int($0) }.map { Duration.seconds($0) } ?? timeout
        handle = try Self.connect(parameters, deadline: ContinuousClock.now + limit)
        PQsetNoticeReceiver(
            handle,
            { box, result in
                guard let box, let result else { return }
                let notice = PostgresError(result: result)
                Unmanaged<NoticeBox>.fromOpaque(box).takeUnretainedValue().append(notice)
            }, Unmanaged.passUnretained(notices).toOpaque())
    }

    deinit { PQfinish(handle) }

    /// Closes the session, as the end of the connection's life does.
    package consuming func close() {}

    // MARK: - About the session

    /// The server's version as a number: 160004 for 16.4.
    package var serverVersion: Int { Int(PQserverVersion(handle)) }

    /// The process id that the other end announced; a pooler's own differs from `pg_backend_pid()`.
    package var announcedProcessID: Int { Int(PQbackendPID(handle)) }
    package var isEncrypted: Bool { PQsslInUse(handle) == 1 }
    /// Whether the server asked for a password and got one.
    package var usedPassword: Bool { PQconnectionUsedPassword(handle) == 1 }

    /// The host name, address or socket directory that was connected to.
    package var host: String { text(PQhost(handle)) }
    package var port: String { text(PQport(handle)) }
    package var database: String { text(PQdb(handle)) }
    package var user: String { text(PQuser(handle)) }

    /// Whether libpq reports the connection open; it notices a lost one only when it reads.
    package var isAlive: Bool { PQstatus(handle) == CONNECTION_OK }

    /// A value that the server reports without being asked, such as `server_version` or `in_hot_standby`.
    package func parameterStatus(_ name: String) -> String? {
        PQparameterStatus(handle, name).map { String(cString: $0) }
    }

    /// libpq's `PGTransactionStatusType`; a transaction in error only awaits ROLLBACK.
    package enum TransactionStatus: UInt32, Sendable {
        case idle, active, inTransaction, inError, unknown
    }

    package var transactionStatus: TransactionStatus {
        TransactionStatus(rawValue: PQtransactionStatus(handle).rawValue) ?? .unknown
    }

    /// The notices and warnings that arrived since the last call, oldest first.
    package func takeNotices() -> [PostgresError] { notices.take() }

    package func makeCancelHandle() -> CancelHandle { CancelHandle(handle) }

    /// A password as the verifier that `ALTER ROLE .. PASSWORD` takes, made here so that the server never sees the
    /// password itself; no error repeats it.
    package func encryptPassword(_ password: String, user: String) throws -> String {
        guard let verifier = PQencryptPasswordConn(handle, password, user, "scram-sha-256") else {
            throw PostgresError(kind: .usage, message: "libpq cannot make a SCRAM verifier of this password")
        }
        defer { PQfreemem(verifier) }
        return String(cString: verifier)
    }

    func lastError() -> PostgresError {
        PostgresError(
            kind: isAlive ? .usage : .connectionLost, message: text(PQerrorMessage(handle)),
            sqlState: isAlive ? nil : .connectionFailure)
    }
}

// MARK: - Connecting

extension Connection {
    /// Runs libpq's connection state machine until it is done.
    ///
    /// `PQconnectdbParams` would do the same in one call, but only the asynchronous form lets the verbosity be raised
    /// in time for the SQLSTATE of a refused login to be part of the message.
    private static func connect(
        _ parameters: [String: String], deadline: ContinuousClock.Instant
    ) throws -> OpaquePointer {
        let pairs = parameters.sorted { $0.key < $1.key }
        let started = withCStrings(pairs.map { $0.key }) { keywords in
            withCStrings(pairs.map { $0.value }) { values in
                PQconnectStartParams(keywords, values, 0)
            }
        }
        guard let handle = started else { throw PostgresError(kind: .connect, message: "libpq is out of memory") }
        PQsetErrorVerbosity(handle, PQERRORS_VERBOSE)
        var status = PQstatus(handle) == CONNECTION_BAD ? PGRES_POLLING_FAILED : PGRES_POLLING_WRITING
        while status == PGRES_POLLING_READING || status == PGRES_POLLING_WRITING {
            let events = status == PGRES_POLLING_READING ? POLLIN : POLLOUT
            guard waitForSocket(PQsocket(handle), events: events, until: deadline) else {
                let host = text(PQhost(handle))
                PQfinish(handle)
                throw PostgresError(
                    kind: .connect, message: "no answer from \(host.isEmpty ? "the server" : host) in time")
            }
            status = PQconnectPoll(handle)
        }
        guard status == PGRES_POLLING_OK else {
            let message = text(PQerrorMessage(handle))
            PQfinish(handle)
            // What libpq says of a keyword or value that it cannot use; no server was spoken to. Its messages are not
            // translated, as this library never calls setlocale.
            if message.hasPrefix("invalid ") { throw PostgresError(kind: .configuration, message: message) }
            throw refusal(message)
        }
        PQsetErrorVerbosity(handle, PQERRORS_DEFAULT)
        return handle
    }

    /// Takes a verbose connection message apart: `...: FATAL:  3D000: database "x" does not exist`, then lines that
    /// name the server's source file.
    private static func refusal(_ message: String) -> PostgresError {
        var state: SQLState?
        let lines = message.split(separator: "\n").filter { !$0.hasPrefix("LOCATION:") }.map { line in
            var parts = line.splitScalars(":")
            let index = parts.firstIndex { part in
                part.utf8.count == 7 && part.hasPrefix("  ")
                    && part.utf8.dropFirst(2).allSatisfy { (48...57).contains($0) || (65...90).contains($0) }
            }
            guard let index else { return String(line) }
            state = SQLState(rawValue: String(parts.remove(at: index).dropFirst(2)))
            return parts.joined(separator: ":")
        }
        return PostgresError(kind: .connect, message: lines.joined(separator: "\n"), sqlState: state)
    }
}

/// Waits until a socket is ready; false when the deadline passed.
func waitForSocket(_ socket: Int32, events: Int32, until deadline: ContinuousClock.Instant?) -> Bool {
    while true {
        var descriptor = pollfd(fd: socket, events: Int16(events), revents: 0)
        var milliseconds: Int32 = -1
        if let deadline {
            let left = ContinuousClock.now.duration(to: deadline)
            if left <= .zero { return false }
            let (seconds, attoseconds) = left.components
            milliseconds = Int32(clamping: seconds * 1000 + attoseconds / 1_000_000_000_000_000 + 1)
        }
        let ready = poll(&descriptor, 1, milliseconds)
        if ready > 0 { return true }
        if ready < 0 && errno != EINTR { return true }  // libpq will report what is wrong with the socket
    }
}

/// A text of libpq; empty where it has none.
func text(_ pointer: UnsafePointer<CChar>?) -> String { pointer.map { String(cString: $0) } ?? "" }

/// Calls a function with a nil-terminated array of C strings, freed afterwards.
package func withCStrings<Result>(
    _ texts: [String?], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> Result
) -> Result {
    let pointers = texts.map { text in text.flatMap { UnsafePointer(strdup($0)) } } + [nil]
    defer { for pointer in pointers { free(UnsafeMutableRawPointer(mutating: pointer)) } }
    return body(pointers)
}

/// Collects notices; libpq calls back on the thread that is reading from the connection, never on another.
private final class NoticeBox {
    private var notices: [PostgresError] = []

    func append(_ notice: PostgresError) { notices.append(notice) }

    func take() -> [PostgresError] {
        defer { notices = [] }
        return notices
    }
}
