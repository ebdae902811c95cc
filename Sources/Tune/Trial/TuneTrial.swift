package import Bench
import Core
import Glibc
import Install
package import Postgres
package import Schema

/// Measures what a profile brings, with the bench, before and after, and takes it back when it is a loss.
package struct TuneTrial: Sendable {
    private let tuner: Tuner
    private let settings: ConnectionSettings
    private let source: SchemaSource
    private let bench: Benchmark.Options
    private let progress: @Sendable (TuneProgress) -> Void

    /// - Parameters:
    ///   - tuner: the server's.
    ///   - settings: the same server's, as a superuser.
    ///   - source: the steps of the layout to measure with.
    ///   - bench: how much to measure, three times.
    package init(
        tuner: Tuner, settings: ConnectionSettings, source: SchemaSource, bench: Benchmark.Options,
        progress: @escaping @Sendable (TuneProgress) -> Void = { _ in }
    ) {
        self.tuner = tuner
        self.settings = settings
        self.source = source
        self.bench = bench
        self.progress = progress
    }

    /// Twice before, so that it is known how far two runs of the same differ; then once after.
    /// - Parameters:
    ///   - plan: what to carry out.
    ///   - point: for the restart that the plan needs; nil when it needs none.
    /// - Throws: ``Failure``; what was written is taken back when the second half fails.
    package func run(_ plan: TunePlan, _ options: TuneOptions, _ point: RestartPoint?) throws -> TrialReport {
        guard plan.restartSettings.isEmpty || point != nil else {
            throw Failure.refused(
                "what is to be measured needs a restart: \(plan.restartSettings.joined(separator: ", "))",
                fix: "emaildb tune --profile \(plan.profile.rawValue) --prove --restart   # on the server's machine")
        }
        let before = try [measure("before, 1 of 2"), measure("before, 2 of 2")]
        let snapshot = try tuner.snapshot()
        let applied = try tuner.apply(plan, options)
        do {
            if let point, try tuner.restart(point).outcome == .rolledBack {
                return TrialReport(
                    verdict: .reverted, gainPercent: 0, thresholdPercent: 0, figures: [], applied: applied)
            }
            let after = try measure("after")
            var report = TrialReport.judge(before, after, applied: try tuner.review(plan))
            if report.verdict == .reverted {
                try revert(plan, snapshot, point)
                report.isBack = true
            }
            return report
        } catch {
            try? revert(plan, snapshot, point)
            throw error
        }
    }

    private func revert(_ plan: TunePlan, _ snapshot: ConfigurationSnapshot, _ point: RestartPoint?) throws {
        try tuner.revert(plan, to: snapshot)
        if let point { _ = try tuner.restart(point) }
    }

    private func measure(_ when: String) throws -> BenchReport {
        progress(.doing("measuring, \(when)"))
        do {
            return try Benchmark(settings: settings, source: source, options: bench).run()
        } catch let failure as Failure where failure.status == .refused {
            // By now this run has written, whatever the bench says.
            throw Failure(status: .failed, message: failure.message, problems: failure.problems)
        }
    }
}

/// What a trial showed.
package struct TrialReport: Sendable, Codable {
    /// What became of the change.
    package enum Verdict: String, Sendable, Codable {
        /// It is faster, and stays.
        case kept
        /// It is slower, or did not start, and is taken back.
        case reverted
        /// The difference is no larger than that of two runs of the same; it stays.
        case noMeasurableDifference = "no measurable difference"
    }

    /// What became of the change.
    package internal(set) var verdict: Verdict
    /// The geometric mean of all rates, after against before, as a gain in %.
    package let gainPercent: Double
    /// The gain or loss, %, from which on it counts.
    ///
    /// The largest of 5, twice what two runs before differ by, and twice the standard error of the rates' gains.
    package let thresholdPercent: Double
    /// Every rate, before and after.
    package let figures: [BenchReport.Change]
    /// What the apply brought about.
    package let applied: TuneReport
    /// Whether the former configuration is in force again.
    package internal(set) var isBack = false

    /// Judges by the rates of our layout: rows and operations a second.
    static func judge(_ before: [BenchReport], _ after: BenchReport, applied: TuneReport) -> TrialReport {
        func rates(_ report: BenchReport) -> [String: Double] {
            let rates = report.figures.compactMap { figure in
                figure.ours.flatMap { $0 > 0 ? (figure.key, $0) : nil }
            }
            return Dictionary(rates, uniquingKeysWith: { first, _ in first })
        }
        let (first, second, third) = (rates(before[0]), rates(before[1]), rates(after))
        var noise: [Double] = []
        var gains: [Double] = []
        var figures: [BenchReport.Change] = []
        for figure in after.figures where figure.unit.hasSuffix("/s") {
            guard let one = first[figure.key], let two = second[figure.key], let three = third[figure.key] else {
                continue
            }
            let base = (one * two).squareRoot()
            noise.append(log(two / one))
            gains.append(log(three / base))
            figures.append(
                BenchReport.Change(
                    figure: "\(figure.name), \(figure.clients) clients", unit: figure.unit, before: base, now: three,
                    ratio: three / base))
        }
        let gain = mean(gains)
        let threshold = max(log(1.05), 2 * abs(mean(noise)), 2 * standardError(gains))
        return TrialReport(
            verdict: gain >= threshold ? .kept : gain <= -threshold ? .reverted : .noMeasurableDifference,
            gainPercent: (exp(gain) - 1) * 100, thresholdPercent: (exp(threshold) - 1) * 100, figures: figures,
            applied: applied)
    }

    private static func mean(_ values: [Double]) -> Double {
        values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
    }

    /// How far the mean itself is uncertain, because the values are not of one mind.
    private static func standardError(_ values: [Double]) -> Double {
        guard values.count > 1 else { return 0 }
        let mean = mean(values)
        let squares = values.map { ($0 - mean) * ($0 - mean) }.reduce(0, +)
        return (squares / Double(values.count - 1) / Double(values.count)).squareRoot()
    }
}
