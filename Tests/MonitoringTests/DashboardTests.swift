import Foundation
import Postgres
import TestSupport
import Testing

/// The dashboard and the alert rules name only what a real scrape has, and a real Prometheus takes and answers them.
@Suite struct DashboardTests {
    @Test func everyMetricThatIsNamedExists() async throws {
        try await MonitoredDatabase.with { database in
            try await PrometheusServer.with(exporter: database.port) { prometheus in
                let scrape = try database.scrape()
                var known = scrape.names
                known.insert("up")  // Prometheus' own, one for each target
                let rules = try prometheus.rules()
                #expect(rules.count >= 20)
                let queries = try Dashboard.all().flatMap(\.queries)
                #expect(queries.count >= 40)
                for (place, expression) in queries + rules.map({ ($0.name, $0.expression) }) {
                    let metrics = Expression.metrics(expression)
                    #expect(!metrics.isEmpty, "\(place): \(expression)")
                    #expect(metrics.subtracting(known).sorted() == [], "\(place)")
                }
                for variable in try Dashboard.all().flatMap(\.variables) where variable["type"] as? String == "query" {
                    let definition = try #require(variable["definition"] as? String)
                    let metric = try #require(definition.firstMatch(of: #/label_values\(([a-z_]+), instance\)/#)).1
                    #expect(known.contains(String(metric)))
                }
                // The controls: a made-up metric is missed, also beside real ones.
                let madeUp = "rate(emaildb_wal_written_bytes_total[5m]) / on (instance) emaildb_made_up{instance=\"x\"}"
                #expect(Expression.metrics(madeUp).subtracting(known) == ["emaildb_made_up"])
                #expect(try prometheus.series("emaildb_made_up") == 0)
                #expect(try prometheus.series("sum(") == nil)
                try await everyPanelShowsSomething(database, prometheus, queries)
            }
        }
    }

    /// A panel that is empty on a healthy database with some traffic would be empty for ever.
    private func everyPanelShowsSomething(
        _ database: MonitoredDatabase, _ prometheus: PrometheusServer, _ queries: [(panel: String, expression: String)]
    ) async throws {
        let superuser = try Connection(database.superuser)
        try superuser.query(
            "INSERT INTO email_accounts (tenant_id, user_id) VALUES (gen_random_uuid(), gen_random_uuid())")
        try superuser.query("VACUUM email_accounts")
        var empty = queries
        try? await eventually("every panel shows something", every: .milliseconds(500)) {
            try superuser.query("UPDATE email_accounts SET hostname = 'example.com'")
            empty = try empty.filter { query in
                let expression = query.expression.replacing("$__rate_interval", with: "1m")
                    .replacing("$instance", with: ".*")
                let series = try prometheus.series(expression)
                return try #require(series, "\(query.panel): \(expression)") == 0
            }
            return empty.isEmpty
        }
        #expect(empty.map { "\($0.panel): \($0.expression)" } == [])
    }

    @Test func everyPanelIsExplainedAndFollowsTheVariables() throws {
        let dashboards = try Dashboard.all()
        #expect(!dashboards.isEmpty)
        for dashboard in dashboards {
            #expect(dashboard.variables.compactMap { $0["name"] as? String } == ["datasource", "instance"])
            for panel in dashboard.panels {
                let title = panel["title"] as? String ?? ""
                #expect(!title.isEmpty && (panel["description"] as? String ?? "").count > 10, "\(title)")
                let defaults = (panel["fieldConfig"] as? [String: Any])?["defaults"] as? [String: Any]
                #expect(defaults?["unit"] as? String != nil, "\(title)")
                #expect((panel["datasource"] as? [String: Any])?["uid"] as? String == "${datasource}", "\(title)")
            }
            for (panel, expression) in dashboard.queries {
                #expect(expression.matches(of: #/\{instance=~"\$instance"/#).count >= 1, "\(panel)")
            }
        }
    }

    @Test func theRulesFireWhenTheyShould() async throws {
        let result = try await CommandRunner.run(
            "promtool", ["test", "rules", Deployment.prometheus + "/alerts_test.yml"])
        #expect(result.status == 0, "\(result)")
        // Every rule has a case in which it fires.
        let rules = try Deployment.text(Deployment.prometheus + "/alerts.yml").matches(of: #/alert: (\w+)/#).map(\.1)
        let cases = try Deployment.text(Deployment.prometheus + "/alerts_test.yml").matches(of: #/alertname="(\w+)"/#)
        #expect(Set(rules).subtracting(cases.map(\.1)).sorted() == [])
    }

    @Test func metricsAreFoundInExpressions() {
        let found = Expression.metrics(
            #"sum by (instance, role) (rate(a_total{name="b_total"}[5m])) / on (instance) group_left (c) (d > 2e10) and e_f offset 1d"#
        )
        #expect(found == ["a_total", "d", "e_f"])
    }
}
