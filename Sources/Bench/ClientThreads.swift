import Glibc
import Synchronization

/// Runs several clients at once, each on a thread of its own, because connections block.
package enum ClientThreads {
    /// Where clients wait for each other before the clock starts.
    package final class StartLine {
        private let barrier: UnsafeMutablePointer<pthread_barrier_t>
        fileprivate private(set) var started: ContinuousClock.Instant?

        fileprivate init(_ barrier: UnsafeMutablePointer<pthread_barrier_t>) { self.barrier = barrier }

        /// Returns when every client is here.
        @discardableResult
        package func wait() -> ContinuousClock.Instant {
            if let started { return started }
            pthread_barrier_wait(barrier)
            let now = ContinuousClock.now
            started = now
            return now
        }
    }

    /// What the clients returned, and the time from the start line until the last of them was done.
    package struct Outcome<Value: Sendable>: Sendable {
        package let values: [Value]
        package let elapsed: Duration
    }

    /// Runs a body on each of several threads.
    /// - Parameter body: prepares, calls `wait` on the start line, works. One that fails before lets the others go on.
    /// - Throws: the first client's error, when all have ended.
    package static func run<Value: Sendable>(
        _ count: Int, _ body: @escaping @Sendable (_ client: Int, _ start: StartLine) throws -> Value
    ) throws -> Outcome<Value> {
        let barrier = Barrier(count)
        let lanes = Mutex<[Int: Lane<Value>]>([:])
        let shared = Shared { client in
            let line = StartLine(barrier.pointer)
            let result = Result { try body(client, line) }
            let ended = ContinuousClock.now
            let lane = Lane(result: result, started: line.wait(), ended: ended)
            lanes.withLock { $0[client] = lane }
        }
        let threads = (0..<count).map { client in
            let job = Unmanaged.passRetained(Job(shared, client))
            var thread = pthread_t()
            let code = pthread_create(
                &thread, nil,
                { pointer in
                    if let pointer { Unmanaged<Job>.fromOpaque(pointer).takeRetainedValue().run() }
                    return nil
                }, job.toOpaque())
            precondition(code == 0, "no thread can be started: error \(code)")
            return thread
        }
        for thread in threads { pthread_join(thread, nil) }
        let finished = lanes.withLock { lanes in (0..<count).compactMap { lanes[$0] } }
        let values = try finished.map { try $0.result.get() }
        let start = finished.map(\.started).min() ?? .now
        let end = finished.map(\.ended).max() ?? .now
        return Outcome(values: values, elapsed: start.duration(to: end))
    }

    /// How one client fared.
    private struct Lane<Value: Sendable>: Sendable {
        let result: Result<Value, any Error>
        let started: ContinuousClock.Instant
        let ended: ContinuousClock.Instant
    }

    private final class Shared: Sendable {
        let body: @Sendable (Int) -> Void
        init(_ body: @escaping @Sendable (Int) -> Void) { self.body = body }
    }

    private final class Job {
        private let shared: Shared
        private let client: Int
        init(_ shared: Shared, _ client: Int) {
            self.shared = shared
            self.client = client
        }
        func run() { shared.body(client) }
    }

    /// Owns a barrier; POSIX synchronises all access to it, hence the unchecked conformance.
    private final class Barrier: @unchecked Sendable {
        let pointer = UnsafeMutablePointer<pthread_barrier_t>.allocate(capacity: 1)
        init(_ count: Int) { pthread_barrier_init(pointer, nil, UInt32(count)) }
        deinit {
            pthread_barrier_destroy(pointer)
            pointer.deallocate()
        }
    }
}
