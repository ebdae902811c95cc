import Foundation
import Postgres
import TestSupport
import Testing

@testable import Backup

@Suite(.needsServer) struct UndeleteTests {
    struct Answer: Decodable {
        struct Table: Decodable {
            let table: String
            let then: Int
            let present: Int
            let missing: Int
        }

        let tables: [Table]
    }

    /// A tenant comes back whole; others are not touched; a client gets each message once.
    @Test func bringsATenantBack() async throws {
        let world = try await BackupWorld()
        try await world.initialise()
        try await world.receive()
        try await world.done(["backup", "create"])
        try world.write()
        let lost = world.tenants[1]
        let before = try rows(world, lost)
        let time = try world.now()
        try world.delete(lost)
        try world.write(1, except: lost)
        try await world.settle()
        let others = try world.counts()
        #expect(!others.contains { $0.tenant == lost.id })
        let arguments = ["undelete", "--tenant", lost.id, "--at", time, "--format", "json"]
        let plan = try await world.done(arguments + ["--plan"])
        #expect(try plan.json(Answer.self).tables.map(\.missing) == [1, 2, 6, 1])
        #expect(try world.counts() == others)
        try await world.done(arguments)
        #expect(try world.counts().filter { $0.tenant != lost.id } == others)
        #expect(try rows(world, lost) == before)
        let connection = try Connection(world.settings)
        #expect(try connection.value("SELECT count(*) FROM public.email_check_counters()") == "0")
        // A client that knew everything up to the deletion.
        try connection.serve(lost.id)
        let changes = try connection.column(
            "SELECT kind || ' ' || message_id FROM public.email_changes($1::uuid, $2::bigint)",
            [lost.account, String(before.last)])
        #expect(changes.count == 6 && Set(changes).count == 6 && changes.allSatisfy { $0.hasPrefix("changed") })
        try connection.serve(nil)
        let verify = try await CommandRunner.emaildb(
            ["verify", "--only", "data"], environment: world.settings.environment)
        #expect(verify.status == 0, "\(verify.output)")
        // A second run finds nothing to do.
        let again = try await world.done(arguments)
        #expect(try again.json(Answer.self).tables.allSatisfy { $0.missing == 0 })
        try await world.stop()
    }

    /// A message that was erased, and one that was taken in anew; the account is still there and in use.
    @Test func overwritesNothing() async throws {
        let world = try await BackupWorld(tenants: 2)
        try await world.initialise()
        try await world.receive()
        try await world.done(["backup", "create"])
        let time = try world.now()
        let tenant = world.tenants[0]
        let connection = try Connection(world.settings)
        try connection.query("UPDATE public.email_folders SET name = 'renamed' WHERE id = $1::uuid", [tenant.archive])
        try connection.query("DELETE FROM public.email_messages WHERE id = $1::uuid", [tenant.message])
        try connection.query("SELECT pg_switch_wal()")
        try await world.settle()
        try await world.done(["undelete", "--tenant", tenant.id, "--account", tenant.account, "--at", time])
        #expect(
            try connection.value("SELECT name FROM public.email_folders WHERE id = $1::uuid", [tenant.archive])
                == "renamed")
        #expect(
            try connection.value("SELECT count(*) FROM public.email_messages WHERE id = $1::uuid", [tenant.message])
                == "1")
        #expect(
            try connection.value(
                "SELECT count(*) FROM public.email_attachments WHERE id = $1::uuid", [tenant.attachment]) == "1")
        #expect(try connection.value("SELECT count(*) FROM public.email_message_tombstones WHERE is_gone") == "0")
        #expect(try connection.value("SELECT count(*) FROM public.email_check_counters()") == "0")

        // Somebody else has the address by now.
        try world.delete(tenant)
        try connection.query(
            """
            UPDATE public.email_accounts SET email_address = $1 WHERE id = $2::uuid
            """, [tenant.address, world.tenants[1].account])
        try connection.query("SELECT pg_switch_wal()")
        try await world.settle()
        let taken = try await world.emaildb(["undelete", "--tenant", tenant.id, "--at", time])
        #expect(taken.status == 4 && taken.errors.contains(tenant.address))
        let unknown = try await world.emaildb(["undelete", "--tenant", UUID().uuidString, "--at", time])
        #expect(unknown.status == 4 && unknown.errors.contains("there was no tenant"))
        try await world.stop()
    }

    private struct State: Equatable {
        let digests: [String]
        let last: Int

        static func == (left: State, right: State) -> Bool { left.digests == right.digests }
    }

    /// Everything of a tenant but what is given anew: change numbers, leases.
    private func rows(_ world: BackupWorld, _ tenant: Tenant) throws -> State {
        let connection = try Connection(world.settings)
        let digests = try ["accounts", "folders", "messages", "attachments"].map { table in
            try connection.value(
                """
                SELECT count(*) || ' ' || md5(string_agg(t, ' ' ORDER BY t)) FROM (
                  SELECT (to_jsonb(r) - '{change_seq, changes_floor, updated_at}'::text[])::text AS t
                  FROM public.email_\(table) r WHERE tenant_id = $1::uuid) x
                """, [tenant.id])
        }
        let last = try connection.value(
            "SELECT max(change_seq) FROM public.email_messages WHERE tenant_id = $1::uuid", [tenant.id])
        return State(digests: digests, last: Int(last) ?? 0)
    }
}
