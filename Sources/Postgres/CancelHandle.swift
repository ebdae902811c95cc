import CLibpq
import Glibc
import Synchronization

/// Cancels the running statement of one session, from any thread: it fails with SQLSTATE 57014.
package final class CancelHandle: @unchecked Sendable {
    // PGcancel is immutable after it was made, and PQcancel is documented as safe from any thread; hence the unchecked
    // conformance.
    private let pointer: OpaquePointer?
    /// The requests that ``cancelInBackground()`` has sent and that are not answered, by their handle.
    private static let underWay = Mutex<[ObjectIdentifier: Event]>([:])

    init(_ connection: OpaquePointer) { pointer = PQgetCancel(connection) }

    deinit { PQfreeCancel(pointer) }

    /// Asks the server to cancel; it takes its own short connection, and blocks as long as the server does not answer.
    /// - Throws: ``PostgresError`` when the request could not be delivered.
    package func cancel() throws(PostgresError) {
        var message = [CChar](repeating: 0, count: 256)
        guard PQcancel(pointer, &message, Int32(message.count)) == 1 else {
            throw PostgresError(kind: .connect, message: text(message))
        }
    }

    /// Asks on a thread of its own, unless an earlier request is still under way: a frozen server blocks only that thread.
    func cancelInBackground() {
        let answered = Event()
        let isFirst = Self.underWay.withLock { requests in
            guard requests[ObjectIdentifier(self)] == nil else { return false }
            requests[ObjectIdentifier(self)] = answered
            return true
        }
        guard isFirst else { return }
        let end: @Sendable () -> Void = { [self] in
            Self.underWay.withLock { $0[ObjectIdentifier(self)] = nil }
            answered.happen()
        }
        do {
            try startThread { [self] in
                try? cancel()
                end()
            }
        } catch {
            end()
        }
    }

    /// Waits until the requests that are under way have been answered.
    ///
    /// PgBouncer 1.18 may end itself, and so cut off everybody, when a client leaves before its cancel request is answered
    /// (issue 801 there).
    package static func awaitAnswers(until deadline: ContinuousClock.Instant) {
        for answered in underWay.withLock({ Array($0.values) }) {
            _ = StopRequest.wait(answered.descriptor, POLLIN, until: deadline, stops: false)
        }
    }
}

/// Starts a thread that nobody waits for.
/// - Throws: `PostgresError` where the system has no thread to give.
package func startThread(_ body: @escaping @Sendable () -> Void) throws(PostgresError) {
    final class Job: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    var thread = pthread_t()
    let job = Unmanaged.passRetained(Job(body))
    let code = pthread_create(
        &thread, nil,
        { pointer in
            if let pointer { Unmanaged<Job>.fromOpaque(pointer).takeRetainedValue().body() }
            return nil
        }, job.toOpaque())
    guard code == 0 else {
        job.release()
        throw PostgresError(kind: .usage, message: "no thread can be started: \(text(strerror(code)))")
    }
    pthread_detach(thread)
}
