/// What `tune` is doing, for people who watch.
package enum TuneProgress: Sendable {
    /// Another `tune` holds the lock.
    case waitingForLock(holders: [String])
    case writing(String)
    /// Something that takes a while begins.
    case doing(String)
}
