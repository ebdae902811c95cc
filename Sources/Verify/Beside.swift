import Dispatch
import Postgres
import Synchronization

/// Work on a thread of its own, beside the caller's: a session blocks the thread that waits for it.
final class Beside<Value: Sendable>: Sendable {
    private let outcome = Mutex<Result<Value, any Error>?>(nil)
    private let done = DispatchGroup()

    /// - Throws: `PostgresError` where the system has no thread to give.
    init(_ body: @escaping @Sendable () throws -> Value) throws(PostgresError) {
        done.enter()
        do {
            try startThread {
                let result = Result { try body() }
                self.outcome.withLock { $0 = result }
                self.done.leave()
            }
        } catch {
            done.leave()
            throw error
        }
    }

    /// Waits for the end of the work; any number of times.
    func result() throws -> Value? {
        done.wait()
        return try outcome.withLock { $0 }?.get()
    }
}
