import CLibpq
import Glibc
import Synchronization

/// Cancels the running statement of one session, from any thread: it fails with SQLSTATE 57014.
package final class CancelHandle: @unchecked Sendable {
    // PGcancel is immutable after it was made, and PQcancel is documented as safe from any thread; hence the unchecked
    // conformance.
    private let pointer: OpaquePointer?
    private let isAsking = Atomic<Bool>(false)

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
        guard !isAsking.exchange(true, ordering: .sequentiallyConsistent) else { return }
        do {
            try startThread { [self] in
                try? cancel()
                isAsking.store(false, ordering: .sequentiallyConsistent)
            }
        } catch {
            isAsking.store(false, ordering: .sequentiallyConsistent)
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
