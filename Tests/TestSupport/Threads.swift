import Dispatch
import Synchronization

/// Threads of one's own for work that blocks: those of Swift's concurrency are few, and other tests need them.
package enum Threads {
    /// Runs a body on so many threads at once.
    /// - Returns: what each returned, in their order.
    /// - Throws: the first error, when all have ended.
    package static func run<Value: Sendable>(
        _ count: Int, _ body: @escaping @Sendable (_ index: Int) throws -> Value
    ) async throws -> [Value] {
        let results = Results<Value>()
        return try await withCheckedThrowingContinuation { continuation in
            for index in 0..<count {
                // A serial queue has a thread of its own, however busy the others are.
                DispatchQueue(label: "thread \(index)").async {
                    let result = Result { try body(index) }
                    if results.add(index, result) == count {
                        continuation.resume(with: Result { try results.inOrder() })
                    }
                }
            }
        }
    }
}

/// What the threads returned so far.
private final class Results<Value: Sendable>: Sendable {
    private let values = Mutex<[Int: Result<Value, any Error>]>([:])

    /// Keeps a result; returns how many there are.
    func add(_ index: Int, _ result: Result<Value, any Error>) -> Int {
        values.withLock {
            $0[index] = result
            return $0.count
        }
    }

    func inOrder() throws -> [Value] {
        try values.withLock { values in try values.sorted { $0.key < $1.key }.map { try $0.value.get() } }
    }
}

/// A flag that threads share.
package final class Flag: Sendable {
    private let value = Mutex(false)
    /// Whether a thread has set it.
    package var isSet: Bool { value.withLock { $0 } }

    /// Not set.
    package init() {}

    /// Sets it.
    package func set() { value.withLock { $0 = true } }
}
