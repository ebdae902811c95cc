/// Something that is not as it should be.
public struct Finding: Sendable, Hashable, Encodable {
    /// How much it matters.
    public enum Severity: String, Sendable, Hashable, Codable, Comparable {
        /// Isolation, correctness or a documented promise is broken.
        case error
        /// Performance or a good habit is; or it may be on purpose, with a reason for the ignore file.
        case warning

        /// Errors before warnings.
        public static func < (left: Severity, right: Severity) -> Bool { left == .error && right == .warning }
    }

    /// A line of a file of `sql/`.
    public struct Source: Sendable, Hashable, Encodable {
        /// The path, from the root of the project.
        public let file: String
        /// The line, from 1.
        public let line: Int
    }

    /// What it is: stable, never given another meaning.
    public let code: String
    /// How much it matters.
    public let severity: Severity
    /// What it is about, such as `policy email_messages.email_messages_tenant_policy`.
    public let object: String
    /// What is wrong, in one sentence.
    public let message: String
    /// What should be; nil when nothing should.
    public let expected: String?
    /// What is; nil when there is nothing.
    public let actual: String?
    /// The SQL that mends it, to be run as a superuser; nil when no SQL can, and ``message`` or the code's page says what to do.
    public let mending: String?
    /// Where the object is made.
    public let source: Source?
    /// Where the code is explained.
    public var documentation: String { FindingCode.page + "#" + code }
    /// The mending SQL in parts that the script of all findings can order.
    let repairs: [Repair]

    init(
        _ code: FindingCode, object: String, message: String? = nil, expected: String? = nil, actual: String? = nil,
        repairs: [Repair] = [], source: Source? = nil
    ) {
        self.code = code.id
        severity = code.severity
        self.object = object
        self.message = message ?? code.title
        self.expected = expected
        self.actual = actual
        self.repairs = repairs.sorted()
        mending = repairs.isEmpty ? nil : self.repairs.map(\.sql).joined(separator: "\n")
        self.source = source
    }

    private enum CodingKeys: String, CodingKey {
        case code, severity, object, message, expected, actual, mending, source, documentation
    }

    /// Writes every field, those that are nil as null, so that programs find the same keys in each finding.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(code, forKey: .code)
        try container.encode(severity, forKey: .severity)
        try container.encode(object, forKey: .object)
        try container.encode(message, forKey: .message)
        try container.encode(expected, forKey: .expected)
        try container.encode(actual, forKey: .actual)
        try container.encode(mending, forKey: .mending)
        try container.encode(source, forKey: .source)
        try container.encode(documentation, forKey: .documentation)
    }
}

/// One statement, or a few that belong together, of a mending script.
struct Repair: Sendable, Hashable, Comparable {
    /// When a statement has to run with respect to others.
    enum Phase: Int, Comparable {
        case role, membership, remove, dropColumn, dropFunction, dropTable, `extension`, sequence, function, table,
            column, columnOption
        case writtenFunction, key, check, foreignKey, index, indexOption, view, trigger, policy, owner, ownedBy, revoke,
            grant, columnGrant, last

        static func < (left: Phase, right: Phase) -> Bool { left.rawValue < right.rawValue }
    }

    let phase: Phase
    /// Its place among those of the same phase: that of what it makes in `sql/`.
    var order = 0
    let sql: String

    init(_ phase: Phase, _ sql: String) {
        self.phase = phase
        self.sql = sql
    }

    static func < (left: Repair, right: Repair) -> Bool {
        (left.phase, left.order, left.sql) < (right.phase, right.order, right.sql)
    }
}
