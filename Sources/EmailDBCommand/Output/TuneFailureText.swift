import ArgumentParser
import EmailDatabase
import Postgres

extension FailureOutput {
    /// A failed `tune`, for people and for programs.
    init(_ failure: TuneFailure) {
        let exitStatus = ExitStatus.of(failure).rawValue
        switch failure {
        case .refused(let problems):
            self.init(
                outcome: "refused", message: "this cannot be done; nothing was written",
                problems: problems.map { Problem(problem: $0.problem, remedy: $0.remedy) }, exitStatus: exitStatus)
        case .connection(let error):
            self.init(InstallFailure.connection(error))
        case .lockTimeout(let waited, let holders):
            self.init(
                outcome: "lock-timeout",
                message: "another emaildb still holds the lock after \(waited.components.seconds) s",
                problems: holders.map {
                    Problem(problem: "held by \($0)", remedy: "Wait for it, or run again with a longer --lock-timeout.")
                }, exitStatus: exitStatus)
        case .failed(let error, let doing):
            self.init(
                outcome: "failed", message: "\(doing): \(error.description)", problems: [],
                sqlState: error.sqlState?.rawValue, exitStatus: exitStatus)
        case .step(let problem):
            self.init(
                outcome: "failed", message: problem.problem,
                problems: [Problem(problem: "not everything was done", remedy: problem.remedy)], exitStatus: exitStatus)
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
