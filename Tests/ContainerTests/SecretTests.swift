import Foundation
import Postgres
import TestSupport
import Testing

/// No secret is where others look: metadata, environments, logs, history.
///
/// Each search has a control that finds one.
@Suite(.onEngine) struct SecretTests {
    private static let roles = [
        "email_service", "email_readonly", "email_worker", "email_backup", "email_monitor", "email_pooler",
        "email_replication",
    ]

    /// The environments and command lines of all processes in a container, or of those with one name.
    private func processes(_ container: Container, named name: String = "*") async throws -> String {
        let result = try await container.execute(
            "bash", "-c",
            """
            for process in /proc/[0-9]*; do
                [[ "$(cat $process/comm)" == \(name) ]] && cat $process/environ $process/cmdline
            done 2>/dev/null | tr '\\0' '\\n'
            """)
        return result.output
    }

    @Test func noSecretFromAFileShowsAnywhere() async throws {
        let marker = "Secret\(UInt32.random(in: 0...UInt32.max))"
        let values = Dictionary(uniqueKeysWithValues: Self.roles.map { ("\($0)_password", "\(marker)-\($0)") })
        try await Container.withVolume(values) { container in
            try await container.start(["--env", "EMAILDB_TUNE_PROFILE=production"])
            // While it starts, too.
            var during = ""
            let end = ContinuousClock.now + .seconds(120)
            while try await container.health != "healthy" {
                try #require(ContinuousClock.now < end, "never healthy")
                during += (try? await processes(container)) ?? ""
            }
            #expect(during.contains("PGDATA=") && !during.contains(marker))

            // They are the passwords.
            for role in ["email_service", "email_monitor", "email_backup"] {
                try Connection(container.settings(role, password: "\(marker)-\(role)")).query("SELECT 1")
            }
            #expect(try await !processes(container).contains(marker))
            #expect(try await !Engine.text("inspect", container.name).contains(marker))
            #expect(await !container.log().contains(marker))
            #expect(try await !Engine.text("history", "--no-trunc", Engine.image).contains(marker))
            let fromProgram = try await container.superuser(
                "CREATE TEMP TABLE e (line text); COPY e FROM PROGRAM 'env'; SELECT line FROM e")
            #expect(fromProgram.contains("PGDATA=") && !fromProgram.contains(marker))
            // In the data only as verifiers; the health check's password lies outside of it.
            let data = try await container.execute("grep", "-rl", marker, "/var/lib/postgresql", "/var/run/postgresql")
            #expect(
                Set(data.output.split(separator: "\n")) == [
                    "/var/run/postgresql/.emaildb/pgpass", "/var/run/postgresql/.emaildb/replication",
                ])
            let modes = try await container.execute("stat", "-c", "%a", "/var/run/postgresql/.emaildb")
            #expect(modes.output == "700\n")
        }
    }

    /// What is given as a variable shows in the metadata, where its user put it, and nowhere else; and the searches find.
    @Test func theSearchesFindASecretThatIsThere() async throws {
        let marker = "Secret\(UInt32.random(in: 0...UInt32.max))"
        try await Container.withVolume([:]) { container in
            try await container.start(["--env", "POSTGRES_PASSWORD=\(marker)"])
            try await container.waitUntilHealthy()
            try Connection(container.settings(password: marker)).query("SELECT 1")
            // Docker itself hands it to whatever it runs beside the server: the health check, docker exec.
            #expect(try await processes(container).contains("POSTGRES_PASSWORD=\(marker)"))
            let server = try await processes(container, named: "postgres")
            #expect(server.contains("PGDATA=") && !server.contains(marker))
            #expect(await !container.log().contains(marker))
            let fromProgram = try await container.superuser(
                "CREATE TEMP TABLE e (line text); COPY e FROM PROGRAM 'env'; SELECT line FROM e")
            #expect(!fromProgram.contains(marker))

            #expect(try await Engine.text("inspect", container.name).contains(marker))
            try await container.superuser("DO $$BEGIN RAISE LOG '\(marker)'; END$$")
            #expect(await container.log().contains(marker))
            // As a password that was set in plain text would be kept by pg_stat_statements.
            try await container.superuser("ALTER ROLE email_readonly PASSWORD '\(marker)'")
            let data = try await container.execute("grep", "-rl", marker, "/var/lib/postgresql", "/var/run/postgresql")
            #expect(data.output.contains("pgss_query_texts.stat"))
        }
    }

    @Test(arguments: ["pa$s #word'* \"x\" \\y:z", "päßwörd", "${HOME}$(id)`id`"])
    func aPasswordOfAnyCharactersIsTakenAsItIs(password: String) async throws {
        let values = Dictionary(
            uniqueKeysWithValues: ["email_service", "email_monitor", "email_replication"].map {
                ("\($0)_password", password + "\n")
            })
        try await Container.withVolume(values) { container in
            try await container.start()
            // Healthy: the monitor's password got through its file.
            try await container.waitUntilHealthy()
            try Connection(container.settings(password: password)).query("SELECT 1")
            // Replication's too.
            var replication = container.settings("email_replication", password: password)
            replication["replication"] = "true"
            _ = try Connection(replication)
            let wrong = try failure { try Connection(container.settings(password: password + "x")) }
            #expect(wrong.description.contains("password authentication failed"))
        }
        try await Container.withVolume([:]) { container in
            try await container.start(["--env", "POSTGRES_PASSWORD=\(password)"])
            try await container.waitUntilHealthy()
            try Connection(container.settings(password: password)).query("SELECT 1")
        }
    }

    @Test func anotherPasswordInTheFileIsTakenAtTheNextStart() async throws {
        let values = ["email_service_password": "first", "email_monitor_password": "one"]
        try await Container.withVolume(values) { container in
            try await container.start()
            try await container.waitUntilHealthy()
            try container.secrets.write("email_service_password", "second")
            try container.secrets.write("email_monitor_password", "two")
            try Connection(container.settings(password: "first")).query("SELECT 1")
            try await Engine.text("restart", container.name)
            try await container.waitUntilHealthy()
            try Connection(container.settings(password: "second")).query("SELECT 1")
            let old = try failure { try Connection(container.settings(password: "first")) }
            #expect(old.description.contains("password authentication failed"))
        }
    }
}
