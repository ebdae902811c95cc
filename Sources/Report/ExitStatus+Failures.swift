import Core
package import Install
import Postgres
package import Tune

extension ExitStatus {
    /// The status that a failed `init` ends with.
    package static func of(_ failure: InstallFailure) -> Int32 {
        switch failure {
        case .preflight: ExitStatus.refused.rawValue
        case .ledger: ExitStatus.ledgerMismatch.rawValue
        case .lockTimeout: ExitStatus.lockTimeout.rawValue
        case .step(_, let error):
            (error.kind == .connectionLost ? ExitStatus.cannotConnect : ExitStatus.failed).rawValue
        case .layout, .conflictingIndex, .statement: ExitStatus.failed.rawValue
        case .connection: ExitStatus.cannotConnect.rawValue
        case .interrupted(let signal): 128 + signal
        }
    }

    /// The status that a failed `tune` ends with.
    package static func of(_ failure: TuneFailure) -> Int32 {
        switch failure {
        case .refused: ExitStatus.refused.rawValue
        case .connection: ExitStatus.cannotConnect.rawValue
        case .lockTimeout: ExitStatus.lockTimeout.rawValue
        case .failed, .step: ExitStatus.failed.rawValue
        case .interrupted(let signal): 128 + signal
        }
    }
}
