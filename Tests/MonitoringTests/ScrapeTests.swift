import Foundation
import Postgres
import TestSupport
import Testing

/// What the exporter tells of a real database, and what it must not tell.
@Suite struct ScrapeTests {
    private static let errors = ["pg_exporter_last_scrape_error", "pg_exporter_user_queries_load_error"]

    @Test func aScrapeIsWholeAndWithoutErrors() async throws {
        try await MonitoredDatabase.with { database in
            let scrape = try database.scrape()
            for name in Self.errors { #expect(scrape[name].map(\.value) == [0], "\(name)") }
            #expect(scrape["pg_up"].map(\.value) == [1])
            #expect(scrape["emaildb_statements_counted"].map(\.value) == [1])
            let steps = try Connection(database.superuser).query("SELECT max(step) AS last FROM emaildb.ledger").first
            #expect(scrape["emaildb_schema_applied_steps"].first?.value == steps?.integer("last").map(Double.init))
            #expect(scrape["emaildb_table_live_rows"].count == 9)
            // A new query needs no test of its own: all that the file names is there.
            let declared = try Self.declaredMetrics()
            #expect(declared.count > 60)
            #expect(declared.subtracting(scrape.names).sorted() == [])
            // Nothing but ours: what the exporter brings along has labels that clients choose (application_name).
            let others = scrape.names.filter {
                !$0.contains(#/^(emaildb|go|process|promhttp|pg_exporter|postgres_exporter|pg_up)(_|$)/#)
            }
            #expect(others.sorted() == [])
            // The controls: a query that fails is reported, and so is a lost database.
            let superuser = try Connection(database.superuser)
            try superuser.query("REVOKE SELECT ON pg_long_queries FROM email_monitor")
            let broken = try database.scrape()
            #expect(broken["pg_exporter_last_scrape_error"].map(\.value) == [1])
            #expect(broken["pg_up"].map(\.value) == [1])
            #expect(broken["emaildb_long_queries_active"].isEmpty && !broken["emaildb_locks_waiting_others"].isEmpty)
        }
    }

    /// Metrics that queries.yaml declares, labels left out.
    static func declaredMetrics() throws -> Set<String> {
        var subject = ""
        var names: Set<String> = []
        for line in try Deployment.text(Deployment.exporter + "/queries.yaml").split(separator: "\n") {
            if let match = line.wholeMatch(of: #/(emaildb_[a-z_]+):/#) {
                subject = String(match.1)
            } else if let match = line.wholeMatch(of: #/    - ([a-z_]+): \{ usage: (GAUGE|COUNTER), .*\}/#) {
                names.insert(subject + "_" + match.1)
            }
        }
        return names
    }

    @Test func everyMetricIsExplained() throws {
        let page = try Deployment.text(Deployment.path("Sources/EmailDBCommand/Documentation.docc/Monitoring.md"))
        let explained = Set(page.matches(of: #/\n\| `([a-z_]+)` \|/#).map { String($0.1) })
        let declared = try Self.declaredMetrics()
        #expect(declared.subtracting(explained).sorted() == [])
        let ours = explained.filter { $0.hasPrefix("emaildb_") }
        #expect(ours.subtracting(declared).sorted() == [], "explained, and gone")
    }

    @Test("A standby, and a server that counts no statements, are scraped as well") func standby() async throws {
        let server = TestServer(settings: ["shared_preload_libraries": ""])
        try await MonitoredDatabase.with(on: server, standby: true) { database in
            let scrape = try database.scrape()
            let log = try Deployment.text(database.log)
            for name in Self.errors { #expect(scrape[name].map(\.value) == [0], "\(log)") }
            #expect(scrape["emaildb_server_in_recovery"].map(\.value) == [1])
            #expect(scrape["emaildb_standby_receiving"].map(\.value) == [0])
            #expect(scrape["emaildb_statements_counted"].map(\.value) == [0])
            #expect(try Self.declaredMetrics().subtracting(scrape.names).sorted() == [])
        }
    }

    @Test func noLabelTellsWhoseMailItIs() async throws {
        try await MonitoredDatabase.with { database in
            let superuser = try Connection(database.superuser)
            try superuser.query(
                """
                INSERT INTO email_accounts (tenant_id, user_id, account_name, email_address)
                SELECT gen_random_uuid(), gen_random_uuid(), 'private', 'private' || n || '@example.com'
                  FROM generate_series(1, 20) AS n
                """)
            // Everything that a careless query could carry into a label: query text, application name, role, table.
            var careless = database.superuser
            careless["application_name"] = "private@example.com"
            let other = try Connection(careless)
            try other.query("CREATE TABLE \"private@example.com\" (id int)")
            try other.query("BEGIN")
            try other.query("SELECT 'private@example.com'")
            let monitor = try Connection(database.monitor)
            let long = "SELECT FROM pg_long_queries WHERE query LIKE '%private@example.com%'"
            try await eventually("the monitor itself can see it, the control") { try !monitor.query(long).isEmpty }
            try TestRole.with(password: "x", superuser) { _ in
                let text = try database.text()
                let scrape = try Exposition(text)
                #expect(scrape["emaildb_long_queries_idle_in_transaction"].map(\.value) == [1])
                #expect(scrape["emaildb_sync_due_accounts"].map(\.value) == [20])
                #expect(scrape.telling == [])
                #expect(!text.contains("private"))
                let labels = Set(scrape.samples.filter { $0.name.hasPrefix("emaildb_") }.flatMap { $0.labels.keys })
                #expect(labels == ["name", "role", "server"])
                #expect(
                    Set(scrape["emaildb_connections_open"].map { $0.labels["role"] }) == ["email_monitor", "other"])
                try other.query("COMMIT")
            }
        }
    }

    @Test func theCheckForTellingLabelsFindsThem() throws {
        let planted = try Exposition(
            """
            # TYPE planted gauge
            planted{tenant="3F2504E0-4F89-11D3-9A0C-0305E82C3301"} 1
            planted{tenant="3f2504e04f8911d39a0c0305e82c3301",name="x"} 1
            planted{query="SELECT 'user@example.com', \\"x\\""} NaN
            harmless{server="127.0.0.1:5432",filename="/etc/emaildb/queries.yaml",hashsum="030d50258c8c61f71fd88ea6c933827d266129c3215620488d1edf6cf33b980a"} 0
            """)
        #expect(planted.samples.count == 4)
        #expect(planted.telling.count == 3, "\(planted.telling)")
        #expect(planted.telling.allSatisfy { $0.hasPrefix("planted{") })
    }

    @Test func thePasswordIsInNoEnvironmentAndNoArgument() async throws {
        try await MonitoredDatabase.with { database in
            _ = try database.text()
            for file in ["environ", "cmdline"] {
                let bytes = try #require(FileManager.default.contents(atPath: "/proc/\(database.process)/\(file)"))
                let text = String(decoding: bytes, as: UTF8.self)
                #expect(text.contains(file == "environ" ? "DATA_SOURCE_PASS_FILE=" : "queries.yaml"), "the control")
                #expect(!text.contains(MonitoredDatabase.password))
            }
            #expect(try !Deployment.text(database.log).contains(MonitoredDatabase.password))
        }
    }
}
