import FoundationEssentials
import Postgres
import TestSupport
import Testing

/// What others have set is respected, and what keeps a value from taking effect is said.
@Suite(.needsServer, .serialized) struct TuneEffectTests {
    static let target = TuneServer(settings: ["shared_buffers": "64MB"])
    private var target: TuneServer { Self.target }

    @Test func whatTheCommandLineFixesWillNeverApply() async throws {
        try await target.reset()
        let result = try await target.apply("production")
        #expect(result.status == 1, "\(result)")
        #expect(result.output.contains("shared_buffers = 2GB will never apply"), "\(result.output)")
        let restart = result.output.split(separator: "\n").first { $0.hasPrefix("restart the server") }
        #expect(restart?.contains("shared_buffers") == false, "a restart does not help")
        #expect(try await !target.configuration().contains("shared_buffers = "))
        let second = try await target.apply("production")
        #expect(second.status == 1 && second.output.contains("fixed by the server's command line"), "\(second)")
    }

    @Test func valuesOfRolesAndDatabasesAreNamed() async throws {
        try await target.reset()
        let connection = try await target.connect()
        try connection.script(
            """
            CREATE ROLE reporter; ALTER ROLE reporter SET work_mem = '64MB';
            ALTER DATABASE postgres SET random_page_cost = 3; ALTER ROLE reporter IN DATABASE postgres SET work_mem = '1MB';
            """)
        let result = try await target.apply("production")
        try connection.script("ALTER DATABASE postgres RESET ALL; DROP ROLE reporter")
        #expect(result.status == 1)
        #expect(result.output.contains("role reporter: work_mem = 64MB"), "\(result.output)")
        #expect(result.output.contains("role reporter in database postgres: work_mem = 1MB"))
        #expect(result.output.contains("database postgres: random_page_cost = 3"))
        #expect(try await target.configuration().contains("work_mem = '10MB'"), "it is set for all others")
    }

    @Test func moreConnectionsThanDocumentedAreKept() async throws {
        try await target.reset()
        let connection = try await target.connect()
        try connection.query("ALTER SYSTEM SET max_connections = 500")
        let plan = try TuneOutcome.plan(
            try await target.tune("--profile", "production", "--memory", "8GB", "--plan", "--format", "json"))
        #expect(plan["max_connections"]?.action == "restart", "500 are configured, and kept")
        #expect(plan["max_connections"]?.proposed == "500")
        #expect(plan["work_mem"]?.proposed == "4MB", "(8 GB - 2 GB) / (3 x 500)")
    }

    @Test func logIsHeldAgainstItsVolume() async throws {
        try await target.reset()
        let result = try await target.tune(
            "--profile", "high-throughput", "--memory", "8GB", "--wal-volume", "20GB", "--plan", "--format", "json")
        let size = try #require(try TuneOutcome.plan(result)["max_wal_size"])
        #expect(size.proposed == "8GB")
        #expect(size.why.contains("has room for 20 GB"), "\(size.why)")
    }

    @Test func undoKeepsWhatOthersHaveChangedSince() async throws {
        try await target.reset()
        let connection = try await target.connect()
        try connection.query("ALTER SYSTEM SET work_mem = '5MB'")
        try connection.query("ALTER SYSTEM SET application_name = 'theirs'")
        #expect(try await target.apply("production").status == 1)
        try connection.query("ALTER SYSTEM SET effective_cache_size = '7GB'")
        let undone = try await target.tune("--undo", "--yes")
        #expect(undone.status == 0, "\(undone.errors)")
        let configuration = try await target.configuration()
        #expect(configuration.contains("effective_cache_size = '7GB'"), "theirs stays")
        #expect(undone.output.contains("kept, changed since"))
        #expect(configuration.contains("work_mem = '5MB'"), "what was there is there again")
        #expect(configuration.contains("application_name = 'theirs'"), "what was never ours is not touched")
        let lines = configuration.split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(lines.count == 3, "defaults are unset, not frozen: \(lines)")
    }

    @Test func aProfileSwitchKeepsTheFirstValuesForUndo() async throws {
        try await target.reset()
        let connection = try await target.connect()
        try connection.query("ALTER SYSTEM SET work_mem = '5MB'")
        try connection.query("ALTER SYSTEM SET log_min_duration_statement = '3s'")
        for profile in ["production", "development", "high-throughput", "read-heavy"] {
            #expect(try await target.apply(profile).status == 1)
        }
        #expect(try await target.configuration().contains("log_min_duration_statement = '1s'"))
        let development = try await target.apply("development")
        #expect(development.status == 1)
        #expect(
            try await target.configuration().contains("log_min_duration_statement = '3s'"),
            "what production had set goes back to what was there before it")
        #expect(try await target.tune("--undo", "--yes").status == 0)
        let lines = try await target.configuration().split(separator: "\n").filter { !$0.hasPrefix("#") }.sorted()
        #expect(lines == ["log_min_duration_statement = '3s'", "work_mem = '5MB'"])
    }

    @Test func aPreloadedLibraryOfOthersStays() async throws {
        try await target.reset()
        let connection = try await target.connect()
        try connection.query("ALTER SYSTEM SET shared_preload_libraries = 'auto_explain'")
        #expect(try await target.apply("production").status == 1)
        let configuration = try await target.configuration()
        #expect(
            configuration.contains("shared_preload_libraries = 'auto_explain, pg_stat_statements'"), "\(configuration)")
        #expect(try await target.tune("--undo", "--yes").status == 0)
        #expect(try await target.configuration().contains("shared_preload_libraries = 'auto_explain'"))
    }

    @Test("A library that cannot be loaded is found by the scratch server") func brokenLibrary() async throws {
        try await target.reset()
        let connection = try await target.connect()
        try connection.query("ALTER SYSTEM SET shared_preload_libraries = 'no_such_library'")
        let before = try await target.configuration()
        let result = try await target.apply("production")
        #expect(result.status == 4)
        #expect(result.errors.contains("a scratch server does not start"), "\(result.errors)")
        #expect(result.errors.contains("could not access file \"no_such_library\""))
        #expect(try await target.configuration() == before)
    }
}
