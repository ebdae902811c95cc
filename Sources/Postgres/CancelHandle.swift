import CLibpq
import Glibc

/// Cancels the running statement of one session, from any thread: it fails with SQLSTATE 57014.
package final class CancelHandle: @unchecked Sendable {
    // PGcancel is immutable after it was made, and PQcancel is documented as safe from any thread and from signal
    // handlers; hence the unchecked conformance.
    let pointer: OpaquePointer?

    init(_ connection: OpaquePointer) { pointer = PQgetCancel(connection) }

    deinit { PQfreeCancel(pointer) }

    /// Asks the server to cancel; it takes its own short connection.
    /// - Throws: ``PostgresError`` when the request could not be delivered.
    package func cancel() throws {
        var message = [CChar](repeating: 0, count: 256)
        guard PQcancel(pointer, &message, Int32(message.count)) == 1 else {
            throw PostgresError(kind: .connect, message: text(message))
        }
    }
}

/// Turns SIGINT and SIGTERM into the cancellation of the running statement, so that work ends by rolling back.
package enum Interruption {
    private nonisolated(unsafe) static var requested: sig_atomic_t = 0
    private nonisolated(unsafe) static var target: OpaquePointer?

    package static var signal: Int32? { requested == 0 ? nil : Int32(requested) }

    /// Handles SIGINT and SIGTERM from now on; a second one ends the process at once.
    ///
    /// A cancel request that reaches the server between two statements is lost, so it is sent again every 200 ms until
    /// the process ends.
    package static func install() {
        let handler: @convention(c) (Int32) -> Void = { number in
            if Interruption.requested != 0 { _exit(128 + number) }
            Interruption.requested = sig_atomic_t(number)
            Interruption.cancelTarget()
        }
        let again: @convention(c) (Int32) -> Void = { _ in Interruption.cancelTarget() }
        Glibc.signal(SIGALRM, again)
        Glibc.signal(SIGINT, handler)
        Glibc.signal(SIGTERM, handler)
        // A process inherits the signals that its parent's thread has blocked.
        var signals = sigset_t()
        sigemptyset(&signals)
        for number in [SIGINT, SIGTERM, SIGALRM] { sigaddset(&signals, number) }
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    }

    private static func cancelTarget() {
        if let target {
            withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
                _ = PQcancel(target, buffer.baseAddress, Int32(buffer.count))
            }
        }
        var soon = itimerval(it_interval: timeval(), it_value: timeval(tv_sec: 0, tv_usec: 200_000))
        setitimer(__itimer_which_t(ITIMER_REAL.rawValue), &soon, nil)
    }

    /// Runs a body during which an interruption cancels the statement of one session.
    package static func cancelling<Value>(_ handle: CancelHandle, _ body: () throws -> Value) rethrows -> Value {
        target = handle.pointer
        defer { target = nil }
        return try withExtendedLifetime(handle) { try body() }
    }
}
