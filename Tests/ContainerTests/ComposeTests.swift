import Foundation
import Postgres
import TestSupport
import Testing

/// The Compose files, from empty volumes, under the names and with the commands of the documentation.
@Suite(.onEngine, .serialized) struct ComposeTests {
    private static let files = "deployment/docker/docker-compose.email-service"
    private static let database = "metabuilder-email-postgres"

    /// Runs a body with a function that runs Compose, and takes the stack down in the end, volumes included.
    private func withStack(
        production: Bool = false, profiles: [String] = [], environment: [String: String] = [:],
        _ body: (_ compose: ([String]) async throws -> CommandResult, _ port: Int) async throws -> Void
    ) async throws {
        let port = TestPort.free()
        var values = ["POSTGRES_PORT": String(port), "PGBOUNCER_PORT": String(TestPort.free())]
        values.merge(environment) { _, ours in ours }
        let given = values
        let arguments =
            ["compose", "--ansi", "never", "--file", "\(Self.files).yml"]
            + (production ? ["--file", "\(Self.files).prod.yml"] : []) + profiles.flatMap { ["--profile", $0] }
        func compose(_ rest: [String]) async throws -> CommandResult {
            try await CommandRunner.run(
                "docker", arguments + rest, environment: given, killAfter: .seconds(180))
        }
        func down() async { _ = try? await compose(["down", "--volumes", "--timeout", "20", "--remove-orphans"]) }
        await down()
        do {
            try await body(compose, port)
        } catch {
            let log = (try? await compose(["logs", "--tail", "20"]))?.output ?? ""
            await down()
            Issue.record("the end of the logs:\n\(log.suffix(4000))")
            throw error
        }
        await down()
    }

    /// Runs a line of the documentation in a shell, and requires its status.
    @discardableResult
    private func shell(_ line: String, status: Int32 = 0) async throws -> String {
        let result = try await CommandRunner.run("/bin/bash", ["-c", line], killAfter: .seconds(60))
        #expect(result.status == status, "\(line): \(result)")
        return result.output + result.errors
    }

    @Test func theDocumentedQuickStart() async throws {
        try await withStack { compose, port in
            let started = ContinuousClock.now
            let up = try await compose(["up", "--detach", "--wait", "email-postgres"])
            try #require(up.status == 0, "\(up)")
            print("compose, development: up --wait from empty volumes in \(ContinuousClock.now - started)")

            // Quick start.
            let psql = "psql -X postgresql://email_service:postgres@localhost:\(port)/email_service"
            let tables = try await shell(#"\#(psql) -c '\dt email_*'"#)
            for table in ["email_accounts", "email_folders", "email_messages", "email_attachments"] {
                #expect(tables.contains(" \(table) "))
            }
            #expect(try await shell(#"\#(psql) -c '\di idx_email_*'"#).contains("idx_email_messages_folder_received"))
            try await shell("\(psql) -c 'SELECT * FROM pg_stat_activity'")

            // Troubleshooting, by the name of the container that those commands have.
            #expect(try await shell("docker logs \(Self.database)").contains("ready to accept connections"))
            #expect(try await shell("docker exec \(Self.database) ls -la /var/lib/postgresql").contains("data"))
            #expect(try await shell("docker exec \(Self.database) pg_isready -U email_service").contains("accepting"))
            try await shell("docker logs --tail 50 \(Self.database)")
            let exec = "docker exec -i \(Self.database)"
            #expect(try await shell("\(exec) psql -U email_service -d email_service -c 'SELECT 1'").contains("(1 row)"))
            for view in ["pg_connection_stats", "pg_long_queries", "pg_table_bloat_status()"] {
                try await shell("\(exec) psql -U email_monitor -d email_service -c 'SELECT * FROM \(view)'")
            }
            // The application sees one tenant, so it cannot dump all of them; email_backup can.
            let refused = try await shell("\(exec) pg_dump -U email_service email_service > /dev/null", status: 1)
            #expect(refused.contains("permission denied") || refused.contains("row-level security"), "\(refused)")
            let dump = try await shell("\(exec) pg_dump -U email_backup email_service | tail -20")
            #expect(dump.contains("PostgreSQL database dump complete"))
            try await shell("\(exec) pg_dump -U email_backup -Fc email_service | head -c 5 | grep PGDMP")
            // Restored into a database of its own, where every error counts.
            try await shell("\(exec) createdb -U postgres restored")
            try await shell(
                """
                set -o pipefail; \(exec) pg_dump -U email_backup email_service |
                    \(exec) psql -X -q -U postgres -v ON_ERROR_STOP=1 restored > /dev/null
                """)
            #expect(try await compose(["ps"]).output.contains("healthy"))
            #expect(try await compose(["logs", "email-postgres"]).output.contains("steps applied"))

            // What is a secret in production already shows nowhere in development.
            #expect(try await !shell("docker inspect \(Self.database)").contains("\"monitor\""))

            // Reset.
            try await shell("docker exec \(Self.database) psql -U postgres -c 'CREATE DATABASE mark'")
            #expect(try await compose(["down"]).status == 0)
            try await shell("docker volume rm email_postgres_data")
            #expect(try await compose(["up", "--detach", "--wait", "email-postgres"]).status == 0)
            let databases = try await shell("docker exec \(Self.database) psql -U postgres -l")
            #expect(databases.contains("email_service") && !databases.contains("mark"))
        }
    }

    @Test func aPasswordFromTheEnvironmentFileIsTakenAsItIs() async throws {
        let password = "pa$s #w\"o\\rd*"
        let file = "/tmp/emaildb-env-\(getpid())"
        try "POSTGRES_PASSWORD='\(password)'\n".write(toFile: file, atomically: false, encoding: .utf8)
        try await withStack { compose, port in
            let up = try await compose(["--env-file", file, "up", "--detach", "--wait", "email-postgres"])
            try #require(up.status == 0, "\(up)")
            let settings = ConnectionSettings(parameters: [
                "host": "127.0.0.1", "port": String(port), "dbname": "email_service", "user": "email_service",
                "password": password,
            ])
            try Connection(settings).query("SELECT 1")
            #expect(try await !shell("docker inspect \(Self.database)").contains("pa$s"))
        }
        try FileManager.default.removeItem(atPath: file)
    }

    @Test func productionWithPoolerStandbyBackupAndExporter() async throws {
        let marker = "secret\(UInt32.random(in: 0...UInt32.max))"
        let roles = [
            "email_service", "email_readonly", "email_worker", "email_backup", "email_monitor", "email_pooler",
            "email_replication",
        ]
        let secrets = try Secrets(
            Dictionary(uniqueKeysWithValues: roles.map { ("\($0)_password", "\(marker)-\($0)\n") }))
        let profiles = ["pooler", "standby", "backup", "monitoring"]
        try await withStack(
            production: true, profiles: profiles, environment: ["EMAILDB_SECRETS_DIR": secrets.path]
        ) { compose, _ in
            let started = ContinuousClock.now
            // Not Prometheus and Grafana, whose images come from a registry.
            let up = try await compose([
                "up", "--detach", "--wait", "email-postgres", "email-pgbouncer", "email-standby", "email-backup",
                "email-exporter",
            ])
            try #require(up.status == 0, "\(up)")
            print("compose, production: five services from empty volumes in \(ContinuousClock.now - started)")

            func execute(_ service: String, _ command: String...) async throws -> CommandResult {
                try await compose(["exec", "-T", "-e", "PGPASSWORD=\(marker)-email_service", service] + command)
            }
            let verify = try await execute(
                "email-postgres", "emaildb", "verify", "-h", "/var/run/postgresql", "-U", "postgres")
            #expect(verify.status == 0 && verify.output.contains("no findings"), "\(verify)")
            #expect(try await shell("docker port \(Self.database)").isEmpty)

            // Through the pooler, which leaks nothing from one client to the next; then on the standby.
            let probe = try await execute(
                "email-pgbouncer", "emaildb", "pool", "--probe", "--host", "127.0.0.1", "--port", "6432",
                "--username", "email_service")
            #expect(probe.status == 0 && probe.output.contains("safe"), "\(probe)")
            let insert = """
                BEGIN; SELECT set_config('app.current_tenant_id', '11111111-1111-1111-1111-111111111111', true);
                INSERT INTO email_accounts (id, tenant_id, user_id, email_address, protocol, hostname, port, encryption,
                    username, account_name)
                VALUES (gen_random_uuid(), '11111111-1111-1111-1111-111111111111', gen_random_uuid(), 'a@example.com', 'imap',
                    'h', 993, 'tls', 'u', 'a'); COMMIT
                """
            let written = try await execute(
                "email-pgbouncer", "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", "6432", "-U",
                "email_service", "-d", "email_service", "-c", insert)
            #expect(written.status == 0, "\(written)")
            var copied = ""
            try await eventually("the standby has the row") {
                copied = try await execute(
                    "email-standby", "psql", "-X", "-A", "-t", "-h", "/var/run/postgresql", "-U", "postgres", "-d",
                    "email_service", "-c", "SELECT count(*) FROM email_accounts"
                ).output
                return copied == "1\n"
            }
            let part = try await execute("email-standby", "bash", "-c", "email-postgres-health")
            #expect(part.output.contains("ready, standby"), "\(part)")

            func address(_ container: String) async throws -> String {
                try await Engine.text(
                    "inspect", "--format", "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}", container)
            }
            // A thousand clients, in the network that this test made.
            func settings(_ host: String, _ port: String, _ role: String) -> ConnectionSettings {
                ConnectionSettings(parameters: [
                    "host": host, "port": port, "dbname": "email_service", "user": role,
                    "password": "\(marker)-\(role)",
                ])
            }
            let server = try await address(Self.database)
            let pooler = settings(try await address("email-service-email-pgbouncer-1"), "6432", "email_service")
            let load = try PooledLoad(
                tenants: 4, writer: pooler, observer: settings(server, "5432", "email_monitor"))
            let seen = try load.run(pooler, clients: 1000, rounds: 4, scope: .transaction)
            #expect(seen.right == 4000 && seen.wrong == 0 && seen.errors.isEmpty, "\(seen)")
            #expect((20...30).contains(seen.mostConnections), "\(seen)")
            print("compose, production: \(seen)")

            let exporter = try await address("email-service-email-exporter-1")
            let metrics = try await shell(
                """
                python3 -c 'import urllib.request as r; print(r.urlopen("http://\(exporter):9187/metrics").read().decode())'
                """)
            #expect(metrics.split(separator: "\n").count { $0.hasPrefix("emaildb_") } > 10, "\(metrics.prefix(2000))")
            let backups = try await execute(
                "email-backup", "bash", "-c", "cd /var/lib/postgresql/backups && sha256sum --check *.sha256")
            #expect(backups.output.contains(".dump: OK"), "\(backups)")

            let containers = try await compose(["ps", "--all", "--quiet"]).output.split(separator: "\n")
            #expect(containers.count == 5)
            let metadata = try await shell("docker inspect \(containers.joined(separator: " "))")
            #expect(metadata.contains("ReadonlyRootfs\": true") && !metadata.contains(marker))
            let logs = try await compose(["logs"]).output
            #expect(logs.contains("steps applied") && !logs.contains(marker))

            // Clients of the pooler use TLS, and its health check leaves no line in its log.
            var plain = pooler
            plain["sslmode"] = "disable"
            let isRefused = (try? Connection(plain)) == nil
            #expect(isRefused)
            #expect(!logs.contains("login attempt: db=email_service user=email_pooler"), "\(logs)")

            // Without its server the pooler is ill, and tells its clients.
            try await Engine.text("stop", Self.database)
            let gone = ContinuousClock.now
            let answer = try await execute(
                "email-pgbouncer", "psql", "-X", "-h", "127.0.0.1", "-p", "6432", "-U", "email_service", "-d",
                "email_service", "-c", "SELECT 1")
            #expect(answer.status != 0 && ContinuousClock.now - gone < .seconds(40), "\(answer)")
            try await eventually("the pooler is ill", within: .seconds(90)) {
                try await Engine.text(
                    "inspect", "--format", "{{.State.Health.Status}}", "email-service-email-pgbouncer-1"
                ).contains("unhealthy")
            }
            try await Engine.text("start", Self.database)
            try await eventually("it is well again", within: .seconds(90)) {
                try await Engine.text(
                    "inspect", "--format", "{{.State.Health.Status}}", "email-service-email-pgbouncer-1"
                ).trimmingCharacters(in: .whitespacesAndNewlines) == "healthy"
            }
        }
    }

    @Test func theInitForAManagedServerRunsAgainAndAgain() async throws {
        // A server that is not ours, where our role is no superuser.
        let secrets = try Secrets([:])
        try secrets.write("pgpass", "*:*:*:manager:managed\n", mode: 0o600)
        try FileManager.default.setAttributes([.ownerAccountID: 999], ofItemAtPath: "\(secrets.path)/pgpass")
        let server = "emaildb-test-managed-\(getpid())"
        let environment = [
            "MANAGED_PGHOST": server, "MANAGED_PGUSER": "manager", "MANAGED_PGPASS": "\(secrets.path)/pgpass",
            "MANAGED_PGSSLMODE": "prefer",
        ]
        try await withStack(profiles: ["managed"], environment: environment) { compose, _ in
            try #require(try await compose(["create", "email-init"]).status == 0)
            try await Engine.text(
                "run", "--detach", "--name", server, "--network", "email-service-network", "--user", "999",
                "--entrypoint", "bash", Engine.image, "-ec",
                """
                initdb -D /tmp/data -U admin --auth=trust --locale=C.UTF-8 >/dev/null
                echo "CREATE ROLE manager LOGIN CREATEROLE CREATEDB PASSWORD 'managed'" |
                    postgres --single -D /tmp/data postgres
                echo 'host all all all scram-sha-256' > /tmp/data/pg_hba.conf
                exec postgres -D /tmp/data -c listen_addresses='*' -c unix_socket_directories=
                """)
            let first = try await compose(["run", "--rm", "email-init"])
            #expect(first.status == 0 && first.output.contains("created, "), "\(first)")
            let second = try await compose(["run", "--rm", "email-init"])
            #expect(second.status == 0 && !second.output.contains("created"), "\(second)")
            try await Engine.text("rm", "--force", server)
        }
        _ = try? await Engine.run(["rm", "--force", server])
        try FileManager.default.removeItem(atPath: secrets.path)
    }
}
