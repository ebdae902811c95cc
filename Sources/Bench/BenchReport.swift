import Core

/// What a bench run measured; the value behind its tables and its JSON.
package struct BenchReport: Sendable, Codable {
    /// One measured quantity, of our layout and of the documented one.
    package struct Figure: Sendable, Codable {
        /// What was done, such as `mailbox page, first`.
        package let name: String
        /// What was measured: `rate`, `p50`, `p99`, `size` or `growth`.
        package let measure: Measure
        /// How many clients did it at once.
        package let clients: Int
        /// The unit: `ms`, `rows/s`, `ops/s`, `bytes`, `times` or `%`.
        package let unit: String
        /// The value for our layout; nil when the installed schema cannot do it.
        package let ours: Double?
        /// The value for the documented layout; nil when it cannot do it.
        package let literal: Double?

        /// How many times better ours is; under 1 it is worse.
        package var ratio: Double? { ours.flatMap { ours in literal.flatMap { measure.gain(from: $0, to: ours) } } }

        /// What identifies the figure in another run.
        package var key: String { "\(name)/\(measure.rawValue)/\(clients)" }

        init(_ name: String, _ measure: Measure, clients: Int = 1, unit: String, ours: Double?, literal: Double?) {
            self.name = name
            self.measure = measure
            self.clients = clients
            self.unit = unit
            self.ours = ours
            self.literal = literal
        }

        enum CodingKeys: String, CodingKey {
            case name
            case measure
            case clients
            case unit
            case ours
            case literal = "documented"
            case ratio
        }

        /// Reads a figure; its ratio is computed anew.
        package init(from decoder: any Decoder) throws {
            let values = try decoder.container(keyedBy: CodingKeys.self)
            name = try values.decode(String.self, forKey: .name)
            measure = try values.decode(Measure.self, forKey: .measure)
            clients = try values.decode(Int.self, forKey: .clients)
            unit = try values.decode(String.self, forKey: .unit)
            ours = try values.decodeIfPresent(Double.self, forKey: .ours)
            literal = try values.decodeIfPresent(Double.self, forKey: .literal)
        }

        /// Writes a figure with its ratio.
        package func encode(to encoder: any Encoder) throws {
            var values = encoder.container(keyedBy: CodingKeys.self)
            try values.encode(name, forKey: .name)
            try values.encode(measure, forKey: .measure)
            try values.encode(clients, forKey: .clients)
            try values.encode(unit, forKey: .unit)
            try values.encodeIfPresent(ours, forKey: .ours)
            try values.encodeIfPresent(literal, forKey: .literal)
            try values.encodeIfPresent(ratio, forKey: .ratio)
        }
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

        /// How many times better a value is than another; nil for a zero.
        func gain(from old: Double, to new: Double) -> Double? {
            guard old > 0, new > 0 else { return nil }
            return self == .rate ? new / old : old / new
        }
    }

    /// A figure beside that of an earlier run.
    package struct Change: Sendable, Codable {
        /// What was done, measured and by how many clients.
        package let figure: String
        /// The unit of both values.
        package let unit: String
        /// Our layout, then.
        package let before: Double
        /// Our layout, now.
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

    /// The version of emaildb.
    package let toolVersion: String
    /// The server's version, such as `16.4`.
    package let serverVersion: String
    /// The number that makes the same messages again.
    package let seed: UInt64
    /// Messages loaded.
    package let messages: Int
    /// Tenants they belong to.
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
    package internal(set) var figures: [Figure]
    /// The figures that an earlier run has too; empty without one.
    package internal(set) var changes: [Change] = []
}

extension BenchReport {
    /// Adds what changed since another run.
    package mutating func compare(with earlier: BenchReport) {
        let before = Dictionary(earlier.figures.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
        changes = figures.compactMap { figure in
            guard let now = figure.ours, let then = before[figure.key]?.ours,
                let ratio = figure.measure.gain(from: then, to: now)
            else { return nil }
            let label = "\(figure.name), \(figure.measure.rawValue), \(figure.clients) clients"
            return Change(figure: label, unit: figure.unit, before: then, now: now, ratio: ratio)
        }
    }
}
