import Core
import Postgres
import Schema

/// The SQL that records steps in `emaildb.ledger` and `emaildb.ledger_event`; used to write, and printed by `--plan`.
enum LedgerWriter {
    /// Records a step as complete; to be run inside the step's own transaction, which gives it its starting time.
    static func recordDone(_ step: SchemaStep) -> String {
        """
        INSERT INTO emaildb.ledger (step, name, hash, chain, kind, state, started_at, finished_at, duration_ms,
          applied_by, server_version, tool_version)
        VALUES (\(identity(step)), 'done', now(), clock_timestamp(),
          (extract(epoch FROM clock_timestamp() - now()) * 1000)::bigint,
          session_user, current_setting('server_version'), \(SQL.literal(toolVersion)));
        \(recordEvent(step, "done"))
        """
    }

    /// Records that a step outside transactions begins; a second beginning changes nothing.
    static func recordStarted(_ step: SchemaStep) -> String {
        """
        INSERT INTO emaildb.ledger (step, name, hash, chain, kind, state, started_at, applied_by, server_version,
          tool_version)
        VALUES (\(identity(step)), 'started', now(), session_user, current_setting('server_version'),
          \(SQL.literal(toolVersion))) ON CONFLICT (step) DO NOTHING;
        \(recordEvent(step, "started"))
        """
    }

    /// Records that a step outside transactions is complete.
    /// - Parameter event: `done`, or `adopted` when an earlier run's index was found complete.
    static func recordFinished(_ step: SchemaStep, event: String = "done") -> String {
        """
        UPDATE emaildb.ledger SET state = 'done', finished_at = clock_timestamp(),
          duration_ms = (extract(epoch FROM clock_timestamp() - started_at) * 1000)::bigint
        WHERE step = \(step.number);
        \(recordEvent(step, event))
        """
    }

    /// Adds one line to the history.
    /// - Parameter detail: a text kept under `message`.
    static func recordEvent(_ step: SchemaStep, _ event: String, detail: String? = nil) -> String {
        let message = detail.map { "jsonb_build_object('message', \(SQL.literal($0))::text)" } ?? "'{}'"
        return """
            INSERT INTO emaildb.ledger_event (step, name, event, detail, session_role, server_pid, tool_version)
            VALUES (\(step.number), \(SQL.literal(step.name)), \(SQL.literal(event)), \(message), session_user, pg_backend_pid(), \
            \(SQL.literal(toolVersion)));
            """
    }

    private static func identity(_ step: SchemaStep) -> String {
        "\(step.number), \(SQL.literal(step.name)), \(SQL.literal(step.hash)), \(SQL.literal(step.chain)), \(SQL.literal(step.kind.rawValue))"
    }
}
