import FoundationEssentials
import Glibc
import Server
import TestSupport

/// The folders of a container's start, and its steps run as a user that a server may have.
struct TestContainer: Sendable {
    let folder: TemporaryFolder
    private let binaries: ServerBinaries

    var data: String { folder.path + "/data" }
    var sockets: String { folder.path + "/run" }
    var privateFolder: String { sockets + "/.emaildb" }

    /// - Parameter secrets: mounted files and their contents.
    init(_ secrets: [String: String] = ["email_service_password": "application\n"]) throws {
        folder = try TemporaryFolder()
        binaries = try ServerBinaries.find(nil, state: ".emaildb")
        for name in ["run/none", "secrets/none"] {
            try folder.write(name, "")
            try folder.remove(name)
        }
        for (name, text) in secrets { try folder.write("secrets/" + name, text) }
        if getuid() == 0 { for path in [folder.path, sockets] { chown(path, 65534, 65534) } }
    }

    /// Runs steps one after the other, and then a program.
    /// - Parameter signal: sent when `condition` holds.
    func run(
        _ steps: [String], then program: [String] = ["true"], _ environment: [String: String] = [:],
        signal: Int32 = SIGKILL, after delay: Duration? = nil, when condition: (@Sendable () throws -> Bool)? = nil
    ) async throws -> CommandResult {
        var variables = [
            "PGDATA": data, "EMAILDB_SECRETS": folder.path + "/secrets", "EMAILDB_SOCKETS": sockets,
            "PATH": binaries.directory + "/bin:" + (ProcessInfo.processInfo.environment["PATH"] ?? ""),
            "LD_LIBRARY_PATH": binaries.directory + "/lib",
        ]
        variables.merge(environment) { _, ours in ours }
        let command = steps.flatMap { [CommandRunner.emaildb, "container", $0] } + program
        return try await CommandRunner.run(
            "env", Self.asServerUser + command, environment: variables, in: "/", signal: signal, killAfter: delay,
            killWhen: condition)
    }

    /// PostgreSQL refuses to run as root, which becomes uid 65534, with the right to search folders that only root may enter.
    private static var asServerUser: [String] {
        guard getuid() == 0 else { return [] }
        let capability = "-all,+dac_read_search"
        return [
            "setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--no-new-privs", "--securebits",
            "+no_setuid_fixup", "--inh-caps", capability, "--ambient-caps", capability, "--bounding-set", capability,
            "--",
        ]
    }

    func read(_ path: String) -> String? {
        FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The processes that have this start's folder on their command line or as their directory.
    func processes() -> [String] {
        let numbers = ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).filter { Int($0) != nil }
        return numbers.filter { number in
            read("/proc/\(number)/cmdline")?.contains(folder.path) == true
                || read("/proc/\(number)/environ")?.contains(folder.path) == true
        }
    }
}
