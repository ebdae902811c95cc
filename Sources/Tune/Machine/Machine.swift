/// What the server has to work with, and how that is known.
package struct Machine: Sendable, Codable, Hashable {
    /// A quantity and where it comes from.
    package struct Quantity: Sendable, Codable, Hashable {
        package let value: Int
        /// Where it was read, such as `/sys/fs/cgroup/memory.max`, or the option that gave it.
        package let source: String
        /// Whether the caller gave it, so that it is taken as exact.
        package let isGiven: Bool

        init(_ value: Int, source: String) {
            self.value = value
            self.source = source
            isGiven = source.hasPrefix("--")
        }
    }

    /// Memory, bytes: the smallest of what the host has and of every limit above the server's processes.
    package let memory: Quantity
    /// Processors that the server may use; nil when the server cannot tell.
    package let cpus: Quantity?
    package let storage: StorageClass
    /// Whether the caller said so; an SSD is assumed otherwise.
    package let storageIsGiven: Bool
    /// Room for write-ahead log on its volume, bytes, what it occupies already included; nil when not known.
    package let walVolume: Quantity?
    /// Whether that volume holds nothing but write-ahead log.
    package let walVolumeIsDedicated: Bool
    /// All databases together, bytes.
    package let dataSize: Int?
}
