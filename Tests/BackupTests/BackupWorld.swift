import Foundation
import Postgres
import Server
import TestSupport
import Testing

@testable import Backup

/// A server with mail of some tenants, and a repository for it.
final class BackupWorld {
    let server: TestServer
    let settings: ConnectionSettings
    let folder: TemporaryFolder
    let binaries: ServerBinaries
    private(set) var tenants: [Tenant] = []
    private var receiver: RunningCommand?

    var repository: String { folder.path + "/repository" }
    /// The repository's log.
    var log: String { repository + "/wal" }

    init(tenants count: Int = 3) async throws {
        server = TestServer()
        settings = try await server.installed(passwords: ["email_service": "service"])
        folder = try TemporaryFolder()
        binaries = try ServerBinaries.find(nil, state: ".emaildb")
        let rules = try await server.server().directory + "/data/pg_hba.conf"
        let text = try String(contentsOfFile: rules, encoding: .utf8)
        try ("host replication postgres 127.0.0.1/32 trust\n" + text).write(
            toFile: rules, atomically: false, encoding: .utf8)
        let connection = try Connection(settings)
        try connection.query("SELECT pg_reload_conf()")
        for _ in 0..<count { tenants.append(try Tenant(connection)) }
    }

    deinit {
        receiver?.signal(SIGKILL)
    }

    /// Ends what runs.
    func stop() async throws {
        receiver?.signal(SIGTERM)
        _ = try await receiver?.end(within: .seconds(10))
        try await server.stop()
    }

    func emaildb(_ arguments: [String], killAfter: Duration? = nil) async throws -> CommandResult {
        try await CommandRunner.emaildb(
            arguments + ["--repository", repository, "--postgres", binaries.directory],
            environment: settings.environment,
            killAfter: killAfter)
    }

    /// Runs a command, which must end with status 0.
    @discardableResult
    func done(_ arguments: [String]) async throws -> CommandResult {
        let result = try await emaildb(arguments)
        #expect(result.status == 0, "\(arguments): \(result.output)\(result.errors)")
        return result
    }

    func initialise() async throws { try await done(["backup", "init"]) }

    /// Starts a receiver, and waits until it has the slot.
    func receive() async throws {
        receiver = try RunningCommand(
            ["backup", "receive", "--repository", repository, "--postgres", binaries.directory],
            environment: settings.environment)
        try await eventually("the log is received") {
            try Connection(settings).value("SELECT active FROM pg_replication_slots") == "t"
        }
    }

    func killReceiver() async throws {
        receiver?.signal(SIGKILL)
        _ = try await receiver?.end(within: .seconds(10))
    }

    /// Stores messages for each tenant, in a segment of the log of their own.
    func write(_ count: Int = 5, except lost: Tenant? = nil) throws {
        let connection = try Connection(settings)
        for tenant in tenants where tenant.id != lost?.id {
            try connection.serve(tenant.id)
            for _ in 0..<count { try tenant.store(connection, subject: "later") }
        }
        try connection.serve(nil)
        try connection.query("SELECT pg_switch_wal()")
    }

    /// The counts of now.
    func counts() throws -> [TenantCount] {
        let connection = try Connection(settings)
        try connection.query("SET row_security = off")
        return try TenantCounter.counts(connection)
    }

    /// The time on the server, after everything that is committed.
    func now() throws -> String {
        try Connection(settings).value(
            "SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US') || 'Z'")
    }

    func delete(_ tenant: Tenant) throws {
        let connection = try Connection(settings)
        try connection.query("DELETE FROM public.email_accounts WHERE tenant_id = $1::uuid", [tenant.id])
        try connection.query("SELECT pg_switch_wal()")
    }

    /// Waits until the whole segments that the server has left are in the repository.
    func settle() async throws {
        let connection = try Connection(settings)
        let segment = try connection.value("SELECT pg_walfile_name(pg_current_wal_insert_lsn())")
        let last = try #require(LogSegment(segment, size: 16 << 20))
        let before = LogSegment(timeline: last.timeline, number: last.number - 1, size: last.size)
        try await eventually("\(before) is received") { FileManager.default.fileExists(atPath: "\(log)/\(before).gz") }
    }

    /// Flips a byte in the middle of a file.
    func flip(_ path: String) throws {
        let file = try #require(FileHandle(forUpdatingAtPath: path))
        let place = try file.seekToEnd() / 2
        try file.seek(toOffset: place)
        let byte = try #require(try file.read(upToCount: 1)?.first)
        try file.seek(toOffset: place)
        try file.write(contentsOf: Data([byte ^ 0x40]))
        try file.close()
    }
}

struct RestoreAnswer: Decodable {
    struct Verify: Decodable {
        struct Finding: Decodable { let code: String }
        let findings: [Finding]
    }

    let verify: Verify
    let tenants: [TenantCount]
    let lastTransaction: Moment?
}

struct CheckAnswer: Decodable {
    struct Finding: Decodable {
        let check: String
        let problem: String
    }

    let findings: [Finding]
    let unseen: [String]
    let notes: [String]
}
