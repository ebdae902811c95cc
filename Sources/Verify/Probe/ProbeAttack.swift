import Core
import Schema

/// What the application tries, what must come of it, and what proves that it could have come otherwise:
/// `sql/catalog/probe_attacks.sql`, which says what its words mean.
struct ProbeAttack: Sendable {
    enum Actor: String, Sendable {
        case attacker, victim
        case withoutTenant = "without a tenant"
        case garbled
    }

    enum Outcome: Sendable, Equatable, CustomStringConvertible {
        /// No row is returned, changed or deleted.
        case nothing
        case error(String)
        /// At least one row, or a statement without rows that works.
        case success

        var description: String {
            switch self {
            case .nothing: "no row"
            case .error(let state): "an error, SQLSTATE \(state)"
            case .success: "success"
            }
        }
    }

    /// What is tried, as findings call it: stable.
    let name: String
    let actor: Actor
    let sql: String
    let outcome: Outcome
    /// Who does what, and succeeds; nil where the application can do nothing of the kind.
    let control: (actor: Actor, sql: String)?

    static let all = SQLFile("probe_attacks").statements.flatMap { title, sql in
        let fields = title.split(separator: " | ").map(String.init)
        let parts = sql.split(separator: "\n-- control\n")
        let isList = title.contains("{sql}") || title.contains("{words}")
        let statements = isList ? parts[0].split(separator: ";\n") : [parts[0]]
        let tables = fields.count > 4 ? fields[4].split(separator: " ") : [""]
        return tables.flatMap { table in
            statements.map { statement in
                let short = statement.replacing("public.", with: "")
                let words = short.split(separator: " ").prefix(3).joined(separator: " ").lowercased()
                let values = ["table": String(table), "sql": String(short.prefix(48)), "words": words]
                let attack = String(statement).filling(values)
                let own = fields[3] == "own" ? attack.replacing("{B.", with: "{A.") : attack
                let rightful = parts.count > 1 ? String(parts[1]).filling(values) : own
                let control = fields[3] == "own" ? .attacker : Actor(rawValue: fields[3])
                return ProbeAttack(
                    name: fields[0].filling(values), actor: Actor(rawValue: fields[1]) ?? .attacker, sql: attack,
                    outcome: fields[2] == "no row" ? .nothing : .error(fields[2]),
                    control: control.map { ($0, rightful) })
            }
        }
    }
}
