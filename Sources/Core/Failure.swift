package import Postgres

/// What went wrong, why, and what to type next: the error of every room.
package struct Failure: Error, Sendable {
    package let status: ExitStatus
    /// What happened, in one sentence; a server's error keeps its further lines.
    package let message: String
    /// What is wrong, one by one, each with its fix.
    package let problems: [Problem]
    /// The step of `sql/` that failed.
    package let step: String?
    /// The server's or libpq's error behind it, which tells whether another try may help.
    package let cause: PostgresError?

    package init(
        status: ExitStatus, message: String, problems: [Problem] = [], step: String? = nil, cause: PostgresError? = nil
    ) {
        self.status = status
        self.message = message
        self.problems = problems
        self.step = step
        self.cause = cause
    }

    /// A failure with one reason.
    package init(_ status: ExitStatus, _ problem: String, fix: String? = nil) {
        self.init(status: status, message: problem, problems: [Problem(problem: problem, fix: fix)])
    }

    /// Refused before anything was written, for one reason.
    package static func refused(_ problem: String, fix: String?) -> Failure {
        Failure(.refused, problem, fix: fix)
    }

    /// Refused before anything was written, for every reason at once.
    package static func refused(_ message: String, _ problems: [Problem]) -> Failure {
        Failure(status: .refused, message: message, problems: problems)
    }

    /// SIGINT or SIGTERM ended it.
    package static func interrupted(
        by signal: Int32, _ consequence: String = "what was not committed is rolled back"
    ) -> Failure {
        Failure(status: .interrupted(by: signal), message: "stopped by signal \(signal); \(consequence)")
    }

    /// Other sessions kept a lock for longer than allowed.
    package static func lockTimeout(waited: Duration, holders: [String]) -> Failure {
        let fix = "Wait for it to end, or wait longer: --lock-timeout SECONDS (init, tune)"
        return Failure(
            status: .lockTimeout, message: "another emaildb still holds the lock after \(waited.components.seconds) s",
            problems: holders.map { Problem(problem: "held by \($0)", fix: fix) })
    }

    /// An error of the server, or of the connection to it.
    /// - Parameter activity: what the server was asked for, such as `emaildb status`.
    package init(_ error: PostgresError, doing activity: String) {
        let status: ExitStatus
        var problem: String?
        var fix = error.hint
        switch error.kind {
        case .configuration:
            status = .cannotConnect
            problem = "the connection settings cannot be used"
            fix = [fix, "Look at -d, DATABASE_URL and the PG* variables: env | grep -E '^(PG|DATABASE_URL=)'"]
                .compactMap(\.self).joined(separator: "\n")
        case .connect:
            status = .cannotConnect
            problem =
                error.sqlState == .invalidCatalogName ? "the database does not exist" : "no connection to the server"
            fix = fix ?? Self.fix(connecting: error)
        case .connectionLost:
            status = .cannotConnect
            problem = "the connection was lost"
        case .server where error.sqlState == .lockNotAvailable:
            status = .lockTimeout
            problem = "another session holds a lock that this needs"
            fix = "SELECT pid, query FROM pg_stat_activity WHERE xact_start IS NOT NULL;   -- then run it again"
        case .server where error.sqlState == .insufficientPrivilege:
            status = .failed
            problem = "this role may not do that"
            fix = "Log in as email_monitor to look, as a superuser to change: --username ROLE"
        case .stopped: status = .interrupted(by: Interruption.signal ?? 15)
        case .server, .usage: status = .failed
        }
        let isConnection = status == .cannotConnect
        self.init(
            status: status, message: isConnection ? error.message : "\(activity): \(error.description)",
            problems: problem.map { [Problem(problem: $0, fix: fix)] } ?? [], cause: error)
    }

    private static func fix(connecting error: PostgresError) -> String {
        switch error.sqlState {
        case .invalidAuthorization: "Name a role that exists and may log in: --username ROLE"
        case .invalidCatalogName: "Create the database: emaildb init"
        case .tooManyConnections: "Log in as a superuser, for whom connections are kept: --username postgres"
        case nil, .connectionFailure:
            "Is the server running there? Name it with --host and --port, or start a private one: emaildb dev start"
        default: "Run it again when the server has started; emaildb init waits for it: --wait 60"
        }
    }
}

extension Failure: Encodable {
    private enum CodingKeys: String, CodingKey { case outcome, message, problems, step, sqlState, exitStatus }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(status.name, forKey: .outcome)
        try container.encode(message, forKey: .message)
        try container.encode(problems, forKey: .problems)
        try container.encodeIfPresent(step, forKey: .step)
        try container.encodeIfPresent(cause?.sqlState?.rawValue, forKey: .sqlState)
        try container.encode(status.code, forKey: .exitStatus)
    }
}
