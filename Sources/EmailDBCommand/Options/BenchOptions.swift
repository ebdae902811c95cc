import ArgumentParser
import Bench
import Core
import FoundationEssentials

/// How much `bench` measures.
struct BenchOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Messages to load: \(usual.messages), with --scale \(ScaleBenchmark.messages).", valueName: "n"))
    var messages: Int?

    @Option(
        help: ArgumentHelp(
            "Tenants to share them among, \(usual.tenants), with --scale \(ScaleBenchmark.tenants); one of them gets a fifth or more.",
            valueName: "n"))
    var tenants: Int?

    @Option(
        help: ArgumentHelp(
            "How long each workload runs with each number of clients, 2, or with --scale the steady load, 300.",
            valueName: "n"))
    var seconds: Double?

    @Option(help: ArgumentHelp("Numbers of clients.", valueName: "n,n,.."))
    var clients = Self.usualClients
    private static let usualClients = "1,4,16"

    @Option(help: "The number that makes the same messages again.")
    var seed = Benchmark.Options().seed

    @Option(
        help: ArgumentHelp(
            "Use this database instead of \(Benchmark.defaultDatabase) or \(ScaleBenchmark.defaultDatabase); it must be absent or empty.",
            valueName: "name"))
    var database: String?

    @Flag(help: "Search again when the other tenants have ten times their mail; takes five times as long.")
    var growth = false

    @Flag(
        help: """
            Measure at size instead: many calls in one session, writers at a steady pace, writers beside maintenance. The \
            database stays for later runs.
            """)
    var scale = false

    @Flag(help: "Leave the databases there.")
    var keep = false

    @Option(
        help: ArgumentHelp("Show what changed since this report (--format json).", valueName: "file"),
        completion: .file())
    var compare: String?

    private static let usual = Benchmark.Options()

    func validate() throws {
        let options = options
        try Self.validateMessages(options.messages)
        if options.tenants < 2 || options.tenants > 10_000 { throw ValidationError("Tenants: from 2 to 10000.") }
        if !(0...3600).contains(options.seconds) { throw ValidationError("Seconds: from 0 to 3600.") }
        if scale && (growth || keep || compare != nil || clients != Self.usualClients) {
            throw ValidationError(
                "--scale keeps its database and measures one thing after another: leave out --growth, --keep, --compare and --clients."
            )
        }
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
        options.messages = messages ?? (scale ? ScaleBenchmark.messages : options.messages)
        options.tenants = tenants ?? (scale ? ScaleBenchmark.tenants : options.tenants)
        options.seconds = seconds ?? (scale ? 300 : options.seconds)
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
