/// How the program ends.
///
/// The numbers are part of its interface: none is ever given another meaning.
package struct ExitStatus: Sendable, Hashable {
    package let code: Int32
    /// The word for it: `outcome` in the JSON of a failure.
    package let name: String
    package let meaning: String

    private init(_ code: Int32, _ name: String, _ meaning: String) {
        self.code = code
        self.name = name
        self.meaning = meaning
    }

    package static let done = ExitStatus(0, "done", "done, or nothing to do")
    package static let findings = ExitStatus(
        1, "findings",
        "findings: of verify, of a pooler's probe; a step is pending (--exit-code); a setting is not in force")
    package static let failed = ExitStatus(
        2, "failed", "a step failed, and nothing is half applied; or a result could not be delivered")
    package static let cannotConnect = ExitStatus(
        3, "cannot-connect", "no connection to the server, or it was lost: run it again")
    package static let refused = ExitStatus(
        4, "refused", "refused before anything was written, with every reason and its fix")
    package static let lockTimeout = ExitStatus(5, "lock-timeout", "waited too long for another session's lock")
    package static let ledgerMismatch = ExitStatus(
        6, "ledger", "the ledger contradicts this program, or the database is newer than it")
    package static let usage = ExitStatus(64, "usage", "wrong usage")

    /// As a shell reports a process that a signal ended.
    package static func interrupted(by signal: Int32) -> ExitStatus {
        ExitStatus(128 + signal, "interrupted", "stopped by signal \(signal)")
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
