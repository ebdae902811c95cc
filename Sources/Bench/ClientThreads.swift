import Dispatch
import Glibc
import Synchronization

/// Runs several clients at once, each on a thread of its own, because connections block.
package enum ClientThreads {
    /// Where clients wait for each other before the clock starts.
    package final class StartLine {
        private let absent: DispatchGroup
        private var started: ContinuousClock.Instant?

        fileprivate init(_ absent: DispatchGroup) { self.absent = absent }

        /// Returns when every client is here.
        @discardableResult
        package func wait() -> ContinuousClock.Instant {
            if let started { return started }
            absent.leave()
            absent.wait()
            let now = ContinuousClock.now
            started = now
            return now
        }
    }

    /// Runs a body on each of several threads.
    /// - Parameter body: prepares, calls `wait` on the start line, works. One that fails before lets the others go on.
    /// - Returns: what the clients returned, and the time from the start line until the last of them was done.
    /// - Throws: the first client's error, when all have ended.
    package static func run<Value: Sendable>(
        _ count: Int, _ body: @escaping @Sendable (_ client: Int, _ start: StartLine) throws -> Value
    ) throws -> (values: [Value], elapsed: Duration) {
        let absent = DispatchGroup()
        for _ in 0..<count { absent.enter() }
        typealias Lane = (
            result: Result<Value, any Error>, started: ContinuousClock.Instant, ended: ContinuousClock.Instant
        )
        let lanes = Mutex<[Int: Lane]>([:])
        let threads = (0..<count).map { client in
            let job = Job {
                let line = StartLine(absent)
                let result = Result { try body(client, line) }
                let ended = ContinuousClock.now
                let started = line.wait()
                lanes.withLock { $0[client] = (result, started, ended) }
            }
            var thread = pthread_t()
            let code = pthread_create(
                &thread, nil,
                { pointer in
                    if let pointer { Unmanaged<Job>.fromOpaque(pointer).takeRetainedValue().run() }
                    return nil
                }, Unmanaged.passRetained(job).toOpaque())
            precondition(code == 0, "no thread can be started: error \(code)")
            return thread
        }
        for thread in threads { pthread_join(thread, nil) }
        let finished = lanes.withLock { lanes in (0..<count).compactMap { lanes[$0] } }
        let values = try finished.map { try $0.result.get() }
        let start = finished.map(\.started).min() ?? .now
        let end = finished.map(\.ended).max() ?? .now
        return (values, start.duration(to: end))
    }

    private final class Job {
        let run: () -> Void
        init(_ run: @escaping () -> Void) { self.run = run }
    }
}
