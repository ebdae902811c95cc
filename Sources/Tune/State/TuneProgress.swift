/// What `tune` is doing, for people who watch.
package enum TuneProgress: Sendable {
    /// Something that takes a while begins.
    case doing(String)
    case detail(String)
}
