import ArgumentParser
import EmailDatabase
import Postgres

/// The exit statuses of the program: part of its interface, never reused for another meaning.
enum ExitStatus {
    /// Findings: something is pending or not as it should be.
    static let findings = ExitCode(1)
    /// A step failed; nothing is half applied.
    static let failed = ExitCode(2)
    /// No connection to the server, or it was lost.
    static let cannotConnect = ExitCode(3)
    /// Refused before anything was written.
    static let refused = ExitCode(4)
    /// Waited too long for a lock.
    static let lockTimeout = ExitCode(5)
    /// The ledger contradicts the program, or the database is newer than it.
    static let ledgerMismatch = ExitCode(6)

    /// The status that a failed `init` ends with.
    static func of(_ failure: InstallFailure) -> ExitCode {
        switch failure {
        case .preflight: refused
        case .ledger: ledgerMismatch
        case .lockTimeout: lockTimeout
        case .step(_, let error): error.kind == .connectionLost ? cannotConnect : failed
        case .layout, .conflictingIndex, .statement: failed
        case .connection: cannotConnect
        case .interrupted(let signal): ExitCode(128 + signal)
        }
    }

    /// The status that a failed `tune` ends with.
    static func of(_ failure: TuneFailure) -> ExitCode {
        switch failure {
        case .refused: refused
        case .connection: cannotConnect
        case .lockTimeout: lockTimeout
        case .failed, .step: failed
        case .interrupted(let signal): ExitCode(128 + signal)
        }
    }
}
