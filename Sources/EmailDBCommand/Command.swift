import ArgumentParser
import Core
import Glibc
import Postgres
import Report

/// A command of the program: its body, between options and ``run()``, the one way out.
protocol Command: ParsableCommand {
    /// The command that it is a subcommand of.
    static var parent: String { get }

    /// Where it prints, as its options say.
    var terminal: Terminal { get }

    /// Does the work, prints the result, and says how to end.
    /// - Throws: ``Failure``, or an error that becomes one.
    func execute(_ terminal: Terminal) throws -> ExitStatus
}

extension Command {
    static var parent: String { "emaildb" }

    /// The words that call it.
    private static var invocation: String {
        parent + " " + (configuration.commandName ?? String(describing: Self.self).lowercased())
    }

    func run() throws {
        let terminal = terminal
        var status: ExitStatus
        do {
            if !(self is any ContainerStep) { try Interruption.install() }
            status = try execute(terminal)
        } catch let help as CleanExit {
            throw help
        } catch {
            let failure = Self.failure(error)
            terminal.fail(failure)
            status = failure.status
        }
        Self.end(status)
    }

    /// Ends the process at once: what is left to do at an exit would take away under the threads that are left behind, such as
    /// one that still logs in, what they use.
    private static func end(_ status: ExitStatus) -> Never {
        fflush(nil)
        Interruption.exit(status.code)
    }

    /// Whatever was thrown, with something to type next.
    static func failure(_ error: any Error) -> Failure {
        let failure =
            switch error {
            case _ where Interruption.signal != nil: Failure.interrupted(by: Interruption.signal ?? 0, error)
            case let failure as Failure: failure
            case let error as PostgresError: Failure(error, doing: invocation)
            case let error as ValidationError: Failure(.usage, error.message, fix: "\(invocation) --help")
            default: Failure(.failed, "\(error)", fix: nil)
            }
        return failure.problems.contains { $0.fix != nil } ? failure : failure.fixed(by: "Run \(invocation) again.")
    }
}

extension Failure {
    /// What a signal made of a command, whatever failed in its consequence.
    fileprivate static func interrupted(by signal: Int32, _ error: any Error) -> Failure {
        guard let failure = error as? Failure else { return .interrupted(by: signal) }
        if failure.status == .interrupted(by: signal) { return failure }
        return Failure(
            status: .interrupted(by: signal), message: "stopped by signal \(signal): \(failure.message)",
            problems: failure.problems, step: failure.step, cause: failure.cause)
    }

    /// With a fix where none of its problems has one.
    fileprivate func fixed(by fix: String) -> Failure {
        let last = problems.last?.problem ?? message
        return Failure(
            status: status, message: message, problems: problems.dropLast() + [Problem(problem: last, fix: fix)],
            step: step, cause: cause)
    }
}
