import Core
import FoundationEssentials
import Glibc
import Postgres

/// One way to call a server's own programs: as the user who runs it, with its own libraries, without `PG*` variables.
package struct ServerProgram: Sendable {
    package struct User: Sendable, Hashable {
        package let id: UInt32
        package let group: UInt32

        package init(id: UInt32, group: UInt32) {
            self.id = id
            self.group = group
        }
        /// `nobody`, as whom root runs private servers, because PostgreSQL refuses to run as root.
        package static let nobody = User(id: 65534, group: 65534)
    }

    let binaries: ServerBinaries
    let user: User

    package init(binaries: ServerBinaries, user: User) {
        self.binaries = binaries
        self.user = user
    }

    package struct Outcome: Sendable {
        /// 0, or why it ended.
        package let status: Int32
        package let output: String
        package let errors: String

        /// For an error message.
        package var lastErrors: String { errors.split(separator: "\n").suffix(6).joined(separator: "\n") }
    }

    /// The words that run a program: through setpriv when this process is root.
    func command(_ name: String, _ arguments: [String]) -> [String] {
        let command = [binaries.program(name)] + arguments
        guard getuid() == 0 else { return command }
        // With one capability left: to search folders that only root may enter.
        let capability = "-all,+dac_read_search"
        // Without no_setuid_fixup, access(2), by which initdb looks for its files, would ignore the capability.
        return [
            "/usr/bin/setpriv", "--reuid", String(user.id), "--regid", String(user.group), "--clear-groups",
            "--no-new-privs", "--securebits", "+no_setuid_fixup", "--inh-caps", capability, "--ambient-caps",
            capability,
            "--bounding-set", capability, "--",
        ] + command
    }

    /// What differs from this process's own environment; nil removes a variable.
    var environment: [String: String?] {
        // A server that brought its own libraries must not get the system's; ours, on the other hand, stays ours.
        var environment: [String: String?] = ["LD_LIBRARY_PATH": binaries.directory + "/lib"]
        for key in ProcessInfo.processInfo.environment.keys where key.hasPrefix("PG") {
            environment.updateValue(nil, forKey: key)
        }
        return environment
    }

    /// Runs a program to its end, blocking the thread.
    ///
    /// A server that it starts stays, and keeps open nothing that this process has opened.
    /// - Parameter base: the environment to start from instead of this process's own.
    package func run(_ name: String, _ arguments: [String], environment base: [String: String]? = nil) throws -> Outcome
    {
        // Its user may not be able to stay in the present folder.
        let words = ["/bin/sh", "-c", "cd / && exec \"$@\"", "sh"] + command(name, arguments)
        var variables = base ?? ProcessInfo.processInfo.environment
        for (key, value) in environment { variables[key] = value }
        let output = try TemporaryOutput()
        let errors = try TemporaryOutput()
        let program = try ChildProgram(
            words, environment: variables, output: (output.descriptor, errors.descriptor),
            closingUpTo: Self.lastDescriptor)
        return Outcome(status: program.wait(), output: output.text, errors: errors.text)
    }

    /// The highest number that an open file may have, with some to spare for what other threads open meanwhile.
    private static var lastDescriptor: Int32 {
        let open = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd"))?.compactMap { Int32($0) }
        return max(3, min((open?.max() ?? 255) + 16, Int32(clamping: sysconf(Int32(_SC_OPEN_MAX))) - 1))
    }
}

/// A nameless file that takes a program's output: a pipe would stay open as long as a server that was started.
private final class TemporaryOutput {
    let descriptor: Int32

    init() throws {
        let path = "/tmp/emaildb-output-\(getpid())-\(UInt64.random(in: 0...UInt64.max))"
        descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Failure(.failed, "cannot write in /tmp", fix: "df /tmp") }
        unlink(path)
    }

    deinit { close(descriptor) }

    var text: String {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = pread(descriptor, &buffer, buffer.count, off_t(bytes.count))
            guard count > 0, bytes.count < 1 << 20 else { break }
            bytes += buffer.prefix(count)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
