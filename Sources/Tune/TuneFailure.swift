package import Core
import Install
package import Postgres

/// Why `tune` stopped.
package enum TuneFailure: Error, Sendable {
    /// The plan cannot be made or must not be carried out; nothing was written.
    case refused([Problem])
    /// No connection, or it was lost: what was half done is in the journal, and the next run goes on with it.
    case connection(PostgresError)
    /// Another `tune` kept the lock for longer than allowed.
    case lockTimeout(waited: Duration, holders: [String])
    /// A statement failed; what it left is said in the text.
    case failed(PostgresError, doing: String)
    /// A step outside the server failed.
    case step(Problem)
    /// Ctrl-C or a polite kill.
    case interrupted(signal: Int32)

    static func refused(_ problem: String, _ fix: String) -> TuneFailure {
        .refused([Problem(problem: problem, fix: fix)])
    }
}

/// What `tune` is doing, for people who watch.
package enum TuneProgress: Sendable {
    /// Another `tune` holds the lock.
    case waitingForLock(holders: [String])
    /// A scratch server is started with the planned configuration.
    case proving
    /// A setting is being written.
    case writing(String)
    /// The server is being restarted.
    case restarting
    /// Something that takes a while begins.
    case doing(String)
}
