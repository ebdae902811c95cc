import Install
import Postgres

/// Why a bench run could not measure.
package struct BenchFailure: Error, Sendable, Hashable {
    /// What is wrong, in one sentence.
    package let problem: String
    /// What to do.
    package let fix: String
}

/// What a bench run is doing, for people who watch.
package enum BenchProgress: Sendable {
    /// A scratch database is being made.
    case creating(String)
    /// Part of the messages of a layout (`ours` or `literal`) are stored.
    case loaded(String, messages: Int, of: Int)
    /// Something that takes a while begins.
    case doing(String)
    /// A workload begins.
    case measuring(String, clients: Int)
}

/// Ends a run between two requests when a signal asked for it, so that scratch databases are dropped.
enum BenchInterruption {
    static func check() throws {
        if let signal = Interruption.signal { throw InstallFailure.interrupted(signal: signal) }
    }
}
