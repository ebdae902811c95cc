package import Install
import Postgres
import Schema

/// What `init` says while it works and when it is done.
package struct InitOutput: Sendable {
    private let terminal: Terminal

    package init(_ terminal: Terminal) { self.terminal = terminal }

    /// One line of talk for each thing that happens; the usual steps only with `--verbose`.
    @Sendable package func progress(_ event: InstallProgress) {
        switch event {
        case .waitingForServer(let error): terminal.detail("waiting for the server: \(error.message)")
        case .waitingForLock(let holders):
            terminal.detail("waiting for another emaildb init: \(holders.joined(separator: "; "))")
        case .creatingDatabase(let name): terminal.detail("creating the database \(name)")
        case .applying: break
        case .applied(let step, let milliseconds): terminal.detail("\(step.path)  \(milliseconds) ms")
        case .retrying(let step, let error): terminal.talk("\(step.path): trying again: \(error.message)")
        case .waitingForBuild(let step, let processes):
            terminal.talk("\(step.path): process \(processes) still builds this index; waiting for it")
        case .rebuilding(let step): terminal.talk("\(step.path): replacing the invalid leftover of an earlier build")
        }
    }

    /// The report as text.
    package func show(_ report: InstallReport) {
        if report.applied.isEmpty {
            terminal.result(
                "\(report.database): nothing to do, step \(report.schemaStep) of \(report.schemaStep) is applied")
        } else {
            let milliseconds = report.applied.map(\.milliseconds).reduce(0, +)
            terminal.result(
                terminal.paint("\(report.database): ", .green) + (report.createdDatabase ? "created, " : "")
                    + "\(report.applied.count) steps applied in \(milliseconds) ms"
                    + " (PostgreSQL \(report.serverVersion))")
        }
        for (role, outcome) in report.passwords.sorted(by: { $0.key < $1.key }) where outcome == .set {
            terminal.result("\(role): password set")
        }
        if !report.applied.isEmpty && report.passwords[RolePassword.application] == nil {
            terminal.talk("email_service has the password it had before, or none: --app-password-file FILE sets one")
        }
        guard !report.limitations.isEmpty else { return }
        terminal.result(terminal.paint("reduced mode", .yellow) + ": the following needs a superuser")
        for limitation in report.limitations {
            terminal.result("  - \(limitation.missing)\n      \(limitation.consequence)\n      \(limitation.fix)")
        }
    }
}
