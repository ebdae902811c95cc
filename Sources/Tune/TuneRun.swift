package import Bench
package import Core
import Schema

/// Everything that one run did; absent is what it was not asked for.
package struct TuneResult: Sendable, Encodable {
    package var plan: TunePlan?
    package var applied: TuneReport?
    package var undone: UndoReport?
    package var restarted: RestartReport?
    package var tried: TrialReport?
    package var rescued: RescueReport?
    /// Whether the plan was shown and not agreed to.
    package var isDeclined = false

    package init(rescued: RescueReport? = nil) { self.rescued = rescued }

    private enum CodingKeys: String, CodingKey { case plan, applied, undone, restarted, tried, rescued }

    package func status(isPlanOnly: Bool) -> ExitStatus {
        if restarted?.outcome == .rolledBack { return .failed }
        if isPlanOnly { return .done }
        if isDeclined || tried?.verdict == .reverted { return .findings }
        let report = applied ?? tried?.applied
        let isIneffective = report.map { !$0.ineffective.isEmpty } ?? (plan?.blockedSettings.isEmpty == false)
        return isIneffective ? .findings : .done
    }
}

extension Tuner {
    /// Does what it is asked for, in order: undo, plan, apply, restart.
    /// - Parameters:
    ///   - options: the profile and its options; nil changes no setting.
    ///   - messages: with how many messages to measure before and after; nil does not.
    ///   - agree: shown a plan that changes something; nothing is written unless it answers yes.
    package func run(
        undoes: Bool, _ options: TuneOptions?, isPlanOnly: Bool, restarts: Bool, provingWith messages: Int?,
        agree: (TunePlan) throws -> Bool
    ) throws -> TuneResult {
        var result = TuneResult()
        // Before anything is written: a restart that cannot be had is refused now.
        let point = restarts ? try restartPoint() : nil
        if undoes { result.undone = try undo() }
        if let options {
            let plan = try plan(options, forApplying: !isPlanOnly)
            result.plan = plan
            if !isPlanOnly, !plan.isEmpty {
                result.isDeclined = try !agree(plan)
                if result.isDeclined { return result }
                if let messages {
                    var bench = Benchmark.Options()
                    bench.messages = messages
                    bench.seconds = 1
                    bench.clients = [1, 4]
                    result.tried = try prove(plan, options, bench, point)
                    return result
                }
                result.applied = try apply(plan, options)
            }
        }
        guard let point else { return result }
        let restarted = try restart(point)
        result.restarted = restarted
        if let plan = result.plan, restarted.outcome == .restarted { result.applied = try review(plan) }
        return result
    }

    /// Measures what a plan brings: twice before, so that it is known how far two runs of the same differ, and once
    /// after; a loss is taken back.
    /// - Parameter point: for the restart that the plan needs; nil when it needs none.
    /// - Throws: ``Failure``; what was written is taken back when the second half fails.
    package func prove(
        _ plan: TunePlan, _ options: TuneOptions, _ bench: Benchmark.Options, _ point: RestartPoint?
    ) throws -> TrialReport {
        guard plan.restartSettings.isEmpty || point != nil else {
            throw Failure.refused(
                "what is to be measured needs a restart: \(plan.restartSettings.joined(separator: ", "))",
                fix: "emaildb tune --profile \(plan.profile.rawValue) --prove --restart   # on the server's machine")
        }
        let before = try ["before, 1 of 2", "before, 2 of 2"].map { try measure(bench, $0) }
        let snapshot = try snapshot()
        func takeBack() throws {
            try revert(plan, to: snapshot)
            if let point { _ = try restart(point) }
        }
        let applied = try apply(plan, options)
        do {
            if let point, try restart(point).outcome == .rolledBack {
                return TrialReport(
                    verdict: .reverted, gainPercent: 0, thresholdPercent: 0, figures: [], applied: applied)
            }
            let after = try measure(bench, "after")
            var report = TrialReport.judge(before, after, applied: try review(plan))
            if report.verdict == .reverted {
                try takeBack()
                report.isBack = true
            }
            return report
        } catch {
            try? takeBack()
            throw error
        }
    }

    private func measure(_ bench: Benchmark.Options, _ when: String) throws -> BenchReport {
        progress(.doing("measuring, \(when)"))
        do {
            return try Benchmark(settings: settings, source: .embedded(), options: bench).run()
        } catch let failure as Failure where failure.status == .refused {
            // By now this run has written, whatever the bench says.
            throw Failure(status: .failed, message: failure.message, problems: failure.problems)
        }
    }
}
