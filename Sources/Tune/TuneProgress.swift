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
