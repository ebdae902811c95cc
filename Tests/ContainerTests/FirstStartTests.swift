import Foundation
import Postgres
import TestSupport
import Testing

/// A first start is whole or not there, whenever it is killed.
@Suite(.onEngine) struct FirstStartTests {
    @Test func aFirstStartThatIsKilledAtAnyMomentIsRepeated() async throws {
        var random = SeededGenerator(printing: "killed first starts")
        let rounds = ProcessInfo.processInfo.environment["EMAILDB_ROUNDS"].flatMap { Int($0) } ?? 6
        // How long an undisturbed one takes here, until the port is open.
        let whole = try await undisturbed()
        var stages: [String: Int] = [:]
        for round in 0..<rounds {
            // Half of the moments within the first third, where the data directory is made.
            let moment = Double.random(in: 0...(round.isMultiple(of: 2) ? whole / 3 : whole), using: &random)
            try await Container.withVolume { container in
                try await container.start()
                try await Task.sleep(for: .seconds(moment))
                try await Engine.text("kill", "--signal", "KILL", container.name)
                let stage = try await stage(of: container)
                stages[stage, default: 0] += 1
                print("round \(round): killed after \(Int(moment * 1000)) ms: \(stage)")
                try await Engine.text("start", container.name)
                try await container.waitUntilHealthy()
                try await container.requireClean()
                try Connection(container.settings()).query("SELECT count(*) FROM email_messages")
            }
        }
        print("killed first starts: \(whole) s undisturbed; \(stages)")
    }

    private func undisturbed() async throws -> Double {
        var seconds = 0.0
        try await Container.withVolume { container in
            try await container.start()
            let started = ContinuousClock.now
            try await eventually("the port is open", every: .milliseconds(10)) {
                (try? Connection(container.settings(), timeout: .seconds(1))) != nil
            }
            seconds = (ContinuousClock.now - started) / .seconds(1)
        }
        return seconds
    }

    /// How far a killed first start had come, as its volume shows.
    private func stage(of container: Container) async throws -> String {
        try await Engine.text(
            "run", "--rm", "--entrypoint", "bash", "--volume", "\(container.volume):/data", Engine.image, "-c",
            """
            cd /data
            if [ -e .emaildb-stage ] && [ -e PG_VERSION ]; then echo moved
            elif [ -e .emaildb-stage/data/PG_VERSION ] && [ -e global ]; then echo moving
            elif [ -e .emaildb-stage ]; then echo initdb
            elif [ ! -e PG_VERSION ]; then echo nothing
            elif [ -e postmaster.pid ] && [ "$(head -1 postmaster.pid)" = 1 ]; then echo serving
            else echo init; fi
            """)
    }

    @Test func aMoveThatWasInterruptedIsStartedAgain() async throws {
        try await Container.withVolume { container in
            // As left by a kill in the middle of the move: half of the files in place, PG_VERSION not.
            try await Engine.text(
                "run", "--rm", "--entrypoint", "bash", "--volume", "\(container.volume):/var/lib/postgresql/data",
                Engine.image, "-c",
                "cd /var/lib/postgresql/data && mkdir -p .emaildb-stage/data/base && echo 16 > .emaildb-stage/data/PG_VERSION && mkdir global pg_wal"
            )
            try await container.start()
            try await container.waitUntilHealthy()
            try await container.requireClean()
            #expect(await container.log().contains("the first start was interrupted"))
        }
    }

    @Test func whatIsNotOursIsNotTouched() async throws {
        try await Container.withVolume { container in
            try await Engine.text(
                "run", "--rm", "--entrypoint", "touch", "--volume",
                "\(container.volume):/var/lib/postgresql/data", Engine.image, "/var/lib/postgresql/data/thesis.odt")
            try await container.start()
            #expect(try await container.waitForEnd() == "4")
            #expect(await container.log().contains("is not empty, but holds no database (thesis.odt"))
            let files = try await Engine.text(
                "run", "--rm", "--entrypoint", "ls", "--volume", "\(container.volume):/data", Engine.image, "/data")
            #expect(files == "thesis.odt")
        }
    }

    @Test func twoContainersDoNotShareAVolume() async throws {
        try await Container.withVolume { container in
            try await container.start()
            try await container.waitUntilHealthy()
            let second = try await Engine.run([
                "run", "--rm", "--volume", "\(container.volume):/var/lib/postgresql/data", Engine.image,
            ])
            #expect(second.status == 4, "\(second)")
            #expect(second.errors.contains("another container uses"), "\(second)")
            try await container.requireClean()
        }
    }

    @Test(arguments: [
        ([], "a first start needs a password for the application"),
        (["--env", "POSTGRES_USER=root"], "the application logs in as email_service"),
        (["--env", "POSTGRES_PASSWORD=a", "--env", "POSTGRES_PASSWORD_FILE=/b"], "are both set"),
        (["--env", "POSTGRES_PASSWORD_FILE=/b"], "does not exist"),
        (["--env", "EMAILDB_ROLE=boss"], "primary or standby"),
        (["--env", "EMAILDB_ROLE=standby"], "a standby needs the password of email_replication"),
    ])
    func wrongSettingsAreRefused(_ options: [String], _ text: String) async throws {
        let result = try await Engine.run(["run", "--rm"] + options + [Engine.image])
        #expect(result.status == 64, "\(result)")
        #expect(result.errors.contains(text), "\(result)")
    }
}
