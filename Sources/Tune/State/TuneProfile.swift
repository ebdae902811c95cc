/// What a server is tuned for.
package enum TuneProfile: String, Sendable, Codable, CaseIterable {
    /// A developer's machine: the documented base configuration, never more than a gigabyte's share of the memory.
    case development
    /// A server of its own: memory in proportion, slow queries logged and counted.
    case production
    /// Production that takes in a thousand messages a second and more: fewer checkpoints.
    case highThroughput = "high-throughput"
    /// Production that mostly reads: index scans and prefetching favoured.
    case readHeavy = "read-heavy"

    /// Whether the profile is for a server that others depend on.
    var isForServers: Bool { self != .development }
}

/// What the data directory lies on, which decides what a random read costs.
package enum StorageClass: String, Sendable, Codable, CaseIterable {
    case hdd
    case ssd
    /// Solid state attached by NVM Express.
    case nvme
}

/// Whose commits do not wait for the disk (`synchronous_commit = off`).
///
/// A crash then loses what was committed in the last moments, up to three times `wal_writer_delay` (PostgreSQL's
/// documentation, "Asynchronous Commit"): 600 ms as it comes. Nothing is corrupted.
package enum AsynchronousCommit: String, Sendable, Codable, CaseIterable {
    case none
    /// Those of `email_service`, the role that takes mail in.
    case application
    /// Those of all roles, as documented.
    case server
}

/// What to tune for, and what the caller knows better than the server.
package struct TuneOptions: Sendable {
    package var profile: TuneProfile
    /// Memory of the machine, bytes; nil reads it on the server.
    package var memory: Int?
    /// Processors that the server may use; nil reads it on the server.
    package var cpus: Int?
    /// What the data directory lies on; nil assumes an SSD, as the documented tuning does.
    package var storage: StorageClass?
    /// `max_connections`; nil keeps what is there, or raises it to the documented 200.
    package var maxConnections: Int?
    /// Space for write-ahead log on its volume, bytes; nil reads it on the server.
    package var walVolume: Int?
    /// Whether the documented values are wanted as they are, instead of values in proportion to the machine.
    package var isExact = false
    /// Whether `wal_level = minimal`, which ends replication and point-in-time recovery, is asked for.
    package var walLevelMinimal = false
    package var asynchronousCommit = AsynchronousCommit.none
    /// The folder that stands for the server's root when `/proc` and `/sys` are read: tests have trees of their own.
    var systemRoot = ""

    package init(profile: TuneProfile) { self.profile = profile }
}
