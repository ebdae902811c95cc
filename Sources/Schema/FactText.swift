import Postgres

// The text of a fact's key, `kind object`, in layout files and findings: written and read here and nowhere else.
//
//     column email_messages.subject                 grant table email_folders to email_service
//     setting email_service lock_timeout            membership email_monitor in pg_monitor
//     owner function emaildb.refuse_change()        default-privileges email_owner on TABLES in public

extension Fact.Key: CustomStringConvertible {
    package var description: String { kind.rawValue + " " + objectText }

    var objectText: String {
        switch kind {
        case .membership: return "\(role.map(ObjectName.text) ?? "") in \(object.text)"
        case .setting:
            // A role may be called database.
            let subject = role.map { $0 == "database" ? SQL.identifier($0) : ObjectName.text($0) } ?? "database"
            let name = object.name.unicodeScalars.split(separator: ".", omittingEmptySubsequences: false).map {
                ObjectName.text(String($0))
            }
            return "\(subject) \(name.joined(separator: "."))"
                + (object.kind == .everySetting ? " in every database" : "")
        case .defaultPrivileges:
            return "\(role.map(ObjectName.text) ?? "") on \(object.name)"
                + (object.schema.map { " in " + ObjectName.text($0) } ?? "")
        case .owner: return object.description
        case .grant: return "\(object) to \(role.map(ObjectName.text) ?? "public")"
        default: return object.text
        }
    }

    /// Reads what ``description`` gives; nil when the text is anything else.
    package init?(_ text: String) {
        var reader = FactReader(text)
        guard let key = reader.key(), reader.isAtEnd else { return nil }
        self = key
    }
}

extension ObjectName {
    /// Reads a qualified name of some kind as values write it, `email_messages.change_seq`; nil for anything else.
    package init?(_ kind: Kind, text: some StringProtocol) {
        var reader = FactReader(text)
        guard let name = reader.object(kind) else { return nil }
        self = name
    }
}

/// Reads keys of facts, byte by byte.
struct FactReader {
    private var bytes: ArraySlice<UInt8>

    init(_ text: some StringProtocol) { self.init(Array(text.utf8)[...]) }

    init(_ bytes: ArraySlice<UInt8>) { self.bytes = bytes }

    var isAtEnd: Bool { bytes.isEmpty }
    var rest: String { Self.text(bytes) }

    mutating func take(_ text: StaticString) -> Bool { bytes.take(text) }

    mutating func key() -> Fact.Key? {
        guard let kind = Fact.Kind.byName[word()], take(" ") else { return nil }
        switch kind {
        case .membership:
            guard let member = name(), take(" in "), let group = name() else { return nil }
            return Fact.Key(kind, ObjectName(.role, group), role: member)
        case .setting:
            let role: String?? = take("database ") ? .some(nil) : name().flatMap { take(" ") ? $0 : nil }
            guard let role, var setting = name() else { return nil }
            while take("."), let more = name() { setting += "." + more }
            return Fact.Key(
                kind, ObjectName(take(" in every database") ? .everySetting : .setting, setting), role: role)
        case .defaultPrivileges:
            guard let role = name(), take(" on ") else { return nil }
            let objects = take("LARGE OBJECTS") ? "LARGE OBJECTS" : Self.text(bytes.take { (65...90).contains($0) })
            let schema = take(" in ") ? name() : nil
            return Fact.Key(kind, ObjectName(.defaultPrivileges, schema: schema, objects), role: role)
        case .systemFunctions:
            let name = take("large objects") ? "large objects" : take("advisory locks") ? "advisory locks" : name()
            return name.map { Fact.Key(kind, ObjectName(.systemFunctions, $0)) }
        case .owner: return objectWithKind().map { Fact.Key(kind, $0) }
        case .grant:
            guard let object = objectWithKind(), take(" to ") else { return nil }
            // No role can be called public.
            return name().map { Fact.Key(kind, object, role: $0 == "public" ? nil : $0) }
        default: return object(kind.objectKind ?? .column).map { Fact.Key(kind, $0) }
        }
    }

    /// `table email_folders`, `database`.
    private mutating func objectWithKind() -> ObjectName? {
        guard let kind = ObjectName.Kind(rawValue: word()) else { return nil }
        return kind == .database ? ObjectName(.database, "") : take(" ") ? object(kind) : nil
    }

    mutating func object(_ kind: ObjectName.Kind) -> ObjectName? {
        guard let first = name() else { return nil }
        switch kind {
        case .schema, .extension, .role, .server: return ObjectName(kind, first)
        case .table, .view, .sequence, .index, .relation:
            guard take(".") else { return ObjectName(kind, schema: "public", first) }
            return name().map { ObjectName(kind, schema: first, $0) }
        case .function:
            let second = take(".") ? name() : nil
            guard let arguments = arguments() else { return nil }
            return ObjectName(
                kind, schema: second == nil ? "public" : first, second ?? first, arguments: arguments)
        default:
            var names = [first]
            var isNumber = false
            while names.count < 3, take(".") {
                isNumber = bytes.first.map { (48...57).contains($0) } == true
                guard let next = name() else { return nil }
                names.append(next)
            }
            guard names.count > 1, let part = names.popLast(), let table = names.popLast() else { return nil }
            // A number without quotes is that of an index's column.
            return ObjectName(isNumber ? .indexColumn : kind, schema: names.last ?? "public", table, part: part)
        }
    }

    /// Lower-case letters and hyphens.
    private mutating func word() -> String { Self.text(bytes.take { (97...122).contains($0) || $0 == 45 }) }

    private mutating func name() -> String? {
        let bare = bytes.take { (97...122).contains($0) || (48...57).contains($0) || $0 == 95 || $0 == 45 }
        if !bare.isEmpty { return Self.text(bare) }
        var lexer = SQLLexer(bytes)
        guard let element = lexer.next(), element.kind == .name, element.bytes.count > 1,
            element.bytes.last == UInt8(ascii: "\"")
        else { return nil }
        bytes = bytes[element.bytes.endIndex...]
        return element.nameValue
    }

    /// The types of a function's arguments, in parentheses.
    private mutating func arguments() -> String? {
        guard take("(") else { return nil }
        var depth = 1
        for element in SQLLexer(bytes) {
            if element.keyword == "(" { depth += 1 }
            if element.keyword == ")" { depth -= 1 }
            if depth == 0 {
                defer { bytes = bytes[element.bytes.endIndex...] }
                return Self.text(bytes[..<element.bytes.startIndex])
            }
        }
        return nil
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }
}
