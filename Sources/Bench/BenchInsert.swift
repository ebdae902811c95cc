import Core
import Postgres
import Schema

/// Where the time of an insert goes: the same rows are inserted with ever more switched off, and rolled back each time.
struct BenchInsert: ~Copyable {
    /// Inserts of each kind; the median counts.
    private static let rounds = 3

    /// A session of a superuser, in a database whose messages are loaded.
    let connection: Connection
    /// Whose messages are inserted again.
    let tenant: String

    /// Measures every part.
    ///
    /// Takes ACCESS EXCLUSIVE on `email_messages`, and rolls back.
    /// - Throws: ``Failure`` after a signal, or `PostgresError`.
    func run() throws -> [BenchReport.Part] {
        try connection.query(SQLFile("bench_rows").text.filling(["tenant": SQL.literal(tenant)]))
        let count = Double(try connection.number("SELECT count(*) FROM bench_rows"))
        let columns = try connection.names(
            "SELECT quote_ident(attname) FROM pg_attribute WHERE attrelid = 'bench_rows'::regclass AND attnum > 0"
        ).joined(separator: ", ")
        let insert = "INSERT INTO public.email_messages (\(columns)) SELECT \(columns) FROM bench_rows"
        let parts = try connection.query(SQLFile("bench_parts")).map { ($0.text("part"), $0.text("statement")) }
        var samples = Array(repeating: [(time: Double, log: Double)](), count: parts.count + 1)
        for _ in 0..<Self.rounds {
            // In rotation, so that each meets the same noise.
            for off in samples.indices {
                try Interruption.check()
                samples[off].append(try measure(insert, without: parts.prefix(off).map(\.1)))
            }
        }
        return samples.enumerated().map { off, samples in
            func median(_ value: ((time: Double, log: Double)) -> Double) -> Double {
                samples.map(value).sorted()[samples.count / 2] / count
            }
            return BenchReport.Part(
                without: off == 0 ? "nothing" : parts[off - 1].0, microseconds: median(\.time) * 1_000_000,
                walBytes: median(\.log))
        }
    }

    /// Inserts the rows once.
    /// - Returns: seconds, and bytes of write-ahead log.
    private func measure(_ insert: String, without statements: [String]) throws -> (time: Double, log: Double) {
        let settings = "SELECT set_config('app.current_tenant_id', \(SQL.literal(tenant)), true)"
        try connection.script((["BEGIN", settings] + statements).joined(separator: "; "))
        let before = try connection.walPosition()
        let start = ContinuousClock.now
        try connection.script(insert)
        let time = start.duration(to: .now).inSeconds
        let log = try connection.walPosition() - before
        try connection.script("ROLLBACK")
        return (time, Double(log))
    }
}
