import Fix
package import Schema

/// One thing that a check found.
package struct Finding: Sendable, Hashable, Encodable {
    package enum Severity: String, Sendable, Hashable, Codable, Comparable, CaseIterable {
        /// Isolation, correctness or a documented promise is broken.
        case error
        /// Performance or a good habit is; or it may be on purpose, with a reason for the ignore file.
        case warning

        package static func < (left: Severity, right: Severity) -> Bool { left == .error && right == .warning }
    }

    /// What it is: stable, never given another meaning.
    package let code: String
    package let severity: Severity
    package let stake: FindingCode.Stake
    /// What it is about, such as `policy email_messages.email_messages_tenant_policy`.
    package let object: String
    package let message: String
    package let expected: String?
    package let actual: String?
    /// The SQL that fixes it, to be run as a superuser; nil when no SQL can, and ``message`` or the code's page says what to do.
    package var fix: String? { statements.isEmpty ? nil : statements.map(\.sql).joined(separator: "\n") }
    package let source: SourceLine?
    /// What to type to read about the code.
    package var documentation: String { "emaildb verify --explain " + code }
    /// The same in parts that the script of all findings can order.
    var statements: [FixStatement]

    init(
        _ code: FindingCode, object: String, message: String? = nil, expected: String? = nil, actual: String? = nil,
        statements: [FixStatement] = [], source: SourceLine? = nil
    ) {
        self.code = code.id
        severity = code.severity
        stake = code.stake
        self.object = object
        self.message = message ?? code.title
        self.expected = expected
        self.actual = actual
        self.statements = statements.inOrder
        self.source = source
    }

    private enum CodingKeys: String, CodingKey {
        case code, severity, object, message, expected, actual, fix, source, documentation
    }

    /// Writes every field, those that are nil as null, so that programs find the same keys in each finding.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        let texts: [CodingKeys: String?] = [
            .code: code, .severity: severity.rawValue, .object: object, .message: message, .expected: expected,
            .actual: actual, .fix: fix, .documentation: documentation,
        ]
        for (key, text) in texts { try container.encode(text, forKey: key) }
        try container.encode(source, forKey: .source)
    }
}
