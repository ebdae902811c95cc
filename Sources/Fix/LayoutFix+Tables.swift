import Postgres
import Schema

extension LayoutFix {
    func table(_ key: Fact.Key, _ fact: Fact?, _ found: Fact?) -> [FixStatement] {
        let name = key.object.sql
        switch key.kind {
        case .table:
            guard let fact else {
                return [FixStatement("DROP TABLE \(name);  -- deletes its rows", removes: [.object(key.object)])]
            }
            guard let found else { return [FixStatement("CREATE TABLE \(name) ();", makes: [.object(key.object)])] }
            var options: [String] = []
            if found.value.contains("unlogged") { options.append("SET LOGGED") }
            if found.value.contains("replica identity") { options.append("REPLICA IDENTITY DEFAULT") }
            return fact.value == "permanent" ? options.map { FixStatement("ALTER TABLE \(name) \($0);") } : []
        case .parameters:
            return options(Self.options(fact), Self.options(found)).map { FixStatement("ALTER TABLE \(name) \($0);") }
        case .rowSecurity:
            let enabled = fact?.value.hasPrefix("enabled") == true ? "ENABLE" : "DISABLE"
            let forced = fact?.value.hasSuffix("forced") == true ? "FORCE" : "NO FORCE"
            // A table starts without either.
            if found == nil && enabled == "DISABLE" { return [] }
            return [FixStatement("ALTER TABLE \(name) \(enabled) ROW LEVEL SECURITY, \(forced) ROW LEVEL SECURITY;")]
        default:
            // The value is `INHERIT parent`, or several of these.
            let parts = (found?.value ?? "").replacing("INHERIT ", with: "NO INHERIT ")
            return [FixStatement("ALTER TABLE \(name) \(parts);")]
        }
    }

    /// `RESET (...)` and `SET (...)`, as needed.
    private func options(_ wanted: [String: String], _ present: [String: String]) -> [String] {
        let reset = present.keys.filter { wanted[$0] == nil }.sorted()
        let set = wanted.filter { present[$0.key] != $0.value }.sorted { $0.key < $1.key }
        return (reset.isEmpty ? [] : ["RESET (\(reset.joined(separator: ", ")))"])
            + (set.isEmpty ? [] : ["SET (\(set.map { "\($0.key) = \($0.value)" }.joined(separator: ", ")))"])
    }

    func attachment(_ key: Fact.Key, _ fact: Fact?, _ found: Fact?) -> [FixStatement] {
        let part = key.object.partSQL
        let table = key.object.sql
        let thing = FixStatement.Thing.object(key.object)
        switch key.kind {
        case .policy:
            let drop = "DROP POLICY IF EXISTS \(part) ON \(table);"
            guard let fact else { return [FixStatement(drop, removes: [thing])] }
            let create = "CREATE POLICY \(part) ON \(table) \(fact.value);"
            return [FixStatement((found == nil ? "" : drop + "\n") + create, makes: [thing])]
        case .trigger:
            let drop = "DROP TRIGGER \(part) ON \(table);"
            guard let fact else { return [FixStatement(drop, removes: [thing])] }
            guard let found else { return [FixStatement(fact.value + ";", makes: [thing])] }
            return found.value.hasPrefix(fact.value + ",")
                ? [FixStatement("ALTER TABLE \(table) ENABLE TRIGGER \(part);")]
                : [FixStatement(drop + "\n" + fact.value + ";", makes: [thing])]
        case .rule: return [FixStatement("DROP RULE \(part) ON \(table);", removes: [thing])]
        default:
            // Statistics are in a schema of their own; the definition starts `CREATE STATISTICS schema.name`.
            let name = (fact ?? found)?.value.split(separator: " (", maxSplits: 1).first?
                .dropFirst("CREATE STATISTICS ".count)
            let object = name.flatMap { ObjectName(.relation, text: String($0)) }?.sql ?? "public.\(part)"
            let drop = "DROP STATISTICS \(object);"
            guard let fact else { return [FixStatement(drop, removes: [thing])] }
            let create = "\(fact.value);\nALTER STATISTICS \(object) OWNER TO \(ownerOfTable(key.object.parent()));"
            return [FixStatement((found == nil ? "" : drop + "\n") + create, makes: [thing])]
        }
    }

    // MARK: - Columns

    func column(_ key: Fact.Key, _ fact: Fact?, _ found: Fact?) -> [FixStatement] {
        let (table, column) = (key.object.sql, key.object.partSQL)
        let alter = "ALTER TABLE \(table) ALTER COLUMN \(column)"
        switch key.kind {
        case .column:
            // The columns of a view are its query's.
            guard expected.fact(.view, key.object.parent(.view)) == nil else { return [] }
            return wholeColumn(key.object, alter, fact, found)
        case .default: return [FixStatement(alter + (fact.map { " SET DEFAULT \($0.value);" } ?? " DROP DEFAULT;"))]
        case .notNull: return [FixStatement(alter + (fact == nil ? " DROP NOT NULL;" : " SET NOT NULL;"))]
        case .statistics:
            let isIndex = key.object.kind == .indexColumn
            let subject = isIndex ? "ALTER INDEX \(table) ALTER COLUMN \(column)" : alter
            let wanted = Self.options(fact, separator: " ")["target"] ?? "-1"
            let reset = Self.options(found).keys.filter { !$0.hasPrefix("target") }.sorted()
            return [FixStatement("\(subject) SET STATISTICS \(wanted);")]
                + (reset.isEmpty ? [] : [FixStatement("\(alter) RESET (\(reset.joined(separator: ", ")));")])
        default:
            let wanted = Self.options(fact, separator: " ")
            let present = Self.options(found, separator: " ")
            var options: [String] = []
            if wanted["compression"] != present["compression"] {
                options.append("SET COMPRESSION \(wanted["compression"] ?? "DEFAULT")")
            }
            if wanted["storage"] != present["storage"] {
                // `MAIN instead of EXTENDED`
                let storage = (wanted["storage"] ?? present["storage"])?.split(separator: " ").map(String.init) ?? []
                options.append("SET STORAGE \(wanted["storage"] == nil ? storage.last ?? "" : storage.first ?? "")")
            }
            return options.map { FixStatement("\(alter) \($0);") }
        }
    }

    private func wholeColumn(_ object: ObjectName, _ alter: String, _ fact: Fact?, _ found: Fact?) -> [FixStatement] {
        let (table, column) = (object.sql, object.partSQL)
        let drop = "ALTER TABLE \(table) DROP COLUMN \(column);"
        guard let fact else { return [FixStatement(drop + "  -- deletes its values", removes: [.object(object)])] }
        let add = "ALTER TABLE \(table) ADD COLUMN \(column) \(fact.value);"
        guard let found else { return [FixStatement(add, makes: [.object(object)])] }
        if (fact.value + found.value).contains(" AS IDENTITY") { return [identity(alter, fact, found)] }
        if (fact.value + found.value).contains("GENERATED") {
            return [FixStatement("\(drop)\n\(add)", makes: [.object(object)])] + dependants(of: object)
        }
        let type = fact.value.prefix(upToFirst: " COLLATE ")
        return [FixStatement("\(alter) TYPE \(fact.value) USING \(column)::\(type);")]
    }

    private func identity(_ alter: String, _ fact: Fact, _ found: Fact) -> FixStatement {
        guard fact.value.contains(" AS IDENTITY") else { return FixStatement("\(alter) DROP IDENTITY;") }
        let kind = fact.value.contains("GENERATED ALWAYS") ? "GENERATED ALWAYS" : "GENERATED BY DEFAULT"
        return FixStatement(
            found.value.contains(" AS IDENTITY") ? "\(alter) SET \(kind);" : "\(alter) ADD \(kind) AS IDENTITY;")
    }

    /// What goes when a column is dropped, and so has to be made again.
    private func dependants(of column: ObjectName) -> [FixStatement] {
        expected.facts.values.sorted().filter { fact in
            switch fact.kind {
            case .default, .notNull, .storage, .statistics, .grant: fact.object == column
            case .constraint, .index:
                (fact.indexedTable ?? fact.object.parent()) == column.parent()
                    && SQLText.names(in: fact.value).contains(column.part ?? "")
            default: false
            }
        }.flatMap { statements($0, nil) }
    }

    // MARK: - Constraints, indexes, sequences

    func constraint(_ key: Fact.Key, _ fact: Fact?, _ found: Fact?) -> [FixStatement] {
        let alter = "ALTER TABLE \(key.object.sql)"
        let drop = "\(alter) DROP CONSTRAINT IF EXISTS \(key.object.partSQL);"
        guard let fact else { return [FixStatement(drop, removes: [.object(key.object)])] }
        if let found, found.value == fact.value + " NOT VALID" {
            return [FixStatement("\(alter) VALIDATE CONSTRAINT \(key.object.partSQL);")]
        }
        // A key has an index of its name. Foreign keys that need a key go with it, and are findings of their own.
        let index = ObjectName(.index, schema: key.object.schema, key.object.part ?? "")
        return [
            FixStatement(
                (found == nil ? "" : drop + "\n") + "\(alter) ADD CONSTRAINT \(key.object.partSQL) \(fact.value);",
                makes: [.object(key.object), .object(index)])
        ]
    }

    func index(_ key: Fact.Key, _ fact: Fact?, _ found: Fact?) -> [FixStatement] {
        let thing = FixStatement.Thing.object(key.object)
        let drop = "DROP INDEX \(key.object.sql);"
        guard let fact else { return [FixStatement(drop, removes: [thing])] }
        if expected.constraint(of: fact) != nil && found == nil { return [] }
        guard let found else { return [FixStatement(fact.value + ";", makes: [thing])] }
        return found.value.hasPrefix(fact.value + ",")
            ? [FixStatement("REINDEX INDEX \(key.object.sql);")]
            : [FixStatement("\(drop)\n\(fact.value);", makes: [thing])]
    }

    func sequence(_ key: Fact.Key, _ fact: Fact?, _ found: Fact?) -> [FixStatement] {
        let name = key.object.sql
        let owner = expected.fact(.ownedBy, key.object)?.value ?? ""
        let isIdentity = owner.hasSuffix(", its identity")
        guard let fact else {
            return key.kind == .sequence
                ? [FixStatement("DROP SEQUENCE \(name);", removes: [.object(key.object)])]
                : [FixStatement("ALTER SEQUENCE \(name) OWNED BY NONE;")]
        }
        if key.kind == .ownedBy {
            guard !isIdentity, let column = ObjectName(.column, text: fact.value), let table = column.parent() else {
                return []
            }
            // A sequence of a column has the table's owner.
            return [
                FixStatement(
                    "ALTER SEQUENCE \(name) OWNER TO \(ownerOfTable(table));\n"
                        + "ALTER SEQUENCE \(name) OWNED BY \(column.sql).\(column.partSQL);",
                    makes: [.owner(key.object)], needs: [.owner(table), .object(column)])
            ]
        }
        if found != nil { return [FixStatement("ALTER SEQUENCE \(name) \(fact.value);")] }
        if isIdentity { return [] }
        // The next number is above all that were given out and are still there.
        let users = expected.facts.values.filter {
            $0.kind == .default && SQLText.names(in: $0.value).isSuperset(of: ["nextval", key.object.name])
        }.map(\.object)
        let maxima = users.map { "(SELECT max(\($0.partSQL)) FROM \($0.sql))" }.sorted()
        let restart = FixStatement(
            "SELECT setval('\(name)', coalesce(greatest(\(maxima.joined(separator: ", "))), 0) + 1, false);",
            needs: Set(users.map { .object($0) } + [.object(key.object)]))
        return [FixStatement("CREATE SEQUENCE \(name) \(fact.value);", makes: [.object(key.object)])]
            + (maxima.isEmpty ? [] : [restart])
    }
}

extension String {
    func prefix(upToFirst text: String) -> Substring {
        firstRange(of: text).map { self[..<$0.lowerBound] } ?? self[...]
    }
}
