import Core

/// What `verify` found; the value behind all its outputs.
package struct VerifyReport: Sendable, Encodable {
    package struct SectionResult: Sendable, Encodable {
        package let section: FindingCode.Section
        /// How many facts, checks, queries or attacks were tried on the database.
        package let checks: Int
        package let milliseconds: Int
        /// What was looked at of how much, where not everything was; nil: everything.
        package var sample: String?
    }

    /// An attack that was made, or a query that was planned; what was found by it names the same object.
    package struct Trial: Sendable, Encodable {
        package let section: FindingCode.Section
        package let object: String
        /// The attack's name, or the query.
        package let name: String
        package let milliseconds: Double

        init(_ section: FindingCode.Section, object: String, name: String, since start: ContinuousClock.Instant) {
            self.section = section
            self.object = object
            self.name = name
            milliseconds = start.duration(to: .now) / .milliseconds(1)
        }
    }

    /// A finding that the ignore file covers.
    package struct Ignored: Sendable, Encodable {
        package let finding: Finding
        package let reason: String
        /// The last day on which it is, ISO 8601.
        package let until: String
    }

    /// Something that was asked for and was skipped, which is not the same as nothing found.
    package struct Unseen: Sendable, Hashable, Encodable {
        package let section: FindingCode.Section
        package let what: String
        package let reason: String
        /// What to type to have it checked; nil when it cannot be here.
        package let fix: String?
    }

    /// The version of this JSON: a field that changes its meaning or goes raises it.
    package let format = 1
    package let database: String
    package let serverVersion: String
    package let toolVersion: String
    package let role: String
    /// The number of the last step that the ledger has; nil without a ledger that can be read.
    package var schemaStep: Int?
    /// The sections that were asked for, in order.
    package var parts: [SectionResult] = []
    /// In the order in which they were made.
    package internal(set) var tried: [Trial] = []
    /// Errors first, among them what an attacker gains most by; then by code and object.
    package internal(set) var findings: [Finding] = []
    package internal(set) var ignored: [Ignored] = []
    package internal(set) var unseen: [Unseen] = []

    mutating func skip(_ section: FindingCode.Section, _ what: String, _ reason: String, fix: String? = nil) {
        unseen.append(Unseen(section: section, what: what, reason: reason, fix: fix))
    }

    mutating func finish(
        _ section: FindingCode.Section, checks: Int, since start: ContinuousClock.Instant, sample: String? = nil
    ) {
        let milliseconds = start.duration(to: .now).wholeMilliseconds
        parts.append(SectionResult(section: section, checks: checks, milliseconds: milliseconds, sample: sample))
    }

    /// The same database and role, and nothing seen yet.
    var withoutResults: VerifyReport {
        VerifyReport(database: database, serverVersion: serverVersion, toolVersion: toolVersion, role: role)
    }

    /// Adds what another session saw of the same database.
    mutating func add(_ other: VerifyReport) {
        parts += other.parts
        tried += other.tried
        findings += other.findings
        unseen += other.unseen
    }

    /// Whether there is a finding of a severity, or of a worse one.
    package func hasFindings(from severity: Finding.Severity) -> Bool { findings.contains { $0.severity <= severity } }

    package func count(_ severity: Finding.Severity) -> Int { findings.count { $0.severity == severity } }
}
