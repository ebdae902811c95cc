import Core
import FoundationEssentials
import Install
package import Postgres

/// What one client leaves behind in a running pooler, as the next client on the same server process sees it.
///
/// It reads and writes no table. The tenant and the actor that it sets are random ones, and so are the names of what
/// else it makes; what it finds of its own it takes away again.
package struct PoolerProbe: Sendable, Codable {
    package enum Leak: String, Sendable, Codable, CaseIterable {
        case transactionTenant = "transaction-tenant"
        case tenant
        case actor
        case cursor
        case advisoryLock = "advisory-lock"
        case preparedStatement = "prepared-statement"

        package var description: String {
            switch self {
            case .transactionTenant:
                "the tenant that a client sets with set_config(.., true) stays set after its transaction"
            case .tenant:
                "app.current_tenant_id, set for the session: the next client reads and writes another tenant's mail"
            case .actor: "app.current_user_id, set for the session: the audit log names the wrong actor"
            case .cursor: "a cursor WITH HOLD: the next client can fetch the rows that another tenant selected"
            case .advisoryLock: "an advisory lock of the session: a session that waits for it waits for ever"
            case .preparedStatement: "a statement made with PREPARE: its text shows, and its name is taken"
            }
        }
    }

    /// What reached a later client, in the order of ``Leak``; empty when nothing did.
    package let leaks: [Leak]
    /// How often a client met the server process of one before it; the verdict rests on these.
    package let meetings: Int

    package var isSafe: Bool { leaks.isEmpty }

    /// Tries it with clients that come one after the other, as a role of the application; throws without a verdict.
    package static func run(_ settings: ConnectionSettings) throws -> PoolerProbe {
        var found: Set<Leak> = []
        var meetings = 0
        for scope in [Trace.Scope.transaction, .session] {
            let seen: [Set<Leak>]
            do {
                seen = try observe(settings, scope)
            } catch var error as PostgresError where error.kind == .connect && error.sqlState == nil {
                error.hint =
                    "Is PgBouncer running there? emaildb pool --probe --host POOLER --port 6432 --username \(Role.service.name)"
                throw error
            }
            guard !seen.isEmpty else {
                throw Self.inconclusive(
                    "no client got a server process that an earlier one had used, so nothing could be seen",
                    fix: "Run it again when the pooler has less to do, or with a smaller default_pool_size.")
            }
            meetings += seen.count
            for leaks in seen { found.formUnion(leaks) }
        }
        return PoolerProbe(leaks: Leak.allCases.filter(found.contains), meetings: meetings)
    }

    fileprivate static func inconclusive(_ problem: String, fix: String) -> Failure {
        .refused("the pooler could not be judged", [Problem(problem: problem, fix: fix)])
    }

    /// What each client found that met the server process of one before it.
    private static func observe(_ settings: ConnectionSettings, _ scope: Trace.Scope) throws -> [Set<Leak>] {
        // On a busy pooler the next client may get another process; one of the later ones may get this one.
        var left: [String: Trace] = [:]
        var found: [Set<Leak>] = []
        for _ in 0..<5 {
            let trace = Trace(scope: scope)
            left[try trace.leave(settings)] = trace
            for _ in 0..<5 where !left.isEmpty {
                let next = try Connection(settings)
                try next.transaction {
                    let process = try next.query("SELECT pg_catalog.pg_backend_pid()::text").first?[0] ?? ""
                    if let trace = left.removeValue(forKey: process) { found.append(try trace.find(next)) }
                }
            }
        }
        return found
    }
}

private struct Trace {
    enum Scope { case transaction, session }

    let scope: Scope
    private let tenant = UUID().uuidString.lowercased()
    private let actor = UUID().uuidString.lowercased()
    private let name = "emaildb_probe_\(UInt64.random(in: 0...UInt64.max))"
    private let key = Int32.random(in: 0...Int32.max)
    private var lock: Int { Self.space << 32 | Int(key) }

    /// Leaves everything as a client of its own, and returns the server process that holds it.
    func leave(_ settings: ConnectionSettings) throws -> String {
        let connection = try Connection(settings)
        return try connection.transaction {
            let isLocal = scope == .transaction ? "t" : "f"
            try connection.query("SELECT pg_catalog.set_config('app.current_tenant_id', $1, $2)", [tenant, isLocal])
            try connection.query("SELECT pg_catalog.set_config('app.current_user_id', $1, $2)", [actor, isLocal])
            if scope == .session {
                try connection.query("DECLARE \(name) CURSOR WITH HOLD FOR SELECT 1")
                try connection.query("PREPARE \(name) AS SELECT 1")
                try connection.query("SELECT pg_catalog.pg_advisory_lock(\(lock))")
            }
            let seen = try look(connection)
            guard let seen, seen.text("tenant") == tenant, seen.text("actor") == actor,
                scope == .transaction || seen.flag("cursor") && seen.flag("locked") && seen.flag("prepared")
            else {
                throw PoolerProbe.inconclusive(
                    "the control failed: a client did not see the setting that it had made in the same transaction",
                    fix: "Look at what is between: SHOW VERSION; in the pooler's console.")
            }
            guard seen.integer("pid") != connection.announcedProcessID else {
                throw PoolerProbe.inconclusive(
                    "there is no pooler: the connection leads to the server itself, which gives a session to one client",
                    fix: "emaildb pool --probe --host POOLER --port 6432 --username \(Role.service.name)")
            }
            return seen.text("pid")
        }
    }

    /// What of it is there in a later session, which then takes it away.
    func find(_ connection: borrowing Connection) throws -> Set<PoolerProbe.Leak> {
        guard let seen = try look(connection) else { return [] }
        let signs: [(isThere: Bool, leak: PoolerProbe.Leak, removal: String)] = [
            (
                seen.text("tenant") == tenant, scope == .transaction ? .transactionTenant : .tenant,
                "RESET app.current_tenant_id"
            ),
            (seen.text("actor") == actor, .actor, "RESET app.current_user_id"),
            (seen.flag("cursor"), .cursor, "CLOSE \(name)"),
            (seen.flag("locked"), .advisoryLock, "SELECT pg_catalog.pg_advisory_unlock(\(lock))"),
            (seen.flag("prepared"), .preparedStatement, "DEALLOCATE \(name)"),
        ]
        let found = signs.filter(\.isThere)
        for sign in found { try connection.query(sign.removal) }
        return Set(found.map(\.leak))
    }

    private func look(_ connection: borrowing Connection) throws -> Row? {
        try connection.query(SQLFile("pooler_leftovers"), [name, "\(Self.space)", "\(key)"]).first
    }

    /// The upper half of the key of the lock, which has one key, because locks of two are the writers': "pool" in ASCII.
    private static let space = 0x706F_6F6C
}
