/// Waits until a condition holds, in place of a pause of a guessed length; fails when that takes too long.
package func eventually(
    _ what: String, within limit: Duration = .seconds(60), every pause: Duration = .milliseconds(20),
    isolation: isolated (any Actor)? = #isolation, _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + limit
    while try await !condition() {
        guard ContinuousClock.now < deadline else { throw NotInTime(description: "not within \(limit): \(what)") }
        try await Task.sleep(for: pause)
    }
}

private struct NotInTime: Error, CustomStringConvertible { let description: String }
