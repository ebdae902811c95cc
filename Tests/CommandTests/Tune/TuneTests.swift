import FoundationEssentials
import Glibc
import Postgres
import TestSupport
import Testing

/// `emaildb tune` on a real server: what it says, what it writes, and that it writes nothing when it should not.
@Suite(.needsServer, .serialized) struct TuneTests {
    static let target = TuneServer()
    private var target: TuneServer { Self.target }

    @Test func aPlanSaysEverythingAndWritesNothing() async throws {
        try await target.reset()
        let before = try await target.configuration()
        let result = try await target.tune("--profile", "production", "--memory", "8GB", "--plan", "--format", "json")
        #expect(result.status == 0, "\(result.errors)")
        let items = try TuneOutcome.plan(result)
        let buffers = try #require(items["shared_buffers"])
        #expect(buffers.now == "128MB" && buffers.proposed == "2GB" && buffers.effect == "restart")
        #expect(buffers.source.hasPrefix("postgresql.conf:"))
        #expect(buffers.document == "ALTER SYSTEM SET shared_buffers = '2GB';")
        let documented = [
            "max_connections": "200", "shared_buffers": "2GB", "effective_cache_size": "6GB", "work_mem": "10MB",
            "maintenance_work_mem": "512MB", "wal_buffers": "16MB", "min_wal_size": "1GB", "max_wal_size": "4GB",
            "checkpoint_completion_target": "0.9", "random_page_cost": "1.1", "effective_io_concurrency": "200",
            "default_statistics_target": "100", "log_min_duration_statement": "1s",
            "shared_preload_libraries": "pg_stat_statements", "wal_compression": "lz4",
        ]
        for (name, value) in documented { #expect(items[name]?.proposed == value, "\(name)") }
        let text = try await target.tune("--profile", "production", "--memory", "8GB", "--plan")
        #expect(text.output.contains("a scratch server started with this configuration"), "\(text.output)")
        #expect(text.output.contains("memory: up to 5.8 GB of 8 GB (7"))
        #expect(try await target.configuration() == before)
    }

    @Test func theSecondRunSaysNothingToDoAndWritesNothing() async throws {
        try await target.reset()
        let first = try await target.apply("production")
        #expect(first.status == 0, "\(first.errors)")
        #expect(first.output.contains("restart the server to put into force: max_connections, shared_buffers"))
        let written = try await target.configuration()
        let inode = try await Self.inode(target)
        let second = try await target.apply("production")
        #expect(second.status == 0 && second.output.contains("nothing to do; waiting for a restart"), "\(second)")
        #expect(try await target.configuration() == written)
        #expect(try await Self.inode(target) == inode, "ALTER SYSTEM would have made a new file")
        let undone = try await target.tune("--undo", "--yes")
        #expect(undone.status == 0 && undone.output.contains("production: undone"), "\(undone)")
        #expect(try await !target.configuration().contains("="))
        #expect(try await target.tune("--undo").output.contains("nothing to undo"))
    }

    @Test func whatIsReadOnTheServerIsAsStable() async throws {
        try await target.reset()
        let first = try await target.tune("--profile", "read-heavy", "--yes")
        #expect(first.status == 0, "\(first.errors)")
        let second = try await target.tune("--profile", "read-heavy", "--yes")
        #expect(second.output.contains("read-heavy: nothing to do"), "\(second)")
    }

    @Test func withoutATerminalAndWithoutYesNothingIsWritten() async throws {
        try await target.reset()
        let result = try await target.tune("--profile", "development")
        #expect(result.status == 64 && result.errors.contains("add --yes, or --plan"), "\(result)")
        #expect(try await !target.configuration().contains("="))
    }

    @Test(arguments: [
        ([], "Name a profile"), (["--profile", "prod"], "development, production"), (["--rescue"], "-D"),
        (["--profile", "production", "--memory", "8"], "8"), (["--undo", "--plan"], "--undo takes neither"),
        (["--profile", "production", "--memory", "1MB"], "64MB"),
    ])
    func wrongUsageIsSaidWithWhatToType(_ arguments: [String], _ words: String) async throws {
        let result = try await target.run(arguments)
        #expect(result.status == 64)
        #expect(result.errors.contains(words), "\(result.errors)")
    }

    @Test func theDocumentsOwnValuesAreGivenOnRequest() async throws {
        try await target.reset()
        let exact = try await target.tune(
            "--profile", "read-heavy", "--exact", "--memory", "16GB", "--plan", "--format", "json")
        let items = try TuneOutcome.plan(exact)
        let documented = ["random_page_cost": "1.01", "effective_io_concurrency": "500", "effective_cache_size": "8GB"]
        for (name, value) in documented { #expect(items[name]?.proposed == value, "\(name)") }
        #expect(items["autovacuum_work_mem"] == nil, "the document does not name it")
        let large = try await target.tune("--profile", "production", "--exact", "--memory", "2GB", "--yes")
        #expect(large.status == 4 && large.errors.contains("of 2 GB"), "\(large)")
        let tight = try await target.tune("--profile", "production", "--exact", "--memory", "8GB", "--plan")
        #expect(tight.status == 0 && tight.output.contains("warning: memory"), "\(tight)")
        let dangerous = try await target.tune("--profile", "high-throughput", "--exact", "--memory", "16GB", "--yes")
        #expect(dangerous.status == 4 && dangerous.errors.contains("--wal-level-minimal --async-commit server"))
        #expect(try await !target.configuration().contains("="))
    }

    @Test func theIngestRoleAloneCanCommitWithoutWaiting() async throws {
        try await target.reset()
        let connection = try await target.connect()
        let refused = try await target.apply("high-throughput", "--async-commit", "application")
        #expect(refused.status == 4 && refused.errors.contains("emaildb init"), "there is no such role yet")
        try connection.query("CREATE ROLE email_service LOGIN PASSWORD 'x'")
        let applied = try await target.apply("high-throughput", "--async-commit", "application")
        #expect(applied.status == 0, "\(applied.errors)")
        #expect(applied.output.contains("in the last 600 ms before a crash is lost"), "\(applied.output)")
        func setting() throws -> String? {
            try connection.query("SELECT rolconfig::text FROM pg_roles WHERE rolname = 'email_service'").first?[0]
        }
        #expect(try setting() == "{synchronous_commit=off}")
        #expect(try connection.query("SHOW synchronous_commit").first?[0] == "on", "all other roles wait")
        #expect(
            try await target.apply("high-throughput", "--async-commit", "application").output.contains("nothing to do"))
        // Leaving the profile ends it; so would --undo.
        #expect(try await target.apply("production").status == 0)
        #expect(try setting() == nil)
        #expect(try await target.apply("high-throughput", "--async-commit", "application").status == 0)
        #expect(try await target.tune("--undo", "--yes").status == 0)
        #expect(try setting() == nil)
        try connection.query("DROP ROLE email_service")
    }

    @Test("high-throughput keeps mail safe unless told otherwise") func highThroughput() async throws {
        try await target.reset()
        let plan = try await target.tune("--profile", "high-throughput", "--memory", "8GB", "--plan", "-v")
        #expect(plan.output.contains("Commits still wait for the disk"))
        #expect(plan.output.contains("wal_level = minimal is left out"))
        let items = try TuneOutcome.plan(
            try await target.tune("--profile", "high-throughput", "--memory", "8GB", "--plan", "--format", "json"))
        #expect(items["synchronous_commit"] == nil && items["wal_level"] == nil)
        #expect(items["max_wal_size"]?.proposed == "16GB")
        let server = try await target.apply("high-throughput", "--async-commit", "server")
        #expect(server.status == 0)
        #expect(try await target.configuration().contains("synchronous_commit = 'off'"))
        let left = try await target.apply("production")
        #expect(left.status == 0)
        #expect(try await !target.configuration().contains("synchronous_commit = "), "a profile switch leaves nothing")
    }

    private static func inode(_ target: TuneServer) async throws -> UInt {
        var status = stat()
        let path = try await target.data() + "/postgresql.auto.conf"
        #expect(stat(path, &status) == 0)
        return UInt(status.st_ino)
    }
}
