import FoundationEssentials
import Glibc
import Postgres
import TestSupport
import Testing

/// What `tune` refuses with status 4, naming the conflict and what to type, with nothing written.
@Suite(.needsServer, .serialized) struct TuneRefusalTests {
    static let target = TuneServer()
    private var target: TuneServer { Self.target }

    @Test func minimalWithWALSendersIsRefused() async throws {
        try await target.reset()
        let result = try await target.apply("high-throughput", "--wal-level-minimal")
        #expect(result.status == 4)
        #expect(result.errors.contains("wal_level = minimal with max_wal_senders = 10"), "\(result.errors)")
        #expect(result.errors.contains("ALTER SYSTEM SET max_wal_senders = 0;"))
        #expect(try await !target.configuration().contains("="))
    }

    @Test func minimalIsSetOnceNothingNeedsMore() async throws {
        try await target.reset()
        let connection = try await target.connect()
        try connection.query("ALTER SYSTEM SET max_wal_senders = 0")
        let result = try await target.apply("high-throughput", "--wal-level-minimal")
        #expect(result.status == 0, "\(result.errors)")
        let words = result.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(words.contains("no standby, no pg_basebackup and no point-in-time recovery"), "\(result)")
        #expect(try await target.configuration().contains("wal_level = 'minimal'"))
        #expect(try await target.tune("--undo", "--yes").status == 0)
        #expect(try await !target.configuration().contains("wal_level"))
    }

    @Test("wal_level minimal with archiving or a slot is refused, even with --yes") func minimalInUse() async throws {
        try await target.reset()
        let connection = try await target.connect()
        try connection.query("ALTER SYSTEM SET max_wal_senders = 0")
        try connection.query("ALTER SYSTEM SET archive_mode = on")
        let archiving = try await target.apply("high-throughput", "--wal-level-minimal")
        #expect(archiving.status == 4)
        #expect(archiving.errors.contains("archive_mode = on") && archiving.errors.contains("point-in-time recovery"))
        try connection.query("ALTER SYSTEM RESET archive_mode")
        try connection.query("SELECT pg_create_physical_replication_slot('standby')")
        let slot = try await target.apply("high-throughput", "--wal-level-minimal")
        try connection.query("SELECT pg_drop_replication_slot('standby')")
        #expect(slot.status == 4 && slot.errors.contains("1 physical replication slots"), "\(slot.errors)")
        #expect(try await !target.configuration().contains("wal_level"))
    }

    @Test func aTornFileIsDiagnosedWithItsLineAndItsRescue() async throws {
        try await target.reset()
        let whole = try await target.configuration()
        try await target.writeConfiguration(whole + "work_mem = '4MB'\nshared_buffers = '2G")
        let result = try await target.apply("production")
        let data = try await target.data()
        try await target.writeConfiguration(whole)
        #expect(result.status == 4)
        #expect(result.errors.contains("postgresql.auto.conf:4: syntax error"), "\(result.errors)")
        #expect(result.errors.contains("emaildb tune --rescue -D \(data)"))
    }

    @Test func aReadOnlyFileIsManagedElsewhere() async throws {
        try await target.reset()
        let path = try await target.data() + "/postgresql.auto.conf"
        #expect(chmod(path, 0o444) == 0)
        let readOnly = try await target.apply("production")
        #expect(chmod(path, 0o600) == 0)
        #expect(readOnly.status == 4, "\(readOnly)")
        #expect(readOnly.errors.contains("managed elsewhere") && readOnly.errors.contains("Patroni, CloudNativePG"))

        #expect(rename(path, path + ".aside") == 0 && symlink("/dev/null", path) == 0)
        let linked = try await target.apply("production")
        #expect(unlink(path) == 0 && rename(path + ".aside", path) == 0)
        #expect(linked.status == 4 && linked.errors.contains("managed elsewhere"), "\(linked)")
        #expect(try await !target.configuration().contains("="))
    }

    @Test func fewerConnectionsThanAreInUseAreRefused() async throws {
        try await target.reset()
        let connection = try await target.connect()
        let result = try await target.apply("production", "--max-connections", "3")
        #expect(result.status == 4)
        #expect(result.errors.contains("--max-connections 3 is less than the"), "\(result.errors)")
        _ = try connection.query("SELECT 1")
    }

    @Test("Every missing privilege is listed with its grant, and nothing is half done") func privileges() async throws {
        try await target.reset()
        let connection = try await target.connect()
        try connection.script(
            """
            CREATE ROLE tuner LOGIN PASSWORD 'tuner';
            GRANT ALTER SYSTEM ON PARAMETER work_mem, random_page_cost TO tuner;
            """)
        let settings = try await target.server.connectionSettings().user("tuner", password: "tuner")
        func apply() async throws -> CommandResult {
            try await CommandRunner.emaildb(
                ["tune", "--profile", "production", "--memory", "8GB", "--yes"], environment: settings.environment)
        }
        let refused = try await apply()
        #expect(refused.status == 4)
        #expect(try await !target.configuration().contains("="))
        let grants = refused.errors.split(separator: "\n").filter { $0.contains("GRANT ") }.map(String.init)
        #expect(grants.count == 4, "\(refused.errors)")
        let parameters = try #require(grants.first { $0.contains("ON PARAMETER") })
        #expect(parameters.contains("shared_buffers") && parameters.contains("emaildb.tune"))
        #expect(!parameters.contains("random_page_cost"), "it has that one")
        // What it says is exactly what is missing.
        for grant in grants { try connection.script(grant) }
        let applied = try await apply()
        #expect(applied.status == 0, "\(applied.errors)")
        #expect(
            applied.output.contains("compared with PostgreSQL's rules only"), "only a superuser may know the programs")
        #expect(try await target.configuration().contains("shared_buffers = '2GB'"))
        let unknown = try await CommandRunner.emaildb(
            ["tune", "--profile", "production", "--plan"], environment: settings.environment)
        #expect(unknown.status == 4 && unknown.errors.contains("--memory 8GB"), "never this machine's memory")
        let undone = try await CommandRunner.emaildb(["tune", "--undo", "--yes"], environment: settings.environment)
        #expect(undone.status == 0, "\(undone.errors)")
        try connection.script(
            """
            REVOKE EXECUTE ON FUNCTION pg_reload_conf(), pg_show_all_file_settings() FROM tuner;
            DROP OWNED BY tuner; DROP ROLE tuner;
            """)
    }

    @Test func aServerThatDoesNotAnswerIsNoConnection() async throws {
        let result = try await CommandRunner.emaildb(
            ["tune", "--profile", "production", "--plan", "--host", "127.0.0.1", "--port", String(TestPort.free())])
        #expect(result.status == 3, "\(result)")
    }

    @Test func anotherTuneIsWaitedForOnlySoLong() async throws {
        try await target.reset()
        let connection = try await target.connect()
        // The two keys of the lock: "emai" and "ldb1".
        try connection.query("SELECT pg_advisory_lock(\(0x656D_6169), \(0x6C64_6231))")
        let result = try await target.apply("production", "--lock-timeout", "0")
        #expect(result.status == 5 && result.errors.contains("another emaildb still holds the lock"), "\(result)")
        connection.close()
        #expect(try await !target.configuration().contains("="))
    }
}
