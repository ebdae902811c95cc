import Dispatch
import FoundationEssentials
public import Glibc
import Subprocess
import Synchronization
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
    ///   - folder: where to run it.
    ///   - signal: how to end it.
    ///   - killAfter: when to end it, if it still runs.
    ///   - victim: the process to end instead of the program.
    ///   - condition: what has to be so before it is ended, asked every 20 ms.
    public static func emaildb(
        _ arguments: [String], environment: [String: String] = [:], in folder: String? = nil, signal: Int32 = SIGKILL,
        killAfter: Duration? = nil,
        victim: Int32? = nil, killWhen condition: (@Sendable () throws -> Bool)? = nil
    ) async throws -> CommandResult {
        try await run(
            emaildb, arguments, environment: environment, in: folder, signal: signal, killAfter: killAfter,
            victim: victim,
            killWhen: condition)
    }

    /// Runs any program.
    public static func run(
        _ program: String, _ arguments: [String], environment: [String: String] = [:], in folder: String? = nil,
        signal: Int32 = SIGKILL,
        killAfter: Duration? = nil,
        victim: Int32? = nil, killWhen condition: (@Sendable () throws -> Bool)? = nil
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
            executable, arguments: Arguments(arguments), environment: .custom(values),
            workingDirectory: folder.map { FilePath($0) }, input: .none,
            output: .sequence, error: .sequence
        ) { execution in
            let process = execution.processIdentifier.value
            let killer = Killer(process: victim ?? process, signal: signal)
            if let killAfter { killer.strike(after: killAfter) }
            if let condition { killer.strike(when: condition) }
            async let output = collect(execution.standardOutput)
            async let errors = collect(execution.standardError)
            let texts = try await (output, errors)
            killer.stop()
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

/// Ends a process at a moment.
///
/// It has threads of its own: tests block the threads of Swift's concurrency with their
/// queries, and a sleeping task may then wake up long after its time.
private final class Killer: Sendable {
    private let process: Int32
    private let signal: Int32
    private let isOver = Mutex(false)
    // Not the global queue, whose threads are those of Swift's concurrency.
    private let queue = DispatchQueue(label: "killer")

    init(process: Int32, signal: Int32) {
        self.process = process
        self.signal = signal
    }

    func strike(after delay: Duration) {
        let (seconds, attoseconds) = delay.components
        let nanoseconds = Int(seconds) * 1_000_000_000 + Int(attoseconds / 1_000_000_000)
        queue.asyncAfter(deadline: .now() + .nanoseconds(nanoseconds)) { self.strike() }
    }

    func strike(when condition: @escaping @Sendable () throws -> Bool) {
        queue.async {
            while !self.isOver.withLock({ $0 }), (try? condition()) != true { usleep(20_000) }
            self.strike()
        }
    }

    /// The process has ended; its number may belong to another one soon.
    func stop() { isOver.withLock { $0 = true } }

    private func strike() {
        isOver.withLock { isOver in if !isOver { kill(process, signal) } }
    }
}
