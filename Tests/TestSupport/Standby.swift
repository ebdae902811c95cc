import Core
import FoundationEssentials
import Glibc
import Postgres
import Server

extension TestServer {
    /// A standby of this server that streams from it: a copy of its files, started beside it.
    ///
    /// The server is stopped for the copy, and starts again on the same port.
    package func makeStandby(settings: [String: String] = [:]) async throws -> TestServer {
        let primary = try await server()
        let rules = primary.directory + "/data/pg_hba.conf"
        let known = try String(contentsOfFile: rules, encoding: .utf8)
        // Not atomically: a new file would belong to this process's user.
        try (known + "host replication postgres 127.0.0.1/32 trust\n")
            .write(toFile: rules, atomically: false, encoding: .utf8)
        try await pause()
        let standby = TestServer(settings: settings)
        let data = standby.folder + "/data"
        try FileManager.default.createDirectory(atPath: standby.folder, withIntermediateDirectories: true)
        let copy = try await CommandRunner.run("cp", ["-a", primary.directory + "/data", data])
        guard copy.status == 0 else { throw PostgresError(kind: .usage, message: "no copy: \(copy)") }
        try await resume()
        let port = try await connectionSettings()["port"] ?? ""
        let auto = data + "/postgresql.auto.conf"
        let lines = try String(contentsOfFile: auto, encoding: .utf8)
        try (lines + "primary_conninfo = 'host=127.0.0.1 port=\(port) user=postgres application_name=second'\n")
            .write(toFile: auto, atomically: false, encoding: .utf8)
        _ = FileManager.default.createFile(atPath: data + "/standby.signal", contents: nil)
        chmod(data + "/standby.signal", 0o666)
        _ = try await standby.server()
        return standby
    }
}
