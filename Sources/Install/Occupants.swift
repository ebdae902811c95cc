import Core
import Postgres
import Schema

/// What is in a database already, and would be in the way of pending steps or lose by them.
struct Occupants {
    /// Objects that have a name which a pending step gives; `init` overwrites none.
    private(set) var inTheWay: [Problem] = []
    /// Roles that use the database by the rights of PUBLIC, which the first steps revoke.
    private(set) var losing: [Problem] = []

    /// - Parameter applied: the steps before the pending ones; what they made may be made anew.
    init(_ connection: borrowing Connection, applied: [SchemaStep], pending: [SchemaStep]) throws {
        let known = Set(ExpectedLayout(applied).facts.keys.map(\.object))
        // A build outside transactions recognises what an interrupted run of its own has left.
        let transactional = pending.filter { $0.kind == .transactional }
        let objects = Set(ExpectedLayout(transactional).facts.keys.map(\.object)).subtracting(known)
        let relations = objects.filter {
            $0.schema == "public" && [.table, .view, .sequence, .index, .constraint].contains($0.kind)
        }
        let functions = objects.filter { $0.kind == .function && $0.schema != "pg_catalog" }
        let rows = try connection.query(
            SQLFile("preflight_objects"),
            [
                SQL.array(relations.map { $0.kind == .constraint ? $0.part ?? "" : $0.name }),
                SQL.array(functions.map { $0.schema ?? "public" }), SQL.array(functions.map(\.name)),
                SQL.array(functions.map { $0.arguments ?? "" }),
                SQL.array(objects.filter { $0.kind == .schema && $0.name != "public" }.map(\.name)),
            ])
        inTheWay = rows.map { row in
            let rows = row.integer("rows").map {
                $0 == 0 ? ", empty," : $0 < 0 ? ", with rows," : ", with about \($0) rows,"
            }
            return Problem(
                problem:
                    "the \(row.text("kind")) \(row.text("name")) of \(row.text("owner"))\(rows ?? "") has a name that the"
                    + " schema gives to an object of its own",
                fix: "emaildb init -d OTHER_NAME   # a database of its own; init changes nothing that it did not make")
        }
        try addTraps(connection)
        guard applied.isEmpty else { return }
        let rights = try connection.query(SQLFile("preflight_public"), [SQL.array(Role.allCases.map(\.name))])
        losing = Dictionary(grouping: rights) { $0.text("role") }.sorted { $0.key < $1.key }.map { role, rights in
            let lost = rights.map { "\($0.text("privileges")) on \($0.text("kind")) \(SQL.name($0.text("name")))" }
            let grants = rights.map { row in
                "GRANT \(row.text("privileges")) ON \(row.text("kind").uppercased()) \(SQL.name(row.text("name")))"
                    + " TO \(SQL.name(role));"
            }
            return Problem(
                problem: "the role \(SQL.name(role)) would lose what PUBLIC may do here and init revokes:"
                    + " \(lost.joined(separator: ", "))",
                fix: "\(grants.joined(separator: " "))   -- to keep it; then emaildb init --revoke-public")
        }
    }

    /// What others could make PostgreSQL take for its own: its names in schema public, and who may put such things there.
    private mutating func addTraps(_ connection: borrowing Connection) throws {
        let user = connection.user
        let checks: [(SQLFile, [String?])] = [
            (SQLFile("security_shadows"), [SQL.array([])]), (SQLFile("security_creators"), [SQL.array([])]),
            (SQLFile("security_home_owners"), [user, user]),
        ]
        for (file, parameters) in checks {
            inTheWay += try connection.query(file, parameters).map { row in
                let name = [row["schema"], row.text("name")].compactMap { $0.map { SQL.name($0) } }.joined(
                    separator: ".")
                let object = "\(row.text("kind")) \(name)\(row["arguments"].map { "(\($0))" } ?? "")"
                return Problem(
                    problem: name.isEmpty
                        ? "the \(row.text("kind")) is \(row.text("actual"))"
                        : "\(object): \(row.text("actual")); others could have their code run in place of pg_catalog's",
                    fix: row["fix"])
            }
        }
    }
}
