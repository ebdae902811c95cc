import Foundation
import Postgres
import TestSupport

/// The files of deployment/docker that the tests read.
enum Deployment {
    static let exporter = path("deployment/docker/exporter")
    static let prometheus = path("deployment/docker/prometheus")
    static let dashboards = path("deployment/docker/grafana/dashboards")

    static func path(_ relative: String) -> String { FileManager.default.currentDirectoryPath + "/" + relative }

    static func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }
}

/// A real server with the schema, and the real exporter of the image beside it.
struct MonitoredDatabase: Sendable {
    /// Every kind of character but white space, which the exporter does not take; it even logs such a password.
    static let password = #"monitor's-pa$$word#*%@:/\"é{}"#

    let superuser: ConnectionSettings
    let monitor: ConnectionSettings
    /// Port of the exporter.
    let port: Int
    /// Process id of the exporter.
    let process: Int32
    let log: String

    /// Installs the schema on a server of its own and lets the exporter log in as email_monitor.
    static func with(
        on server: TestServer = TestServer(), standby: Bool = false,
        _ body: @escaping @Sendable (MonitoredDatabase) async throws -> Void
    ) async throws {
        var settings = try await server.installed(passwords: ["email_monitor": password])
        if standby {
            try await server.becomeStandby()
            settings = try await server.connectionSettings().database("email_service")
        }
        try await export(settings, body)
        try await server.stop()
    }

    private static func export(
        _ settings: ConnectionSettings, _ body: @escaping @Sendable (MonitoredDatabase) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        try folder.write("password", password + "\n")
        let port = TestPort.free()
        let monitor = settings.user("email_monitor", password: password)
        let host = (settings["host"] ?? "127.0.0.1") + ":" + (settings["port"] ?? "")
        // As the Dockerfile has it, but for the places.
        try await BackgroundProgram.with(
            "prometheus-postgres-exporter",
            [
                "@\(Deployment.exporter)/exporter.flags", "--extend.query-path=\(Deployment.exporter)/queries.yaml",
                "--web.listen-address=127.0.0.1:\(port)",
            ],
            environment: [
                "DATA_SOURCE_URI": host + "/email_service?sslmode=disable", "DATA_SOURCE_USER": "email_monitor",
                "DATA_SOURCE_PASS_FILE": folder.path + "/password",
            ], log: folder.path + "/log", port: port, page: "/"
        ) { process in
            try await body(
                MonitoredDatabase(
                    superuser: settings, monitor: monitor, port: port, process: process, log: folder.path + "/log"))
        }
    }

    /// What the exporter answers now, as text.
    func text() throws -> String {
        guard let text = LoopbackHTTP.get(port: port, "/metrics") else {
            throw PostgresError(kind: .connect, message: "no scrape: " + ((try? Deployment.text(log)) ?? ""))
        }
        return text
    }

    func scrape() throws -> Exposition { try Exposition(try text()) }
}

/// A real Prometheus with the project's own configuration, reading one exporter every second.
struct PrometheusServer: Sendable {
    let port: Int

    static func with(
        exporter: Int, _ body: @escaping @Sendable (PrometheusServer) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        let configuration = try Deployment.text(Deployment.prometheus + "/prometheus.yml")
            .replacing("30s", with: "1s").replacing("email-exporter:9187", with: "127.0.0.1:\(exporter)")
            .replacing("alerts.yml", with: Deployment.prometheus + "/alerts.yml")
        try folder.write("prometheus.yml", configuration)
        let port = TestPort.free()
        try await BackgroundProgram.with(
            "prometheus",
            [
                "--config.file=\(folder.path)/prometheus.yml", "--storage.tsdb.path=\(folder.path)/data",
                "--web.listen-address=127.0.0.1:\(port)", "--log.level=warn",
            ], log: folder.path + "/log", port: port, page: "/-/ready"
        ) { _ in try await body(PrometheusServer(port: port)) }
    }

    /// The series that an expression gives now; nil when Prometheus does not take it.
    func series(_ expression: String) throws -> Int? {
        guard let answer = LoopbackHTTP.get(port: port, "/api/v1/query?query=" + LoopbackHTTP.encode(expression)),
            let data = try data(answer)
        else { return nil }
        return (data["result"] as? [Any])?.count
    }

    /// Names and expressions of the rules it has loaded.
    func rules() throws -> [(name: String, expression: String)] {
        let groups = try LoopbackHTTP.get(port: port, "/api/v1/rules").flatMap(data)?["groups"] as? [[String: Any]]
        return (groups ?? []).flatMap { $0["rules"] as? [[String: Any]] ?? [] }.map {
            ($0["name"] as? String ?? "", $0["query"] as? String ?? "")
        }
    }

    private func data(_ answer: String) throws -> [String: Any]? {
        let object = try JSONSerialization.jsonObject(with: Data(answer.utf8)) as? [String: Any]
        return object?["data"] as? [String: Any]
    }
}

/// A dashboard of Grafana, as far as the tests look at it.
struct Dashboard {
    let file: String
    let object: [String: Any]

    static func all() throws -> [Dashboard] {
        try FileManager.default.contentsOfDirectory(atPath: Deployment.dashboards).filter { $0.hasSuffix(".json") }
            .sorted().map { file in
                let data = Data(try Deployment.text(Deployment.dashboards + "/" + file).utf8)
                return Dashboard(
                    file: file, object: try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:])
            }
    }

    /// Its panels without the headings.
    var panels: [[String: Any]] {
        (object["panels"] as? [[String: Any]] ?? []).filter { $0["type"] as? String != "row" }
    }

    /// Title and expression of every query of its panels.
    var queries: [(panel: String, expression: String)] {
        panels.flatMap { panel in
            (panel["targets"] as? [[String: Any]] ?? []).map {
                (panel["title"] as? String ?? "", $0["expr"] as? String ?? "")
            }
        }
    }

    /// The queries of its variables.
    var variables: [[String: Any]] {
        (object["templating"] as? [String: Any])?["list"] as? [[String: Any]] ?? []
    }
}
