import ArgumentParser
import Tune

extension TuneProfile: ExpressibleByArgument {}
extension StorageClass: ExpressibleByArgument {}
extension AsynchronousCommit: ExpressibleByArgument {}

/// What the caller knows better than the server.
struct TuneOptionGroup: ParsableArguments {
    @Option(
        help: ArgumentHelp("Memory of the server; read there when not given.", valueName: "8GB"), transform: Self.size)
    var memory: Int?

    @Option(help: ArgumentHelp("Processors that the server may use; read there when not given.", valueName: "n"))
    var cpus: Int?

    @Option(help: "What the data lie on: hdd, ssd or nvme; an SSD is assumed.")
    var storage: StorageClass?

    @Option(help: ArgumentHelp("Connections; what is configured, but at least 200, when not given.", valueName: "n"))
    var maxConnections: Int?

    @Option(
        help: ArgumentHelp("Room for write-ahead log; read on the server when not given.", valueName: "20GB"),
        transform: Self.size)
    var walVolume: Int?

    @Flag(help: "The documented values as they are, whatever the machine.")
    var exact = false

    @Option(help: "Whose commits do not wait for the disk: none, application (email_service) or server (all roles).")
    var asyncCommit = AsynchronousCommit.none

    @Flag(help: "Set wal_level = minimal: no standby, no point-in-time recovery any more.")
    var walLevelMinimal = false

    private static func size(_ text: String) throws -> Int {
        guard let bytes = ByteSize.parse(text) else { throw ValidationError("A size looks like 8GB.") }
        return bytes
    }

    func validate() throws {
        if let memory, memory < 64 << 20 { throw ValidationError("--memory: PostgreSQL needs 64MB or more.") }
        if let memory, memory > 1 << 44 {
            throw ValidationError("--memory: 16TB at most; PostgreSQL's settings hold no more.")
        }
        if let walVolume, walVolume > 1 << 50 { throw ValidationError("--wal-volume: 1024TB at most.") }
        if let cpus, !(1...8192).contains(cpus) { throw ValidationError("--cpus: from 1 to 8192.") }
        if let maxConnections, !(1...100_000).contains(maxConnections) {
            throw ValidationError("--max-connections: from 1 to 100000.")
        }
    }

    /// The options as the room takes them.
    func options(_ profile: TuneProfile) -> TuneOptions {
        var options = TuneOptions(profile: profile)
        options.memory = memory
        options.cpus = cpus
        options.storage = storage
        options.maxConnections = maxConnections
        options.walVolume = walVolume
        options.isExact = exact
        options.asynchronousCommit = asyncCommit
        options.walLevelMinimal = walLevelMinimal
        return options
    }
}

/// What `tune` is to do.
struct TuneTaskOptions: ParsableArguments {
    @Option(help: "What the server is for: development, production, high-throughput or read-heavy.")
    var profile: TuneProfile?

    @Flag(help: "Only say what would change.")
    var plan = false

    @Flag(name: [.customShort("y"), .long], help: "Do it without asking; needed where there is no terminal.")
    var yes = false

    @Flag(help: "Take back what earlier runs wrote, except settings that were changed since.")
    var undo = false

    @Flag(help: "Restart the server where that is needed; it comes back with its former configuration if it must.")
    var restart = false

    @Flag(help: "Measure with emaildb bench before and after, and take it back when it is a loss (minutes).")
    var prove = false

    @Option(help: "Messages to measure with, for --prove.")
    var messages = 20_000

    @Flag(help: "Fix the postgresql.auto.conf of a server that is down and does not start (with -D).")
    var rescue = false

    @Option(
        name: [.customShort("D"), .long], help: ArgumentHelp("Data directory, for --rescue.", valueName: "folder"),
        completion: .directory)
    var dataDirectory: String?

    @Option(
        help: ArgumentHelp("Folder that holds bin/postgres, for --rescue.", valueName: "folder"), completion: .directory
    )
    var postgres: String?

    @Option(help: ArgumentHelp("Wait this long for another tune.", valueName: "seconds"))
    var lockTimeout = 60

    func validate() throws {
        try validateSeconds(lockTimeout, "--lock-timeout")
        if plan && yes { throw ValidationError("--plan and --yes exclude each other.") }
        if undo && (profile != nil || plan) { throw ValidationError("--undo takes neither --profile nor --plan.") }
        if prove && (profile == nil || plan) { throw ValidationError("--prove carries a --profile out.") }
        try BenchOptions.validateMessages(messages)
        if plan && restart { throw ValidationError("--plan writes nothing, so there is nothing to restart for.") }
        if rescue != (dataDirectory != nil) {
            throw ValidationError(
                "--rescue and -D belong together: emaildb tune --rescue -D /var/lib/postgresql/16/main")
        }
        if rescue && (profile != nil || undo || restart || plan) { throw ValidationError("--rescue comes alone.") }
        if profile == nil && !undo && !rescue && !restart {
            let names = TuneProfile.allCases.map(\.rawValue).joined(separator: "|")
            throw ValidationError("Name a profile, or --undo: emaildb tune --profile \(names) --plan")
        }
    }

    /// The rescue, if one is asked for.
    func rescue(
        _ progress: @escaping @Sendable (TuneProgress) -> Void, agree: (TuneIntent) throws -> Bool
    ) throws -> TuneResult? {
        guard let dataDirectory else { return nil }
        let rescue = Rescue(dataDirectory: dataDirectory, programs: postgres, progress: progress)
        return TuneResult(rescued: try rescue.run { try agree(TuneIntent(rescue: $0)) })
    }
}
