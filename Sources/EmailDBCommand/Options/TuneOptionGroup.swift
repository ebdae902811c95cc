import ArgumentParser
import Tune

extension TuneProfile: ExpressibleByArgument {}
extension StorageClass: ExpressibleByArgument {}
extension AsynchronousCommit: ExpressibleByArgument {}

/// A size with a unit, as a configuration file writes it.
struct ByteSizeArgument: ExpressibleByArgument {
    let bytes: Int

    init?(argument: String) {
        guard let bytes = ByteSize.parse(argument) else { return nil }
        self.bytes = bytes
    }
}

/// What the caller knows better than the server.
struct TuneOptionGroup: ParsableArguments {
    @Option(help: ArgumentHelp("Memory of the server; read there when not given.", valueName: "8GB"))
    var memory: ByteSizeArgument?

    @Option(help: ArgumentHelp("Processors that the server may use; read there when not given.", valueName: "n"))
    var cpus: Int?

    @Option(help: "What the data lie on: hdd, ssd or nvme; an SSD is assumed.")
    var storage: StorageClass?

    @Option(help: ArgumentHelp("Connections; what is configured, but at least 200, when not given.", valueName: "n"))
    var maxConnections: Int?

    @Option(help: ArgumentHelp("Room for write-ahead log; read on the server when not given.", valueName: "20GB"))
    var walVolume: ByteSizeArgument?

    @Flag(help: "The documented values as they are, whatever the machine.")
    var exact = false

    @Option(help: "Whose commits do not wait for the disk: none, application (email_service) or server (all roles).")
    var asyncCommit = AsynchronousCommit.none

    @Flag(help: "Set wal_level = minimal: no standby, no point-in-time recovery any more.")
    var walLevelMinimal = false

    func validate() throws {
        if let memory, memory.bytes < 64 << 20 { throw ValidationError("--memory: PostgreSQL needs 64MB or more.") }
        if let cpus, !(1...8192).contains(cpus) { throw ValidationError("--cpus: from 1 to 8192.") }
        if let maxConnections, !(1...100_000).contains(maxConnections) {
            throw ValidationError("--max-connections: from 1 to 100000.")
        }
    }

    /// The options as the library takes them.
    func options(_ profile: TuneProfile) -> TuneOptions {
        var options = TuneOptions(profile: profile)
        options.memory = memory?.bytes
        options.cpus = cpus
        options.storage = storage
        options.maxConnections = maxConnections
        options.walVolume = walVolume?.bytes
        options.isExact = exact
        options.asynchronousCommit = asyncCommit
        options.walLevelMinimal = walLevelMinimal
        return options
    }
}
