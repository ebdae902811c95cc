import Core
import Postgres

/// What `tune` would change on a server, and why; the value behind its text and its JSON.
package struct TunePlan: Sendable, Codable, Hashable {
    /// When a change is felt.
    package enum Effect: String, Sendable, Codable {
        case reload
        case restart
        case newSessions = "new sessions"
    }

    /// What becomes of a setting.
    package enum Action: String, Sendable, Codable {
        case set
        /// An entry that an earlier profile made is taken back.
        case restore
        case keep
        /// The value differs by no more than 5 % from what was computed from something measured, and stays.
        case keepClose = "keep, within 5 %"
        /// The value is written already, and the server must be restarted.
        case restart
        /// The value is written already, and the server must reload its configuration.
        case reload
        /// The server's command line gives another value, which no file can change.
        case blocked = "fixed by the command line"
    }

    package struct Item: Sendable, Codable, Hashable {
        /// Its name; `email_service: name` for one of a role.
        package let setting: String
        /// What the server runs with.
        package let now: String
        /// What it shall be; nil removes the entry, so that the default or another file counts again.
        package let proposed: String?
        /// Where the present value comes from: `default`, a file and line, `command line`.
        package let source: String
        package let effect: Effect
        package let action: Action
        package let why: String
        package let document: String?

        init(_ setting: ServerSetting, proposed: String?, action: Action, why: String, document: String? = nil) {
            self.setting = setting.label
            now = setting.now
            self.proposed = proposed
            source = setting.origin
            effect = setting.role != nil ? .newSessions : setting.needsRestart ? .restart : .reload
            self.action = action
            self.why = why
            self.document = document
        }

        /// Whether something has to be written.
        package var isChange: Bool { action == .set || action == .restore }
    }

    package let profile: TuneProfile
    /// Whether values are the documented ones, whatever the machine.
    package let isExact: Bool
    /// The server's version, such as `16.4`.
    package let serverVersion: String
    package let machine: Machine
    /// Every setting of the profile, and what is left of an earlier one.
    package let items: [Item]
    package internal(set) var budget: MemoryBudget
    package internal(set) var proof: StartProof
    /// What could be lost, in plain words.
    package let durability: [String]
    /// Roles and databases that have values of their own, which come first there.
    package let overrides: [String]
    /// What else is good to know.
    package internal(set) var notes: [String]
    /// Whether an earlier run was stopped half way, and this one goes on.
    package let isResuming: Bool
    /// Who keeps the configuration instead of us; nil when nobody is seen to.
    package let manager: ManagerCommand?

    /// Whether there is nothing to write and nothing to reload.
    package var isEmpty: Bool { !isResuming && !items.contains { $0.isChange || $0.action == .reload } }

    /// The settings whose new value, written before or by this plan, waits for a restart.
    package var restartSettings: [String] {
        items.filter { ($0.isChange && $0.effect == .restart) || $0.action == .restart }.map(\.setting)
    }

    package var blockedSettings: [String] { items.filter { $0.action == .blocked }.map(\.setting) }
}

extension TunePlan {
    /// Refused where another program keeps the configuration, unless that has these values already.
    func refuseIfManaged() throws {
        guard let manager, !isEmpty || !blockedSettings.isEmpty else { return }
        throw Manager.refusal(manager.name, manager.sign, fix: manager.command)
    }
}

/// A program that keeps a server's configuration, and what carries a plan out there.
package struct ManagerCommand: Sendable, Codable, Hashable {
    /// Its name.
    package let name: String
    /// By what it was known.
    package let sign: String
    /// What to type; lines for an editor or for psql may follow the command.
    package let command: String

    init(_ manager: Manager, _ items: [TunePlan.Item]) {
        // What the command line fixes is fixed by the manager, which changes it like the rest.
        let changes = items.filter { $0.isChange || $0.action == .blocked }
        let isRole = { (item: TunePlan.Item) in item.setting == ServerSetting.applicationCommitLabel }
        var lines: [String] = []
        let settings = changes.filter { !isRole($0) }
        if !settings.isEmpty || changes.isEmpty {
            lines.append(manager.command(for: settings.map { ($0.setting, $0.proposed) }))
        }
        for item in changes where isRole(item) {
            let change = item.proposed.map { "SET synchronous_commit = \(SQL.literal($0))" }
            lines.append(
                "ALTER ROLE \(Role.service.name) \(change ?? "RESET synchronous_commit");   -- in psql")
        }
        let needsRestart = changes.contains { $0.effect == .restart } || items.contains { $0.action == .restart }
        if needsRestart, !manager.restartsByItself { lines.append(manager.restartCommand) }
        name = manager.kind.rawValue
        sign = manager.sign
        command = lines.joined(separator: "\n")
    }
}

/// How much memory the server may come to use, bytes: connections and autovacuum workers all together.
///
/// Shared memory, one and a half times `work_mem` for each connection (some use more, most use none), and what every
/// autovacuum worker may take. PostgreSQL itself limits none of this.
package struct MemoryBudget: Sendable, Codable, Hashable {
    package let shared: Int
    /// Whether `shared` is estimated, as no server of this version could be asked.
    package let isEstimate: Bool
    package let connections: Int
    package let autovacuum: Int
    package let memory: Int

    package var total: Int { shared + connections + autovacuum }
    /// The share of the memory, %.
    package var percent: Int { Int((Double(total) / Double(memory) * 100).rounded()) }

    /// The budget of a configuration.
    /// - Parameter shared: what the server itself computes; nil estimates it.
    init(_ candidate: ServerState, memory: Int, shared: Int?) {
        let buffers = candidate.bytes("shared_buffers") ?? 0
        let count = candidate.integer("max_connections") ?? 0
        // Measured on 15: 2120 MB for 2 GB of buffers and 100 connections, 2207 MB with 2000.
        let overhead = buffers / 38 + 6 * ByteSize.megabyte + count * 50 * ByteSize.kilobyte
        self.shared = shared ?? buffers + (candidate.bytes("wal_buffers") ?? 0) + overhead
        isEstimate = shared == nil
        connections = count * (candidate.bytes("work_mem") ?? 0) / 2 * 3
        let each = candidate.bytes("autovacuum_work_mem") ?? candidate.bytes("maintenance_work_mem") ?? 0
        autovacuum = (candidate.integer("autovacuum_max_workers") ?? 3) * each
        self.memory = memory
    }

    /// More than there is.
    var problems: [Problem] {
        var problems: [Problem] = []
        problems.need(
            total <= memory,
            "memory: \(ByteSize.approximately(shared)) shared, \(ByteSize.approximately(connections)) for"
                + " connections and \(ByteSize.approximately(autovacuum)) for autovacuum are \(percent) % of"
                + " \(ByteSize.approximately(memory))",
            "Ask for fewer connections (--max-connections), or leave --exact away.")
        return problems
    }
}

/// How it was made sure that the server starts with a plan.
package struct StartProof: Sendable, Codable, Hashable {
    package enum Method: String, Sendable, Codable {
        /// A scratch server was started with the planned configuration.
        case scratchServer = "scratch server"
        /// The planned configuration was compared with the rules that PostgreSQL checks at its start.
        case rules
        /// Nothing is changed.
        case notNeeded = "not needed"
    }

    package let method: Method
    /// Why no scratch server was started; nil when one was.
    package var reason: String?
    /// Shared memory that the server computed, bytes.
    var sharedMemory: Int?
    var hugePages: Int?
}
