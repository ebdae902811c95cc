import Foundation
import Postgres
import TestSupport
import Testing

@testable import Backup

@Suite(.needsServer) struct BackupTests {
    /// The usual life: two backups, a receiver, a check, a drill, a list, a prune.
    @Test func backupsProveThemselves() async throws {
        let world = try await BackupWorld()
        try await world.initialise()
        let again = try await world.done(["backup", "init"])
        #expect(again.output.contains("nothing to do"))
        // Without a receiver, it brings the log in itself.
        try await world.done(["backup", "create"])
        try await world.receive()
        try world.write()
        try await world.done(["backup", "create"])
        try world.write()
        try await world.settle()
        let check = try await world.done(["backup", "check", "--format", "json"])
        let answer = try check.json(CheckAnswer.self)
        #expect(answer.findings.isEmpty && answer.unseen.isEmpty)
        #expect(
            answer.notes.contains { $0.contains("no second repository") }
                && answer.notes.contains { $0.contains("not encrypted") })

        let drill = try await world.done(["backup", "drill", "--format", "json"])
        let evidence = try drill.json(DrillEvidence.self)
        #expect(evidence.outcome == .passed && evidence.isExact && evidence.differences.isEmpty, "\(drill.output)")
        #expect(evidence.tenants == 3 && evidence.loss != nil && evidence.verifyChecks > 100)
        let metrics = try String(contentsOfFile: world.repository + "/emaildb_backup.prom", encoding: .utf8)
        #expect(metrics.contains("emaildb_drill_passed 1"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: world.repository + "/aside").isEmpty)

        let list = try await world.done(["backup", "list", "--format", "json"])
        #expect(list.output.contains("\"evidence\"") && list.output.components(separatedBy: "\"kind\"").count == 3)
        let plan = try await world.done(["backup", "prune", "--keep", "1", "--plan"])
        #expect(plan.output.contains("would remove"))
        try await world.done(["backup", "prune", "--keep", "1"])
        try await world.done(["backup", "check"])
        try await world.stop()
    }

    /// To just before a tenant's deletion, by time and by name; then to the end.
    @Test func recoversToAMoment() async throws {
        let world = try await BackupWorld()
        try await world.initialise()
        try await world.receive()
        try await world.done(["backup", "create"])
        try world.write()
        let before = try world.counts()
        let time = try world.now()
        try Connection(world.settings).query("SELECT pg_create_restore_point('before_the_deletion')")
        try world.delete(world.tenants[1])
        try world.write(except: world.tenants[1])
        try await world.settle()
        let after = try world.counts()
        #expect(after.count == 2)
        for (name, target, expected) in [
            ("time", ["--to", time], before), ("point", ["--point", "before_the_deletion"], before),
            ("latest", ["--latest"], after),
        ] {
            let result = try await world.emaildb(
                ["restore", "--into", "\(world.folder.path)/\(name)", "--format", "json"] + target)
            let answer = try result.json(RestoreAnswer.self)
            #expect(answer.tenants == expected, "\(name)")
            #expect(result.status == 0 && answer.verify.findings.isEmpty, "\(name): \(answer.verify.findings)")
            #expect(answer.lastTransaction != nil)
            let configuration = try String(
                contentsOfFile: "\(world.folder.path)/\(name)/postgresql.auto.conf", encoding: .utf8)
            #expect(configuration.contains("archive_mode = 'off'"))
        }
        try await world.stop()
    }

    /// A segment is missing in the middle: it is named, and no recovery passes it silently.
    @Test func namesAGap() async throws {
        let world = try await BackupWorld()
        try await world.initialise()
        try await world.receive()
        try await world.done(["backup", "create"])
        try world.write()
        try await world.settle()
        let atTheGap = try world.counts()
        try world.write()
        try await world.settle()
        let segments = try FileManager.default.contentsOfDirectory(atPath: world.log).filter { $0.hasSuffix(".gz") }
            .sorted()
        let missing = try #require(segments.last)
        try world.write()
        try await world.settle()
        try FileManager.default.removeItem(atPath: "\(world.log)/\(missing)")

        let check = try await world.emaildb(["backup", "check", "--format", "json"])
        #expect(check.status == 1)
        #expect(
            try check.json(CheckAnswer.self).findings.contains {
                $0.check == "gap" && $0.problem.contains(missing.dropLast(3))
            })
        let refused = try await world.emaildb(["restore", "--latest", "--into", world.folder.path + "/latest"])
        #expect(refused.status == 4 && refused.errors.contains(missing.dropLast(3)))
        let offered = try #require(refused.errors.firstMatch(of: /--to '([^']+)'/)).1
        let restored = try await world.emaildb(
            ["restore", "--to", String(offered), "--into", world.folder.path + "/until", "--format", "json"])
        #expect(restored.status == 0, "\(restored.errors)")
        #expect(try restored.json(RestoreAnswer.self).tenants == atTheGap)
        let drill = try await world.emaildb(["backup", "drill"])
        #expect(drill.status == 1 && drill.output.contains("gap"))
        try await world.stop()
    }

    /// One byte in each kind of file.
    @Test func namesDamage() async throws {
        let world = try await BackupWorld()
        try await world.initialise()
        try await world.receive()
        try await world.done(["backup", "create"])
        let dump = try await world.done(["backup", "create", "--what", "dump"])
        #expect(dump.output.contains("proven"))
        try world.write()
        try await world.settle()
        let backups = world.repository + "/backups"
        let names = try FileManager.default.contentsOfDirectory(atPath: backups).sorted()
        let full = try #require(names.first { $0.hasSuffix("full") })
        let dumped = try #require(names.first { $0.hasSuffix("dump") })
        let heap = try Connection(world.settings).value("SELECT pg_relation_filepath('public.email_messages')")
        let segment = try #require(
            try FileManager.default.contentsOfDirectory(atPath: world.log).sorted().first { $0.hasSuffix(".gz") })
        for (path, part) in [
            ("\(backups)/\(full)/data/\(heap)", heap), ("\(backups)/\(full)/data/global/pg_control", "pg_control"),
            ("\(backups)/\(full)/data/backup_manifest", "manifest"), ("\(backups)/\(full)/backup.json", full),
            ("\(world.log)/\(segment)", segment), ("\(backups)/\(dumped)/database.dump", "database.dump"),
            ("\(backups)/\(dumped)/globals.sql", "globals.sql"),
        ] {
            let whole = try Data(contentsOf: URL(fileURLWithPath: path))
            if path.hasSuffix("backup.json") {
                try Data("{".utf8).write(to: URL(fileURLWithPath: path))
            } else {
                try world.flip(path)
            }
            let check = try await world.emaildb(["backup", "check", "--format", "json"])
            #expect(check.status == 1, "\(part)")
            let findings = try check.json(CheckAnswer.self).findings
            #expect(findings.contains { $0.problem.contains(part) }, "\(part): \(findings)")
            try whole.write(to: URL(fileURLWithPath: path))
        }
        try await world.done(["backup", "check"])
        try await world.stop()
    }

    /// Backups that add to each other are put together, and the one that others need stays.
    @Test func incrementalBackupsAddUp() async throws {
        let world = try await BackupWorld()
        guard try Connection(world.settings).serverVersion >= 170_000 else { return try await world.stop() }
        try await world.initialise()
        try await world.receive()
        try await world.done(["backup", "create"])
        for _ in 0..<2 {
            try world.write()
            try await world.done(["backup", "create", "--incremental"])
        }
        try world.write()
        try await world.settle()
        let full = try #require(
            try FileManager.default.contentsOfDirectory(atPath: world.repository + "/backups").first {
                $0.hasSuffix("full")
            })
        try await world.done(["backup", "prune", "--keep", "1"])
        #expect(FileManager.default.fileExists(atPath: "\(world.repository)/backups/\(full)"))
        try await world.done(["backup", "check"])
        let drill = try await world.done(["backup", "drill", "--format", "json"])
        #expect(try drill.json(DrillEvidence.self).kind == .incremental)
        let restored = try await world.done([
            "restore", "--latest", "--into", world.folder.path + "/copy", "--format", "json",
        ])
        #expect(try restored.json(RestoreAnswer.self).tenants == world.counts())
        try await world.stop()
    }

    /// A dump into a new cluster, with a password from a file.
    @Test func restoresADump() async throws {
        let world = try await BackupWorld()
        try await world.initialise()
        let expected = try world.counts()
        let dump = try await world.done(["backup", "create", "--what", "dump", "--format", "json"])
        let record = try dump.json(BackupRecord.self)
        #expect(record.proof != nil && record.tenants == expected)
        let globals = try String(
            contentsOfFile: "\(world.repository)/backups/\(record.id)/globals.sql", encoding: .utf8)
        #expect(!globals.contains("SCRAM") && globals.contains("email_service"))
        try world.folder.write("secret", "a new one")
        let restored = try await world.emaildb([
            "restore", "--backup", record.id, "--into", world.folder.path + "/copy", "--app-password-file",
            world.folder.path + "/secret", "--format", "json",
        ])
        #expect(restored.status == 0, "\(restored.errors)")
        #expect(try restored.json(RestoreAnswer.self).tenants == expected)
        try await world.stop()
    }
}
