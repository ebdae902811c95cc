import Core
import Postgres
import Schema

/// The SQL that records a step in `emaildb.ledger` and `emaildb.ledger_event`; used to write, and printed by `--plan`.
enum LedgerWriter {
    private static let records = Dictionary(uniqueKeysWithValues: SQLFile("ledger_records").statements)

    /// Records a step as complete; to be run inside the step's transaction.
    /// - Parameter milliseconds: how long the step took.
    static func recordDone(_ step: SchemaStep, milliseconds: Int) -> String {
        record(step, "done", event: "done").filling(["ms": String(milliseconds)])
    }

    /// Records that a step outside transactions begins; a second beginning changes nothing.
    static func recordStarted(_ step: SchemaStep) -> String { record(step, "started", event: "started") }

    /// Records that a step outside transactions is complete.
    /// - Parameter event: `done`, or `adopted` when an earlier run's index was found complete.
    static func recordFinished(_ step: SchemaStep, event: String = "done") -> String {
        record(step, "finished", event: event)
    }

    /// Adds one line to the history.
    /// - Parameter detail: a text kept under `message`.
    static func recordEvent(_ step: SchemaStep, _ event: String, detail: String? = nil) -> String {
        record(step, nil, event: event, detail: detail)
    }

    private static func record(_ step: SchemaStep, _ title: String?, event: String, detail: String? = nil) -> String {
        let literals = [
            "name": step.name, "hash": step.hash, "chain": step.chain, "kind": step.kind.rawValue, "event": event,
            "tool": toolVersion,
        ].mapValues(SQL.literal)
        let message = detail.map { "jsonb_build_object('message', \(SQL.literal($0))::text)" } ?? "'{}'"
        let values = literals.merging(["step": String(step.number), "detail": message]) { $1 }
        return [title, "event"].compactMap { $0.flatMap { records[$0] }?.filling(values) }.joined(separator: "\n")
    }
}
