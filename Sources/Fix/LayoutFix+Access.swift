import Postgres
import Schema

extension LayoutFix {
    func function(_ key: Fact.Key, _ fact: Fact?, _ found: Fact?) -> [FixStatement] {
        let name = key.object.sql
        let drop = FixStatement("DROP ROUTINE \(name);", removes: [.object(key.object)])
        guard let fact else { return [drop] }
        guard let text = expected.creation(of: fact) else { return [] }
        let sql = text.replacing("CREATE FUNCTION ", with: "CREATE OR REPLACE FUNCTION ")
            .replacing("CREATE PROCEDURE ", with: "CREATE OR REPLACE PROCEDURE ")
        let create = FixStatement(sql + ";", makes: [.object(key.object)])
        // A new function is open to PUBLIC.
        let close = FixStatement(
            "REVOKE ALL ON ROUTINE \(name) FROM PUBLIC;", removes: [.grant(key.object, nil)],
            needs: [.object(key.object)])
        guard let found else { return [create, close] }
        // REPLACE keeps owner and grants, but does not change what a function returns.
        guard fact.kind == .function,
            found.value.prefix(upToFirst: ", language") != fact.value.prefix(upToFirst: ", language")
        else { return [create] }
        let belongings = expected.facts.values.filter {
            ($0.kind == .owner || $0.kind == .grant) && $0.object == key.object
        }
        return [drop, create, close] + belongings.sorted().flatMap { statements($0, nil) }
    }

    func view(_ key: Fact.Key, _ fact: Fact?, _ found: Fact?) -> [FixStatement] {
        let name = key.object.sql
        let thing = FixStatement.Thing.object(key.object)
        guard let fact else {
            // A materialized view holds rows, which may be older than those that it was made from.
            let isMaterialized = found?.value.hasPrefix("materialized") == true
            return [
                FixStatement(
                    "DROP \(isMaterialized ? "MATERIALIZED " : "")VIEW IF EXISTS \(name);", removes: [thing],
                    loses: isMaterialized ? Loss(rowsOf: name, isTable: false) : nil)
            ]
        }
        if key.kind == .view, let found {
            let (wanted, present) = (Self.options(fact), Self.options(found))
            return options(wanted.filter { $0.key != "view" }, present.filter { $0.key != "view" })
                .map { FixStatement("ALTER VIEW \(name) \($0);") }
        }
        guard let text = expected.creation(of: fact) else { return [] }
        let sql = found == nil ? text : text.replacing("CREATE VIEW", with: "CREATE OR REPLACE VIEW")
        return [FixStatement(sql + ";", makes: [thing])]
    }

    // MARK: - Roles and settings

    func cluster(_ key: Fact.Key, _ fact: Fact?, _ found: Fact?) -> [FixStatement] {
        let name = SQL.name(key.object.name)
        let thing = FixStatement.Thing.object(key.object)
        switch key.kind {
        case .extension:
            if found == nil { return [FixStatement("CREATE EXTENSION \(name) WITH SCHEMA public;", makes: [thing])] }
            var statements: [FixStatement] = []
            if found?.value.hasPrefix("schema public") == false {
                statements.append(FixStatement("ALTER EXTENSION \(name) SET SCHEMA public;", makes: [thing]))
            }
            if found?.value.contains(", version ") == true {
                statements.append(FixStatement("ALTER EXTENSION \(name) UPDATE;", makes: [thing]))
            }
            return statements
        case .role:
            guard let fact else { return [] }
            guard let found else { return [FixStatement("CREATE ROLE \(name) \(fact.value);", makes: [thing])] }
            let (wanted, present) = (Self.attributes(fact), Self.attributes(found))
            let changes = Self.attributes.filter { wanted.contains($0) != present.contains($0) }
                .map { wanted.contains($0) ? $0 : "NO" + $0 }
            return [FixStatement("ALTER ROLE \(name) \(changes.joined(separator: " "));")]
        case .membership:
            let member = SQL.name(key.role ?? "")
            let revoke = "REVOKE \(name) FROM \(member) CASCADE;"
            let grant = "GRANT \(name) TO \(member);"
            let sql = fact == nil ? revoke : found == nil ? grant : revoke + "\n" + grant
            return [FixStatement(sql)]
        case .setting: return [setting(key, fact)]
        case .systemFunctions:
            let functions =
                switch key.object.name {
                case "large objects": "proname IN ('loread', 'lowrite') OR proname LIKE 'lo\\_%'"
                case "advisory locks": "proname LIKE '%\\_advisory\\_%' AND pronargs = 2"
                default: "proname = \(SQL.literal(key.object.name))"
                }
            return [
                FixStatement(
                    SQL.block(
                        """
                        BEGIN
                          PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
                          EXECUTE (SELECT 'REVOKE EXECUTE ON FUNCTION ' || string_agg(oid::regprocedure::text, ', ') || ' FROM PUBLIC'
                            FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace AND (\(functions)));
                        END
                        """))
            ]
        default:
            // The value lists the roles, in SQL; what lacks a fact is what PostgreSQL gives to PUBLIC by itself.
            let schema = key.object.schema.map { " IN SCHEMA " + SQL.name($0) } ?? ""
            let others = found?.value ?? "public"
            guard fact != nil || found != nil, others != "none" else { return [] }
            return [
                FixStatement(
                    "ALTER DEFAULT PRIVILEGES FOR ROLE \(SQL.name(key.role ?? ""))\(schema) REVOKE ALL ON \(key.object.name)"
                        + " FROM \(others);")
            ]
        }
    }

    private static let attributes = [
        "LOGIN", "SUPERUSER", "BYPASSRLS", "CREATEROLE", "CREATEDB", "REPLICATION", "INHERIT",
    ]

    /// The attributes that a role has: INHERIT unless its fact says NOINHERIT, others if it names them.
    private static func attributes(_ fact: Fact) -> Set<String> {
        let words = Set(fact.value.split(separator: " ").map(String.init))
        return words.contains("NOINHERIT") ? words : words.union(["INHERIT"])
    }

    private func setting(_ key: Fact.Key, _ fact: Fact?) -> FixStatement {
        let database = SQL.name(database)
        let isEverywhere = key.object.kind == .everySetting
        let subject =
            switch key.role {
            case let role?: "ROLE \(SQL.name(role))" + (isEverywhere ? "" : " IN DATABASE \(database)")
            case nil: isEverywhere ? "ROLE ALL" : "DATABASE \(database)"
            }
        // A name with a dot is two identifiers.
        let name = key.object.name.unicodeScalars.split(separator: ".").map { SQL.name(String($0)) }.joined(
            separator: ".")
        return FixStatement(
            "ALTER \(subject) " + (fact.map { "SET \(name) = \(SQL.literal($0.value));" } ?? "RESET \(name);"))
    }

    // MARK: - Owners and grants

    func owner(_ key: Fact.Key, _ fact: Fact?) -> [FixStatement] {
        guard let fact else { return [] }
        return [
            FixStatement(
                "ALTER \(key.object.sqlWithKind(database: database)) OWNER TO \(role(fact.value));",
                makes: [.owner(key.object)])
        ]
    }

    func grant(_ key: Fact.Key, _ fact: Fact?, _ found: Fact?) -> [FixStatement] {
        let grantee = key.role.map(SQL.name) ?? "PUBLIC"
        let (wanted, present) = (Self.privileges(fact), Self.privileges(found))
        let column = key.object.kind == .column ? " (\(key.object.partSQL))" : ""
        let on = "ON " + key.object.sqlWithKind(database: database)
        func list(_ privileges: [String: Bool]) -> String {
            privileges.keys.sorted().map { $0 + column }.joined(separator: ", ")
        }
        let thing = FixStatement.Thing.grant(key.object, key.role)
        var statements: [FixStatement] = []
        let surplus = present.filter { wanted[$0.key] == nil }
        if !surplus.isEmpty {
            // Revoking from a table revokes from its columns, too.
            let columns = columnGrants(of: key, surplus)
            statements.append(
                FixStatement(
                    "REVOKE \(list(surplus)) \(on) FROM \(grantee) CASCADE;",
                    removes: Set([thing] + columns.map { .grant($0.object, $0.role) })))
            statements += columns.flatMap { self.statements($0, nil) }
        }
        let options = present.filter { $0.value && wanted[$0.key] == false }
        if !options.isEmpty {
            statements.append(
                FixStatement(
                    "REVOKE GRANT OPTION FOR \(list(options)) \(on) FROM \(grantee) CASCADE;", removes: [thing]))
        }
        let lacking = wanted.filter { present[$0.key] == nil }
        if !lacking.isEmpty {
            statements.append(FixStatement("GRANT \(list(lacking)) \(on) TO \(grantee);", makes: [thing]))
        }
        return statements
    }

    /// The column grants of a role that end with some of its privileges on the table.
    private func columnGrants(of key: Fact.Key, _ privileges: [String: Bool]) -> [Fact] {
        guard key.object.kind == .table else { return [] }
        return expected.facts.values.filter {
            $0.kind == .grant && $0.object.kind == .column && $0.role == key.role && $0.object.parent() == key.object
                && Self.privileges($0).keys.contains { privileges[$0] != nil }
        }.sorted()
    }

    /// Privileges of a grant, and whether each may be handed on.
    private static func privileges(_ fact: Fact?) -> [String: Bool] {
        let option = " WITH GRANT OPTION"
        return Dictionary(
            (fact?.value ?? "").split(separator: ", ").map { text in
                text.hasSuffix(option) ? (String(text.dropLast(option.count)), true) : (String(text), false)
            }, uniquingKeysWith: { first, _ in first })
    }
}
