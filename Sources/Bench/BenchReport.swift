/// What a bench run measured; the value behind its tables and its JSON.
package struct BenchReport: Sendable, Codable {
    /// One measured quantity, of our layout and of the documented one.
    package struct Figure: Sendable, Codable {
        /// What was done, such as `mailbox page, first`.
        package let name: String
        package let measure: Measure
        /// How many clients did it at once.
        package let clients: Int
        /// `ms`, `rows/s`, `ops/s`, `bytes`, `times` or `%`.
        package let unit: String
        /// The value for our layout; nil when the installed schema cannot do it.
        package let ours: Double?
        /// The value for the documented layout; nil when it cannot do it.
        package let documented: Double?
        /// How many times better ours is; under 1 it is worse.
        package let ratio: Double?

        init(_ name: String, _ measure: Measure, clients: Int = 1, unit: String, ours: Double?, documented: Double?) {
            self.name = name
            self.measure = measure
            self.clients = clients
            self.unit = unit
            self.ours = ours
            self.documented = documented
            ratio = measure.gain(from: documented, to: ours)
        }

        /// What identifies the figure in another run.
        package var key: String { "\(name)/\(measure.rawValue)/\(clients)" }
    }

    /// What a figure says about its name.
    package enum Measure: String, Sendable, Codable {
        /// How much a second; more is better.
        case rate
        /// The median of the times; less is better.
        case p50
        /// The time that 99 of 100 stay within; less is better.
        case p99
        /// Bytes; less is better.
        case size
        /// How many times longer it takes after something else has grown; less is better.
        case growth

        /// How many times better a value is than another; nil without one of them, or for a zero.
        func gain(from old: Double?, to new: Double?) -> Double? {
            guard let old, let new, old > 0, new > 0 else { return nil }
            return self == .rate ? new / old : old / new
        }
    }

    /// A table of messages or of their search, or an index on one.
    package struct Relation: Sendable, Codable {
        package let name: String
        /// The table; the same as ``name`` for a table.
        package let table: String
        /// `table` (with what is stored beside it, TOAST), or the access method of an index: `btree`, `gin`, `brin`.
        package let kind: String
        /// Bytes for each message in our layout; nil where it has none.
        package let ours: Double?
        /// Bytes for each message in the documented layout; nil where it has none.
        package let documented: Double?
    }

    /// What an insert into our layout costs when something, and all parts before it, is switched off.
    package struct Part: Sendable, Codable {
        package let without: String
        /// Time of the statement for each message, without its commit.
        package let microseconds: Double
        /// Write-ahead log of each message, bytes.
        package let walBytes: Double
    }

    /// A figure beside that of an earlier run; both values are of our layout.
    package struct Change: Sendable, Codable {
        /// What was done, measured and by how many clients.
        package let figure: String
        package let unit: String
        package let before: Double
        package let now: Double
        /// How many times better it is now; under 1 it is worse.
        package let ratio: Double

        package init(figure: String, unit: String, before: Double, now: Double, ratio: Double) {
            self.figure = figure
            self.unit = unit
            self.before = before
            self.now = now
            self.ratio = ratio
        }
    }

    package let toolVersion: String
    package let serverVersion: String
    /// The number that makes the same messages again.
    package let seed: UInt64
    package let messages: Int
    package let tenants: Int
    /// The part of the messages that the largest tenant has, %.
    package let largestTenantShare: Double
    /// Messages in a batch, which is a transaction.
    package let batchSize: Int
    /// SHA-256 over all generated messages, in hex.
    package let checksum: String
    /// Rows of messages that the application sees without a tenant: none, or the run had ended.
    package let rowsWithoutTenant: Int
    /// Everything measured, in order.
    package let figures: [Figure]
    /// Space by table and index, the largest of ours first.
    package let relations: [Relation]
    /// Where the time of an insert goes.
    package let insertParts: [Part]
    /// The figures that an earlier run has too; empty without one.
    package private(set) var changes: [Change] = []

    /// Adds what changed since another run.
    package mutating func compare(with earlier: BenchReport) {
        let before = Dictionary(earlier.figures.map { ($0.key, $0.ours) }, uniquingKeysWith: { first, _ in first })
        changes = figures.compactMap { figure in
            guard let then = before[figure.key] ?? nil, let now = figure.ours,
                let ratio = figure.measure.gain(from: then, to: now)
            else { return nil }
            let label = "\(figure.name), \(figure.measure.rawValue), \(figure.clients) clients"
            return Change(figure: label, unit: figure.unit, before: then, now: now, ratio: ratio)
        }
    }
}

/// What a bench run is doing, for people who watch.
package enum BenchProgress: Sendable {
    /// Something that takes a while.
    case doing(String)
    /// A workload with a number of clients.
    case measuring(String)
}
