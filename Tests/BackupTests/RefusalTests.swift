import Foundation
import Postgres
import Server
import TestSupport
import Testing

@testable import Backup

@Suite(.needsServer) struct RefusalTests {
    /// Wrong input gets a sentence with what to type, and changes nothing.
    @Test func refusesWrongInput() async throws {
        let world = try await BackupWorld(tenants: 1)
        let none = try await world.emaildb(["backup", "list"])
        #expect(none.status == 4 && none.errors.contains("emaildb backup init"))
        try await world.initialise()
        let empty = try await world.emaildb(["restore", "--latest", "--into", world.folder.path + "/copy"])
        #expect(empty.status == 4 && empty.errors.contains("emaildb backup create"))
        try await world.done(["backup", "create"])
        let state = try contents(world)
        let into = ["--into", world.folder.path + "/copy"]
        let tenant = world.tenants[0].id
        let data = try await world.server.server().directory + "/data"
        for (arguments, words) in [
            (["restore", "--to", "2999-01-01 00:00"] + into, "future"),
            (["restore", "--to", "2001-01-01 00:00"] + into, "before the end of the first backup"),
            (["restore", "--point", "no such point"] + into, "no restore point"),
            (["restore", "--latest", "--into", data], "a server runs on"),
            (["restore", "--latest", "--into", "/tmp"], "not empty"),
            (["restore", "--backup", "nothing"] + into, "no dump"),
            (["restore", "--latest", "--timeline", "9"] + into, "timeline 9"),
            (["backup", "drill", "--backup", "nothing"], "no backup nothing"),
            (["backup", "create", "--incremental"], "17"),
            (["undelete", "--tenant", tenant, "--at", "2001-01-01 00:00"], "before the end of the first backup"),
        ] {
            if arguments.contains("--incremental"), try Connection(world.settings).serverVersion >= 170_000 { continue }
            let result = try await world.emaildb(arguments)
            #expect(
                result.status == 4 && result.errors.contains(words), "\(arguments): \(result.status) \(result.errors)")
        }
        let noServer = try await CommandRunner.emaildb(
            ["backup", "check", "--repository", world.repository, "--postgres", "/nowhere"],
            environment: world.settings.environment)
        #expect(noServer.errors.contains("/nowhere"))
        #expect(try contents(world) == state)
        #expect(!FileManager.default.fileExists(atPath: world.folder.path + "/copy/PG_VERSION"))
        try await world.stop()
    }

    /// A repository of another cluster, log of another cluster, and a copy that was promoted and writes into the repository.
    @Test func namesForeigners() async throws {
        let world = try await BackupWorld(tenants: 1)
        let other = try await BackupWorld(tenants: 1)
        try await world.initialise()
        try await world.done(["backup", "create"])
        let foreign = try await CommandRunner.emaildb(
            ["backup", "create", "--repository", world.repository, "--postgres", world.binaries.directory],
            environment: other.settings.environment)
        #expect(foreign.status == 4 && foreign.errors.contains("another cluster"))
        try await other.initialise()
        try await other.done(["backup", "create"])
        let names = try FileManager.default.contentsOfDirectory(atPath: world.log).filter { $0.hasSuffix(".gz") }
            .sorted()
        let theirs = try FileManager.default.contentsOfDirectory(atPath: other.log).filter { $0.hasSuffix(".gz") }
            .sorted()
        let last = try #require(names.last)
        let mine = try Data(contentsOf: URL(fileURLWithPath: "\(world.log)/\(last)"))
        try Data(contentsOf: URL(fileURLWithPath: "\(other.log)/\(try #require(theirs.last))"))
            .write(to: URL(fileURLWithPath: "\(world.log)/\(last)"))
        let check = try await world.emaildb(["backup", "check", "--format", "json"])
        #expect(
            try check.json(CheckAnswer.self).findings.contains { $0.check == "cluster" && $0.problem.contains(last) })
        try mine.write(to: URL(fileURLWithPath: "\(world.log)/\(last)"))

        // As pg_receivewal would write it for the copy.
        let position = try #require(LogSegment(last.dropLast(3), size: 16 << 20)).start
        try "1\t\(position)\tno recovery target specified\n".write(
            toFile: "\(world.log)/00000002.history", atomically: true, encoding: .utf8)
        let promoted = try await world.emaildb(["backup", "check", "--format", "json"])
        let findings = try promoted.json(CheckAnswer.self).findings.filter { $0.check == "timeline" }
        #expect(promoted.status == 1 && findings.contains { $0.problem.contains("promoted") })
        #expect(findings.contains { $0.problem.contains("two servers") })
        let restore = try await world.emaildb(["restore", "--latest", "--into", world.folder.path + "/copy"])
        #expect(restore.status == 4 && restore.errors.contains("--timeline"))
        try await world.stop()
        try await other.stop()
    }

    private func contents(_ world: BackupWorld) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: world.repository).sorted()
    }
}
