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
    /// Whether what it would do was shown and not agreed to.
    package var isDeclined = false

    init() {}

    /// A rescue, nil when it was not agreed to.
    package init(rescued: RescueReport?) {
        self.rescued = rescued
        isDeclined = rescued == nil
    }

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

/// All that a run is about to do, for the one question that comes before it; absent is what it will not do.
package struct TuneIntent: Sendable {
    package struct Restart: Sendable {
        /// What waits for it.
        package let settings: [String]
        /// The sessions that it ends, as far as they are there now.
        package let sessions: Int
    }

    /// What is taken back.
    package internal(set) var undo: UndoReport?
    /// What is written.
    package internal(set) var plan: TunePlan?
    package internal(set) var restart: Restart?
    /// What is taken out of the file of a server that is down.
    package internal(set) var rescue: RescueReport?

    init() {}
    package init(rescue: RescueReport) { self.rescue = rescue }

    fileprivate var isEmpty: Bool { undo == nil && plan == nil && restart == nil && rescue == nil }
}

extension Tuner {
    /// Does what it is asked for, in order: undo, plan, apply, restart; all of it is refused or agreed to before the
    /// first of it is done.
    /// - Parameters:
    ///   - options: the profile and its options; nil changes no setting.
    ///   - messages: with how many messages to measure before and after; nil does not.
    ///   - agree: shown all that is about to be done, if that is anything; nothing is done unless it answers yes.
    package func run(
        undoes: Bool, _ options: TuneOptions?, isPlanOnly: Bool, restarts: Bool, provingWith messages: Int?,
        agree: (TuneIntent) throws -> Bool
    ) throws -> TuneResult {
        var result = TuneResult()
        var intent = TuneIntent()
        if undoes {
            let undo = try undoPlan()
            if undo.profile == nil { result.undone = undo } else { intent.undo = undo }
        }
        if let options {
            let plan = try plan(options, forApplying: !isPlanOnly)
            result.plan = plan
            if isPlanOnly { return result }
            try plan.refuseIfManaged()
            if !plan.isEmpty { intent.plan = plan }
        }
        // Before anything is written: a restart that cannot be had is refused now.
        let point = restarts ? try restartPoint() : nil
        if point != nil { intent.restart = try restartIntent(after: intent) }
        if !intent.isEmpty, try !agree(intent) {
            result.isDeclined = true
            return result
        }
        if let undo = intent.undo { result.undone = try self.undo(undo) }
        if let plan = intent.plan, let options {
            if let messages {
                var bench = Benchmark.Options()
                bench.messages = messages
                bench.seconds = 1
                bench.clients = [1, 4]
                result.tried = try prove(plan, options, bench, intent.restart == nil ? nil : point)
                return result
            }
            result.applied = try apply(plan, options)
        }
        guard let point else { return result }
        // What has come to wait for a restart since was not asked about.
        let restarted = intent.restart == nil ? try notRestarted() : try restart(point)
        result.restarted = restarted
        if let plan = result.plan, restarted.outcome == .restarted { result.applied = try review(plan) }
        return result
    }

    /// What a restart would be for once the rest is done; nil when nothing waits for one.
    private func restartIntent(after intent: TuneIntent) throws -> TuneIntent.Restart? {
        let server = try snapshot()
        let waiting = intent.undo?.restart ?? server.waitingForRestart
        let settings = Set(waiting + (intent.plan?.restartSettings ?? [])).sorted()
        // One of the sessions is ours.
        return settings.isEmpty ? nil : .init(settings: settings, sessions: max(0, server.connections - 1))
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
            try? Interruption.finishing { try takeBack() }
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
