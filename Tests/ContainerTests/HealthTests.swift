import Postgres
import TestSupport
import Testing

/// Healthy means that clients can work; a server that replays its log is left alone.
@Suite(.onEngine) struct HealthTests {
    @Test func theSocketAnswersBeforeTheContainerIsReady() async throws {
        try await Container.withVolume { container in
            try await container.start()
            var early = 0
            let end = ContinuousClock.now + .seconds(120)
            while true {
                try #require(ContinuousClock.now < end, "never ready")
                let sample = try await container.execute(
                    "bash", "-c",
                    """
                    pg_isready -q -h /var/run/postgresql/.emaildb/init; socket=$?
                    email-postgres-health >/dev/null 2>&1; echo "$socket $?"
                    """)
                let parts = sample.output.split(whereSeparator: \.isWhitespace)
                guard parts.count == 2 else { continue }
                if parts[1] == "0" { break }
                if parts[0] == "0" { early += 1 }
            }
            // Ready: then a client gets in at once, and finds the whole schema.
            try Connection(container.settings()).query("SELECT count(*) FROM email_messages")
            print("health: the private socket answered \(early) times before the container was ready")
            #expect(early > 0)
        }
    }

    @Test("A server that replays its log is starting, and stays alive") func replay() async throws {
        try await Container.withVolume { container in
            let long = ["postgres"] + ["checkpoint_timeout=1h", "max_wal_size=8GB"].flatMap { ["-c", $0] }
            try await container.start(command: long)
            try await container.waitUntilHealthy()
            try await container.superuser(
                """
                CREATE TABLE filler (id int, text text);
                INSERT INTO filler SELECT i, repeat('x', 100) FROM generate_series(1, 2000000) AS i;
                UPDATE filler SET id = -id;
                """)
            try await Engine.text("kill", "--signal", "KILL", container.name)
            try await Engine.text("start", container.name)
            let started = ContinuousClock.now
            var unready = 0
            while try await container.execute("email-postgres-health").status != 0 {
                unready += 1
                let state = try await container.state("{{.State.Status}} {{.State.Health.Status}}")
                try #require(state == "running starting")
                try #require(ContinuousClock.now - started < .seconds(600), "replays for ever")
                try await Task.sleep(for: .milliseconds(100))
            }
            print("replay: \(unready) times not ready in \(ContinuousClock.now - started)")
            #expect(unready > 5)
            #expect(try await container.state("{{.RestartCount}}") == "0")
            #expect(await container.log().contains("redo done"))
            #expect(try await container.superuser("SELECT count(*) FROM filler WHERE id < 0") == "2000000")
        }
    }

    @Test func anOlderSchemaIsNotReadyForANewerProgram() async throws {
        try await Container.withVolume { container in
            try await container.start(image: Engine.olderImage)
            try await container.waitUntilHealthy()
            // The newer program's question about the older schema.
            let program = try await Engine.text("create", Engine.image)
            try await Engine.text("cp", "\(program):/usr/local/bin/emaildb", "/tmp/\(container.name)")
            try await Engine.text("rm", "--volumes", program)
            try await Engine.text("cp", "/tmp/\(container.name)", "\(container.name):/var/lib/postgresql/newer")
            let result = try await container.execute(
                "bash", "-c",
                """
                PGPASSFILE=/var/run/postgresql/.emaildb/pgpass /var/lib/postgresql/newer ready --host 127.0.0.1 \
                    --username email_monitor
                """)
            #expect(result.status == 1 && result.errors.contains("2 of"), "\(result)")
        }
    }
}
