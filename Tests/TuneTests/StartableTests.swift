import Postgres
import Server
import TestSupport
import Testing

@testable import Tune

/// The real server program accepts what every profile gives every machine.
@Suite(.needsServer) struct StartableTests {
    static let sizes = ["256MB", "1GB", "8GB", "64GB"]
    static let processors = [1, 4, 32]

    /// `postgres -C shared_memory_size` runs every check of a start but the one whether there is so much memory; what
    /// fits this machine is started, too.
    @Test func everyProfileStartsOnEveryMachine() async throws {
        let server = TestServer(isPlain: true)
        let connection = try Connection(try await server.connectionSettings())
        let state = try ServerState(connection)
        let installation = try ServerInstallation.of(dataDirectory: state.dataDirectory, connection)
        let scratch = try ScratchServer(installation, walSegmentSize: state.walSegmentSize)
        defer { scratch.remove() }
        var started = 0
        var tried = 0
        for profile in TuneProfile.allCases {
            for size in Self.sizes {
                for cpus in Self.processors {
                    let memory = try #require(ByteSize.parse(size))
                    var options = TuneOptions(profile: profile)
                    options.memory = memory
                    options.cpus = cpus
                    options.storage = .nvme
                    let machine = try MachineSensor(root: "").read(options, state, connection)
                    let preparation = try Planner(options: options, server: state, machine: machine).prepare()
                    #expect(StartRules.problems(preparation.candidate).isEmpty)
                    let values = preparation.candidate.changes(since: state).compactMapValues { $0 }
                    var configuration = AutoConfiguration("")
                    for (name, value) in values { configuration.set(name, value) }
                    // One start for each profile and size that is small here, the rest computed.
                    let starts = cpus == 4 && memory <= 1 << 30
                    let outcome = try scratch.attempt(configuration, commandLine: [:], starts: starts) {
                        try ServerState($0).misread(values)
                    }
                    let budget = MemoryBudget(preparation.candidate, memory: memory, shared: outcome.sharedMemory)
                    // What does not grow with the machine weighs at 256 MB.
                    #expect(budget.percent <= (size == "256MB" ? 90 : 80), "\(profile) on \(size): \(budget)")
                    let buffers = try #require(preparation.candidate.bytes("shared_buffers"))
                    #expect(outcome.sharedMemory > buffers, "it computed what it would take")
                    tried += 1
                    started += starts ? 1 : 0
                }
            }
        }
        #expect(tried == 48 && started == 8)
        // The control: the same check refuses what must not start.
        for bad in ["wal_level = 'minimal'", "shared_preload_libraries = 'no_such_library'", "max_connections = 3"] {
            #expect(throws: ScratchServer.Refusal.self, "\(bad)") {
                try scratch.attempt(AutoConfiguration(bad), commandLine: [:], starts: false)
            }
        }
        try await server.stop()
    }
}
