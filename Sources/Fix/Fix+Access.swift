import Postgres
import Schema

/// Roles, settings, owners and grants.
extension Mending {
    func cluster(_ fact: Fact?, _ found: Fact?) -> [Repair] {
        guard let either = fact ?? found else { return [] }
        let words = either.object.split(separator: " ").map(String.init)
        switch either.kind {
        case .extension:
            let name = SQL.identifier(either.object)
            if found == nil { return [Repair(.extension, "CREATE EXTENSION \(name) WITH SCHEMA public;")] }
            var repairs: [Repair] = []
            if found?.value.hasPrefix("schema public") == false {
                repairs.append(Repair(.extension, "ALTER EXTENSION \(name) SET SCHEMA public;"))
            }
            if found?.value.contains(", version ") == true {
                repairs.append(Repair(.extension, "ALTER EXTENSION \(name) UPDATE;"))
            }
            return repairs
        case .role:
            guard let fact else { return [] }
            let attributes = ["LOGIN", "SUPERUSER", "BYPASSRLS", "CREATEROLE", "CREATEDB", "REPLICATION", "INHERIT"]
            let has = Set(fact.value.split(separator: " ").map(String.init))
            guard let found else { return [Repair(.role, "CREATE ROLE \(fact.object) \(fact.value);")] }
            let present = Set(found.value.split(separator: " ").map(String.init))
            let changes = attributes.compactMap { attribute -> String? in
                let isDefault = attribute == "INHERIT"
                let wanted = isDefault ? !has.contains("NO" + attribute) : has.contains(attribute)
                let current = isDefault ? !present.contains("NO" + attribute) : present.contains(attribute)
                return wanted == current ? nil : wanted ? attribute : "NO" + attribute
            }
            return [Repair(.role, "ALTER ROLE \(fact.object) \(changes.joined(separator: " "));")]
        case .membership:
            let (member, group) = (Self.identifier(words[0]), Self.identifier(words[words.count - 1]))
            if fact == nil { return [Repair(.membership, "REVOKE \(group) FROM \(member) CASCADE;")] }
            let renew = "REVOKE \(group) FROM \(member) CASCADE;\nGRANT \(group) TO \(member);"
            return [Repair(.membership, found == nil ? "GRANT \(group) TO \(member);" : renew)]
        case .setting: return [setting(fact, words)]
        case .systemFunctions:
            let functions =
                either.object == "large objects"
                ? "proname IN ('loread', 'lowrite') OR proname LIKE 'lo\\_%'"
                : "proname = \(SQL.literal(either.object))"
            return [
                Repair(
                    .last,
                    """
                    DO $$ BEGIN EXECUTE (SELECT 'REVOKE EXECUTE ON FUNCTION ' || string_agg(oid::regprocedure::text, ', ') \
                    || ' FROM PUBLIC' FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace AND (\(functions))); END $$;
                    """)
            ]
        default: return defaultPrivileges(fact, found, words)
        }
    }

    private func setting(_ fact: Fact?, _ words: [String]) -> Repair {
        let database = Self.identifier(target.database)
        let isEverywhere = words.count > 2
        let subject =
            words[0] == "database"
            ? "DATABASE \(database)"
            : "ROLE \(Self.identifier(words[0]))" + (isEverywhere ? "" : " IN DATABASE \(database)")
        let subjectOrAll = words[0] == "database" && isEverywhere ? "ROLE ALL" : subject
        // A name with a dot is two identifiers.
        let name = words[1].split(separator: ".").map { SQL.identifier(String($0)) }.joined(separator: ".")
        guard let fact else { return Repair(.membership, "ALTER \(subjectOrAll) RESET \(name);") }
        return Repair(.membership, "ALTER \(subject) SET \(words[1]) = \(SQL.literal(fact.value));")
    }

    private func defaultPrivileges(_ fact: Fact?, _ found: Fact?, _ words: [String]) -> [Repair] {
        // `email_owner on FUNCTIONS`, `postgres on TABLES in public`; the value lists who but the role itself gets them.
        let schema = words.count > 4 ? " IN SCHEMA \(Self.identifier(words[4]))" : ""
        let alter = "ALTER DEFAULT PRIVILEGES FOR ROLE \(Self.identifier(words[0]))\(schema)"
        let wanted = Set((fact?.value ?? "").split(separator: ", ").map(String.init))
        var others = Set((found?.value ?? "").split(separator: ", ").map(String.init)).subtracting(wanted)
        others.remove("nobody")
        if found == nil { others.insert("public") }
        return others.sorted().map { other in
            let who = other == "public" ? "PUBLIC" : Self.identifier(other)
            return Repair(.last, "\(alter) REVOKE ALL ON \(words[2]) FROM \(who);")
        }
    }

    // MARK: - Owners

    func owner(_ fact: Fact?, _ found: Fact?) -> [Repair] {
        guard let fact else { return [] }
        return [Repair(.owner, "ALTER \(Self.object(fact.object)) OWNER TO \(role(fact.value));")]
    }

    /// The role that a fact names.
    func role(_ name: String) -> String { Self.identifier(name == "the installer" ? target.installer : name) }

    // MARK: - Grants

    func grant(_ fact: Fact?, _ found: Fact?) -> [Repair] {
        guard let either = fact ?? found, let to = either.object.ranges(of: " to ").last else { return [] }
        let subject = String(either.object[..<to.lowerBound])
        let name = String(either.object[to.upperBound...])
        let grantee = name == "public" ? "PUBLIC" : role(name)
        let wanted = Self.privileges(fact)
        let present = Self.privileges(found)
        let isColumn = subject.hasPrefix("column ")
        func list(_ privileges: [String]) -> (text: String, on: String) {
            guard isColumn, let dot = subject.lastIndex(of: ".") else {
                return (
                    privileges.joined(separator: ", "),
                    subject == "database" ? "DATABASE \(Self.identifier(target.database))" : Self.object(subject)
                )
            }
            let column = Self.identifier(String(subject[subject.index(after: dot)...]))
            let table = Self.name(String(subject[..<dot].dropFirst("column ".count)))
            return (privileges.map { "\($0) (\(column))" }.joined(separator: ", "), "TABLE \(table)")
        }
        var repairs: [Repair] = []
        let surplus = present.keys.filter { wanted[$0] == nil }.sorted()
        if !surplus.isEmpty {
            let (text, on) = list(surplus)
            repairs.append(Repair(.revoke, "REVOKE \(text) ON \(on) FROM \(grantee) CASCADE;"))
            // Revoking from a table revokes from its columns, too.
            if subject.hasPrefix("table ") {
                repairs += columnGrants(of: String(subject.dropFirst(6)), to: name, surplus)
            }
        }
        let options = present.keys.filter { present[$0] == true && wanted[$0] == false }.sorted()
        if !options.isEmpty {
            let (text, on) = list(options)
            repairs.append(Repair(.revoke, "REVOKE GRANT OPTION FOR \(text) ON \(on) FROM \(grantee) CASCADE;"))
        }
        let lacking = wanted.keys.filter { present[$0] == nil }.sorted()
        if !lacking.isEmpty {
            let (text, on) = list(lacking)
            repairs.append(Repair(isColumn ? .columnGrant : .grant, "GRANT \(text) ON \(on) TO \(grantee);"))
        }
        return repairs
    }

    private func columnGrants(of table: String, to role: String, _ privileges: [String]) -> [Repair] {
        expected.facts.values.filter {
            $0.kind == .grant && $0.object.hasPrefix("column \(table).") && $0.object.hasSuffix(" to \(role)")
        }
        .sorted().flatMap { fact in
            Self.privileges(fact).keys.contains { privileges.contains($0) } ? grant(fact, nil) : []
        }
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

// MARK: - Names

extension Mending {
    /// A name, quoted where it has to be.
    static func identifier(_ name: String) -> String {
        let isPlain =
            name.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 95 }
            && name.utf8.first.map { !(48...57).contains($0) } ?? false
        return isPlain && !reserved.contains(name) ? name : SQL.identifier(name)
    }

    /// A relation as facts name it, with its schema.
    static func name(_ object: String) -> String {
        guard let dot = object.firstIndex(of: ".") else { return "public." + identifier(object) }
        return identifier(String(object[..<dot])) + "." + identifier(String(object[object.index(after: dot)...]))
    }

    /// A column as facts name it, `table.column`, with its schema.
    static func columnName(_ object: String) -> String {
        guard let dot = object.lastIndex(of: ".") else { return identifier(object) }
        return name(String(object[..<dot])) + "." + identifier(String(object[object.index(after: dot)...]))
    }

    /// A function as facts name it, with its schema; the list of arguments is SQL already.
    static func functionName(_ object: String) -> String {
        object.hasPrefix("emaildb.") ? object : "public." + object
    }

    /// `table email_folders`, `function email_now_ms()`, `schema emaildb` in SQL.
    static func object(_ text: String) -> String {
        let kind = String(text.prefix { $0 != " " })
        let rest = String(text.dropFirst(kind.count + 1))
        switch kind {
        case "function": return "ROUTINE " + functionName(rest)
        case "schema": return "SCHEMA " + identifier(rest)
        case "sequence": return "SEQUENCE " + name(rest)
        // GRANT knows views as tables, and so does ALTER .. OWNER TO.
        default: return "TABLE " + name(rest)
        }
    }

    /// The options in a fact's value, `a=1, b=2`; one without a value stands for itself.
    static func options(_ fact: Fact?, separator: String = "=") -> [String: String] {
        Dictionary(
            (fact?.value ?? "").split(separator: ", ").map { option in
                guard let range = option.firstRange(of: separator) else { return (String(option), "") }
                return (String(option[..<range.lowerBound]), String(option[range.upperBound...]))
            }, uniquingKeysWith: { first, _ in first })
    }

    /// Key words that cannot be names without quotes (SQL Key Words, PostgreSQL 18: reserved, or only usable as types).
    private static let reserved = Set(
        """
        all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate collation column \
        concurrently constraint create cross current_catalog current_date current_role current_schema current_time \
        current_timestamp current_user default deferrable desc distinct do else end except false fetch for foreign freeze from \
        full grant group having ilike in initially inner intersect into is isnull join lateral leading left like limit \
        localtime localtimestamp natural not notnull null offset on only or order outer overlaps placing primary references \
        returning right select session_user similar some symmetric system_user table tablesample then to trailing true union \
        unique user using variadic verbose when where window with
        """.split(separator: " ").map(String.init))
}

extension Fact {
    /// The last part of the object: the column, constraint, policy or trigger.
    package var lastPart: String {
        String(object[(object.lastIndex(of: ".").map { object.index(after: $0) } ?? object.startIndex)...])
    }
}

extension String {
    /// The text before the first place of another, or all of it.
    func prefix(upToFirst text: String) -> Substring {
        firstRange(of: text).map { self[..<$0.lowerBound] } ?? self[...]
    }
}

extension Array {
    /// The array with one more element, if there is one.
    func appending(_ element: Element?) -> [Element] { element.map { self + [$0] } ?? self }
}
