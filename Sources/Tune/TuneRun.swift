package import Bench
package import Core
import Postgres
import Schema

/// What one run of `tune` is asked to do.
package struct TuneRequest: Sendable {
    /// The profile and its options; nil changes no setting.
    package var options: TuneOptions?
    package var isPlanOnly = false
    package var undoes = false
    package var restarts = false
    /// How to measure before and after; nil does not.
    package var bench: Benchmark.Options?

    package init() {}
}

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

    package init() {}

    private enum CodingKeys: String, CodingKey { case plan, applied, undone, restarted, tried, rescued }

    package func status(isPlanOnly: Bool) -> ExitStatus {
        if restarted?.outcome == .rolledBack { return .failed }
        if isPlanOnly { return .done }
        if isDeclined || tried?.verdict == .reverted { return .findings }
        let isIneffective =
            (applied ?? tried?.applied).map { !$0.ineffective.isEmpty } ?? plan.map { !$0.blockedSettings.isEmpty }
            ?? false
        return isIneffective ? .findings : .done
    }
}

extension Tuner {
    /// Does what it is asked for, in order: undo, plan, apply, restart.
    /// - Parameter agree: shown a plan that changes something; nothing is written unless it answers yes.
    package func run(_ request: TuneRequest, agree: (TunePlan) throws -> Bool) throws -> TuneResult {
        var result = TuneResult()
        // Before anything is written: a restart that cannot be had is refused now.
        let point = request.restarts ? try restartPoint() : nil
        if request.undoes { result.undone = try undo() }
        if let options = request.options {
            let plan = try plan(options, forApplying: !request.isPlanOnly)
            result.plan = plan
            if !request.isPlanOnly, !plan.isEmpty {
                guard try agree(plan) else {
                    result.isDeclined = true
                    return result
                }
                if let bench = request.bench {
                    let trial = TuneTrial(
                        tuner: self, settings: settings, source: .embedded(), bench: bench, progress: progress)
                    result.tried = try trial.run(plan, options, point)
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
}
