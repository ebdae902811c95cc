import FoundationEssentials
import Glibc
import Subprocess
import SystemPackage

/// A program that runs beside a test, for the length of one body.
package enum BackgroundProgram {
    /// Starts a program, waits until it answers, runs a body and ends the program.
    /// - Parameters:
    ///   - program: a name in `PATH`.
    ///   - environment: all of its environment but `PATH`.
    ///   - log: the file that gets its output.
    ///   - port: where it serves HTTP.
    ///   - page: what it answers as soon as it is up; it is asked for until then.
    ///   - body: gets the process id.
    package static func with<Value: Sendable>(
        _ program: String, _ arguments: [String], environment: [String: String] = [:], log: String, port: Int,
        page: String, _ body: @escaping @Sendable (Int32) async throws -> Value
    ) async throws -> Value {
        var variables: [Environment.Key: String] = ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? ""]
        for (name, value) in environment {
            if let key = Environment.Key(rawValue: name) { variables.updateValue(value, forKey: key) }
        }
        let output = try FileDescriptor.open(
            log, .writeOnly, options: [.create, .append], permissions: [.ownerReadWrite, .groupRead, .otherRead])
        defer { try? output.close() }
        let result = try await Subprocess.run(
            .name(program), arguments: Arguments(arguments), environment: .custom(variables), input: .none,
            output: .fileDescriptor(output, closeAfterSpawningProcess: false),
            error: .fileDescriptor(output, closeAfterSpawningProcess: false)
        ) { execution in
            let process = execution.processIdentifier.value
            // A child may have inherited that SIGTERM is blocked.
            defer { kill(process, SIGKILL) }
            do {
                try await eventually("\(program) answers") { LoopbackHTTP.get(port: port, page) != nil }
            } catch {
                throw NotUp(description: "\(error): \((try? String(contentsOfFile: log, encoding: .utf8)) ?? "")")
            }
            return try await body(process)
        }
        return result.closureResult
    }

    private struct NotUp: Error, CustomStringConvertible { let description: String }
}
