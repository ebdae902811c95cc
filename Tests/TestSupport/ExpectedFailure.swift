package import Postgres

/// A body that was expected to fail ended without an error.
package struct NoFailure: Error, CustomStringConvertible {
    /// What happened instead.
    package let description = "expected a PostgresError, but nothing was thrown"
}

/// The error that a body throws; a body that does not throw one fails the test.
///
/// `#expect(throws:)` cannot be used with a connection, because its closures may not borrow noncopyable values.
package func failure<Value: ~Copyable>(_ body: () throws -> Value) throws -> PostgresError {
    do {
        _ = try body()
    } catch let error as PostgresError {
        return error
    }
    throw NoFailure()
}
