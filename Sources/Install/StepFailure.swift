import Core
import Postgres
import Schema

extension Failure {
    static func ledger(_ problems: [LedgerProblem]) -> Failure {
        Failure(
            status: .ledgerMismatch, message: "the database's ledger contradicts this emaildb; nothing was written",
            problems: problems.map(\.problem))
    }

    /// A step failed and was rolled back, or its connection was lost.
    static func step(_ step: SchemaStep, _ error: PostgresError) -> Failure {
        var place = step.path
        if let position = error.position {
            let location = SourceLocation(position: position, in: step.sql)
            place += ":\(location.line):\(location.column)"
        }
        let isLost = error.kind == .connectionLost
        let problem = Problem(
            problem: isLost
                ? "the connection was lost in step \(step.number) (\(step.name))"
                : "step \(step.number) (\(step.name)) failed and was rolled back",
            fix: isLost
                ? "Run emaildb init again: the ledger knows what was committed."
                : error.kind == .server ? fix(error) : error.hint)
        return Failure(
            status: isLost ? .cannotConnect : .failed, message: "\(place): \(error.description)", problems: [problem],
            step: step.name, cause: error)
    }

    private static func fix(_ error: PostgresError) -> String {
        switch error.sqlState {
        case .lockNotAvailable:
            "A long transaction holds a table: SELECT pid, query FROM pg_stat_activity WHERE xact_start IS NOT NULL;"
        case SQLState(rawValue: "53100"): "Free some disk space on the server, then run emaildb init again."
        default: "Fix the cause, then run emaildb init again: the steps before this one are kept."
        }
    }

    /// A step's SQL ran, but the catalog does not show the layout of `sql/`; rolled back.
    /// - Parameter isAdopted: whether the index was there before, under the step's name.
    static func layout(_ step: SchemaStep, _ mismatches: [FactMismatch], isAdopted: Bool = false) -> Failure {
        let problems = mismatches.map { mismatch in
            let index = mismatch.expected.object
            let rename = "ALTER INDEX \(index.sql) RENAME TO \(SQL.name(index.name + "_old"));"
            return Problem(
                problem: mismatch.description, fix: isAdopted ? rename + "   -- then run emaildb init again" : nil)
        }
        return Failure(
            status: .failed, message: "step \(step.number) (\(step.name)) did not give the layout it should",
            problems: problems, step: step.name)
    }
}
