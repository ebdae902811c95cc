import Core
import Install
import Postgres
package import Tune

extension FailureOutput {
    /// A failed `tune`, for people and for programs.
    package init(_ failure: TuneFailure) {
        let exitStatus = ExitStatus.of(failure)
        switch failure {
        case .refused(let problems):
            self.init(
                outcome: "refused", message: "this cannot be done; nothing was written",
                problems: problems.map { Problem(problem: $0.problem, fix: $0.fix) }, exitStatus: exitStatus)
        case .connection(let error):
            self.init(InstallFailure.connection(error))
        case .lockTimeout(let waited, let holders):
            self.init(
                outcome: "lock-timeout",
                message: "another emaildb still holds the lock after \(waited.components.seconds) s",
                problems: holders.map {
                    Problem(problem: "held by \($0)", fix: "Wait for it, or run again with a longer --lock-timeout.")
                }, exitStatus: exitStatus)
        case .failed(let error, let doing):
            self.init(
                outcome: "failed", message: "\(doing): \(error.description)", problems: [],
                sqlState: error.sqlState?.rawValue, exitStatus: exitStatus)
        case .step(let problem):
            self.init(
                outcome: "failed", message: problem.problem,
                problems: [Problem(problem: "not everything was done", fix: problem.fix)], exitStatus: exitStatus)
        case .interrupted(let signal):
            self.init(
                outcome: "interrupted", message: "stopped by signal \(signal); what was written is taken back",
                problems: [], exitStatus: exitStatus)
        }
    }

    private init(
        outcome: String, message: String, problems: [Problem], sqlState: String? = nil, exitStatus: Int32
    ) {
        self.outcome = outcome
        self.message = message
        self.problems = problems
        self.sqlState = sqlState
        self.exitStatus = exitStatus
        step = nil
    }
}
