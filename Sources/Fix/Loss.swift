import Postgres
import Schema

/// What a statement deletes or cuts for good: no other statement brings it back.
package struct Loss: Sendable, Hashable {
    /// The table that it is in, as SQL; nil for a materialized view, to which nobody writes.
    let table: String?
    /// What it is in words, such as `rows of public.notes`.
    let what: String
    /// A query of one number, how many there are now, which calls no code but PostgreSQL's own.
    package let count: String

    /// Rows of a table or materialized view.
    package init(rowsOf relation: String, isTable: Bool = true) {
        table = isTable ? relation : nil
        what = "rows of \(relation)"
        count = "SELECT count(*) FROM \(relation)"
    }

    /// Values of a column.
    /// - Parameter condition: which of them are lost; nil for all that are not NULL.
    init(valuesOf column: String, in table: String, where condition: String? = nil) {
        self.table = table
        what = "values of \(table).\(column)"
        count = "SELECT count(*) FROM \(table) WHERE \(condition ?? "\(column) IS NOT NULL")"
    }
}

extension FixStatement {
    /// The statement as it may stand in a script, which never deletes data: nothing is lost, or it is a comment.
    /// - Parameters:
    ///   - count: how many values it would delete now; nil when they could not be counted.
    ///   - reason: why not.
    package func keepingData(count: Int?, reason: String = "") -> FixStatement {
        guard let loses else { return self }
        var statement = self
        statement.loses = nil
        if count == 0 {
            statement.sql = Self.guarding(loses) + "\n" + sql
        } else {
            let amount = count.map(String.init) ?? "an unknown number (\(SQLText.oneLine(reason))) of"
            let lines = sql.split(separator: "\n").map { "--   \($0)" }
            statement.sql =
                ([
                    "\(Self.notRun), because it would delete \(amount) \(loses.what). Copy what you need of them, then run it yourself:"
                ]
                + lines).joined(separator: "\n")
            statement.isComment = true
        }
        return statement
    }

    package static let notRun = "-- NOT RUN"

    /// Fails when there is something by now.
    private static func guarding(_ loss: Loss) -> String {
        let message = SQL.literal("there are \(loss.what) by now; run emaildb verify --fix-sql again")
        let lock = loss.table.map { "LOCK TABLE \($0) IN ACCESS EXCLUSIVE MODE; " } ?? ""
        return SQL.block(
            """
            BEGIN
              \(lock)IF (\(loss.count)) > 0 THEN RAISE EXCEPTION USING MESSAGE = \(message); END IF;
            END
            """)
    }
}
