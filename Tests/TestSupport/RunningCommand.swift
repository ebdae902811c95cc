import CSpawn
import Foundation
import Glibc

/// `emaildb` while it runs, for tests that send it signals.
package final class RunningCommand {
    package let processID: Int32
    private let folder: TemporaryFolder
    package let started = ContinuousClock.now
    /// What waitpid(2) said of its end.
    private var ended: Int32?

    /// Starts it in a process group of its own, with standard input from nowhere.
    ///
    /// Not by Foundation's `Process`, which crashes after a few hundred of them.
    /// - Parameters:
    ///   - environment: added to an environment without any `PG*` variable.
    ///   - prefix: words before the program, such as of a shell that starts it.
    package init(
        _ arguments: [String], environment: [String: String], in place: String? = nil, prefix: [String] = []
    ) throws {
        folder = try TemporaryFolder()
        for name in ["output", "errors"] { try folder.write(name, "") }
        let words = prefix + [CommandRunner.emaildb] + arguments
        let inherited = ProcessInfo.processInfo.environment.filter { name, _ in
            !name.hasPrefix("PG") && !name.hasPrefix("EMAILDB_") && name != "DATABASE_URL"
        }
        let variables = inherited.merging(environment) { $1 }.map { "\($0.key)=\($0.value)" }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, folder.path + "/output", O_WRONLY, 0)
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, folder.path + "/errors", O_WRONLY, 0)
        posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1)
        if let place { posix_spawn_file_actions_addchdir_np(&actions, place) }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP))
        var process = pid_t()
        var pointers = words.map { strdup($0) } + [nil]
        var values = variables.map { strdup($0) } + [nil]
        defer { for pointer in pointers + values { free(pointer) } }
        let code = posix_spawnp(&process, words[0], &actions, &attributes, &pointers, &values)
        if code != 0 { throw POSIXError(POSIXErrorCode(rawValue: code) ?? .EINVAL) }
        processID = process
    }

    package var isRunning: Bool {
        if ended != nil { return false }
        var status: Int32 = 0
        guard waitpid(processID, &status, WNOHANG) == processID else { return true }
        ended = status
        return false
    }

    package var errors: String { (try? folder.read("errors")) ?? "" }

    package func signal(_ number: Int32) { if isRunning { kill(processID, number) } }

    /// Waits for the end; a program that takes longer than the limit is killed, which is status 137.
    package func end(within limit: Duration) async throws -> CommandResult {
        let deadline = ContinuousClock.now + limit
        while isRunning, ContinuousClock.now < deadline { try await Task.sleep(for: .milliseconds(10)) }
        if isRunning { kill(processID, SIGKILL) }
        while isRunning { try await Task.sleep(for: .milliseconds(5)) }
        let status = ended ?? 0
        return CommandResult(
            status: status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F),
            output: try folder.read("output"),
            errors: try folder.read("errors"))
    }

    /// Processes that have a text among their arguments; of PostgreSQL's own, the postmaster.
    package static func processes(with text: String) -> [Int32] {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return all.compactMap { Int32($0) }.filter { process in
            let words = FileManager.default.contents(atPath: "/proc/\(process)/cmdline") ?? Data()
            return process != getpid() && words.range(of: Data(text.utf8)) != nil
        }
    }
}
