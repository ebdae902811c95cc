import ArgumentParser
import Core
import Postgres
import Report

/// Whether a command looks once or again and again.
struct WatchOptions: ParsableArguments {
    @Flag(
        help:
            "Look again and again: as a view of the whole terminal, which q ends; elsewhere one result below the other."
    )
    var watch = false

    @Option(help: ArgumentHelp("Time between two looks of --watch.", valueName: "seconds"))
    var interval = 2

    func validate() throws { try validateSeconds(interval, "--interval", from: 1) }

    /// Looks until somebody ends it.
    /// - Parameters:
    ///   - title: what is looked at.
    ///   - look: one look, for people; where it fails for want of a connection, that is shown and tried again.
    func run(_ title: String, _ terminal: Terminal, _ look: () throws -> StyledText) throws -> ExitStatus {
        // What is wrong from the start is no view.
        var first: StyledText? = try look()
        let screen = Screen(terminal, every: .seconds(interval))
        let ending = try screen.show("\(title), every \(interval) s, q ends") {
            if let text = first.take() { return text }
            do {
                return try look()
            } catch {
                let failure = Interruption.signal == nil ? Self.failure(error) : nil
                guard let failure, failure.status == .cannotConnect || failure.status == .lockTimeout else {
                    throw error
                }
                return failure.text
            }
        }
        return ending == .quit ? .done : .interrupted(by: Interruption.signal ?? 2)
    }

    private static func failure(_ error: any Error) -> Failure? {
        error as? Failure ?? (error as? PostgresError).map { Failure($0, doing: "emaildb") }
    }
}
