import Core
package import Install
import Postgres
import Schema

/// A failed `init`, for people and for programs.
package struct FailureOutput: Encodable {
    /// One thing that is wrong, and what to do.
    struct Problem: Encodable {
        let problem: String
        let fix: String?
    }

    /// `refused`, `ledger`, `lock-timeout`, `failed`, `cannot-connect` or `interrupted`.
    let outcome: String
    /// What happened, in one sentence.
    let message: String
    /// What is wrong, item by item.
    let problems: [Problem]
    /// The step that failed.
    let step: String?
    /// The server's code.
    let sqlState: String?
    let exitStatus: Int32

    /// Which command failed, for what only one of them can say.
    package enum Verb {
        case `init`
        case verify
        case pool
        case probe
    }

    package init(_ failure: InstallFailure, of verb: Verb = .`init`) {
        exitStatus = ExitStatus.of(failure)
        var step: String?
        var sqlState: SQLState?
        switch failure {
        case .preflight(let found):
            outcome = "refused"
            message =
                switch verb {
                case .`init`: "this database cannot be set up yet; nothing was written"
                case .verify: "this server cannot be looked at"
                case .pool: "PgBouncer cannot be configured like this"
                case .probe: "the pooler could not be judged"
                }
            problems = found.map { Problem(problem: $0.problem, fix: $0.fix) }
        case .ledger(let found):
            outcome = "ledger"
            message = "the database's ledger contradicts this emaildb; nothing was written"
            problems = found.map { Problem(problem: $0.description, fix: $0.advice) }
        case .lockTimeout(let waited, let holders):
            outcome = "lock-timeout"
            let holder = verb == .verify ? "another session" : "another emaildb init"
            message = "\(holder) still holds the lock after \(waited.components.seconds) s"
            let fix = verb == .verify ? "Run it again." : "Wait for it, or run again with a longer --lock-timeout."
            problems = holders.map { Problem(problem: "held by \($0)", fix: fix) }
        case .step(let failed, let error):
            outcome = error.kind == .connectionLost ? "cannot-connect" : "failed"
            message = Self.text(error, in: failed)
            let lost = error.kind == .connectionLost
            problems = [
                Problem(
                    problem: lost
                        ? "the connection was lost in step \(failed.number) (\(failed.name))"
                        : "step \(failed.number) (\(failed.name)) failed and was rolled back",
                    fix: lost
                        ? "Run emaildb init again: the ledger knows what was committed."
                        : error.kind == .server
                            ? Self.advice(error) : error.hint)
            ]
            step = failed.name
            sqlState = error.sqlState
        case .layout(let failed, let mismatches), .conflictingIndex(let failed, let mismatches):
            outcome = "failed"
            message = "step \(failed.number) (\(failed.name)) did not give the layout it should"
            problems = mismatches.map { mismatch in
                Problem(problem: mismatch.description, fix: Self.advice(mismatch, failure))
            }
            step = failed.name
        case .connection(let error):
            outcome = "cannot-connect"
            message = error.message
            let problem =
                error.kind == .configuration ? "the connection settings cannot be used" : "no connection to the server"
            problems = [Problem(problem: problem, fix: Self.connectionAdvice(error))]
            sqlState = error.sqlState
        case .statement(let error, let doing):
            outcome = "failed"
            message = "\(doing): \(error.description)"
            problems =
                error.sqlState == .insufficientPrivilege
                ? [
                    Problem(
                        problem: "this role may not do that",
                        fix: "Log in as email_monitor to look, as a superuser to change: --username ROLE")
                ] : []
            sqlState = error.sqlState
        case .interrupted(let signal):
            outcome = "interrupted"
            message = "stopped by signal \(signal); what was running was rolled back"
            problems = [
                verb == .verify
                    ? Problem(problem: "nothing is known of the database", fix: "Run emaildb verify again.")
                    : Problem(problem: "not every step is applied", fix: "Run emaildb init again to go on.")
            ]
        }
        self.step = step
        self.sqlState = sqlState?.rawValue
    }

    /// The failure as lines for standard error, after `error: `.
    package var text: String {
        var lines = [message]
        for item in problems {
            lines.append("  - " + item.problem)
            if let fix = item.fix { lines.append("      " + fix) }
        }
        return lines.joined(separator: "\n")
    }

    /// `sql/0005_x.sql:42:8: error: message`, and what the server said beside it.
    private static func text(_ error: PostgresError, in step: SchemaStep) -> String {
        guard let position = error.position else { return "\(step.path): \(error.description)" }
        let place = SourceLocation(position: position, in: step.sql)
        return "\(step.path):\(place.line):\(place.column): \(error.description)"
    }

    private static func advice(_ error: PostgresError) -> String? {
        switch error.sqlState {
        case .lockNotAvailable:
            "A long transaction holds a table: SELECT pid, query FROM pg_stat_activity WHERE xact_start IS NOT NULL;"
        case SQLState(rawValue: "53100"): "Free some disk space on the server, then run emaildb init again."
        default: "Mend the cause, then run emaildb init again: the steps before this one are kept."
        }
    }

    private static func advice(_ mismatch: FactMismatch, _ failure: InstallFailure) -> String? {
        guard case .conflictingIndex = failure else { return nil }
        return "ALTER INDEX \(mismatch.expected.object) RENAME TO \(mismatch.expected.object)_old;"
            + "   -- then run emaildb init again"
    }

    private static func connectionAdvice(_ error: PostgresError) -> String? {
        if let hint = error.hint { return hint }
        if error.kind == .configuration { return "Look at -d, DATABASE_URL and the PG* variables: env | grep ^PG" }
        switch error.sqlState {
        case .invalidPassword: return "Set PGPASSWORD or a line of ~/.pgpass; there is no password option on purpose."
        case .invalidAuthorization: return "Name a role that exists and may log in: --username ROLE"
        case .invalidCatalogName: return "Create the database: emaildb init"
        case nil, .connectionFailure:
            return
                "Is the server running there? Name it with --host and --port, or start a private one: emaildb dev start"
        default: return "Try again with --wait 60 if the server is only starting."
        }
    }
}
