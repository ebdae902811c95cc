import ArgumentParser
import Core
import Glibc
import Report
import Server
import Tune

/// The steps of a container's start.
///
/// Each does its part and becomes the next command, so that one process, the container's first, gets every signal and ends
/// with every status.
struct Container: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The steps by which the image email-postgres starts its server.",
        discussion: """
            Each step ends by becoming the command that follows it, as env and setpriv do. A step that fails says why and \
            ends the chain. The settings are variables of the environment: emaildb help containers.
            """,
        subcommands: [Secrets.self, Data.self, Access.self, Upgrade.self, Serve.self])

    struct Secrets: ContainerStep {
        static let configuration = CommandConfiguration(
            abstract: "Check the settings, and copy the secrets to where only the server's user reads them.")

        @Argument(parsing: .captureForPassthrough, help: "The command to become.")
        var next: [String]

        func take(_ start: ContainerStart) throws { try start.collectSecrets() }
    }

    struct Data: ContainerStep {
        static let configuration = CommandConfiguration(
            abstract: "Claim the data directory, and make it when it is empty: by initdb, or as a copy of the primary.")

        @Argument(parsing: .captureForPassthrough, help: "The command to become.")
        var next: [String]

        func take(_ start: ContainerStart) throws { try start.prepareData() }
    }

    struct Access: ContainerStep {
        static let configuration = CommandConfiguration(
            abstract: "Write the access rules, and the certificate where TLS is asked for.")

        @Argument(parsing: .captureForPassthrough, help: "The command to become.")
        var next: [String]

        func take(_ start: ContainerStart) throws { try start.writeAccess() }
    }

    struct Upgrade: ContainerStep {
        static let configuration = CommandConfiguration(
            abstract: "Run emaildb init and emaildb tune on a server that only this container reaches.")

        @Argument(parsing: .captureForPassthrough, help: "The command to become.")
        var next: [String]

        func take(_ start: ContainerStart) throws { try start.upgrade() }
    }

    struct Serve: ContainerStep {
        static let configuration = CommandConfiguration(abstract: "Become the server.")

        @Argument(parsing: .captureForPassthrough, help: "Options of postgres.")
        var next: [String] = []

        func take(_ start: ContainerStart) { start.removeSecrets() }

        func command(_ start: ContainerStart) -> [String] {
            start.serverCommand(next.first == "--" ? Array(next.dropFirst()) : next)
        }
    }
}

/// One step, which becomes the next command when it is done.
protocol ContainerStep: Command {
    /// The words after the step's own.
    var next: [String] { get }

    func take(_ start: ContainerStart) throws

    /// What to become; nothing where there is none.
    func command(_ start: ContainerStart) -> [String]
}

extension ContainerStep {
    static var parent: String { "emaildb container" }
    var terminal: Terminal { Terminal() }

    func command(_ start: ContainerStart) -> [String] { next }

    /// A step that fails leaves no secret behind.
    func execute(_ terminal: Terminal) throws -> ExitStatus {
        // Whatever follows is the next command's; only as the first word it is a call for help.
        if ["-h", "--help"].contains(next.first) { throw CleanExit.helpRequest(self) }
        StopSignals.block()
        umask(0o077)
        let start = try ContainerStart(profiles: TuneProfile.allCases.map(\.rawValue)) {
            terminal.talk("email-postgres: \($0)")
        }
        do {
            try take(start)
            try StopSignals.check()
        } catch {
            start.removeSecrets()
            throw error
        }
        let command = command(start)
        guard let program = command.first else { return .done }
        become(command)
        throw Failure(.failed, "\(program) cannot be run", fix: "which \(program)")
    }
}
