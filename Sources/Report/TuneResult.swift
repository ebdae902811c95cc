package import Core
package import Tune

/// Everything that one run did; absent is what it was not asked for.
package struct TuneResult: Encodable {
    package var plan: TunePlan?
    package var applied: TuneReport?
    package var undone: UndoReport?
    package var restarted: RestartReport?
    package var tried: TrialReport?
    package var rescued: RescueReport?

    package init() {}

    /// How the program ends; nil for 0.
    package func status(isPlanOnly: Bool) -> ExitStatus? {
        if restarted?.outcome == .rolledBack { return .failed }
        if isPlanOnly { return nil }
        if tried?.verdict == .reverted { return .findings }
        let isIneffective =
            (applied ?? tried?.applied).map { !$0.ineffective.isEmpty } ?? plan.map { !$0.blockedSettings.isEmpty }
            ?? false
        return isIneffective ? .findings : nil
    }
}
