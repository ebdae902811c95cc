import Foundation
import Postgres
import Server
import TestSupport
import Testing

@testable import Backup

/// SIGKILL at random moments: nothing looks whole that is not, and the next run clears away.
@Suite(.needsServer) struct KilledBackupSoakTests {
    @Test func killedAnywhere() async throws {
        let world = try await BackupWorld(tenants: 2)
        var random = SeededGenerator(printing: "killedAnywhere")
        try await world.initialise()
        try await world.done(["backup", "create"])
        for round in 1...Rounds.few(1, soak: 30) {
            try world.write()
            try await create(world, &random, round)
            try await receive(world, &random)
            try await restore(world, &random, round)
            try await drill(world, &random)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: world.repository + "/aside").isEmpty)
        try await world.stop()
    }

    private func moment(_ random: inout SeededGenerator, upTo limit: Int) -> Duration {
        .milliseconds(Int.random(in: 50...limit, using: &random))
    }

    private func create(_ world: BackupWorld, _ random: inout SeededGenerator, _ round: Int) async throws {
        let before = try backups(world)
        let killed = try await world.emaildb(["backup", "create"], killAfter: moment(&random, upTo: 4000))
        let after = try backups(world)
        #expect(after.count - before.count == (killed.status == 0 ? 1 : 0) || killed.status == 137, "round \(round)")
        for name in after {
            let record = "\(world.repository)/backups/\(name)/backup.json"
            #expect(FileManager.default.fileExists(atPath: record), "\(name) is no whole backup")
        }
        try await world.done(["backup", "create"])
        #expect(try FileManager.default.contentsOfDirectory(atPath: world.repository + "/aside").isEmpty)
        try await world.done(["backup", "prune", "--keep", "2"])
    }

    private func receive(_ world: BackupWorld, _ random: inout SeededGenerator) async throws {
        try await world.receive()
        try world.write()
        try await Task.sleep(for: moment(&random, upTo: 300))
        try await world.killReceiver()
        try world.write()
        try await world.receive()
        try await world.settle()
        let check = try await world.emaildb(["backup", "check", "--format", "json"])
        let findings = try check.json(CheckAnswer.self).findings.filter { $0.check != "receiver" }
        #expect(findings.isEmpty, "\(findings)")
    }

    private func restore(_ world: BackupWorld, _ random: inout SeededGenerator, _ round: Int) async throws {
        let into = "\(world.folder.path)/restored-\(round)"
        let arguments = ["restore", "--latest", "--into", into, "--format", "json"]
        let killed = try await world.emaildb(arguments, killAfter: moment(&random, upTo: 4000))
        if killed.status == 137, FileManager.default.fileExists(atPath: into + "/PG_VERSION") {
            // Killed behind the last move: whole.
            #expect(FileManager.default.fileExists(atPath: into + "/global/pg_control"))
            return
        }
        if killed.status == 0 { return }
        let again = try await world.emaildb(arguments)
        #expect(again.status == 0, "\(again.errors)")
        #expect(try again.json(RestoreAnswer.self).tenants == world.counts())
        #expect(!FileManager.default.fileExists(atPath: into + "/" + RestoreRun.stageName))
        try FileManager.default.removeItem(atPath: into)
    }

    private func drill(_ world: BackupWorld, _ random: inout SeededGenerator) async throws {
        _ = try await world.emaildb(["backup", "drill"], killAfter: moment(&random, upTo: 5000))
        try await world.done(["backup", "drill"])
        let strays = RunningCommand.processes(with: world.repository + "/aside")
        #expect(strays.isEmpty, "servers are left: \(strays)")
        try await world.killReceiver()
        try await eventually("the slot is free") {
            try Connection(world.settings).value("SELECT active FROM pg_replication_slots") == "f"
        }
    }

    private func backups(_ world: BackupWorld) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: world.repository + "/backups")
    }
}
