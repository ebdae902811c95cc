/// The values that a profile gives a machine.
///
/// At the sizes that the documentation assumes (1 GB for its base, 8 GB for production) they are the documented ones.
/// Where the factors come from is said in <doc:Tuning>.
package struct Formulas {
    let profile: TuneProfile
    let machine: Machine
    /// `max_connections` after the next restart.
    let connections: Int
    /// `autovacuum_max_workers` after the next restart.
    let autovacuumWorkers: Int
    /// The size of a file of write-ahead log, bytes.
    let walSegmentSize: Int

    private var memory: Int { machine.memory.value }

    /// A quarter of the memory; a developer's machine has other things to do with more than 256 MB.
    var sharedBuffers: Int { min(rounded(memory / 4), profile == .development ? 256 * ByteSize.megabyte : .max) }

    /// A share of `memory - shared_buffers` for each of three operations in each connection.
    var workMemory: Int {
        let share = max(64 * ByteSize.kilobyte, (memory - sharedBuffers) / (3 * connections))
        let unit = share < 4 * ByteSize.megabyte ? ByteSize.kilobyte : ByteSize.megabyte
        return min(ByteSize.floor(share, to: unit), 64 * ByteSize.megabyte)
    }

    /// What the planner may expect to find cached, by PostgreSQL and by the operating system.
    ///
    /// Three quarters of the memory, or as much of the documented gigabyte as a small machine has.
    var effectiveCacheSize: Int {
        let share = profile == .readHeavy ? memory / 5 * 4 : memory / 4 * 3
        let size = max(rounded(share), min(ByteSize.gigabyte, rounded(memory)))
        return profile == .development ? min(size, 4 * ByteSize.gigabyte) : size
    }

    /// A sixteenth of the memory, from the documented 64 MB to the 2 GB that older servers can count to.
    var maintenanceWorkMemory: Int {
        let limit = profile == .development ? 64 * ByteSize.megabyte : 2047 * ByteSize.megabyte
        return max(64 * ByteSize.megabyte, min(ByteSize.floor(memory / 16, to: ByteSize.megabyte), limit))
    }

    /// A tenth of the memory, shared by the autovacuum workers, which would else take `maintenance_work_mem` each.
    var autovacuumWorkMemory: Int {
        let share = ByteSize.floor(memory / 10 / max(1, autovacuumWorkers), to: ByteSize.megabyte)
        return max(ByteSize.megabyte, min(maintenanceWorkMemory, ByteSize.gigabyte, share))
    }

    /// What the profile wants: fewer checkpoints for those who write much.
    var wantedWALSize: Int { (profile == .highThroughput ? 16 : 4) * ByteSize.gigabyte }

    /// What the profile wants, but only two fifths of the room on the volume, three fifths when it is the log's own.
    ///
    /// max_wal_size is no limit: archiving that lags, slots and bursts go beyond it.
    var maximumWALSize: Int {
        guard let space = machine.walVolume?.value else { return wantedWALSize }
        let share = machine.walVolumeIsDedicated ? space / 5 * 3 : space / 5 * 2
        let unit = share >= ByteSize.gigabyte ? ByteSize.gigabyte : walSegmentSize
        return min(wantedWALSize, max(2 * walSegmentSize, ByteSize.floor(share, to: unit)))
    }

    var minimumWALSize: Int { min(ByteSize.gigabyte, maximumWALSize) }

    /// A random page costs what the next one does where everything is in memory once it was read.
    var randomPageCost: String {
        if machine.storage == .hdd { return "4" }
        let fits = machine.dataSize.map { $0 <= memory / 4 * 3 } ?? false
        return profile == .readHeavy && fits ? "1.01" : "1.1"
    }

    var ioConcurrency: Int {
        if machine.storage == .hdd { return 2 }
        return machine.storage == .nvme && profile == .readHeavy ? 500 : 200
    }

    var parallelWorkers: Int? { machine.cpus.map { min(2, $0.value / 2) } }

    /// How many connections would leave each of them the 4 MB of `work_mem` that PostgreSQL comes with.
    var connectionsForStockWorkMemory: Int { max(1, (memory - sharedBuffers) / (12 * ByteSize.megabyte)) }

    private func rounded(_ bytes: Int) -> Int {
        ByteSize.floor(bytes, to: bytes >= ByteSize.gigabyte ? 64 * ByteSize.megabyte : ByteSize.megabyte)
    }
}
