import Postgres
import Schema

extension LayoutFix {
    func table(_ key: Fact.Key, _ fact: Fact?, _ found: Fact?) -> [FixStatement] {
        let name = key.object.sql
        switch key.kind {
        case .table:
            guard let fact else {
                return [
                    FixStatement("DROP TABLE \(name);", removes: [.object(key.object)], loses: Loss(rowsOf: name))
                ]
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
    func options(_ wanted: [String: String], _ present: [String: String]) -> [String] {
        let reset = present.keys.filter { wanted[$0] == nil }.sorted()
        let set = wanted.filter { present[$0.key] != $0.value }.sorted { $0.key < $1.key }
        return (reset.isEmpty ? [] : ["RESET (\(reset.joined(separator: ", ")))"])
            + (set.isEmpty ? [] : ["SET (\(set.map { "\($0.key) = \($0.value)" }.joined(separator: ", ")))"])
    }

    /// What is dropped where it is extra, made where it is missing, and both where it differs.
    func attachment(_ key: Fact.Key, _ fact: Fact?, _ found: Fact?) -> [FixStatement] {
        let (name, part, definition) = (key.object.sql, key.object.partSQL, fact?.value ?? "")
        var makes: Set<FixStatement.Thing> = [.object(key.object)]
        var create = definition + ";"
        let drop: String
        // What fixes an object that has its definition, and a comma and what is wrong behind that.
        var repair: String?
        switch key.kind {
        case .constraint:
            drop = "ALTER TABLE \(name) DROP CONSTRAINT IF EXISTS \(part);"
            create = "ALTER TABLE \(name) ADD CONSTRAINT \(part) \(definition);"
            if found?.value == definition + " NOT VALID" {
                return [FixStatement("ALTER TABLE \(name) VALIDATE CONSTRAINT \(part);")]
            }
            // A key has an index of its name. Foreign keys that need a key go with it, and are findings of their own.
            makes.insert(.object(ObjectName(.index, schema: key.object.schema, key.object.part ?? "")))
        case .index:
            // Beside the writers. One that breaks off leaves an invalid index, which the next script finds and repairs.
            drop = fact == nil ? "DROP INDEX \(name);" : "DROP INDEX CONCURRENTLY \(name);"
            create = definition.replacing("INDEX ", with: "INDEX CONCURRENTLY ", maxReplacements: 1) + ";"
            repair = "REINDEX INDEX CONCURRENTLY \(name);"
            if let fact, found == nil, expected.constraint(of: fact) != nil { return [] }
        case .policy:
            drop = "DROP POLICY IF EXISTS \(part) ON \(name);"
            create = "CREATE POLICY \(part) ON \(name) \(definition);"
        case .trigger:
            drop = "DROP TRIGGER \(part) ON \(name);"
            repair = "ALTER TABLE \(name) ENABLE TRIGGER \(part);"
        case .rule: drop = "DROP RULE \(part) ON \(name);"
        default:
            // Statistics are in a schema of their own; the definition starts `CREATE STATISTICS schema.name`.
            let names = (fact ?? found)?.value.split(separator: " (", maxSplits: 1).first?
                .dropFirst("CREATE STATISTICS ".count)
            let object = names.flatMap { ObjectName(.relation, text: $0) }?.sql ?? "public.\(part)"
            drop = "DROP STATISTICS \(object);"
            create += "\nALTER STATISTICS \(object) OWNER TO \(ownerOfTable(key.object.parent()));"
        }
        guard fact != nil else { return [FixStatement(drop, removes: [.object(key.object)])] }
        if let found, let repair, found.value.hasPrefix(definition + ",") { return [FixStatement(repair)] }
        return [FixStatement((found == nil ? "" : drop + "\n") + create, makes: makes)]
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
        let values = Loss(valuesOf: column, in: table)
        guard let fact else { return [FixStatement(drop, removes: [.object(object)], loses: values)] }
        let add = "ALTER TABLE \(table) ADD COLUMN \(column) \(fact.value);"
        guard let found else { return [FixStatement(add, makes: [.object(object)])] }
        if (fact.value + found.value).contains(" AS IDENTITY") { return [identity(alter, fact, found)] }
        let isDerived = (found: found.value.contains("GENERATED"), wanted: fact.value.contains("GENERATED"))
        if isDerived.wanted || found.value.hasSuffix(" VIRTUAL") {
            let loses = isDerived.found ? nil : values
            let anew = FixStatement("\(drop)\n\(add)", makes: [.object(object)], loses: loses)
            return [anew]
                + dependants(of: object).map { statement in
                    var statement = statement
                    statement.loses = loses
                    return statement
                }
        }
        let type = String(fact.value.prefix(upToFirst: " COLLATE "))
        let present = String(found.value.prefix(upToFirst: " GENERATED ").prefix(upToFirst: " COLLATE "))
        var statements: [FixStatement] = []
        if isDerived.found { statements.append(FixStatement("\(alter) DROP EXPRESSION;", makes: [.object(object)])) }
        if found.value.prefix(upToFirst: " GENERATED ") != fact.value {
            // A type with a schema is somebody's: his functions would convert it, and so are not called to count.
            let isOurs = !present.contains(".") && !present.contains("\"")
            let cut = isOurs ? "(\(column)::\(type))::text IS DISTINCT FROM \(column)::text" : nil
            statements.append(
                FixStatement(
                    "\(alter) TYPE \(fact.value) USING \(column)::\(type);",
                    loses: present == type ? nil : Loss(valuesOf: column, in: table, where: cut)))
        }
        return statements
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

    // MARK: - Sequences

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

extension StringProtocol where SubSequence == Substring {
    func prefix(upToFirst text: String) -> Substring {
        firstRange(of: text).map { self[..<$0.lowerBound] } ?? self[...]
    }
}
