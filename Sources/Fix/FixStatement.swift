package import Schema

/// One statement, or a few that belong together, of a fix, and how it depends on others.
package struct FixStatement: Sendable, Hashable {
    /// What statements make, remove or rely on.
    package enum Thing: Sendable, Hashable {
        case object(ObjectName)
        /// That an object has the right owner, in whose name rights are then granted.
        case owner(ObjectName)
        /// The rights of a role on an object; nil for PUBLIC.
        case grant(ObjectName, String?)
    }

    package internal(set) var sql: String
    package var makes: Set<Thing>
    package var removes: Set<Thing>
    /// What must be there first: after the statements that make it.
    package var needs: Set<Thing>
    /// What must be there still: before the statements that remove it.
    package var uses: Set<Thing>
    /// What may be lost with it, for ``keepingData(count:reason:)`` to decide; nil when nothing can be.
    package var loses: Loss?
    /// Whether it is a comment by now, because it would delete data.
    package internal(set) var isComment = false
    /// Its place among those that do not depend on each other: that of what it makes in `sql/`.
    package var order = 0

    package init(
        _ sql: String, makes: Set<Thing> = [], removes: Set<Thing> = [], needs: Set<Thing> = [], uses: Set<Thing> = [],
        loses: Loss? = nil
    ) {
        self.sql = sql
        self.loses = loses
        self.makes = makes
        self.removes = removes
        self.needs = needs
        self.uses = uses
    }

    /// Whether it repairs rows, in transactions of its own.
    package var repairsRows: Bool { sql.hasPrefix("CALL public.email_repair(") }

    /// Whether it writes rows of mail, and so runs whatever triggers there are.
    package var writesRows: Bool { repairsRows || sql.hasPrefix("UPDATE public.") }

    /// Whether PostgreSQL refuses it inside a transaction.
    package var runsAlone: Bool {
        repairsRows
            || [
                "ALTER SYSTEM ", "REINDEX ", "CREATE INDEX CONCURRENTLY ", "CREATE UNIQUE INDEX CONCURRENTLY ",
                "DROP INDEX CONCURRENTLY ",
            ]
            .contains { sql.hasPrefix($0) }
    }

    /// Takes over the dependencies of the same SQL for another object.
    package mutating func merge(_ other: FixStatement) {
        makes.formUnion(other.makes)
        removes.formUnion(other.removes)
        needs.formUnion(other.needs)
        uses.formUnion(other.uses)
    }
}

/// Statements in an order in which each works.
package struct FixOrder: Sendable {
    private typealias Thing = FixStatement.Thing

    package private(set) var positions: [Int] = []
    /// The statements that wait for each other; empty unless what they name is circular in the database itself.
    package private(set) var circular: [FixStatement] = []

    /// Sorts topologically.
    ///
    /// What removes a thing runs before what makes it anew, that before what needs it, and what uses
    /// a thing before what removes it. Of those that are free to run, the one that stands first in `sql/` is next.
    package init(_ statements: [FixStatement]) {
        var following = [Set<Int>](repeating: [], count: statements.count)
        var waitsFor = [Int](repeating: 0, count: statements.count)
        func link(_ earlier: (FixStatement) -> Set<Thing>, _ later: (FixStatement) -> Set<Thing>) {
            let pairs = statements.enumerated().flatMap { position, statement in later(statement).map { ($0, position) }
            }
            let positions = Dictionary(grouping: pairs, by: \.0).mapValues { $0.map(\.1) }
            for (first, statement) in statements.enumerated() {
                for second in earlier(statement).flatMap({ positions[$0] ?? [] })
                where first != second && following[first].insert(second).inserted {
                    waitsFor[second] += 1
                }
            }
        }
        link(\.removes, \.makes)
        link(\.makes, \.needs)
        link(\.uses, \.removes)

        func isEarlier(_ left: Int, _ right: Int) -> Bool {
            (statements[left].order, left) < (statements[right].order, right)
        }
        // The last one of those that are free is next.
        var free = statements.indices.filter { waitsFor[$0] == 0 }.sorted { isEarlier($1, $0) }
        var waiting = Set(statements.indices)
        while !waiting.isEmpty {
            if free.isEmpty && circular.isEmpty { circular = waiting.sorted().map { statements[$0] } }
            guard let next = free.popLast() ?? waiting.min(by: isEarlier) else { break }
            guard waiting.remove(next) != nil else { continue }
            positions.append(next)
            for position in following[next] {
                waitsFor[position] -= 1
                guard waitsFor[position] == 0 else { continue }
                var place = free.count
                while place > 0, isEarlier(free[place - 1], position) { place -= 1 }
                free.insert(position, at: place)
            }
        }
    }
}

extension [FixStatement] {
    package var inOrder: [FixStatement] { FixOrder(self).positions.map { self[$0] } }
}
