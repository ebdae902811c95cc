import Postgres

/// How one column of ours is read from a table of theirs: an expression, and what it changes.
struct Conversion: Sendable {
    /// Something that is done to values, and the condition under which.
    struct Change: Sendable {
        let what: String
        let condition: String
    }

    let field: Field
    /// Nil where they have no such column.
    let column: OldColumn?
    /// The value, of the type that ours has.
    let sql: String
    private(set) var changes: [Change] = []

    /// - Parameters:
    ///   - functions: the schema that has this program's functions.
    ///   - isInSeconds: whether numbers that are times count seconds.
    init(_ field: Field, _ column: OldColumn?, functions: String, isInSeconds: Bool) {
        self.field = field
        self.column = column
        guard let column else {
            sql = "NULL::" + field.reading.type
            return
        }
        let (value, text) = (column.sql, column.text)
        var reading = ""
        switch field.reading {
        case .key, .reference:
            sql = Self.uuid(column, field.reading)
            if column.form != .uuid {
                let isNumber = [.number, .seconds].contains(column.form)
                reading = isNumber ? "\(column.type), becomes a UUID made of it" : "\(column.type), read as UUID"
            }
        case .text(let limit):
            sql = limit.map { "CASE WHEN length(\(text)) <= \($0) THEN \(text) END" } ?? text
            if column.form != .text { reading = "\(column.type), read as text" }
        case .cut(let limit):
            sql = "left(\(text), \(limit))"
            changes.append(
                Change(what: "longer than \(limit) characters, cut", condition: "length(\(text)) > \(limit)"))
            if column.form != .text { reading = "\(column.type), read as text" }
        case .header:
            switch column.base {
            case "jsonb": sql = "\(functions).adopt_header(\(value))"
            case "json": sql = "\(functions).adopt_header(\(functions).adopt_json(\(text)))"
            default: sql = text
            }
            if column.form == .json {
                reading = "\(column.type), becomes the text of the header"
            } else if column.form != .text {
                reading = "\(column.type), read as text"
            }
            if let limit = ["from": 500, "subject": 500, "reply_to": 255][field.name] {
                changes.append(
                    Change(
                        what: "longer than \(limit) characters, whole in \(field.name)_full",
                        condition: "length(\(sql)) > \(limit)"))
            }
        case .word(let words, let others, let rest):
            let folded = "btrim(lower(\(text)))"
            let cases = (words.map { ($0, $0) } + others.sorted { $0.key < $1.key }).map {
                "WHEN \(SQL.literal($0.0)) THEN \(SQL.literal($0.1))"
            }
            let last = rest.map { "CASE WHEN \(folded) IS NOT NULL THEN \(SQL.literal($0)) END" } ?? "NULL"
            sql = "(CASE \(folded) \(cases.joined(separator: " ")) ELSE \(last) END COLLATE \"C\")"
            changes.append(
                Change(what: "written otherwise, becomes a word of the schema", condition: "\(sql) <> \(text)"))
        case .number(let range):
            sql = Self.number(column, in: range)
            if ![.number, .seconds].contains(column.form) { reading = "\(column.type), read as a number" }
        case .time:
            sql = Self.time(column, functions, isInSeconds: isInSeconds)
            switch column.form {
            case .number where isInSeconds, .seconds: reading = "\(column.type) of seconds, becomes epoch milliseconds"
            case .number: break
            default: reading = "\(column.type), becomes epoch milliseconds"
            }
        case .flag:
            sql = Self.flag(column)
            if column.form != .flag { reading = "\(column.type), read as boolean" }
        case .addresses:
            switch column.form {
            case .json where column.base == "jsonb": sql = value
            case .texts: sql = "to_jsonb(\(value)::text[])"
            default: sql = "\(functions).adopt_json(\(text))"
            }
            if column.base != "jsonb" { reading = "\(column.type), becomes a JSON array" }
        }
        if !reading.isEmpty {
            changes.insert(Change(what: reading, condition: "\(value) IS NOT NULL AND \(sql) IS NOT NULL"), at: 0)
        }
        changes.append(
            Change(what: "cannot be read, becomes NULL", condition: "\(value) IS NOT NULL AND \(sql) IS NULL"))
    }

    private static func uuid(_ column: OldColumn, _ reading: Field.Reading) -> String {
        let (value, text) = (column.sql, column.text)
        switch (column.form, reading) {
        case (.uuid, _): return value
        case (.number, .key(let kind)), (.seconds, .key(let kind)):
            return "CASE WHEN \(value) IS NOT NULL THEN md5(concat('\(kind):', \(value)))::uuid END"
        case (.bytes, _):
            return "CASE WHEN octet_length(\(value)) = 16 THEN encode(\(value), 'hex')::uuid END"
        default:
            let pattern = "'^[0-9a-fA-F]{8}-?([0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}$'"
            return "CASE WHEN btrim(\(text), ' {}') ~ \(pattern) THEN btrim(\(text), ' {}')::uuid END"
        }
    }

    private static func number(_ column: OldColumn, in range: ClosedRange<Int64>) -> String {
        let value =
            switch column.form {
            case .number, .seconds: column.sql
            default: "CASE WHEN btrim(\(column.text)) ~ '^[0-9]{1,18}$' THEN btrim(\(column.text))::bigint END"
            }
        return "CASE WHEN \(value) BETWEEN \(range.lowerBound) AND \(range.upperBound) THEN (\(value))::bigint END"
    }

    private static func time(_ column: OldColumn, _ functions: String, isInSeconds: Bool) -> String {
        let (value, text) = (column.sql, column.text)
        let factor = isInSeconds || column.form == .seconds ? " * 1000" : ""
        let limit = "9000000000000000"
        switch column.form {
        case .moment:
            return "CASE WHEN isfinite(\(value)) THEN floor(extract(epoch FROM \(value)) * 1000)::bigint END"
        case .number, .seconds:
            return
                "CASE WHEN \(value) BETWEEN -\(limit) AND \(limit) THEN floor(\(value)::numeric\(factor))::bigint END"
        default:
            return """
                CASE WHEN \(text) ~ '^-?[0-9]{1,16}$' THEN \(text)::bigint\(factor) ELSE \(functions).adopt_time(\(text)) END
                """
        }
    }

    private static func flag(_ column: OldColumn) -> String {
        switch column.form {
        case .flag: return column.sql
        case .number, .seconds: return "(\(column.sql) <> 0)"
        default:
            let folded = "btrim(lower(\(column.text)))"
            return "CASE WHEN \(folded) IN ('t', 'true', 'y', 'yes', 'on', '1') THEN true"
                + " WHEN \(folded) IN ('f', 'false', 'n', 'no', 'off', '0', '') THEN false END"
        }
    }
}

extension Field.Reading {
    var type: String {
        switch self {
        case .key, .reference: "uuid"
        case .text, .cut, .header, .word: "text"
        case .number, .time: "bigint"
        case .flag: "boolean"
        case .addresses: "jsonb"
        }
    }
}
