import FoundationEssentials
public import Glibc
import Subprocess
import SystemPackage

/// What a finished process left behind.
public struct CommandResult: Sendable {
    /// The exit status, or 128 and the signal's number.
    public let status: Int32
    /// Standard output.
    public let output: String
    /// Standard error.
    public let errors: String
}

/// Runs the program under test, and programs beside it, as their users do.
public enum CommandRunner {
    /// The debug build of `emaildb` that lies beside the tests.
    public static var emaildb: String {
        let folder = CommandLine.arguments[0].split(separator: "/", omittingEmptySubsequences: false).dropLast()
        for depth in 0...3 {
            let path = folder.dropLast(depth).joined(separator: "/") + "/emaildb"
            if FileManager.default.isExecutableFile(atPath: path) { return path }
        }
        return FileManager.default.currentDirectoryPath + "/.build/debug/emaildb"
    }

    /// Runs `emaildb` with some arguments.
    /// - Parameters:
    ///   - environment: added to an environment without any `PG*` variable.
    ///   - signal: how to end it.
    ///   - killAfter: when to end it, if it still runs.
    public static func emaildb(
        _ arguments: [String], environment: [String: String] = [:], signal: Int32 = SIGKILL,
        killAfter: Duration? = nil
    ) async throws -> CommandResult {
        try await run(emaildb, arguments, environment: environment, signal: signal, killAfter: killAfter)
    }

    /// Runs any program.
    public static func run(
        _ program: String, _ arguments: [String], environment: [String: String] = [:], signal: Int32 = SIGKILL,
        killAfter: Duration? = nil
    ) async throws -> CommandResult {
        var inherited = ProcessInfo.processInfo.environment.filter { name, _ in
            !name.hasPrefix("PG") && !name.hasPrefix("EMAILDB_") && name != "DATABASE_URL"
        }
        inherited.merge(environment) { _, ours in ours }
        let values = Dictionary(
            inherited.compactMap { name, value in Environment.Key(rawValue: name).map { ($0, value) } },
            uniquingKeysWith: { first, _ in first })
        let executable: Executable = program.contains("/") ? .path(FilePath(program)) : .name(program)
        let result = try await Subprocess.run(
            executable, arguments: Arguments(arguments), environment: .custom(values), input: .none,
            output: .sequence, error: .sequence
        ) { execution in
            let process = execution.processIdentifier.value
            let killer = killAfter.map { delay in
                Task {
                    try await Task.sleep(for: delay)
                    kill(process, signal)
                }
            }
            async let output = collect(execution.standardOutput)
            async let errors = collect(execution.standardError)
            let texts = try await (output, errors)
            killer?.cancel()
            return texts
        }
        let status: Int32 =
            switch result.terminationStatus {
            case .exited(let code): code
            case .signaled(let signal): 128 + signal
            }
        return CommandResult(status: status, output: result.closureResult.0, errors: result.closureResult.1)
    }

    private static func collect(_ sequence: SubprocessOutputSequence) async throws -> String {
        var bytes: [UInt8] = []
        for try await buffer in sequence { buffer.withUnsafeBytes { bytes += $0 } }
        return String(decoding: bytes, as: UTF8.self)
    }
}
