import Core
import Postgres

/// What an apply brought about; the value behind its text and its JSON.
package struct TuneReport: Sendable, Codable {
    /// Whether a setting does what was planned.
    package enum Verdict: String, Sendable, Codable {
        /// The server runs with it.
        case effective
        /// It waits for the next start.
        case needsRestart = "needs a restart"
        /// Some sessions have a value of their own.
        case overridden
        /// The command line gives another value.
        case commandLine = "fixed by the command line"
        /// It is written, but the server runs with something else.
        case notInForce = "not in force"
    }

    package struct Item: Sendable, Codable {
        package let setting: String
        /// The planned value; nil for an entry that was taken back.
        package let planned: String?
        /// What the server runs with now.
        package let now: String
        package let verdict: Verdict
        /// Who else has a say, such as `role x: work_mem = 64MB`.
        package let overrides: [String]
    }

    package let profile: TuneProfile
    /// How many settings were written.
    package let written: Int
    /// Every setting of the plan.
    package let items: [Item]

    /// The settings that do not do what was planned, and will not after a restart either.
    package var ineffective: [Item] {
        items.filter { [.overridden, .commandLine, .notInForce].contains($0.verdict) }
    }

    /// The settings that wait for a restart.
    package var restart: [String] { items.filter { $0.verdict == .needsRestart }.map(\.setting) }
}

extension TuneReport {
    /// Reads back what the server makes of a plan that was written.
    ///
    /// The postmaster and this session learn of a reload a moment later: looks again, for five seconds at most, until
    /// everything that a reload can change has changed.
    init(_ plan: TunePlan, _ connection: borrowing Connection) throws {
        let deadline = ContinuousClock.now + .seconds(5)
        var server = try ServerState(connection)
        while ContinuousClock.now < deadline, plan.items.contains(where: { Self.isAwaited($0, server) }) {
            pauseThread(for: .milliseconds(50))
            server = try ServerState(connection)
        }
        profile = plan.profile
        written = plan.items.count { $0.isChange }
        items = plan.items.compactMap { item in server[item.setting].map { Item(item, $0, server.overrides) } }
    }

    private static func isAwaited(_ item: TunePlan.Item, _ server: ServerState) -> Bool {
        guard let setting = server[item.setting], let proposed = item.proposed, item.effect != .restart,
            item.isChange || item.action == .reload
        else { return false }
        return !setting.same(setting.running, proposed)
    }
}

extension TuneReport.Item {
    fileprivate init(_ item: TunePlan.Item, _ setting: ServerSetting, _ overrides: [ServerState.Override]) {
        let wanted = item.action == .keepClose ? setting.next : item.proposed ?? setting.next
        let others = overrides.filter { $0.setting == setting.label && !setting.same($0.value, wanted) }
        self.setting = setting.label
        planned = item.proposed
        now = setting.display(setting.running)
        self.overrides = others.map { "\($0.scope): \($0.setting) = \($0.value)" }
        verdict =
            if setting.isOnCommandLine {
                setting.same(setting.setting, wanted) ? .effective : .commandLine
            } else if !setting.same(setting.next, wanted) {
                .notInForce
            } else if !setting.same(setting.running, wanted) {
                setting.needsRestart ? .needsRestart : .notInForce
            } else {
                others.isEmpty ? .effective : .overridden
            }
    }
}
