/// The goals of the project that a bench run can judge.
enum BenchGoals {
    private enum Limit {
        case atLeast(Double)
        case atMost(Double)
        case timesLiteral(Double)
    }

    private static let limits: [(name: String, measure: BenchReport.Measure, clients: Int, limit: Limit)] = [
        ("ingest", .rate, 1, .atLeast(4000)),
        ("ingest", .rate, 4, .atLeast(6000)),
        ("ingest, share of an unindexed COPY", .rate, 1, .atLeast(25)),
        ("search, rare word", .p50, 1, .atMost(2)),
        ("search, rare word", .p50, 1, .timesLiteral(500)),
        ("search, common word", .p50, 1, .atMost(20)),
        ("search, rare word, others x 10", .growth, 1, .atMost(1.5)),
        ("search, common word, others x 10", .growth, 1, .atMost(1.5)),
        ("mailbox page, first", .p50, 1, .atMost(1)),
        ("mailbox page, deep", .p50, 1, .atMost(1)),
        ("thread", .p50, 1, .atMost(1)),
        ("unread count", .p50, 1, .atMost(1)),
        ("changes since, 500", .p50, 1, .atMost(5)),
        ("account look-up", .p50, 1, .atMost(0.5)),
        ("WAL per read flag", .size, 1, .atMost(8192)),
        ("read flag", .rate, 1, .timesLiteral(3)),
        ("read flags, 100 at once", .rate, 1, .timesLiteral(3)),
    ]

    /// Judges the goals that have a figure.
    static func judge(_ figures: [BenchReport.Figure]) -> [BenchReport.Goal] {
        limits.compactMap { wanted in
            let found = figures.first {
                $0.name == wanted.name && $0.measure == wanted.measure && $0.clients == wanted.clients
            }
            guard let figure = found, let ours = figure.ours else { return nil }
            let subject = "\(wanted.name), \(wanted.measure.rawValue), \(wanted.clients) clients"
            switch wanted.limit {
            case .atLeast(let limit):
                return BenchReport.Goal(
                    goal: "\(subject): at least \(text(limit)) \(figure.unit)", measured: ours, isMet: ours >= limit)
            case .atMost(let limit):
                return BenchReport.Goal(
                    goal: "\(subject): at most \(text(limit)) \(figure.unit)", measured: ours, isMet: ours <= limit)
            case .timesLiteral(let limit):
                guard let ratio = figure.ratio else { return nil }
                return BenchReport.Goal(
                    goal: "\(subject): at least \(text(limit)) times the literal layout", measured: ratio,
                    isMet: ratio >= limit)
            }
        }
    }

    private static func text(_ limit: Double) -> String {
        limit == limit.rounded() ? String(Int(limit)) : String(limit)
    }
}
