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

    /// One setting.
    package struct Item: Sendable, Codable {
        /// Its name.
        package let setting: String
        /// The planned value; nil for an entry that was taken back.
        package let planned: String?
        /// What the server runs with now.
        package let now: String
        /// Whether that is as planned.
        package let verdict: Verdict
        /// Who else has a say, such as `role x: work_mem = 64MB`.
        package let overrides: [String]
    }

    /// The profile.
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

/// Reads back what the server makes of its configuration.
enum Effectiveness {
    /// How long a reload may take to be seen.
    private static let patience = Duration.seconds(5)

    /// Looks again until everything that a reload can change has changed, or time is over.
    static func report(_ plan: TunePlan, _ connection: borrowing Connection) throws -> TuneReport {
        let server = try waitForReload(connection) { server in
            plan.items.allSatisfy { item in
                guard let setting = server[item.setting], item.isChange || item.action == .reload else { return true }
                let isInForce = item.proposed.map { setting.same(setting.running, $0) } ?? true
                return isInForce || (item.effect == .restart && setting.isPending)
            }
        }
        return TuneReport(
            profile: plan.profile, written: plan.items.count { $0.isChange },
            items: plan.items.compactMap { item($0, server) })
    }

    /// Reads the state until a condition holds: the postmaster and this session learn of a reload a moment later.
    static func waitForReload(
        _ connection: borrowing Connection, until condition: (ServerState) -> Bool
    ) throws -> ServerState {
        let deadline = ContinuousClock.now + patience
        var server = try ServerState(connection)
        while !condition(server), ContinuousClock.now < deadline {
            pauseThread(for: .milliseconds(50))
            server = try ServerState(connection)
        }
        return server
    }

    private static func item(_ item: TunePlan.Item, _ server: ServerState) -> TuneReport.Item? {
        guard let setting = server[item.setting] else {
            // A role's: its sessions get it from now on.
            return TuneReport.Item(
                setting: item.setting, planned: item.proposed, now: server.applicationCommit ?? "not set",
                verdict: .effective, overrides: [])
        }
        let wanted = item.action == .keepClose ? setting.next : item.proposed ?? setting.next
        let others = server.overrides.filter {
            $0.setting == setting.name && !setting.same($0.value, wanted)
        }
        let verdict: TuneReport.Verdict =
            if setting.isOnCommandLine {
                setting.same(setting.setting, wanted) ? .effective : .commandLine
            } else if !setting.same(setting.next, wanted) {
                .notInForce
            } else if !setting.same(setting.running, wanted) {
                setting.needsRestart ? .needsRestart : .notInForce
            } else if !others.isEmpty {
                .overridden
            } else {
                .effective
            }
        return TuneReport.Item(
            setting: setting.name, planned: item.proposed, now: setting.display(setting.running), verdict: verdict,
            overrides: others.map { "\($0.scope): \($0.setting) = \($0.value)" })
    }
}
