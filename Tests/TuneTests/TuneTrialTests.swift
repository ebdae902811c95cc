import Postgres
import Schema
import TestSupport
import Testing

@testable import Bench
@testable import Core
@testable import Tune

/// Whether a profile helped, by measurement.
@Suite struct TuneTrialTests {
    @Test(arguments: [
        (1.0, 1.2, 0.0, TrialReport.Verdict.kept), (1.0, 0.8, 0.0, .reverted),
        (1.0, 1.03, 0.0, .noMeasurableDifference),
        // Two runs of the same differed by 15 %.
        (1.15, 1.2, 0.0, .noMeasurableDifference), (1.15, 0.85, 0.0, .noMeasurableDifference),
        // Half of the rates say twice as much, the other half the contrary.
        (1.0, 1.2, 3.0, .noMeasurableDifference),
    ])
    func aDifferenceCountsWhenItIsMoreThanNoise(
        _ again: Double, _ after: Double, _ spread: Double, _ verdict: TrialReport.Verdict
    ) {
        let applied = TuneReport(profile: .production, written: 1, items: [])
        let report = TrialReport.judge(
            [Self.report(1, spread: 0), Self.report(again, spread: 0)],
            Self.report(after * again.squareRoot(), spread: spread), applied: applied)
        #expect(report.verdict == verdict, "\(report.gainPercent) of \(report.thresholdPercent)")
        #expect(report.figures.count == 10)
    }

    @Test(.needsServer) func aTrialOnARealServerKeepsOrTakesBack() async throws {
        let server = TestServer(settings: ["fsync": "off"], isPlain: true)
        let settings = try await server.connectionSettings()
        let connection = try Connection(settings)
        try connection.query("ALTER SYSTEM SET work_mem = '5MB'")
        let tuner = Tuner(settings: settings)
        var options = TuneOptions(profile: .development)
        options.memory = 1 << 30
        let plan = try tuner.plan(options)
        var bench = Benchmark.Options()
        bench.messages = 1000
        bench.tenants = 3
        bench.seconds = 0.02
        bench.clients = [1]
        #expect(throws: Failure.self, "a restart is needed, and was not offered") {
            try tuner.prove(plan, options, bench, nil)
        }
        let report = try tuner.prove(plan, options, bench, try tuner.restartPoint())
        #expect(report.figures.count > 5)
        let again = try Connection(settings)
        let workMemory = try again.query("SHOW work_mem").first?[0]
        #expect(workMemory == (report.verdict == .reverted ? "5MB" : "1310kB"))

        // Taken back by hand, an earlier profile is there again, not the time before it.
        let snapshot = try tuner.snapshot()
        var other = options
        other.profile = .production
        other.memory = 2 << 30
        let second = try tuner.plan(other)
        _ = try tuner.apply(second, other)
        try tuner.revert(second, to: snapshot)
        let state = try ServerState(again)
        #expect(state.journal == snapshot.journal)
        for item in second.items where item.isChange {
            #expect(state[item.setting]?.autoValue == snapshot[item.setting]?.autoValue, "\(item.setting)")
        }
        try await server.stop()
    }

    /// Ten rates around a value, alternately multiplied and divided.
    private static func report(_ value: Double, spread: Double) -> BenchReport {
        let figures = (0..<10).map { index in
            let factor = spread == 0 ? 1 : index.isMultiple(of: 2) ? spread : 1 / spread
            return BenchReport.Figure(
                "rate \(index)", .rate, unit: "ops/s", ours: 100 * value * factor, documented: nil)
        }
        return BenchReport(
            toolVersion: "", serverVersion: "", seed: 1, messages: 0, tenants: 0, largestTenantShare: 0, batchSize: 0,
            checksum: "", rowsWithoutTenant: 0, figures: figures, relations: [], insertParts: [])
    }
}
