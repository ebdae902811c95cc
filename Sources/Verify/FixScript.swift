import Core
import Fix
import Postgres
import Schema

/// The fixes of findings, in an order that works.
///
/// One transaction, all or nothing, and after it what PostgreSQL refuses in one, with what relies on that: indexes are
/// built beside the writers, rows are repaired in batches.
struct FixPlan {
    struct Item {
        let heading: String
        let statement: FixStatement
    }

    /// What comes before the transaction: a constraint is checked when it is made, so rows are repaired first.
    ///
    /// Not where functions, triggers or rules are to be put right: what others made of them would be run.
    private(set) var first: [Item] = []
    private(set) var together: [Item] = []
    private(set) var alone: [Item] = []

    var items: [Item] { first + together + alone }

    /// Settings of the session, and of the transaction.
    static let session = "SET search_path = pg_catalog, pg_temp"
    static let transaction = [
        "SET LOCAL check_function_bodies = off", "SET LOCAL row_security = off", "SET LOCAL lock_timeout = '30s'",
    ]

    /// - Parameter isWanted: which of the statements to take.
    init(_ findings: [Finding], where isWanted: ([FixStatement]) -> (FixStatement) -> Bool = { _ in { _ in true } }) {
        var items: [(heading: String, statement: FixStatement)] = []
        var positionOf: [String: Int] = [:]
        let isTaken = isWanted(findings.flatMap(\.statements))
        for finding in findings {
            for statement in finding.statements where isTaken(statement) {
                if let position = positionOf[statement.sql] {
                    items[position].statement.merge(statement)
                } else {
                    positionOf[statement.sql] = items.count
                    items.append(("-- \(finding.code) \(finding.object): \(finding.message)", statement))
                }
            }
        }
        let things = items.reduce(into: Set<FixStatement.Thing>()) {
            $0.formUnion($1.statement.makes.union($1.statement.removes))
        }
        let isFirst =
            things.contains { $0.isObject([.constraint]) }
            && !things.contains { $0.isObject([.function, .trigger, .rule]) }
        var madeAlone: Set<FixStatement.Thing> = []
        for position in FixOrder(items.map(\.statement)).positions {
            let (heading, statement) = items[position]
            let item = Item(heading: heading, statement: statement)
            if statement.repairsRows && isFirst {
                first.append(item)
            } else if statement.runsAlone || !statement.needs.isDisjoint(with: madeAlone) {
                alone.append(item)
                madeAlone.formUnion(statement.makes)
            } else {
                together.append(item)
            }
        }
    }
}

extension VerifyReport {
    /// The fixes of all findings as one script for psql, in an order that works; nil when there is no finding without one.
    ///
    /// To be reviewed, and run as a superuser in the database; broken off, the next script does the rest. A name that it
    /// mentions in a comment is on one line, so that nothing in it is taken for SQL.
    package var fixScript: String? {
        let plan = FixPlan(findings)
        let others = findings.filter { $0.fix == nil }
        guard !findings.isEmpty else { return nil }
        var lines = [
            "-- Fixes what emaildb \(toolVersion) verify found in the \(ObjectName(.database, database)).",
            "-- Review it, then run it as a superuser: psql -X -d \(Shell.database(database)) -f FILE",
        ]
        if !others.isEmpty {
            lines.append("-- No SQL fixes these; the page of finding codes says what to do:")
            lines += others.map { "--   \($0.code) \($0.object)" }
        }
        guard !plan.items.isEmpty else { return lines.joined(separator: "\n") + "\n" }
        let kept = plan.items.count { $0.statement.isComment }
        if kept > 0 {
            lines.append(
                "-- \(kept) of its statements would delete data and are comments, which begin with \(FixStatement.notRun.dropFirst(3))."
            )
        }
        lines += ["\\set ON_ERROR_STOP on", "\(FixPlan.session);", guardStatement]
        let begin = (["BEGIN"] + FixPlan.transaction).map { $0 + ";" }.joined(separator: "\n")
        var last = ""
        for (items, start, end) in [
            (plan.first, nil, nil), (plan.together, begin, "\nCOMMIT;"), (plan.alone, nil, nil),
        ] where !items.isEmpty {
            if let start { lines.append(start) }
            for item in items {
                if item.heading != last { lines.append("\n" + item.heading) }
                last = item.heading
                lines.append(item.statement.sql)
            }
            if let end { lines.append(end) }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Fails where the script was not written for: in another database, or after further steps.
    var guardStatement: String {
        let step = schemaStep.map {
            " OR (SELECT pg_catalog.max(step) FROM emaildb.ledger) IS DISTINCT FROM \($0)"
        }
        return SQL.block(
            """
            BEGIN
              IF pg_catalog.current_database() <> \(SQL.literal(database))\(step ?? "") THEN
                RAISE EXCEPTION 'this script was written for another database, or for other steps: run emaildb verify --fix-sql again';
              END IF;
            END
            """)
    }
}

package enum Shell {
    /// What psql takes for a database of that name; a name that looks like a connection string has to be in one.
    package static func database(_ name: String) -> String {
        // libpq looks at bytes.
        let prefixes = ["postgres://", "postgresql://"]
        guard name.utf8.contains(UInt8(ascii: "=")) || prefixes.contains(where: { name.utf8.starts(with: $0.utf8) })
        else { return word(name) }
        return word("dbname='\(name.escaping(["'": #"\'"#, "\\": #"\\"#]))'")
    }

    private static func word(_ text: String) -> String {
        if SQL.isPlain(text) { return text }
        guard text.unicodeScalars.contains(where: SQL.isHidden) else { return "'\(text.escaping(["'": #"'\''"#]))'" }
        // What E'...' writes for hidden characters, $'...' does, too.
        let escaped = text.unicodeScalars.map { scalar in
            if SQL.isHidden(scalar) { return String(SQL.literal(String(scalar)).dropFirst(2).dropLast()) }
            return scalar == "'" || scalar == "\\" ? "\\\(scalar)" : String(scalar)
        }
        return "$'\(escaped.joined())'"
    }
}

extension FixStatement.Thing {
    fileprivate func isObject(_ kinds: Set<ObjectName.Kind>) -> Bool {
        if case .object(let object) = self { kinds.contains(object.kind) } else { false }
    }
}

extension String {
    /// The text with some of its characters replaced, also where a combining mark follows.
    fileprivate func escaping(_ replacements: [Unicode.Scalar: String]) -> String {
        unicodeScalars.map { replacements[$0] ?? String($0) }.joined()
    }
}
