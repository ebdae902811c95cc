import FoundationEssentials
import Glibc
import Postgres
import TestSupport
import Testing

/// Restarting with a way back, and fixing a server that does not start.
@Suite(.needsServer, .serialized) struct TuneRestartTests {
    @Test("A restart puts everything into force, and is taken back when it fails") func restart() async throws {
        let target = TuneServer()
        let restarted = try await target.apply("production", "--restart", "--memory", "1GB")
        #expect(restarted.status == 0, "\(restarted)")
        #expect(restarted.output.contains("restarted in "))
        #expect(try await target.connect().query("SHOW shared_buffers").first?[0] == "256MB")
        #expect(try await target.connect().query("SHOW shared_preload_libraries").first?[0] == "pg_stat_statements")
        #expect(try await target.tune("--restart").output.contains("no restart needed"))
        // What an undo takes out of the file while the server runs with it stands in the way of no later run.
        let undone = try await target.tune("--undo", "--yes")
        #expect(undone.output.contains("restart the server to put into force: max_connections"), "\(undone)")
        let again = try await target.apply("production", "--memory", "1GB")
        #expect(again.status == 0, "\(again)")

        // Written while it was possible; then a slot makes it impossible.
        try await target.connect().query("ALTER SYSTEM SET max_wal_senders = 0")
        let minimal = try await target.apply("high-throughput", "--memory", "1GB", "--wal-level-minimal")
        #expect(minimal.status == 0, "\(minimal)")
        try await target.connect().query("SELECT pg_create_physical_replication_slot('standby')")
        let rolledBack = try await target.tune("--restart", "--yes")
        #expect(rolledBack.status == 2, "\(rolledBack)")
        #expect(rolledBack.output.contains("rolled back"))
        #expect(rolledBack.output.contains("replication slot \"standby\" exists"))
        let connection = try await target.connect()
        #expect(try connection.query("SHOW wal_level").first?[0] == "replica")
        #expect(try await target.configuration().contains("max_wal_senders = '0'"), "theirs")
        connection.close()
        try await target.server.stop()
    }

    @Test func aServerThatDoesNotStartIsFixedOffline() async throws {
        let target = TuneServer()
        #expect(try await target.apply("production", "--memory", "1GB").status == 0)
        let data = try await target.data()
        let running = try await target.run(["--rescue", "-D", data])
        #expect(running.status == 4 && running.errors.contains("a server runs on"), "\(running)")
        try await target.server.pause()
        let whole = try await target.configuration()
        let fine = try await target.run(["--rescue", "-D", data], isUp: false)
        #expect(fine.status == 0 && fine.output.contains("nothing was changed"), "\(fine)")
        #expect(try await target.configuration() == whole)

        let spoiled = whole.replacing("'200'", with: "'3'").replacing("\"200\"", with: "\"3\"")
        let damages = [
            (whole + "wal_level = 'minimal'\n", "taken out: wal_level"),
            (whole + "effective_io_concurrency = '2", "which cannot be read"),
            (whole + "shared_preload_libraries = 'gone'\n", "taken out: shared_preload_libraries"),
            (spoiled, "taken out: what tune --profile production wrote"),
        ]
        for (number, (text, taken)) in damages.enumerated() {
            try await target.writeConfiguration(text)
            await #expect(throws: (any Error).self, "the control: it does not start with \(taken)") {
                try await target.server.resume()
            }
            let rescued = try await target.run(["--rescue", "-D", data, "--yes"], isUp: false)
            #expect(rescued.status == 0, "\(rescued)")
            #expect(rescued.output.contains(taken), "\(rescued.output)")
            let kept = data + "/postgresql.auto.conf.before-rescue-\(number + 1)"
            #expect(try String(contentsOfFile: kept, encoding: .utf8) == text)
            try await target.server.resume()
            try await target.server.pause()
        }
        try await target.server.stop()
    }

    @Test("A rescue leaves the file's mode as it was", arguments: [0o600, 0o640, 0o604])
    func modeOfARescuedFile(_ mode: mode_t) async throws {
        let target = TuneServer()
        let data = try await target.data()
        try await target.server.pause()
        let before = try await target.configuration()
        try await target.writeConfiguration(before + "shared_preload_libraries = 'gone'\n")
        let path = data + "/postgresql.auto.conf"
        #expect(chmod(path, mode) == 0)
        var old = stat()
        #expect(stat(path, &old) == 0)
        let rescued = try await target.run(["--rescue", "-D", data, "--yes"], isUp: false)
        #expect(rescued.status == 0, "\(rescued)")
        var new = stat()
        #expect(stat(path, &new) == 0 && new.st_ino != old.st_ino, "the control: it is another file")
        #expect(new.st_mode == old.st_mode && new.st_uid == old.st_uid && new.st_gid == old.st_gid)
        #expect(try await target.configuration() == before)
        try await target.server.stop()
    }

    @Test func aFolderThatIsNoDataDirectoryIsRefused() async throws {
        let folder = try TemporaryFolder()
        let result = try await CommandRunner.emaildb(["tune", "--rescue", "-D", folder.path])
        #expect(result.status == 4 && result.errors.contains("no data directory"), "\(result)")
    }
}
