import ArgumentParser
import Core

extension ExitStatus {
    /// The status as the argument parser takes it.
    var code: ExitCode { ExitCode(rawValue) }
}
