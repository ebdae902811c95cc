package import Core
package import Postgres

/// One row of `emaildb.ledger`: a step that was applied to this database.
package struct LedgerEntry: Sendable, Hashable, Codable {
    /// Whether a step is complete; only one outside transactions is ever seen as started.
    package enum State: String, Sendable, Codable {
        case started
        case done
    }

    package let step: Int
    package let name: String
    package let hash: String
    package let chain: String
    package let state: State
    /// When it began, ISO 8601 with time zone.
    package let startedAt: String
    package let milliseconds: Int?
    package let appliedBy: String
    package let toolVersion: String
}

package struct Ledger: Sendable {
    package let entries: [LedgerEntry]

    package static let none = Ledger(entries: [])

    private init(entries: [LedgerEntry]) { self.entries = entries }

    /// Reads the ledger; empty when the database has none.
    ///
    /// Two short queries, so that a database without a ledger logs no error; nothing in them depends on `search_path`,
    /// so the session need not be pinned.
    /// - Throws: ``PostgresError``, 42501 when the role may not read it.
    package static func read(_ connection: borrowing Connection) throws -> Ledger {
        guard try connection.query("SELECT pg_catalog.to_regclass('emaildb.ledger')::pg_catalog.text").first?[0] != nil
        else { return .none }
        return Ledger(try connection.query(query))
    }

    /// What reads the ledger where there is one; a column that was dropped reads as NULL, for `verify` to say so.
    package static let query = SQLFile("ledger").text

    package init(_ rows: Rows) {
        entries = rows.map { row in
            LedgerEntry(
                step: row.integer("step") ?? 0, name: row.text("name"), hash: row.text("hash"),
                chain: row.text("chain"), state: LedgerEntry.State(rawValue: row.text("state")) ?? .started,
                startedAt: row.text("started_at"), milliseconds: row.integer("duration_ms"),
                appliedBy: row.text("applied_by"), toolVersion: row.text("tool_version"))
        }
    }

    package func compare(with source: SchemaSource) -> LedgerComparison {
        var problems: [LedgerProblem] = []
        var expected = 1
        for entry in entries {
            while expected < entry.step {
                problems.append(.gap(step: expected, name: Self.step(expected, in: source)?.name))
                expected += 1
            }
            expected = entry.step + 1
            guard let step = Self.step(entry.step, in: source) else {
                problems.append(.newer(entry))
                continue
            }
            if step.name != entry.name {
                problems.append(.renamed(entry, present: step.name))
            } else if step.hash != entry.hash {
                problems.append(.changed(entry, present: step.hash))
            } else if step.chain != entry.chain && problems.isEmpty {
                problems.append(.rechained(entry, present: step.chain))
            }
        }
        let done = Set(entries.filter { $0.state == .done }.map(\.step))
        return LedgerComparison(pending: source.steps.filter { !done.contains($0.number) }, problems: problems)
    }

    private static func step(_ number: Int, in source: SchemaSource) -> SchemaStep? {
        source.steps.indices.contains(number - 1) ? source.steps[number - 1] : nil
    }
}

/// What a ledger lacks, and where it contradicts this binary.
package struct LedgerComparison: Sendable {
    package let pending: [SchemaStep]
    /// Contradictions; while there is any, nothing may be written.
    package let problems: [LedgerProblem]
}

/// A contradiction between the ledger and this binary's steps.
package enum LedgerProblem: Sendable, Hashable, CustomStringConvertible {
    /// An applied step's file is not the one that was applied.
    case changed(LedgerEntry, present: String)
    case renamed(LedgerEntry, present: String)
    /// The recorded chain is not what these files give: the ledger itself was edited.
    case rechained(LedgerEntry, present: String)
    /// The ledger lacks a step although later ones were applied.
    case gap(step: Int, name: String?)
    /// The database has a step that this binary does not know.
    case newer(LedgerEntry)

    package var description: String {
        switch self {
        case .changed(let entry, let present):
            "step \(entry.step) (\(entry.name)) was applied from another file: recorded \(entry.hash), present \(present)"
        case .renamed(let entry, let present):
            "step \(entry.step) was applied under another name: recorded \(entry.name) (\(entry.hash)), present \(present)"
        case .rechained(let entry, let present):
            "step \(entry.step) (\(entry.name)) has another history: recorded chain \(entry.chain), present \(present)"
        case .gap(let step, let name):
            "step \(step)\(name.map { " (\($0))" } ?? "") is not in the ledger although later steps are"
        case .newer(let entry):
            "the database has step \(entry.step) (\(entry.name), applied by emaildb \(entry.toolVersion)),"
                + " which this emaildb does not know"
        }
    }

    private var fix: String {
        switch self {
        case .changed, .renamed:
            "Applied steps are never edited: bring back the file as it was released (git checkout), put the change in a"
                + " new step, and run emaildb init again."
        case .rechained, .gap:
            "The table emaildb.ledger was changed by hand: compare it with emaildb.ledger_event, restore it from a"
                + " backup, and run emaildb init again."
        case .newer: "Use the emaildb that upgraded this database, or a later one."
        }
    }

    package var problem: Problem { Problem(problem: description, fix: fix) }
}
