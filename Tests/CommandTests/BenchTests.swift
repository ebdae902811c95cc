import Bench
import Glibc
import Postgres
import TestSupport
import Testing

/// A small `bench`: what its report holds, and what it leaves behind.
@Suite(.needsServer, .serialized) struct BenchTests {
    private static let small = ["bench", "--messages", "1000", "--tenants", "4", "--seconds", "0", "--clients"]

    @Test func theReportIsWholeAndNothingIsLeftBehind() async throws {
        let settings = try await TestServer.shared.connectionSettings()
        let databases = ["--database", TestDatabase.uniqueName()]
        let first = try await CommandRunner.emaildb(
            Self.small + ["1,2", "--growth", "--format", "json", "--quiet"] + databases,
            environment: settings.environment)
        try #require(first.status == 0, "\(first.errors)")
        let report = try first.json(BenchReport.self)
        #expect(report.messages >= 1000)
        #expect(report.largestTenantShare >= 20)
        #expect(report.rowsWithoutTenant == 0)
        #expect(report.checksum.count == 64)
        for figure in report.figures {
            // What a schema has no function for has no figure of its own.
            let isOptional = figure.name == "ingest, email_ingest" || figure.name.hasPrefix("search")
            #expect(isOptional || figure.ours ?? 0 > 0, "\(figure)")
            let isOursAlone = figure.measure == .growth || figure.name.hasPrefix("search box")
            #expect(isOursAlone || figure.documented ?? 0 > 0, "\(figure)")
        }
        for name in ["ingest", "mailbox page, deep", "search, rare word", "read flag", "WAL per message"] {
            #expect(report.figures.contains { $0.name == name }, "\(name)")
        }
        for name in ["email_messages", "email_message_search", "idx_email_messages_text_search"] {
            let relation = try #require(report.relations.first { $0.name == name })
            #expect(relation.ours ?? 0 > 0, "\(relation)")
        }
        #expect(report.relations.contains { $0.name == "idx_email_messages_thread_id" && $0.documented ?? 0 > 0 })
        let parts = report.insertParts
        #expect(parts.count == 6 && parts.first?.without == "nothing" && parts.last?.without == "all indexes but keys")
        #expect(parts.allSatisfy { $0.microseconds > 0 && $0.walBytes > 0 })
        #expect(
            try #require(parts.first).walBytes > 1.5 * #require(parts.last).walBytes, "less is written with all off")
        for clients in [1, 2] {
            #expect(report.figures.contains { $0.name == "thread" && $0.measure == .p99 && $0.clients == clients })
        }
        #expect(report.figures.filter { $0.measure == .growth && $0.ours ?? 0 > 0 }.count == 2)

        // The same seed makes the same messages, and the report can be compared with.
        let folder = try TemporaryFolder()
        try folder.write("before.json", first.output)
        let second = try await CommandRunner.emaildb(
            Self.small + ["1", "--format", "json", "--quiet", "--compare", folder.path + "/before.json"] + databases,
            environment: settings.environment)
        try #require(second.status == 0, "\(second.errors)")
        let compared = try second.json(BenchReport.self)
        #expect(compared.checksum == report.checksum)
        // Growth, which takes longest, was not asked for again.
        #expect(compared.changes.count == compared.figures.filter { $0.ours != nil }.count)
        #expect(compared.changes.allSatisfy { $0.ratio > 0 })

        let left = try Connection(settings.database("postgres")).query(
            "SELECT datname FROM pg_database WHERE datname LIKE $1 || '%'", [databases[1]])
        #expect(left.isEmpty, "\(left.map { $0[0] ?? "" })")
    }

    @Test func atSizeTheDatabaseStaysAndIsUsedAgain() async throws {
        let settings = try await TestServer.shared.connectionSettings()
        let name = TestDatabase.uniqueName()
        let command = [
            "bench", "--scale", "--messages", "1000", "--tenants", "6", "--seconds", "1", "--format", "json",
            "--database", name,
        ]
        let first = try await CommandRunner.emaildb(command, environment: settings.environment)
        try #require(first.status == 0, "\(first.errors)")
        let report = try first.json(ScaleReport.self)
        #expect(report.rows.allSatisfy { $0.calls > 0 && $0.p50 > 0 && $0.p50 <= $0.p99 && $0.p99 <= $0.max })
        for row in ["email_changes, 500", "email_ingest of 500", "email_merge_search", "email_offboard_tenant"] {
            #expect(report.rows.contains { $0.name == row }, "\(row)")
        }
        #expect(report.rows.count { $0.name.contains("beside") } == 8)
        let database = settings.database(name)
        func counts() throws -> String {
            try Connection(database).value(
                "SELECT count(*) || ' ' || count(DISTINCT tenant_id) || ' ' || md5(string_agg(message_id, '' ORDER BY message_id))"
                    + " FROM public.email_messages")
        }
        let kept = try counts()
        #expect(kept.hasPrefix("\(report.messages) \(report.tenants) "), "\(kept)")
        // As a run that was killed leaves it.
        try Connection(database).query("UPDATE public.email_accounts SET account_name = 'kept'")
        let second = try await CommandRunner.emaildb(command, environment: settings.environment)
        #expect(second.status == 0, "\(second.errors)")
        #expect(try counts() == kept)
        #expect(
            try Connection(database).value("SELECT count(*) FROM public.email_accounts WHERE account_name <> 'kept'")
                == "0")

        let other = try await CommandRunner.emaildb(
            command.map { $0 == "6" ? "7" : $0 }, environment: settings.environment)
        #expect(other.status == 4 && other.errors.contains("DROP DATABASE"), "\(other)")
        try Connection(settings.database("postgres")).query("DROP DATABASE \(name) WITH (FORCE)")
        try Connection(settings.database("postgres")).query("CREATE DATABASE \(name)")
        let stranger = try await CommandRunner.emaildb(command, environment: settings.environment)
        #expect(stranger.status == 4 && !stranger.errors.contains("DROP DATABASE"), "\(stranger)")
        try Connection(settings.database("postgres")).query("DROP DATABASE \(name)")
    }

    @Test func aDatabaseWithTablesInItIsRefusedAndKept() async throws {
        try await TestDatabase.withEmpty { settings in
            let connection = try Connection(settings)
            try connection.query("CREATE TABLE precious AS SELECT 1 AS x")
            let result = try await CommandRunner.emaildb(
                Self.small + ["1", "--database", settings["dbname"] ?? ""], environment: settings.environment)
            #expect(result.status == 4)
            #expect(result.errors.contains("is not empty"), "\(result.errors)")
            #expect(try connection.query("SELECT x FROM precious").count == 1)
        }
    }

    @Test func whatFailsHalfWayDropsItsDatabases() async throws {
        let settings = try await TestServer.shared.connectionSettings()
        let name = TestDatabase.uniqueName()
        let steps = try TemporaryFolder.withSlowIndex(milliseconds: 1)
        let result = try await CommandRunner.emaildb(
            Self.small + ["1", "--database", name, "--sql", steps.path], environment: settings.environment)
        #expect(result.status == 2, "there is no email_messages in these steps: \(result)")
        let left = try Connection(settings.database("postgres")).query(
            "SELECT FROM pg_database WHERE datname LIKE $1 || '%'", [name])
        #expect(left.isEmpty)
    }

    @Test("What a signal stops says which databases are left", arguments: [false, true])
    func aSignalSaysWhichDatabasesAreLeft(exists: Bool) async throws {
        try await TestDatabase.withEmpty { settings in
            let name = (settings["dbname"] ?? "") + (exists ? "" : "_absent")
            let maintenance = settings.database("postgres")
            let databases: @Sendable () throws -> [String?] = {
                try Connection(maintenance).query(
                    "SELECT datname FROM pg_database WHERE datname LIKE $1 || '%'", [name]
                ).map { $0[0] }
            }
            let result = try await CommandRunner.emaildb(
                ["bench", "--messages", "1000", "--tenants", "4", "--seconds", "60", "--database", name],
                environment: settings.environment, signal: SIGTERM,
                killWhen: { try databases().contains(name + "_documented") })
            #expect(result.status == 143, "\(result)")
            let left = "the scratch database \(name)_documented is dropped; \(name) stays, with what was loaded"
            #expect(result.errors.contains(exists ? left : "the scratch databases are dropped"), "\(result)")
            #expect(try databases() == (exists ? [name] : []))
        }
    }
}
