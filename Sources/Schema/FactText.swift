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
            let name = object.name.split(separator: ".", omittingEmptySubsequences: false).map {
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
        var text = text
        let key = text.withUTF8 { bytes -> Fact.Key? in
            var reader = FactReader(bytes)
            return reader.key().flatMap { reader.isAtEnd ? $0 : nil }
        }
        guard let key else { return nil }
        self = key
    }
}

extension ObjectName {
    /// Reads a qualified name of some kind as values write it, `email_messages.change_seq`; nil for anything else.
    package init?(_ kind: Kind, text: String) {
        var text = text
        let name = text.withUTF8 { bytes -> ObjectName? in
            var reader = FactReader(bytes)
            return reader.object(kind)
        }
        guard let name else { return nil }
        self = name
    }
}

/// Reads keys of facts, byte by byte.
struct FactReader {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    var isAtEnd: Bool { position == bytes.count }
    var rest: String { text(position..<bytes.count) }

    private static let kinds = Dictionary(uniqueKeysWithValues: Fact.Kind.allCases.map { ($0.rawValue, $0) })

    mutating func take(_ text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard position + count <= bytes.count else { return false }
        for offset in 0..<count where bytes[position + offset] != text.utf8Start[offset] { return false }
        position += count
        return true
    }

    mutating func key() -> Fact.Key? {
        guard let kind = word().flatMap({ Self.kinds[$0] }), take(" ") else { return nil }
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
            let start = position
            while position < bytes.count, (65...90).contains(bytes[position]) || isLargeObjects { position += 1 }
            let objects = text(start..<position)
            let schema = take(" in ") ? name() : nil
            return Fact.Key(kind, ObjectName(.defaultPrivileges, schema: schema, objects), role: role)
        case .systemFunctions:
            let name = take("large objects") ? "large objects" : name()
            return name.map { Fact.Key(kind, ObjectName(.systemFunctions, $0)) }
        case .owner: return objectWithKind().map { Fact.Key(kind, $0) }
        case .grant:
            guard let object = objectWithKind(), take(" to ") else { return nil }
            // No role can be called public.
            return name().map { Fact.Key(kind, object, role: $0 == "public" ? nil : $0) }
        default: return object(kind.objectKind ?? .column).map { Fact.Key(kind, $0) }
        }
    }

    private var isLargeObjects: Bool {
        bytes[position] == 32 && position + 1 < bytes.count && bytes[position + 1] == 79
    }

    /// `table email_folders`, `database`.
    private mutating func objectWithKind() -> ObjectName? {
        guard let kind = word().flatMap(ObjectName.Kind.init) else { return nil }
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
            guard take("."), let second = partName() else { return nil }
            guard take(".") else { return part(kind, "public", first, second) }
            return partName().map { part(kind, first, second.text, $0) }
        }
    }

    /// A number without quotes is that of an index's column.
    private func part(
        _ kind: ObjectName.Kind, _ schema: String, _ table: String, _ part: (text: String, isNumber: Bool)
    ) -> ObjectName {
        ObjectName(part.isNumber ? .indexColumn : kind, schema: schema, table, part: part.text)
    }

    private mutating func partName() -> (text: String, isNumber: Bool)? {
        let isNumber = position < bytes.count && (48...57).contains(bytes[position])
        return name().map { ($0, isNumber) }
    }

    private mutating func word() -> String? {
        let start = position
        while position < bytes.count, (97...122).contains(bytes[position]) || bytes[position] == 45 { position += 1 }
        return position == start ? nil : text(start..<position)
    }

    mutating func name() -> String? {
        let start = position
        while position < bytes.count, Self.isBare(bytes[position]) { position += 1 }
        if position > start { return text(start..<position) }
        return takeQuoted() ? SQLLexer(text(start..<position)).first { _ in true }?.nameValue : nil
    }

    private mutating func takeQuoted() -> Bool {
        guard take("U&\"") || take("\"") else { return false }
        while position < bytes.count {
            position += 1
            guard bytes[position - 1] == UInt8(ascii: "\"") else { continue }
            if position < bytes.count, bytes[position] == UInt8(ascii: "\"") {
                position += 1
            } else {
                return true
            }
        }
        return false
    }

    private mutating func arguments() -> String? {
        guard take("(") else { return nil }
        let start = position
        var depth = 1
        while position < bytes.count {
            if takeQuoted() { continue }
            let byte = bytes[position]
            position += 1
            if byte == UInt8(ascii: "(") { depth += 1 }
            if byte == UInt8(ascii: ")") { depth -= 1 }
            if depth == 0 { return text(start..<position - 1) }
        }
        return nil
    }

    private func text(_ range: Range<Int>) -> String {
        String(decoding: UnsafeBufferPointer(rebasing: bytes[range]), as: UTF8.self)
    }

    private static func isBare(_ byte: UInt8) -> Bool {
        (97...122).contains(byte) || (48...57).contains(byte) || byte == 95 || byte == 45
    }
}
