import Postgres

/// Blocks the thread; a request to stop ends the pause early.
package func pauseThread(for duration: Duration) { StopRequest.pause(duration) }

extension Duration {
    /// Whole milliseconds, rounded down; the most that a number can hold where they are more.
    package var wholeMilliseconds: Int {
        let (seconds, attoseconds) = components
        let (milliseconds, isTooMany) = Int(seconds).multipliedReportingOverflow(by: 1000)
        let (sum, overflows) = milliseconds.addingReportingOverflow(Int(attoseconds / 1_000_000_000_000_000))
        return isTooMany || overflows ? (seconds < 0 ? .min : .max) : sum
    }
}
