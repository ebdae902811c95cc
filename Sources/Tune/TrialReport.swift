package import Bench
import Glibc

/// What measuring a profile before and after showed.
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

    package let verdict: Verdict
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
        let rates = before.map { report in
            Dictionary(report.figures.map { ($0.key, $0.ours ?? 0) }, uniquingKeysWith: { first, _ in first })
        }
        var noise: [Double] = []
        var gains: [Double] = []
        var figures: [BenchReport.Change] = []
        for figure in after.figures where figure.unit.hasSuffix("/s") {
            guard let one = rates[0][figure.key], let two = rates[1][figure.key], let three = figure.ours,
                min(one, two, three) > 0
            else { continue }
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

    /// How far the mean itself is uncertain, because the values differ from each other.
    private static func standardError(_ values: [Double]) -> Double {
        guard values.count > 1 else { return 0 }
        let mean = mean(values)
        let squares = values.map { ($0 - mean) * ($0 - mean) }.reduce(0, +)
        return (squares / Double(values.count - 1) / Double(values.count)).squareRoot()
    }
}
