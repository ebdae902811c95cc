import CLibpq
import Glibc

/// A connection of libpq and every wait for it: they end with the silence of the server, and with the request to stop.
///
/// Owned by one ``Connection``, which outlives it.
struct Link {
    let handle: OpaquePointer
    let state: ConnectionState

    /// How long the end of a cancelled statement is waited for.
    private static let grace = Duration.seconds(5)
    /// A cancel request that reaches the server between two statements is lost; so it is sent again.
    private static let cancelInterval = Duration.milliseconds(200)

    var isAlive: Bool { PQstatus(handle) == CONNECTION_OK && !state.isAbandoned }
    private var host: String { text(PQhost(handle)) }

    func lastError() -> PostgresError {
        PostgresError(
            kind: isAlive ? .usage : .connectionLost, message: text(PQerrorMessage(handle)),
            sqlState: isAlive ? nil : .connectionFailure)
    }

    /// - Throws: ``PostgresError`` when this process has been asked to stop, before anything is sent.
    func checkStop() throws(PostgresError) { if StopRequest.isToStop { throw PostgresError.stopped } }

    /// Sends all that is queued, reading meanwhile, so that neither side can block the other.
    func flush() throws(PostgresError) {
        while true {
            let left = PQflush(handle)
            if left == 0 { return }
            guard left == 1 else { throw lastError() }
            try wait(POLLIN | POLLOUT)
            if PQconsumeInput(handle) != 1 { throw lastError() }
        }
    }

    /// The next result of what was sent; nil after the last one.
    func nextResult() throws(PostgresError) -> OpaquePointer? {
        while PQisBusy(handle) == 1 { guard try read() else { break } }
        return PQgetResult(handle)
    }

    /// Waits for something from the server; false when the connection is lost, which libpq's next call reports.
    @discardableResult
    func read() throws(PostgresError) -> Bool {
        try wait(POLLIN)
        if PQconsumeInput(handle) == 1 { return true }
        // libpq does not wait at a closed socket.
        if PQsocket(handle) >= 0 { shutdown(PQsocket(handle), Int32(SHUT_RDWR)) }
        return false
    }

    /// Waits until the socket is ready.
    ///
    /// A server that stays silent for half of the time it has is asked over another session whether it is at work; it has the
    /// other half for that.
    private func wait(_ events: Int32) throws(PostgresError) {
        var heard = ContinuousClock.now
        while true {
            let half = Self.half(of: state.settings.answerTimeout)
            let until = [half.map { heard + $0 }, state.settings.deadline].compactMap(\.self).min()
            switch StopRequest.wait(PQsocket(handle), events, until: until) {
            case .ready: return
            case .stopped:
                if try cancel(events) { return }
            case .timedOut:
                if let deadline = state.settings.deadline, deadline <= .now { throw abandon("no answer in time") }
                guard let half else { continue }
                if !isAtWork(within: half), StopRequest.wait(PQsocket(handle), events, until: .now) != .ready {
                    throw abandon("no answer for \(half * 2)")
                }
                heard = .now
            }
        }
    }

    /// Once this process is to stop, what is left to do has less time.
    private static func half(of timeout: Duration?) -> Duration? {
        let limit = Duration.seconds(10)
        return (StopRequest.isRaised ? min(timeout ?? limit, limit) : timeout).map { $0 / 2 }
    }

    /// Asks the server to cancel the statement; true when the socket is ready.
    private func cancel(_ events: Int32) throws(PostgresError) -> Bool {
        let deadline = state.stopDeadline ?? .now + Self.grace
        state.stopDeadline = deadline
        let canceller = state.cancelHandle ?? CancelHandle(handle)
        if state.cancelHandle == nil {
            state.cancelHandle = canceller
            canceller.cancelInBackground()
        }
        let wake = StopRequest.wait(
            PQsocket(handle), events, until: min(deadline, .now + Self.cancelInterval), stops: false)
        if wake == .ready { return true }
        if deadline <= .now { throw abandon("no answer to the cancellation", kind: .stopped) }
        canceller.cancelInBackground()
        return false
    }

    /// Gives the server up; whether it has done what it was asked for is unknown.
    private func abandon(_ why: String, kind: PostgresError.Kind = .connectionLost) -> PostgresError {
        state.isAbandoned = true
        if PQsocket(handle) >= 0 { shutdown(PQsocket(handle), Int32(SHUT_RDWR)) }
        let host = host.isEmpty ? "the server" : host
        return PostgresError(kind: kind, message: "\(why) from \(host)", sqlState: .connectionFailure)
    }

    /// Asks the server over another session whether it works for this one; any refusal is an answer, too.
    private func isAtWork(within limit: Duration) -> Bool {
        var settings = state.settings
        settings.answerTimeout = nil
        settings.deadline = [state.settings.deadline, .now + limit].compactMap(\.self).min()
        let own = [
            "host": host, "hostaddr": text(PQhostaddr(handle)), "port": text(PQport(handle)),
            "dbname": text(PQdb(handle)), "user": text(PQuser(handle)),
        ]
        for (keyword, value) in own where !value.isEmpty { settings[keyword] = value }
        settings["target_session_attrs"] = "any"
        do {
            let other = try Connection(settings, timeout: limit)
            let row = try other.query(
                "SELECT state, wait_event FROM pg_catalog.pg_stat_activity"
                    + " WHERE pid OPERATOR(pg_catalog.=) $1::pg_catalog.int4", ["\(PQbackendPID(handle))"]
            ).first
            guard let row else { return false }
            // One that waits for this client has sent what did not arrive, or has not got what was sent.
            let isWaiting = ["ClientRead", "ClientWrite"].contains(row["wait_event"] ?? "")
            return !isWaiting && !(row["state"] ?? "active").hasPrefix("idle")
        } catch {
            return error.sqlState != nil && error.sqlState != .connectionFailure
        }
    }
}
