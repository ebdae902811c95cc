import Core

/// What `verify` found; the value behind all its outputs.
package struct VerifyReport: Sendable, Encodable {
    /// How one section went.
    package struct SectionResult: Sendable, Encodable {
        package let section: FindingCode.Section
        /// How many facts, checks, queries or attacks were tried on the database.
        package let checks: Int
        /// How long it took, ms.
        package let milliseconds: Int
    }

    /// A finding that the ignore file covers.
    package struct Ignored: Sendable, Encodable {
        /// What was found.
        package let finding: Finding
        /// Why it is ignored.
        package let reason: String
        /// The last day on which it is, ISO 8601.
        package let until: String
    }

    /// Something that was asked for and was skipped, which is not the same as nothing found.
    package struct Unseen: Sendable, Hashable, Encodable {
        package let section: FindingCode.Section
        /// What was skipped.
        package let what: String
        /// Why it was skipped.
        package let reason: String
        /// What to type to have it checked; nil when it cannot be here.
        package let fix: String?
    }

    /// The version of this JSON: a field that changes its meaning or goes raises it.
    package let format = 1
    /// The database.
    package let database: String
    /// The server's version, such as `16.4`.
    package let serverVersion: String
    /// The version of emaildb.
    package let toolVersion: String
    /// The role that ran it.
    package let role: String
    /// The number of the last step that the ledger has; nil without a ledger that can be read.
    package var schemaStep: Int?
    /// The sections that were asked for, in order.
    package var parts: [SectionResult] = []
    /// Errors first, then by code and object.
    package internal(set) var findings: [Finding] = []
    package internal(set) var ignored: [Ignored] = []
    package internal(set) var unseen: [Unseen] = []

    /// Findings of a severity.
    package func count(_ severity: Finding.Severity) -> Int { findings.count { $0.severity == severity } }

    private enum CodingKeys: String, CodingKey {
        case format, database, serverVersion, toolVersion, role, schemaStep, parts, findings, ignored, unseen
    }
}
