import Core
import Fix
import Postgres
import Schema

/// What the design's roles and extensions are already, before the first step: more than the design says, and nothing that
/// a step takes back.
///
/// Roles belong to the cluster: another database may have made them, or somebody else. Who else may act as one of them is left
/// to the operator; so are settings of the database or of every role, and what PUBLIC may do with things of others.
struct Remains {
    private(set) var problems: [Problem] = []

    /// - Parameters:
    ///   - isTarget: whether the session is in the database to set up; else only what belongs to the cluster counts.
    ///   - isSuperuser: whether the steps can change every attribute of a role.
    init(_ source: SchemaSource, _ connection: borrowing Connection, isTarget: Bool, isSuperuser: Bool) throws {
        let expected = ExpectedLayout(source.steps)
        // Another series of steps, which makes no roles, has nothing to say of them.
        guard expected.facts.keys.contains(where: { $0.kind == .role }) else { return }
        let roles = Set(Role.allCases.map(\.name))
        let applications = SQL.array(Role.allCases.filter(\.isApplication).map(\.name))
        let owners = SQLFile("security_reach").text + SQLFile("security_owners").text
        var checks = [LiveCatalog.statement(for: []), Statement(owners, [applications])]
        if isTarget { checks.append(Statement(SQLFile("security_user_schemas").text, [SQL.array(roles.sorted())])) }
        let results = try connection.pipeline(checks)
        let live = LiveCatalog.read(results[0]).sorted()
        let fix = LayoutFix(
            expected: expected, live: live.map(\.key), database: connection.database, installer: connection.user)
        for fact in live where isTarget || Self.isOfCluster(fact) {
            let wanted = expected.facts[fact.key]
            guard let surplus = Self.surplus(fact, wanted, roles, isSuperuser: isSuperuser) else { continue }
            let sql = fix.statements(wanted, fact).map(\.sql)
            problems.append(
                Problem(
                    problem: "\(fact.key) = \(fact.value): \(surplus)",
                    fix: sql.isEmpty ? Self.reopening(fact) : sql.joined(separator: " ")))
        }
        for row in results.dropFirst().joined() {
            // The owner may not be there yet.
            let fix = row["fix"]?.replacing(" TO email_owner;", with: " TO CURRENT_USER;")
            problems.append(
                Problem(
                    problem: "the \(row.text("kind")) \(SQL.name(row.text("name"))): \(row.text("actual"))", fix: fix))
        }
    }

    /// Whether a fact is the same in every database.
    private static func isOfCluster(_ fact: Fact) -> Bool {
        fact.kind == .role || fact.kind == .membership || fact.object.kind == .everySetting
    }

    /// Why a fact stands in the way; nil when it does not.
    private static func surplus(_ fact: Fact, _ wanted: Fact?, _ roles: Set<String>, isSuperuser: Bool) -> String? {
        let isOurs = fact.role.map(roles.contains) == true
        switch fact.kind {
        case .role:
            let surplus = Set(fact.value.split(separator: " ")).subtracting(wanted?.value.split(separator: " ") ?? [])
            let stays: Set<Substring> =
                isSuperuser
                ? ["NOINHERIT"] : ["NOINHERIT", "SUPERUSER", "BYPASSRLS", "CREATEROLE", "CREATEDB", "REPLICATION"]
            return surplus.isDisjoint(with: stays) ? nil : "a role of the schema has an attribute that init leaves"
        case .membership where isOurs && fact.value != wanted?.value:
            return "a role of the schema would have the rights of another"
        case .setting where isOurs && wanted == nil:
            return "a role of the schema has a setting that is none of the schema's"
        case .grant where isOurs && !Set(fact.value.words).isSubset(of: wanted?.value.words ?? []):
            return "a role of the schema has more rights than the schema gives"
        case .defaultPrivileges where isOurs || !roles.isDisjoint(with: fact.value.words):
            if fact.value == wanted?.value || wanted != nil && fact.value == "public" { return nil }
            return "what is created later would be open, or closed, to other roles than the schema says"
        case .extension where fact.value.contains("version ") && fact.value != wanted?.value:
            return "the schema was made with the newer version"
        default: return nil
        }
    }

    /// Gives new objects of a role back what PostgreSQL gives by itself.
    private static func reopening(_ fact: Fact) -> String? {
        guard fact.kind == .defaultPrivileges, let role = fact.role.map({ SQL.name($0) }) else { return nil }
        if let schema = fact.object.schema {
            return
                "ALTER DEFAULT PRIVILEGES FOR ROLE \(role) IN SCHEMA \(SQL.name(schema)) REVOKE ALL ON \(fact.object.name) FROM \(role);"
        }
        let everybody = ["TYPES", "FUNCTIONS"].contains(fact.object.name) ? ", PUBLIC" : ""
        return "ALTER DEFAULT PRIVILEGES FOR ROLE \(role) GRANT ALL ON \(fact.object.name) TO \(role)\(everybody);"
    }
}

extension String {
    /// The items of a list in a fact's value.
    fileprivate var words: [String] { split(separator: ", ").map(String.init) }
}
