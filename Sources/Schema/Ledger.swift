package import Core
package import Postgres

/// One row of `emaildb.ledger`: a step that was applied to this database.
package struct LedgerEntry: Sendable {
    /// Whether a step is complete; only one outside transactions is ever seen as started.
    package enum State: String, Sendable {
        case started, done
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
    /// Whether there are more rows than ``limit``, which were not read.
    private let isCut: Bool
    /// How many rows have no number of a step, or a state that no ledger has.
    private let unreadable: Int

    package static let none = Ledger(entries: [])
    /// More steps than any series has; a table of others may have any number of rows.
    private static let limit = 10_000

    private init(entries: [LedgerEntry]) {
        self.entries = entries
        isCut = false
        unreadable = 0
    }

    /// Reads the ledger; empty when the database has none.
    ///
    /// Two short queries, so that a database without a ledger logs no error; nothing in them depends on `search_path`,
    /// so the session need not be pinned.
    /// - Throws: ``PostgresError``, 42501 when the role may not read it.
    package static func read(_ connection: borrowing Connection) throws(PostgresError) -> Ledger {
        guard try connection.query("SELECT pg_catalog.to_regclass('emaildb.ledger')::pg_catalog.text").first?[0] != nil
        else { return .none }
        return Ledger(try connection.query(query))
    }

    /// What reads the ledger where there is one; a column that was dropped reads as NULL, for `verify` to say so.
    package static let query = SQLFile("ledger").text

    package init(_ rows: Rows) {
        isCut = rows.count > Self.limit
        let read = rows.prefix(Self.limit)
        entries = read.compactMap { row in
            guard let step = row.integer("step"), let state = LedgerEntry.State(rawValue: row.text("state")) else {
                return nil
            }
            return LedgerEntry(
                step: step, name: row.text("name"), hash: row.text("hash"), chain: row.text("chain"), state: state,
                startedAt: row.text("started_at"), milliseconds: row.integer("duration_ms"),
                appliedBy: row.text("applied_by"), toolVersion: row.text("tool_version"))
        }
        unreadable = read.count - entries.count
    }

    package func compare(with source: SchemaSource) -> LedgerComparison {
        let steps = Dictionary(uniqueKeysWithValues: source.steps.map { ($0.number, $0) })
        var problems: [LedgerProblem] = []
        func add(_ step: Int, _ problem: String, unknown: String? = nil, fix: String) {
            problems.append(LedgerProblem(step: step, unknown: unknown, problem: Problem(problem: problem, fix: fix)))
        }
        let fileChanged =
            "Applied steps are never edited: bring back the file as it was released (git checkout), put the change in a"
            + " new step, and run emaildb init again."
        let ledgerChanged =
            "The table emaildb.ledger was changed by hand: compare it with emaildb.ledger_event, restore it from a"
            + " backup, and run emaildb init again."
        var expected = 1
        for entry in entries {
            while expected < entry.step, let step = steps[expected] {
                add(
                    expected, "step \(expected) (\(step.name)) is not in the ledger although later steps are",
                    fix: ledgerChanged)
                expected += 1
            }
            if expected < entry.step {
                // A range, as a number in a table of others may be any.
                let gap =
                    expected == entry.step - 1 ? "step \(expected) is" : "steps \(expected) to \(entry.step - 1) are"
                add(expected, "\(gap) not in the ledger although later steps are", fix: ledgerChanged)
            }
            expected = max(expected, entry.step + 1)
            let (number, name, hash) = (entry.step, entry.name, entry.hash)
            if let step = steps[number] {
                if step.name != name {
                    add(
                        number,
                        "step \(number) was applied under another name: recorded \(name) (\(hash)), present \(step.name)",
                        fix: fileChanged)
                } else if step.hash != hash {
                    add(
                        number,
                        "step \(number) (\(name)) was applied from another file: recorded \(hash), present \(step.hash)",
                        fix: fileChanged)
                } else if step.chain != entry.chain && problems.isEmpty {
                    add(
                        number,
                        "step \(number) (\(name)) has another history: recorded chain \(entry.chain),"
                            + " present \(step.chain)", fix: ledgerChanged)
                }
            } else {
                add(
                    number,
                    "the database has step \(number) (\(name), applied by emaildb \(entry.toolVersion)),"
                        + " which this emaildb does not know", unknown: name,
                    fix: "Use the emaildb that upgraded this database, or a later one.")
            }
        }
        if unreadable > 0 {
            add(
                expected, "rows of emaildb.ledger have no step number, or a state that is none: \(unreadable)",
                fix: ledgerChanged)
        }
        if isCut {
            add(expected, "emaildb.ledger has more than \(Self.limit) rows; no more were read", fix: ledgerChanged)
        }
        let done = Set(entries.filter { $0.state == .done }.map(\.step))
        return LedgerComparison(pending: source.steps.filter { !done.contains($0.number) }, problems: problems)
    }
}

/// What a ledger lacks, and where it contradicts this binary.
package struct LedgerComparison: Sendable {
    package let pending: [SchemaStep]
    /// Contradictions; while there is any, nothing may be written.
    package let problems: [LedgerProblem]
}

/// A contradiction between the ledger and this binary's steps.
package struct LedgerProblem: Sendable {
    package let step: Int
    /// The name of the step, when it is one that this binary does not know.
    package let unknown: String?
    package let problem: Problem

    /// What is called `emaildb.ledger` is none.
    package static func unreadable(_ error: PostgresError) -> LedgerProblem {
        LedgerProblem(
            step: 0, unknown: nil,
            problem: Problem(
                problem: "emaildb.ledger cannot be read as a ledger: \(error.message)",
                fix:
                    "Restore the schema emaildb from a backup, or use a database of its own: emaildb init -d OTHER_NAME"
            ))
    }
}
