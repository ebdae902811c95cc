import FoundationEssentials
import Glibc
package import Postgres
import Server
import Subprocess
import SystemPackage

/// A real PgBouncer in front of a test server, for the length of one body.
package enum PgBouncer {
    /// Runs a body with settings that lead through a pooler of the given mode.
    package static func with<Value: Sendable>(
        _ settings: ConnectionSettings, mode: String,
        _ body: @escaping @Sendable (ConnectionSettings) async throws -> Value
    ) async throws -> Value {
        let folder = try TemporaryFolder()
        let port = String(TestPort.free())
        let host = settings["host"] ?? "127.0.0.1"
        try folder.write("users.txt", "\"\(settings["user"] ?? "postgres")\" \"\(settings["password"] ?? "")\"\n")
        var pooled = settings
        pooled["port"] = port
        return try await with(
            configuration: """
                [databases]
                * = host=\(host) port=\(settings["port"] ?? "")
                [pgbouncer]
                listen_addr = 127.0.0.1
                listen_port = \(port)
                unix_socket_dir =
                auth_type = trust
                auth_file = \(folder.path)/users.txt
                pool_mode = \(mode)
                ignore_startup_parameters = extra_float_digits,options
                logfile = \(folder.path)/log

                """, in: folder, reachedBy: pooled, body)
    }

    /// Runs a body while a pooler with a configuration runs.
    /// - Parameters:
    ///   - folder: where to write the configuration; every user may then read what is in it.
    ///   - settings: who can log in when it is ready; the body gets them.
    package static func with<Value: Sendable>(
        configuration: String, in folder: TemporaryFolder, reachedBy settings: ConnectionSettings,
        _ body: @escaping @Sendable (ConnectionSettings) async throws -> Value
    ) async throws -> Value {
        try folder.write("pgbouncer.ini", configuration)
        chmod(folder.path, 0o777)
        let program = FileManager.default.isExecutableFile(atPath: "/usr/sbin/pgbouncer") ? "/usr/sbin/" : ""
        // A thousand clients are more files than a process may open by default.
        let arguments =
            ["-c", "ulimit -n 4096; exec \"$0\" \"$@\"", program + "pgbouncer"]
            + (getuid() == 0 ? ["-u", "nobody"] : [])
            + [folder.path + "/pgbouncer.ini"]
        let result = try await Subprocess.run(
            .path("/bin/sh"), arguments: Arguments(arguments), input: .none, output: .discarded, error: .discarded
        ) { execution in
            let process = execution.processIdentifier.value
            defer { kill(process, SIGKILL) }
            try await eventually("PgBouncer lets clients in") { (try? Connection(settings)) != nil }
            return try await body(settings)
        }
        return result.closureResult
    }
}

/// Ports for programs that cannot choose one themselves.
package enum TestPort {
    /// A port of the loopback address on which no program listens at this moment.
    package static func free() -> Int { LocalServer.freePort(preferring: nil) }
}
