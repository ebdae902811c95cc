import Postgres
import TestSupport
import Testing

@testable import Doctor

/// What `monitor` shows is what was done to a real server.
@Suite(.needsServer) struct MonitorTests {
    private struct Watched {
        let superuser: ConnectionSettings
        let monitor: ConnectionSettings

        func rows(_ topic: MonitorTopic, as settings: ConnectionSettings? = nil) throws -> [[String: String]] {
            let observer = Observer(settings: settings ?? monitor, database: superuser["dbname"] ?? "", topic: topic)
            let report = try observer.look()
            return report.rows.map { row in
                Dictionary(
                    uniqueKeysWithValues: zip(report.columns, row).compactMap { column, value in
                        value.map { (column.name, $0) }
                    })
            }
        }
    }

    private func watched(_ server: TestServer) async throws -> Watched {
        let settings = try await server.installed(passwords: ["email_monitor": "monitor", "email_backup": "backup"])
        return Watched(superuser: settings, monitor: settings.user("email_monitor", password: "monitor"))
    }

    @Test("Sessions, statements, locks and what takes long") func sessions() async throws {
        let server = TestServer()
        let watched = try await watched(server)
        let settings = watched.superuser
        #expect(try watched.rows(.locks).isEmpty && watched.rows(.progress).isEmpty, "the control")
        try Connection(settings).script("CREATE TABLE public.things (n int); INSERT INTO public.things VALUES (1)")
        let idle = try Session(settings, "BEGIN; UPDATE public.things SET n = 2")
        let waiter = try Session(settings)
        try waiter.send("UPDATE public.things SET n = 3 /* looked for */")
        try await eventually("it waits") { try watched.rows(.locks).count == 2 }

        let connections = try watched.rows(.connections).first { $0["user_name"] == "postgres" }
        #expect(
            connections?["idle_in_transaction"] == "1" && connections?["waiting_for_lock"] == "1",
            "\(connections ?? [:])")
        #expect(connections?["connections"] == "2" && connections?["database_name"] == "email_service")
        let query = try watched.rows(.queries).first { $0["pid"] == String(waiter.pid) }
        #expect(query?["query"] == "UPDATE public.things SET n = 3 /* looked for */" && query?["state"] == "active")
        #expect(query?["blocked_by"] == String(idle.pid) && query?["wait"] == "Lock:transactionid", "\(query ?? [:])")
        #expect(Int(query?["duration_ms"] ?? "") != nil)
        let lock = try watched.rows(.locks).first { $0["pid"] == String(waiter.pid) }
        #expect(lock?["blockers"] == "{\(idle.pid)}", "\(lock ?? [:])")
        try Connection(settings).query("SELECT pg_terminate_backend(\(idle.pid))")

        let builder = try Session(
            settings,
            """
            CREATE FUNCTION public.slowly(n int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS
            $$ BEGIN PERFORM pg_sleep(60); RETURN n; END $$
            """)
        try builder.send("CREATE INDEX slow ON public.things (public.slowly(n))")
        try await eventually("it is built") { try !watched.rows(.progress).isEmpty }
        let progress = try watched.rows(.progress)[0]
        #expect(progress["command"] == "CREATE INDEX" && progress["table_name"] == "public.things", "\(progress)")
        #expect(progress["pid"] == String(builder.pid))
        try Connection(settings).query("SELECT pg_cancel_backend(\(builder.pid))")
        try await server.stop()
    }

    @Test("Tables, indexes, cache, slow statements, replication") func statistics() async throws {
        let server = TestServer()
        let watched = try await watched(server)
        let connection = try Connection(watched.superuser)
        try connection.script(
            """
            CREATE TABLE public.things (id int PRIMARY KEY, pad text) WITH (autovacuum_enabled = off);
            INSERT INTO public.things SELECT n, repeat('x', 500) FROM generate_series(1, 2000) n;
            """)
        try connection.query("ANALYZE public.things")
        try connection.query("DELETE FROM public.things WHERE id > 1500")
        try connection.query("SET enable_seqscan = off")
        for id in 1...7 { try connection.query("SELECT FROM public.things WHERE id = \(id)") }
        try connection.query("SELECT pg_sleep(1.05)")
        try connection.query("SELECT pg_create_physical_replication_slot('kept', true), pg_stat_force_next_flush()")
        let indexes = try watched.rows(.indexes)
        let index = try #require(indexes.first { $0["index_name"] == "public.things_pkey" })
        #expect(Int(index["scans"] ?? "") ?? 0 >= 7 && index["kind"] == "key", "\(index)")
        let scans = indexes.map { Int($0["scans"] ?? "") ?? -1 }
        #expect(scans == scans.sorted(by: >), "the most used first")

        // The view of the founding document, whose query is wrong in two ways: it divides whole numbers, and by nothing.
        let cache = try watched.rows(.cache)
        #expect(cache[0]["table_name"] == "all tables")
        let share = try #require(Double(cache[0]["hit_percent"] ?? ""))
        let (hit, read) = (Double(cache[0]["blocks_hit"] ?? "") ?? 0, Double(cache[0]["blocks_read"] ?? "") ?? 0)
        #expect(abs(share - 100 * hit / (hit + read)) < 0.01 && share > 0 && share < 100, "\(cache[0])")
        #expect(cache.contains { $0["hit_percent"] == nil && $0["blocks_hit"] == "0" }, "no share of nothing")

        let slow = try watched.rows(.slow).first { $0["query"]?.hasPrefix("SELECT pg_sleep(") == true }
        #expect(slow?["calls"] == "1" && Double(slow?["mean_ms"] ?? "") ?? 0 > 1000, "\(slow ?? [:])")
        #expect(slow?["query"] == "SELECT pg_sleep($1)", "no literals")
        let slot = try watched.rows(.replication)
        #expect(slot.count == 1 && slot[0]["name"] == "kept" && slot[0]["state"] == "inactive", "\(slot)")
        let tables = try watched.rows(.tables)
        let sizes = tables.map { Int($0["total_bytes"] ?? "") ?? -1 }
        #expect(sizes == sizes.sorted(by: >))
        try await server.stop()
    }

    @Test("Tenants are numbers, for who sees them all, and for nobody else") func tenants() async throws {
        let server = TestServer()
        let watched = try await watched(server)
        let connection = try Connection(watched.superuser)
        let (small, large) = (try Tenant(connection), try Tenant(connection))
        try connection.serve(large.id)
        for _ in 1...3 { try large.store(connection, body: String(repeating: "word ", count: 2000)) }
        try connection.serve(nil)
        let backup = watched.superuser.user("email_backup", password: "backup")
        let rows = try watched.rows(.tenants, as: backup)
        #expect(rows.map { $0["tenant"] } == [large.id, small.id], "the largest first")
        #expect(rows.map { $0["messages"] } == ["4", "1"] && rows.map { $0["new_in_a_day"] } == ["4", "1"])
        #expect(rows.map { $0["work_percent"] } == ["80.0", "20.0"])
        let bytes = rows.compactMap { Int($0["size_bytes"] ?? "") }
        #expect(bytes.count == 2 && bytes[0] > bytes[1] && bytes[1] > 0)
        let all = "\(rows)"
        #expect(all.contains(large.id), "the control")
        for name in ["@", large.word, large.mark, "Work"] { #expect(!all.contains(name), "\(name)") }
        for settings in [watched.monitor] {
            let failure = #expect(throws: (any Error).self) { try watched.rows(.tenants, as: settings) }
            #expect("\(String(describing: failure))".contains("email_monitor does not see the rows of all tenants"))
        }
        try await server.stop()
    }

    @Test("A standby and a server that counts no statements") func limited() async throws {
        let server = TestServer(settings: ["shared_preload_libraries": ""])
        let watched = try await watched(server)
        let failure = #expect(throws: (any Error).self) { try watched.rows(.slow) }
        #expect("\(String(describing: failure))".contains("statements are not counted"))
        try await server.becomeStandby()
        let superuser = try await server.connectionSettings().database("email_service")
        let standby = Watched(superuser: superuser, monitor: superuser.user("email_monitor", password: "monitor"))
        for topic in MonitorTopic.allCases where topic != .slow && topic != .tenants {
            _ = try standby.rows(topic)
        }
        #expect(try standby.rows(.tenants, as: superuser).isEmpty)
        try await server.stop()
    }
}
