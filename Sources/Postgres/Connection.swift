import CLibpq
import Glibc

/// One session with a PostgreSQL server.
///
/// A connection has one owner, and the compiler sees to it that it is not used after ``close()``. It blocks the calling
/// thread while it waits; to interrupt it from elsewhere take a ``CancelHandle``. Text goes both ways as UTF-8.
package struct Connection: ~Copyable {
    let handle: OpaquePointer
    /// Lives as long as libpq's bare pointer to it.
    let state: ConnectionState

    /// Connects and logs in; a refusal by the server comes with its SQLSTATE.
    /// - Parameter timeout: how long to try each address, unless `connect_timeout` is set anywhere; that is libpq's
    ///   own, by which 0 and less mean for ever.
    package init(_ settings: ConnectionSettings, timeout: Duration = .seconds(10)) throws(PostgresError) {
        self = try PendingConnection(settings, timeout: timeout).connected()
    }

    fileprivate init(_ settings: ConnectionSettings, _ handle: OpaquePointer) {
        state = ConnectionState(settings)
        self.handle = handle
        // No call of libpq may block: the waits are our own.
        PQsetnonblocking(handle, 1)
        PQsetNoticeReceiver(
            handle,
            { box, result in
                guard let box, let result else { return }
                let notice = PostgresError(result: result)
                Unmanaged<ConnectionState>.fromOpaque(box).takeUnretainedValue().notices.append(notice)
            }, Unmanaged.passUnretained(state).toOpaque())
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
    /// The password that libpq had for the login, wherever it was; nil when it had none.
    package var password: String? { PQpass(handle).flatMap { $0.pointee == 0 ? nil : String(cString: $0) } }

    /// Whether the connection is open as far as is known; libpq notices a lost one only when it reads.
    package var isAlive: Bool { link.isAlive }

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

    /// What libpq connected with, by its keyword.
    package func option(_ keyword: String) -> String? {
        guard let options = PQconninfo(handle) else { return nil }
        defer { PQconninfoFree(options) }
        return ConnectionSettings.values(of: options)[keyword]
    }

    /// The notices and warnings that arrived since the last call, oldest first.
    package func takeNotices() -> [PostgresError] { state.notices.take() }

    /// Runs a body during which notices and warnings are handed on as they arrive, and none is kept.
    package func handingOnNotices<Value>(
        to receive: @escaping (PostgresError) -> Void, _ body: () throws -> Value
    ) rethrows -> Value {
        state.notices.receiver = receive
        defer { state.notices.receiver = nil }
        return try body()
    }

    package func makeCancelHandle() -> CancelHandle { CancelHandle(handle) }

    /// A password as the verifier that `ALTER ROLE .. PASSWORD` takes, made here so that the server never sees the
    /// password itself; no error repeats it.
    package func encryptPassword(_ password: String, user: String) throws(PostgresError) -> String {
        guard let verifier = PQencryptPasswordConn(handle, password, user, "scram-sha-256") else {
            throw PostgresError(kind: .usage, message: "libpq cannot make a SCRAM verifier of this password")
        }
        defer { PQfreemem(verifier) }
        return String(cString: verifier)
    }

    func lastError() -> PostgresError { link.lastError() }

    var link: Link { Link(handle: handle, state: state) }
}

/// A connection on its way: whoever wants it can do other work meanwhile.
package struct PendingConnection: ~Copyable {
    private let settings: ConnectionSettings
    private var attempt: ConnectAttempt?

    /// Begins to connect, as ``Connection/init(_:timeout:)`` does; without ``connected()``, nothing comes of it.
    package init(_ settings: ConnectionSettings, timeout: Duration = .seconds(10)) throws(PostgresError) {
        self.settings = settings
        attempt = try ConnectAttempt(settings, timeout: timeout)
    }

    deinit { attempt?.abandon() }

    /// Waits for the end of the login.
    package consuming func connected() throws(PostgresError) -> Connection {
        guard let attempt else { preconditionFailure("only this takes it, once") }
        self.attempt = nil
        return Connection(settings, try attempt.wait())
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

/// What one connection has beside libpq's own state; used by the thread that uses the connection.
final class ConnectionState {
    let settings: ConnectionSettings
    let notices = Notices()
    /// Written into a COPY since the last flush.
    var copiedBytes = 0
    /// Whether the server was given up.
    var isAbandoned = false
    /// Until when the end of a cancelled statement is waited for; nil until this process is asked to stop.
    var stopDeadline: ContinuousClock.Instant?
    var cancelHandle: CancelHandle?

    init(_ settings: ConnectionSettings) { self.settings = settings }
}

/// Notices that nobody has taken; libpq calls back on the thread that is reading from the connection, never on another.
///
/// A server may send any number: the first ones are kept.
final class Notices {
    /// What gets them instead.
    var receiver: ((PostgresError) -> Void)?
    private var kept: [PostgresError] = []
    /// Bytes of what is kept.
    private var size = 0
    private static let limits = (count: 500, size: 64 << 20)

    func append(_ notice: PostgresError) {
        if let receiver { return receiver(notice) }
        size += notice.message.utf8.count + (notice.detail?.utf8.count ?? 0) + (notice.context?.utf8.count ?? 0)
        if kept.count < Self.limits.count, size <= Self.limits.size { kept.append(notice) }
    }

    func take() -> [PostgresError] {
        defer { (kept, size) = ([], 0) }
        return kept
    }
}
