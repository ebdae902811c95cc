import Core
import Postgres
package import Schema

/// What is in a database already, and would be in the way of pending steps or lose by them.
package struct Occupants {
    /// Objects that have a name which a pending step gives; `init` overwrites none.
    private(set) var inTheWay: [Problem] = []
    /// Roles that use the database by the rights of PUBLIC, which the first steps revoke.
    private(set) var losing: [Problem] = []

    /// What the founding document names.
    private static let adoptable = ["accounts", "folders", "messages", "attachments"].map { "public.email_\($0)" }

    /// Names in schema public that some steps give: of relations, statistics and types, and of functions.
    package static func names(_ steps: [SchemaStep]) -> (relations: [String], functions: [String]) {
        let objects = Set(ExpectedLayout(steps).facts.keys.map(\.object)).filter { $0.schema == "public" }
        let relations = objects.filter {
            [.table, .view, .sequence, .index, .constraint, .statistics].contains($0.kind)
        }
        return (
            relations.map { $0.part ?? $0.name }.sorted(),
            Set(objects.filter { $0.kind == .function }.map(\.name)).sorted()
        )
    }

    /// - Parameters:
    ///   - applied: the steps before the pending ones; what they made may be made anew.
    ///   - mayRehearse: whether a transaction can be opened and rolled back.
    init(
        _ connection: borrowing Connection, applied: [SchemaStep], pending: [SchemaStep], mayRehearse: Bool = true
    ) throws {
        let known = Set(ExpectedLayout(applied).facts.keys.map(\.object))
        // A build outside transactions recognises what an interrupted run of its own has left.
        let transactional = pending.filter { $0.kind == .transactional }
        let objects = Set(ExpectedLayout(transactional).facts.keys.map(\.object)).subtracting(known)
        let relations = objects.filter {
            $0.schema == "public" && [.table, .view, .sequence, .index, .constraint, .statistics].contains($0.kind)
        }
        let functions = objects.filter { $0.kind == .function && $0.schema != "pg_catalog" }
        let kept = known.filter { $0.kind == .function && $0.schema != "pg_catalog" }
        let rows = try connection.query(
            SQLFile("preflight_objects"),
            [
                SQL.array(relations.map { $0.part ?? $0.name }),
                SQL.array(functions.map { $0.schema ?? "public" }), SQL.array(functions.map(\.name)),
                SQL.array(kept.map { SQL.name($0.schema ?? "public", $0.name) + "(\($0.arguments ?? ""))" }),
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
                fix: Self.adoptable.contains(row.text("name"))
                    ? "emaildb adopt --plan   # takes over what is there; or a database of its own: emaildb init -d OTHER_NAME"
                    : "emaildb init -d OTHER_NAME   # a database of its own; init changes nothing that it did not make")
        }
        try addTraps(connection)
        guard applied.isEmpty else { return }
        if inTheWay.isEmpty, mayRehearse { try rehearseExtensions(connection) }
        let rights = try connection.query(SQLFile("preflight_public"), [SQL.array(Role.allCases.map(\.name))])
        losing = Dictionary(grouping: rights) { $0.text("role") }.sorted { $0.key < $1.key }.map { role, rights in
            let lost = rights.map { row in
                "\(row.text("privileges")) on "
                    + (row.text("kind") == "function"
                        ? "\(row.text("objects")) functions (large objects, advisory locks of two keys, ending sessions)"
                        : "\(row.text("kind")) \(SQL.name(row.text("name")))")
            }
            let grants = rights.map { row in
                // Functions come with their arguments, as SQL.
                let name = row.text("kind") == "function" ? row.text("name") : SQL.name(row.text("name"))
                return
                    "GRANT \(row.text("privileges")) ON \(row.text("kind").uppercased()) \(name) TO \(SQL.name(role));"
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

    /// Creates the extensions and rolls them back where something is in schema public: only that shows whether a name that one
    /// of them gives is taken.
    private mutating func rehearseExtensions(_ connection: borrowing Connection) throws {
        let missing = try connection.query(SQLFile("preflight_extensions"), [SQL.array(SchemaStep.extensions)])
        for name in missing.map({ $0.text("name") }) {
            do {
                try connection.script("BEGIN; CREATE EXTENSION \(SQL.identifier(name)) WITH SCHEMA public; ROLLBACK")
            } catch {
                guard error.kind == .server else { throw error }
                _ = try connection.query("ROLLBACK")
                // Another init may be making it at this moment.
                if error.isPassing { continue }
                inTheWay.append(
                    Problem(
                        problem: "the extension \(name) cannot be created in schema public: \(error.message)",
                        fix: "emaildb init -d OTHER_NAME   # a database of its own, or move what is named there"))
            }
        }
    }
}
