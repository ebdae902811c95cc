import Core
package import Postgres
package import Schema

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
        default: "Fix the cause, then run emaildb init again; emaildb status shows what is pending."
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

    /// A failure of steps that event triggers of others have brought about, as a refusal.
    ///
    /// All was rolled back, and nothing of it was written down. Nil when there are none, or an error does not come from one.
    static func eventTriggers(behind failure: Failure, _ connection: borrowing Connection) throws -> Failure? {
        guard failure.status == .failed else { return nil }
        // An error tells which function raised it; an unexpected layout may come from any.
        let rows = try connection.query(
            """
            SELECT quote_ident(evtname) AS name, evtfoid::regprocedure AS function FROM pg_catalog.pg_event_trigger
            WHERE evtenabled <> 'D' AND ($1::text IS NULL OR strpos($1, evtfoid::regprocedure::text) > 0)
            """, [failure.cause.map { $0.context ?? "" }])
        if rows.isEmpty { return nil }
        return .refused(
            "event triggers keep the steps from what they do; nothing was written",
            rows.map { row in
                Problem(
                    problem: "the event trigger \(row.text("name")), which runs \(row.text("function")): "
                        + (failure.cause?.message ?? failure.problems.first?.problem ?? failure.message),
                    fix: "ALTER EVENT TRIGGER \(row.text("name")) DISABLE;   -- as a superuser; after init: ENABLE")
            })
    }
}

extension PostgresError {
    /// Whether a server's error comes from the moment or from the connection, and not from what was asked.
    package var isPassing: Bool {
        // Connection, rollback, resources, limits, state of objects, intervention, system and internal errors.
        ["08", "40", "53", "54", "55", "57", "58", "XX"].contains { sqlState?.rawValue.hasPrefix($0) == true }
    }
}

extension Ledger {
    /// Reads the ledger, or says that something else is in its place.
    /// - Throws: ``Failure`` when it cannot be read as a ledger; `PostgresError`, 42501 when the role may not read it.
    package static func readAsLedger(_ connection: borrowing Connection) throws -> Ledger {
        do {
            return try read(connection)
        } catch {
            guard error.kind == .server, !error.isPassing, error.sqlState != .insufficientPrivilege else { throw error }
            throw Failure.ledger([.unreadable(error)])
        }
    }
}
