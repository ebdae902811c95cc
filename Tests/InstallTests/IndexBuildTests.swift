import Core
import Install
import Postgres
import Schema
import Synchronization
import TestSupport
import Testing

/// An index is built outside transactions: what a killed build left is replaced, and one that still runs is waited for.
@Suite(.needsServer) struct IndexBuildTests {
    private static let build = "CREATE INDEX CONCURRENTLY slow_index ON public.slow (public.slow_value(id))"

    /// A series whose last step builds an index, all but that step applied.
    private func beforeTheBuild(_ settings: ConnectionSettings) throws -> TemporaryFolder {
        let folder = try TemporaryFolder.withSlowIndex(milliseconds: 1)
        let (step, layout) = try (folder.read("0003_slow_index.sql"), folder.read("layout/0003_slow_index.txt"))
        try folder.remove("0003_slow_index.sql")
        try folder.remove("layout/0003_slow_index.txt")
        try install(settings, .directory(folder.path))
        try folder.write("0003_slow_index.sql", step)
        try folder.write("layout/0003_slow_index.txt", layout)
        return folder
    }

    private func events(_ connection: borrowing Connection) throws -> [String] {
        try connection.column("SELECT event FROM emaildb.ledger_event WHERE step = 3 ORDER BY event")
    }

    @Test func whatAKilledBuildLeftIsReplaced() async throws {
        try await TestDatabase.withEmpty { settings in
            let folder = try beforeTheBuild(settings)
            let connection = try Connection(settings)
            let holder = try Connection(settings)
            try holder.query("SELECT pg_advisory_lock(\(TemporaryFolder.heldOpen))")
            try connection.query("SET statement_timeout = '1s'")
            #expect(try failure { try connection.query(Self.build) }.sqlState == .queryCanceled)
            try connection.query("RESET statement_timeout")
            try holder.query("SELECT pg_advisory_unlock(\(TemporaryFolder.heldOpen))")
            let valid = "SELECT FROM pg_index WHERE indexrelid = 'public.slow_index'::regclass AND indisvalid"
            #expect(try connection.query(valid).isEmpty)
            #expect(try install(settings, .directory(folder.path)).applied.map(\.step) == [3])
            #expect(try connection.query(valid).count == 1)
            #expect(try events(connection).contains("rebuilt"))
        }
    }

    @Test func aBuildThatStillRunsIsWaitedForAndAdopted() async throws {
        try await TestDatabase.withEmpty { settings in
            let folder = try beforeTheBuild(settings)
            let connection = try Connection(settings)
            let holder = try Connection(settings)
            try holder.query("SELECT pg_advisory_lock(\(TemporaryFolder.heldOpen))")
            try startThread { _ = try? Connection(settings).query(Self.build) }
            while try connection.query("SELECT to_regclass('public.slow_index')").first?[0] == nil {}
            // The first look finds it at work; it ends after that.
            let looks = Mutex(0)
            var installer = Installer(
                settings: settings, database: try #require(settings["dbname"]),
                source: try .directory(folder.path))
            installer.progress = { progress in
                guard case .waitingForBuild = progress,
                    looks.withLock({
                        $0 += 1
                        return $0
                    }) == 1
                else { return }
                _ = try? Connection(settings).query(
                    "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND classid = 7 AND granted"
                        + " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())")
            }
            #expect(try installer.run().applied.map(\.step) == [3])
            #expect(looks.withLock { $0 } > 0)
            #expect(try events(connection).contains("adopted"))
        }
    }

    @Test func aBuildWaitsForAnOlderTransactionAsLongAsItTakes() async throws {
        try await TestDatabase.withEmpty { settings in
            let folder = try beforeTheBuild(settings)
            let isOpen = Mutex(false)
            try startThread {
                guard let older = try? Connection(settings) else { return }
                _ = try? older.script("BEGIN; INSERT INTO public.slow VALUES (0)")
                isOpen.withLock { $0 = true }
                // Longer than the steps' own lock_timeout.
                let waiting =
                    "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
                    + " AND clock_timestamp() - query_start > '6s'"
                for _ in 0..<3000 {
                    guard let rows = try? Connection(settings).query(waiting), rows.isEmpty else { return }
                    pauseThread(for: .milliseconds(20))
                }
            }
            while !isOpen.withLock({ $0 }) {}
            let retries = Mutex(0)
            var installer = Installer(
                settings: settings, database: try #require(settings["dbname"]),
                source: try .directory(folder.path))
            installer.progress = { if case .retrying = $0 { retries.withLock { $0 += 1 } } }
            #expect(try installer.run().applied.map(\.step) == [3])
            #expect(retries.withLock { $0 } == 0)
        }
    }
}
