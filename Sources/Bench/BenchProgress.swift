/// What a bench run is doing, for people who watch.
package enum BenchProgress: Sendable {
    /// A scratch database is being made.
    case creating(String)
    /// Part of the messages of a layout (`ours` or `documented`) are stored.
    case loaded(String, messages: Int, of: Int)
    /// Something that takes a while begins.
    case doing(String)
    /// A workload begins.
    case measuring(String, clients: Int)
}
