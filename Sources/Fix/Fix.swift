import Postgres
package import Schema

/// The SQL that brings an object back to what the layout says, to be run as a superuser.
///
/// Most of it follows from the fact itself, which is written in SQL's own words; functions and views are made by the very
/// statement of `sql/` that made them.
package struct Mending {
    /// What statements have to name beside the object.
    package struct Target: Sendable {
        /// The database.
        let database: String
        /// The role that owns what the ledger is in.
        let installer: String

        package init(database: String, installer: String) {
            self.database = database
            self.installer = installer
        }
    }

    /// Leaves pg_stat_statements, whoever made it, to pg_monitor.
    package static let closeStatistics = "CALL emaildb.count_statements();"

    let expected: ExpectedLayout
    let target: Target

    package init(expected: ExpectedLayout, target: Target) {
        self.expected = expected
        self.target = target
    }

    /// The statements for one fact: missing when nothing is found, extra when nothing is expected.
    package func repairs(_ fact: Fact?, _ found: Fact?) -> [Repair] {
        guard let either = fact ?? found else { return [] }
        switch either.kind {
        case .schema: return []
        case .extension, .role, .membership, .setting, .systemFunctions, .defaultPrivileges: return cluster(fact, found)
        case .owner: return owner(fact, found)
        case .grant: return grant(fact, found)
        case .column, .default, .notNull, .storage, .statistics: return column(fact, found)
        case .function, .functionBody: return function(fact, found)
        case .view, .viewDefinition: return view(fact, found)
        case .constraint: return constraint(fact, found)
        case .index: return index(fact, found)
        case .sequence, .ownedBy: return sequence(fact, found)
        case .table, .parameters, .rowSecurity, .policy, .trigger, .rule, .extendedStatistics, .inheritance:
            return table(fact, found)
        }
    }

    // MARK: - Tables and what is attached to them

    private func table(_ fact: Fact?, _ found: Fact?) -> [Repair] {
        guard let either = fact ?? found else { return [] }
        let name = Self.name(either.object)
        let part = Self.identifier(either.lastPart)
        let parent = Self.name(either.parent)
        switch either.kind {
        case .table:
            guard let fact else { return [Repair(.dropTable, "DROP TABLE \(name);  -- deletes its rows")] }
            guard let found else { return [Repair(.table, "CREATE TABLE \(name) ();")] }
            var options: [String] = []
            if found.value.contains("unlogged") { options.append("SET LOGGED") }
            if found.value.contains("replica identity") { options.append("REPLICA IDENTITY DEFAULT") }
            return fact.value == "permanent" ? options.map { Repair(.table, "ALTER TABLE \(name) \($0);") } : []
        case .parameters:
            let names = Self.options(found).filter { Self.options(fact)[$0.key] == nil }.keys.sorted()
            let set = Self.options(fact).filter { Self.options(found)[$0.key] != $0.value }.sorted { $0.key < $1.key }
            return
                (names.isEmpty ? [] : ["ALTER TABLE \(name) RESET (\(names.joined(separator: ", ")));"])
                .appending(
                    set.isEmpty
                        ? nil
                        : "ALTER TABLE \(name) SET (\(set.map { "\($0.key) = \($0.value)" }.joined(separator: ", ")));"
                )
                .map { Repair(.columnOption, $0) }
        case .rowSecurity:
            let enabled = fact?.value.hasPrefix("enabled") == true ? "ENABLE" : "DISABLE"
            let forced = fact?.value.hasSuffix("forced") == true ? "FORCE" : "NO FORCE"
            // A table starts without either.
            if found == nil && enabled == "DISABLE" { return [] }
            return [Repair(.policy, "ALTER TABLE \(name) \(enabled) ROW LEVEL SECURITY, \(forced) ROW LEVEL SECURITY;")]
        case .policy:
            let drop = "DROP POLICY IF EXISTS \(part) ON \(parent);"
            guard let fact else { return [Repair(.remove, drop)] }
            return [
                Repair(.policy, (found == nil ? "" : drop + "\n") + "CREATE POLICY \(part) ON \(parent) \(fact.value);")
            ]
        case .trigger:
            let drop = "DROP TRIGGER \(part) ON \(parent);"
            guard let fact else { return [Repair(.remove, drop)] }
            guard let found else { return [Repair(.trigger, fact.value + ";")] }
            return found.value.hasPrefix(fact.value + ",")
                ? [Repair(.trigger, "ALTER TABLE \(parent) ENABLE TRIGGER \(part);")]
                : [Repair(.trigger, drop + "\n" + fact.value + ";")]
        case .rule: return [Repair(.remove, "DROP RULE \(part) ON \(parent);")]
        case .extendedStatistics:
            let drop = "DROP STATISTICS \(either.object.hasPrefix("emaildb.") ? "emaildb" : "public").\(part);"
            guard let fact else { return [Repair(.remove, drop)] }
            let owner = expected.fact(.owner, "table " + fact.parent)?.value ?? ""
            let create = "\(fact.value);\nALTER STATISTICS \(Self.name(fact.lastPart)) OWNER TO \(role(owner));"
            return [Repair(.indexOption, (found == nil ? "" : drop + "\n") + create)]
        default:
            let other = String(either.value.dropFirst("inherits from ".count))
            return [Repair(.remove, "ALTER TABLE \(either.object) NO INHERIT \(other);")]
        }
    }

    private func column(_ fact: Fact?, _ found: Fact?) -> [Repair] {
        guard let either = fact ?? found else { return [] }
        let column = Self.identifier(either.lastPart)
        let table = Self.name(either.parent)
        let alter = "ALTER TABLE \(table) ALTER COLUMN \(column)"
        switch either.kind {
        case .column:
            // The columns of a view are its query's.
            guard expected.fact(.view, either.parent) == nil else { return [] }
            guard let fact else {
                return [Repair(.dropColumn, "ALTER TABLE \(table) DROP COLUMN \(column);  -- deletes its values")]
            }
            let add = "ALTER TABLE \(table) ADD COLUMN \(column) \(fact.value);"
            guard let found else { return [Repair(.column, add)] }
            if (fact.value + found.value).contains(" AS IDENTITY") { return [identity(alter, fact, found)] }
            if (fact.value + found.value).contains("GENERATED") {
                return [Repair(.column, "ALTER TABLE \(table) DROP COLUMN \(column);\n\(add)")]
                    + dependants(ofColumn: fact)
            }
            let type = fact.value.ranges(of: " COLLATE ").first.map { fact.value[..<$0.lowerBound] } ?? fact.value[...]
            return [Repair(.column, "\(alter) TYPE \(fact.value) USING \(column)::\(type);")]
        case .default:
            return [Repair(.columnOption, alter + (fact.map { " SET DEFAULT \($0.value);" } ?? " DROP DEFAULT;"))]
        case .notNull: return [Repair(.columnOption, alter + (fact == nil ? " DROP NOT NULL;" : " SET NOT NULL;"))]
        case .statistics:
            let isIndex = Int(either.lastPart) != nil
            let subject = isIndex ? "ALTER INDEX \(table) ALTER COLUMN \(either.lastPart)" : alter
            let wanted = Self.options(fact, separator: " ")["target"] ?? "-1"
            var repairs = [Repair(isIndex ? .indexOption : .columnOption, "\(subject) SET STATISTICS \(wanted);")]
            let reset = Self.options(found).keys.filter { !$0.hasPrefix("target") }.sorted()
            if !reset.isEmpty {
                repairs.append(Repair(.columnOption, "\(alter) RESET (\(reset.joined(separator: ", ")));"))
            }
            return repairs
        default:
            let wanted = Self.options(fact, separator: " ")
            let present = Self.options(found, separator: " ")
            var options: [String] = []
            if wanted["compression"] != present["compression"] {
                options.append("SET COMPRESSION \(wanted["compression"] ?? "DEFAULT")")
            }
            if wanted["storage"] != present["storage"] {
                let storage = (wanted["storage"] ?? present["storage"])?.split(separator: " ").map(String.init) ?? []
                options.append("SET STORAGE \(wanted["storage"] == nil ? storage.last ?? "" : storage.first ?? "")")
            }
            return options.map { Repair(.columnOption, "\(alter) \($0);") }
        }
    }

    private func identity(_ alter: String, _ fact: Fact, _ found: Fact) -> Repair {
        guard fact.value.contains(" AS IDENTITY") else { return Repair(.column, "\(alter) DROP IDENTITY;") }
        let kind = fact.value.contains("GENERATED ALWAYS") ? "GENERATED ALWAYS" : "GENERATED BY DEFAULT"
        return Repair(
            .column,
            found.value.contains(" AS IDENTITY") ? "\(alter) SET \(kind);" : "\(alter) ADD \(kind) AS IDENTITY;")
    }

    /// What goes when a column is dropped, and so has to be made again.
    private func dependants(ofColumn column: Fact) -> [Repair] {
        let name = Self.identifier(column.lastPart)
        return expected.facts.values.sorted().flatMap { fact -> [Repair] in
            switch fact.kind {
            case .default, .notNull, .storage, .statistics: fact.object == column.object ? repairs(fact, nil) : []
            case .grant: fact.object.hasPrefix("column \(column.object) ") ? repairs(fact, nil) : []
            case .constraint: fact.parent == column.parent && fact.value.mentions(name) ? repairs(fact, nil) : []
            case .index: fact.indexedTable == column.parent && fact.value.mentions(name) ? repairs(fact, nil) : []
            default: []
            }
        }
    }

    private func constraint(_ fact: Fact?, _ found: Fact?) -> [Repair] {
        guard let either = fact ?? found else { return [] }
        let name = Self.identifier(either.lastPart)
        let table = Self.name(either.parent)
        guard let fact else { return [Repair(.remove, "ALTER TABLE \(table) DROP CONSTRAINT IF EXISTS \(name);")] }
        if let found, found.value == fact.value + " NOT VALID" {
            return [Repair(.check, "ALTER TABLE \(table) VALIDATE CONSTRAINT \(name);")]
        }
        let phase: Repair.Phase =
            fact.value.hasPrefix("FOREIGN KEY") ? .foreignKey : fact.value.hasPrefix("CHECK") ? .check : .key
        let add = "ALTER TABLE \(table) ADD CONSTRAINT \(name) \(fact.value);"
        // Foreign keys that need a key go with it, and come back as findings of their own.
        return [Repair(phase, (found == nil ? "" : "ALTER TABLE \(table) DROP CONSTRAINT IF EXISTS \(name);\n") + add)]
    }

    private func index(_ fact: Fact?, _ found: Fact?) -> [Repair] {
        guard let either = fact ?? found else { return [] }
        let name = Self.name(either.object)
        guard let fact else { return [Repair(.remove, "DROP INDEX \(name);")] }
        if expected.constraint(of: fact) != nil && found == nil { return [] }
        guard let found else { return [Repair(.index, fact.value + ";")] }
        return found.value.hasPrefix(fact.value + ",")
            ? [Repair(.index, "REINDEX INDEX \(name);")]
            : [Repair(.index, "DROP INDEX \(name);\n\(fact.value);")]
    }

    private func sequence(_ fact: Fact?, _ found: Fact?) -> [Repair] {
        guard let either = fact ?? found else { return [] }
        let name = Self.name(either.object)
        let column = expected.fact(.ownedBy, either.object)?.value ?? ""
        let isIdentity = column.hasSuffix(", its identity")
        guard let fact else {
            return either.kind == .sequence
                ? [Repair(.dropTable, "DROP SEQUENCE \(name);")]
                : [Repair(.ownedBy, "ALTER SEQUENCE \(name) OWNED BY NONE;")]
        }
        if either.kind == .ownedBy {
            if isIdentity { return [] }
            let table = String(fact.value[..<(fact.value.lastIndex(of: ".") ?? fact.value.startIndex)])
            let owner = expected.fact(.owner, "table " + table)?.value ?? ""
            return [
                Repair(
                    .ownedBy,
                    "ALTER SEQUENCE \(name) OWNER TO \(role(owner));\nALTER SEQUENCE \(name) OWNED BY \(Self.columnName(fact.value));"
                )
            ]
        }
        if found != nil { return [Repair(.sequence, "ALTER SEQUENCE \(name) \(fact.value);")] }
        if isIdentity { return [] }
        // The next number is above all that were given out and are still there.
        let users = expected.facts.values.filter {
            $0.kind == .default && $0.value.contains("nextval('\(fact.object)'")
        }.sorted()
        let maxima = users.map { "(SELECT max(\(Self.identifier($0.lastPart))) FROM \(Self.name($0.parent)))" }
        let restart =
            maxima.isEmpty
            ? []
            : [
                Repair(
                    .last,
                    "SELECT setval('\(name)', coalesce(greatest(\(maxima.joined(separator: ", "))), 0) + 1, false);")
            ]
        return [Repair(.sequence, "CREATE SEQUENCE \(name) \(fact.value);")] + restart
    }

    // MARK: - Functions and views

    private func function(_ fact: Fact?, _ found: Fact?) -> [Repair] {
        guard let either = fact ?? found else { return [] }
        let name = Self.functionName(either.object)
        guard let fact else { return [Repair(.dropFunction, "DROP ROUTINE \(name);")] }
        guard let text = expected.creation(of: fact) else { return [] }
        let create = text.replacing("CREATE FUNCTION ", with: "CREATE OR REPLACE FUNCTION ")
            .replacing("CREATE PROCEDURE ", with: "CREATE OR REPLACE PROCEDURE ")
        // An audit function is written from the catalog: it needs the table.
        let repair = Repair(text.hasPrefix("CALL ") ? .writtenFunction : .function, create + ";")
        // A new function is open to everybody.
        let close = Repair(.revoke, "REVOKE ALL ON ROUTINE \(name) FROM PUBLIC;")
        guard let found else { return [repair, close] }
        // REPLACE keeps owner and grants, but does not change what a function returns.
        guard fact.kind == .function,
            found.value.prefix(upToFirst: ", language") != fact.value.prefix(upToFirst: ", language")
        else { return [repair] }
        let belongings = expected.facts.values.filter {
            $0.kind == .owner && $0.object == "function \(fact.object)"
                || $0.kind == .grant && $0.object.hasPrefix("function \(fact.object) to ")
        }
        return [Repair(.dropFunction, "DROP ROUTINE \(name);"), repair, close]
            + belongings.sorted().flatMap { repairs($0, nil) }
    }

    private func view(_ fact: Fact?, _ found: Fact?) -> [Repair] {
        guard let either = fact ?? found else { return [] }
        let name = Self.name(either.object)
        guard let fact else {
            return [
                Repair(.remove, "DROP \(either.value.hasPrefix("materialized") ? "MATERIALIZED " : "")VIEW \(name);")
            ]
        }
        if either.kind == .view, let found {
            let wanted = Self.options(fact)
            let reset = Self.options(found).keys.filter { wanted[$0] == nil && $0 != "view" }.sorted()
            let set = wanted.filter { $0.key != "view" && Self.options(found)[$0.key] != $0.value }.sorted {
                $0.key < $1.key
            }
            return
                (set.map { "ALTER VIEW \(name) SET (\($0.key) = \($0.value));" }
                + reset.map { "ALTER VIEW \(name) RESET (\($0));" }).map { Repair(.view, $0) }
        }
        guard let text = expected.creation(of: fact) else { return [] }
        return [
            Repair(.view, (found == nil ? text : text.replacing("CREATE VIEW", with: "CREATE OR REPLACE VIEW")) + ";")
        ]
    }
}
