import Foundation
import Postgres
import TestSupport
import Testing

/// The Docker engine that `make test-container` started, with the images under test in it.
enum Engine {
    /// Whether there is one; plain `make test` has none, and skips these tests.
    static let isThere = ProcessInfo.processInfo.environment["EMAILDB_CONTAINERS"] == "1"

    /// The image under test.
    static let image = "email-postgres"
    /// The image of a binary that lacks the last two steps.
    static let olderImage = "email-postgres:older"

    /// Runs `docker`; a call that takes longer than the limit is killed and fails.
    static func run(_ arguments: [String], limit: Duration = .seconds(90)) async throws -> CommandResult {
        try await CommandRunner.run("docker", arguments, killAfter: limit)
    }

    /// What `docker` prints, without line ends around it; anything but status 0 fails the test.
    @discardableResult
    static func text(_ arguments: String..., limit: Duration = .seconds(90)) async throws -> String {
        let result = try await run(arguments, limit: limit)
        try #require(result.status == 0, "docker \(arguments.joined(separator: " ")): \(result)")
        return result.output.trimmingCharacters(in: .newlines)
    }
}

/// A folder of secrets, as a compose file mounts them: readable files in a folder of one's own.
struct Secrets: Sendable {
    let path: String

    init(_ values: [String: String] = ["email_service_password": "application"]) throws {
        path = "/tmp/emaildb-secrets-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        for (name, value) in values { try write(name, value) }
    }

    func write(_ name: String, _ value: String, mode: Int = 0o444) throws {
        try value.write(toFile: "\(path)/\(name)", atomically: false, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: "\(path)/\(name)")
    }
}

/// One container with a volume of its own; `withVolume` removes both.
struct Container: Sendable {
    let name: String
    let volume: String
    let port: Int
    let secrets: Secrets

    /// Runs a body with a name for a container and its volume, neither of which exists yet, and removes them in the end.
    static func withVolume(
        _ secrets: [String: String] = ["email_service_password": "application"],
        _ body: (Container) async throws -> Void
    ) async throws {
        let name = "emaildb-test-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        let container = Container(name: name, volume: name, port: TestPort.free(), secrets: try Secrets(secrets))
        func remove() async {
            _ = try? await Engine.run(["rm", "--force", "--volumes", name])
            _ = try? await Engine.run(["volume", "rm", "--force", name])
            try? FileManager.default.removeItem(atPath: container.secrets.path)
        }
        do {
            try await body(container)
        } catch {
            let log = await container.log()
            await remove()
            Issue.record("\(name), the end of its log:\n\(log.suffix(3000))")
            throw error
        }
        await remove()
    }

    /// Starts a new container on the volume; an earlier one of this name has to be removed.
    func start(_ options: [String] = [], image: String = Engine.image, command: [String] = []) async throws {
        let arguments =
            [
                "run", "--detach", "--name", name, "--volume", "\(volume):/var/lib/postgresql/data",
                "--volume", "\(secrets.path):/run/secrets:ro", "--publish", "127.0.0.1:\(port):5432",
                "--network", "emaildb-test", "--health-interval", "1s", "--env", "EMAILDB_TLS=on", "--shm-size", "256m",
            ] + options + [image] + command
        let result = try await Engine.run(arguments)
        try #require(result.status == 0, "\(result)")
    }

    /// Removes the container and keeps the volume.
    func remove() async throws { try await Engine.text("rm", "--force", name) }

    func state(_ template: String) async throws -> String {
        try await Engine.text("inspect", "--format", template, name)
    }

    var health: String { get async throws { try await state("{{.State.Health.Status}}") } }

    func log() async -> String {
        guard let result = try? await Engine.run(["logs", name]) else { return "" }
        return result.output + result.errors
    }

    /// Runs a program in the container.
    func execute(_ command: String..., options: [String] = []) async throws -> CommandResult {
        try await Engine.run(["exec"] + options + [name] + command)
    }

    /// Waits until Docker calls the container healthy.
    func waitUntilHealthy(limit: Duration = .seconds(60)) async throws {
        try await eventually("\(name) is healthy", within: limit, every: .milliseconds(100)) {
            let state = try await state("{{.State.Status}} {{.State.Health.Status}} {{.State.ExitCode}}")
            try #require(state.hasPrefix("running"), "ended: \(state)")
            return state.hasPrefix("running healthy")
        }
    }

    /// Waits until the container has ended, and returns its exit status.
    func waitForEnd() async throws -> String { try await Engine.text("wait", name, limit: .seconds(60)) }

    /// How to connect from this machine, as a client of the published port.
    func settings(_ user: String = "email_service", password: String = "application") -> ConnectionSettings {
        ConnectionSettings(parameters: [
            "host": "127.0.0.1", "port": String(port), "dbname": "email_service", "user": user, "password": password,
        ])
    }

    /// What psql prints as the superuser inside the container.
    @discardableResult
    func superuser(_ sql: String, database: String = "email_service") async throws -> String {
        let result = try await execute(
            "psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", "/var/run/postgresql", "-U", "postgres",
            "-d", database, "-c", sql)
        try #require(result.status == 0, "\(result)")
        return result.output.trimmingCharacters(in: .newlines)
    }

    /// Whether `emaildb verify` has no findings.
    func requireClean() async throws {
        let result = try await execute("emaildb", "verify", "--host", "/var/run/postgresql", "--username", "postgres")
        try #require(result.status == 0 && result.output.contains("no findings"), "\(result)")
    }
}

extension Trait where Self == ConditionTrait {
    /// Skips a suite where no engine was started for it.
    static var onEngine: Self { .enabled(if: Engine.isThere, "make test-container starts an engine for these") }
}
