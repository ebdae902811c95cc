import Core
import Postgres
import Synchronization

/// What maintenance of one tenant costs those who write meanwhile.
struct ScaleWaits: Sendable {
    let store: BenchStore
    /// The mailbox that is maintained.
    let account: BenchWorld.Account
    /// Accounts of other tenants.
    let others: [BenchWorld.Account]
    let progress: @Sendable (BenchProgress) -> Void

    /// Resets a folder, erases tombstones, exports the tenant, and erases it; other writers write all the time.
    /// - Parameter tombstones: how many messages are deleted for them.
    func run(tombstones: Int) throws -> [ScaleReport.Row] {
        var rows: [ScaleReport.Row] = []
        let folder = account.folders[0].id
        rows += try beside("email_reset_uidvalidity", role: .service) { connection in
            try repeated(connection, "SELECT public.email_reset_uidvalidity('\(folder)', 4711)") { $0 == 0 }
        }
        progress(.doing("deleting \(tombstones) messages"))
        let application = try store.connect()
        let deletion = """
            DELETE FROM public.email_messages WHERE id IN (
              SELECT id FROM public.email_messages WHERE account_id = '\(account.id)' LIMIT 1000)
            """
        for _ in 0..<(tombstones / 1000) {
            try Interruption.check()
            try store.transaction(application, tenant: account.tenant, account: account.id) {
                try application.query(deletion)
            }
        }
        rows += try beside("email_purge_tombstones", role: .owner) { connection in
            try repeated(connection, "SELECT public.email_purge_tombstones(0)") { $0 == 0 }
        }
        rows += try beside("email_export_tenant", role: .service) { connection in
            var times: [Double] = []
            try store.transaction(connection, tenant: account.tenant) {
                let start = ContinuousClock.now
                try connection.query("DECLARE export NO SCROLL CURSOR FOR SELECT * FROM public.email_export_tenant()")
                var fetched = 1
                // The first time is that until the first row is there.
                while fetched > 0 {
                    try Interruption.check()
                    fetched = try connection.query("FETCH \(times.isEmpty ? 1 : 1000) FROM export").count
                    times.append(start.duration(to: .now).inSeconds * 1000)
                }
            }
            return [times.first ?? 0, times.last ?? 0]
        }
        rows += try beside("email_offboard_tenant", role: .owner) { connection in
            try repeated(
                connection,
                "SELECT coalesce(sum(coalesce(remaining, 1)), 0)::bigint FROM public.email_offboard_tenant('\(account.tenant)')"
            ) { $0 == 0 }
        }
        return rows
    }

    /// Erases a tenant, without measuring.
    static func offboard(_ tenant: String, _ store: BenchStore) throws {
        let connection = try store.connect(.owner)
        let sql = "SELECT coalesce(sum(coalesce(remaining, 1)), 0) FROM public.email_offboard_tenant($1::uuid, 10000)"
        while try connection.query(sql, [tenant]).first?[0] != "0" { try Interruption.check() }
    }

    /// Calls a function until it says that it is done; ms of each call.
    private func repeated(
        _ connection: borrowing Connection, _ sql: String, until isDone: (Int) -> Bool
    ) throws -> [Double] {
        var times: [Double] = []
        while true {
            try Interruption.check()
            let start = ContinuousClock.now
            let result = try store.transaction(connection, tenant: account.tenant) { try connection.number(sql) }
            times.append(start.duration(to: .now).inSeconds * 1000)
            if isDone(result) { return times }
        }
    }

    /// Does something while three clients of other tenants and one of the same tenant write.
    /// - Returns: the times of the calls, and of the others' writes meanwhile.
    private func beside(
        _ name: String, role: Role, _ work: @escaping @Sendable (borrowing Connection) throws -> [Double]
    ) throws -> [ScaleReport.Row] {
        progress(.measuring(name))
        let flag = SharedFlag()
        let writers = 4
        let outcome = try ClientThreads.run(writers + 1) { client, start in
            if client == writers {
                defer { flag.value.store(true, ordering: .releasing) }
                let connection = try store.connect(role)
                try start.wait()
                return try work(connection)
            }
            let writer = client == 0 ? account : others[client % others.count]
            let connection = try store.connect()
            try start.wait()
            var times: [Double] = []
            while !flag.value.load(ordering: .acquiring) {
                let begin = ContinuousClock.now
                try store.transaction(connection, tenant: writer.tenant, account: writer.id) {
                    try connection.query(Self.write(writer))
                }
                times.append(begin.duration(to: .now).inSeconds * 1000)
                pauseThread(for: .milliseconds(5))
            }
            return times
        }
        let (same, other) = (outcome.values[0], outcome.values[1..<writers].flatMap(\.self))
        return [.init(name, mailbox: "largest", times: outcome.values[writers])]
            + [("others' writes", other), ("the tenant's writes", same)].filter { !$0.1.isEmpty }.map {
                .init("\($0.0) beside \(name)", times: $0.1)
            }
    }

    /// A message for the archive; for an account that was erased meanwhile, nothing.
    private static func write(_ account: BenchWorld.Account) -> String {
        """
        INSERT INTO public.email_messages (tenant_id, account_id, folder_id, message_id, subject, text_body, received_at)
        SELECT f.tenant_id, f.account_id, f.id, gen_random_uuid(), 'beside', 'written beside', 1767000000000
        FROM public.email_folders AS f JOIN public.email_accounts AS a ON a.id = f.account_id
        WHERE f.id = '\(account.folders[1].id)' AND NOT a.is_deleted
        """
    }
}

/// A flag that threads share.
final class SharedFlag: Sendable {
    let value = Atomic(false)
}
