import Core
import Postgres

/// What an apply brought about; the value behind its text and its JSON.
package struct TuneReport: Sendable, Codable {
    /// Whether a setting does what was planned.
    package enum Verdict: String, Sendable, Codable {
        case effective
        case needsRestart = "needs a restart"
        /// Some sessions have a value of their own.
        case overridden
        case commandLine = "fixed by the command line"
        /// It is written, but the server runs with something else.
        case notInForce = "not in force"
    }

    package struct Item: Sendable, Codable {
        package let setting: String
        /// The planned value; nil for an entry that was taken back.
        package let planned: String?
        package let now: String
        package let verdict: Verdict
        /// Who else has a say, such as `role x: work_mem = 64MB`.
        package let overrides: [String]
    }

    package let profile: TuneProfile
    package let written: Int
    package let items: [Item]

    /// The settings that do not do what was planned, and will not after a restart either.
    package var ineffective: [Item] { items.filter { ![.effective, .needsRestart].contains($0.verdict) } }

    /// The settings that wait for a restart.
    package var restart: [String] { items.filter { $0.verdict == .needsRestart }.map(\.setting) }
}

extension TuneReport {
    /// Reads back what the server makes of a plan that was written.
    ///
    /// The postmaster and this session learn of a reload a moment later: looks again, for five seconds at most.
    init(_ plan: TunePlan, _ connection: borrowing Connection) throws {
        let deadline = ContinuousClock.now + .seconds(5)
        var items: [Item] = []
        repeat {
            if !items.isEmpty { pauseThread(for: .milliseconds(50)) }
            let server = try ServerState(connection)
            items = plan.items.compactMap { item in server[item.setting].map { Item(item, $0, server) } }
        } while items.contains(where: { $0.verdict == .notInForce }) && ContinuousClock.now < deadline
        self.init(profile: plan.profile, written: plan.items.count { $0.isChange }, items: items)
    }
}

extension TuneReport.Item {
    fileprivate init(_ item: TunePlan.Item, _ setting: ServerSetting, _ server: ServerState) {
        let wanted = item.action == .keepClose ? setting.next : item.proposed ?? setting.next
        let others = server.overrides.filter { $0.setting == setting.label && !setting.same($0.value, wanted) }
        self.setting = setting.label
        planned = item.proposed
        now = setting.now
        overrides = others.map { "\($0.scope): \($0.setting) = \($0.value)" }
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
