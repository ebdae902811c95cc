import ArgumentParser
import Bench
import Core
import FoundationEssentials

/// How much `bench` measures.
struct BenchOptions: ParsableArguments {
    @Option(help: "Messages to load.")
    var messages = Benchmark.Options().messages

    @Option(help: "Tenants to share them among; one of them gets a fifth or more.")
    var tenants = Benchmark.Options().tenants

    @Option(help: "How long each workload runs with each number of clients.")
    var seconds = Benchmark.Options().seconds

    @Option(help: ArgumentHelp("Numbers of clients.", valueName: "n,n,.."))
    var clients = "1,4,16"

    @Option(help: "The number that makes the same messages again.")
    var seed = Benchmark.Options().seed

    @Option(
        help: ArgumentHelp(
            "Use this database, which must be absent or empty, instead of \(Benchmark.defaultDatabase).",
            valueName: "name"))
    var database: String?

    @Flag(help: "Search again when the other tenants have ten times their mail; takes five times as long.")
    var growth = false

    @Flag(help: "Leave the databases there.")
    var keep = false

    @Option(
        help: ArgumentHelp("Show what changed since this report (--format json).", valueName: "file"),
        completion: .file())
    var compare: String?

    func validate() throws {
        try Self.validateMessages(messages)
        if tenants < 2 || tenants > 10_000 { throw ValidationError("Tenants: from 2 to 10000.") }
        if !(0...3600).contains(seconds) { throw ValidationError("Seconds: from 0 to 3600.") }
        if clientCounts.isEmpty || clientCounts.contains(where: { !(1...1000).contains($0) }) {
            throw ValidationError("Clients: numbers from 1 to 1000, with commas between them.")
        }
        if database?.isEmpty == true { throw ValidationError("A database has a name.") }
    }

    /// As many as the arithmetic of a bench, with ten times the mail, is good for.
    static func validateMessages(_ count: Int) throws {
        if !(1000...1_000_000_000).contains(count) {
            throw ValidationError("--messages: from 1000 to 1000000000.")
        }
    }

    /// The numbers of clients; 0 stands for what is no number.
    private var clientCounts: [Int] { clients.split(separator: ",").map { Int($0) ?? 0 } }

    var options: Benchmark.Options {
        var options = Benchmark.Options()
        options.messages = messages
        options.tenants = tenants
        options.seconds = seconds
        options.clients = clientCounts
        options.seed = seed
        options.database = database
        options.measuresGrowth = growth
        options.keepsDatabases = keep
        return options
    }

    /// The report to compare with, read before anything is measured.
    func earlierReport() throws -> BenchReport? {
        guard let compare else { return nil }
        let data = Data(try inputFile(compare, "--compare"))
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        do {
            return try decoder.decode(BenchReport.self, from: data)
        } catch {
            throw ValidationError("--compare: \(compare) is not a report of emaildb bench --format json.")
        }
    }
}
