import Core
import Dispatch
import Glibc
import Synchronization

/// Runs several clients at once, each on a thread of its own, because connections block.
package enum ClientThreads {
    /// Where clients wait for each other before the clock starts.
    package final class StartLine {
        private let absent: DispatchGroup
        private let run: Run
        private var started: ContinuousClock.Instant?

        fileprivate init(_ absent: DispatchGroup, _ run: Run) {
            self.absent = absent
            self.run = run
        }

        /// Returns when every client is here.
        /// - Throws: when one of them will never come.
        @discardableResult
        package func wait() throws -> ContinuousClock.Instant {
            let instant = arrive()
            if run.isAbandoned.load(ordering: .acquiring) { throw Abandoned() }
            return instant
        }

        fileprivate func arrive() -> ContinuousClock.Instant {
            if let started { return started }
            absent.leave()
            absent.wait()
            let now = ContinuousClock.now
            started = now
            return now
        }
    }

    /// What the clients of one call share.
    fileprivate final class Run: Sendable {
        /// Whether a client has no thread, so that none begins.
        let isAbandoned = Atomic(false)
    }

    private struct Abandoned: Error {}

    /// Runs a body on each of several threads.
    /// - Parameter body: prepares, calls `wait` on the start line, works. One that fails before lets the others go on.
    /// - Returns: what the clients returned, and the time from the start line until the last of them was done.
    /// - Throws: the first client's error, when all have ended; ``Failure`` where the system has no thread for one.
    package static func run<Value: Sendable>(
        _ count: Int, _ body: @escaping @Sendable (_ client: Int, _ start: StartLine) throws -> Value
    ) throws -> (values: [Value], elapsed: Duration) {
        let absent = DispatchGroup()
        let run = Run()
        for _ in 0..<count { absent.enter() }
        typealias Lane = (
            result: Result<Value, any Error>, started: ContinuousClock.Instant, ended: ContinuousClock.Instant
        )
        let lanes = Mutex<[Int: Lane]>([:])
        var threads: [pthread_t] = []
        var refusal: Int32 = 0
        for client in 0..<count {
            let job = Job {
                let line = StartLine(absent, run)
                let result = Result { try body(client, line) }
                let ended = ContinuousClock.now
                let started = line.arrive()
                lanes.withLock { $0[client] = (result, started, ended) }
            }
            var thread = pthread_t()
            let pointer = Unmanaged.passRetained(job)
            refusal = pthread_create(
                &thread, nil,
                { pointer in
                    if let pointer { Unmanaged<Job>.fromOpaque(pointer).takeRetainedValue().run() }
                    return nil
                }, pointer.toOpaque())
            if refusal != 0 {
                pointer.release()
                break
            }
            threads.append(thread)
        }
        if refusal != 0 {
            run.isAbandoned.store(true, ordering: .releasing)
            for _ in threads.count..<count { absent.leave() }
        }
        for thread in threads { pthread_join(thread, nil) }
        if refusal != 0 {
            throw Failure(
                .failed,
                "only \(threads.count) of \(count) clients got a thread: \(String(cString: strerror(refusal)))",
                fix: "Use fewer --clients, or allow more: ulimit -u; ulimit -v; cat /sys/fs/cgroup/pids.max")
        }
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
