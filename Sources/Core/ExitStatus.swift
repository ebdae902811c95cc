/// How the program ends.
///
/// The numbers are part of its interface: none is ever given another meaning.
package struct ExitStatus: Sendable, Hashable {
    package let code: Int32
    /// The word for it: `outcome` in the JSON of a failure.
    package let name: String
    package let meaning: String

    package static let done = ExitStatus(code: 0, name: "done", meaning: "done, or nothing to do")
    package static let findings = ExitStatus(
        code: 1, name: "findings",
        meaning:
            "findings: of verify, of doctor, of adopt, of a pooler's probe, of a check or drill of backups; a step is pending (--exit-code); a restore left something out; a setting is not in force"
    )
    package static let failed = ExitStatus(
        code: 2, name: "failed",
        meaning: "a step failed, and nothing is half applied; or a result could not be delivered")
    package static let cannotConnect = ExitStatus(
        code: 3, name: "cannot-connect", meaning: "no connection to the server, or it was lost: run it again")
    package static let refused = ExitStatus(
        code: 4, name: "refused", meaning: "refused before anything was written, with every reason and its fix")
    package static let lockTimeout = ExitStatus(
        code: 5, name: "lock-timeout", meaning: "waited too long for another session's lock")
    package static let ledgerMismatch = ExitStatus(
        code: 6, name: "ledger", meaning: "the ledger contradicts this program, or the database is newer than it")
    package static let usage = ExitStatus(code: 64, name: "usage", meaning: "wrong usage")

    /// As a shell reports a process that a signal ended.
    package static func interrupted(by signal: Int32) -> ExitStatus {
        ExitStatus(code: 128 + signal, name: "interrupted", meaning: "stopped by signal \(signal)")
    }

    /// The status of another run of this program.
    package static func ofChild(_ code: Int32) -> ExitStatus {
        table.first { $0.code == code } ?? (code > 128 ? interrupted(by: code - 128) : failed)
    }

    /// Every status, for `--help` and the documentation; 130 and 143 stand for all signals.
    package static let table = [
        done, findings, failed, cannotConnect, refused, lockTimeout, ledgerMismatch, usage, interrupted(by: 2),
        interrupted(by: 15),
    ]
}
