import Dispatch
import Foundation
import Glibc
import Synchronization

/// What a finished process left behind.
package struct CommandResult: Sendable {
    /// The exit status, or 128 and the signal's number.
    package let status: Int32
    /// Standard output.
    package let output: String
    /// Standard error.
    package let errors: String

    /// Standard output as the JSON of a value.
    package func json<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(type, from: Data(output.utf8))
    }
}

/// Runs the program under test, and programs beside it, as their users do.
package enum CommandRunner {
    /// The debug build of `emaildb` that lies beside the tests.
    package static var emaildb: String {
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
    package static func emaildb(
        _ arguments: [String], environment: [String: String] = [:], in folder: String? = nil, signal: Int32 = SIGKILL,
        killAfter: Duration? = nil,
        victim: Int32? = nil, killWhen condition: (@Sendable () throws -> Bool)? = nil
    ) async throws -> CommandResult {
        try await run(
            emaildb, arguments, environment: environment, in: folder, signal: signal, killAfter: killAfter,
            victim: victim,
            killWhen: condition)
    }

    /// Runs `emaildb` in a folder with standard error in its file `errors`, where a test can wait for a message.
    package static func emaildb(
        _ arguments: [String], environment: [String: String], errorsIn folder: TemporaryFolder
    ) async throws -> CommandResult {
        try folder.write("errors", "")
        let result = try await run(
            "sh", ["-c", "exec \"$0\" \"$@\" 2>errors", emaildb] + arguments, environment: environment, in: folder.path)
        return CommandResult(status: result.status, output: result.output, errors: try folder.read("errors"))
    }

    /// Runs any program.
    package static func run(
        _ program: String, _ arguments: [String], environment: [String: String] = [:], in folder: String? = nil,
        signal: Int32 = SIGKILL,
        killAfter: Duration? = nil,
        victim: Int32? = nil, killWhen condition: (@Sendable () throws -> Bool)? = nil
    ) async throws -> CommandResult {
        var inherited = ProcessInfo.processInfo.environment.filter { name, _ in
            !name.hasPrefix("PG") && !name.hasPrefix("EMAILDB_") && name != "DATABASE_URL"
        }
        // The files of whoever tests are none of the tests'.
        inherited["EMAILDB_CONFIG"] = "none"
        inherited.merge(environment) { _, ours in ours }
        let values = inherited
        // Threads of its own: tests block those of Swift's concurrency with their queries, and what waits for one of
        // these may be too late to end the process in time.
        return try await withCheckedThrowingContinuation { continuation in
            DispatchQueue(label: "command").async {
                continuation.resume(
                    with: Result {
                        try wait(
                            for: program, arguments, environment: values, in: folder, signal: signal,
                            killAfter: killAfter, victim: victim, killWhen: condition)
                    })
            }
        }
    }

    private static func wait(
        for program: String, _ arguments: [String], environment: [String: String], in folder: String?, signal: Int32,
        killAfter: Duration?, victim: Int32?, killWhen condition: (@Sendable () throws -> Bool)?
    ) throws -> CommandResult {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program.contains("/") ? program : "/usr/bin/env")
        process.arguments = (program.contains("/") ? [] : [program]) + arguments
        process.environment = environment
        if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
        process.standardInput = FileHandle.nullDevice
        let output = Pipe()
        let errors = Pipe()
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        let killer = Killer(process: victim ?? process.processIdentifier, signal: signal)
        if let killAfter { killer.strike(after: killAfter) }
        if let condition { killer.strike(when: condition) }
        let errorText = Mutex(Data())
        let errorsRead = DispatchSemaphore(value: 0)
        DispatchQueue(label: "standard error").async {
            let data = errors.fileHandleForReading.readDataToEndOfFile()
            errorText.withLock { $0 = data }
            errorsRead.signal()
        }
        let outputData = output.fileHandleForReading.readDataToEndOfFile()
        errorsRead.wait()
        process.waitUntilExit()
        killer.stop()
        let isSignal = process.terminationReason == .uncaughtSignal
        return CommandResult(
            status: (isSignal ? 128 : 0) + process.terminationStatus,
            output: String(decoding: outputData, as: UTF8.self),
            errors: String(decoding: errorText.withLock { $0 }, as: UTF8.self))
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
