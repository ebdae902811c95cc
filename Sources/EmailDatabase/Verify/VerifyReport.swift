/// What `verify` found; the value behind all its outputs.
public struct VerifyReport: Sendable, Encodable {
    /// What became of one part.
    public struct Part: Sendable, Encodable {
        /// Which.
        public let section: FindingCode.Section
        /// How many facts, questions, queries or attacks it held against the database.
        public let checks: Int
        /// How long it took, ms.
        public let milliseconds: Int
    }

    /// A finding that the ignore file covers.
    public struct Ignored: Sendable, Encodable {
        /// What was found.
        public let finding: Finding
        /// Why it is ignored.
        public let reason: String
        /// The last day on which it is, ISO 8601.
        public let until: String
    }

    /// Something that was asked for and could not be looked at, which is not the same as nothing found.
    public struct Unseen: Sendable, Hashable, Encodable {
        /// Which part of `verify`.
        public let section: FindingCode.Section
        /// What was not looked at.
        public let what: String
        /// Why not.
        public let reason: String
        /// What to type to have it looked at; nil when it cannot be here.
        public let remedy: String?
    }

    /// The version of this JSON: a field that changes its meaning or goes raises it.
    public let format = 1
    /// The database.
    public let database: String
    /// The server's version, such as `16.4`.
    public let serverVersion: String
    /// The version of emaildb.
    public let toolVersion: String
    /// The role that looked.
    public let role: String
    /// The number of the last step that the ledger has; nil without a ledger that can be read.
    public var schemaStep: Int?
    /// The parts that were asked for, in order.
    public var parts: [Part] = []
    /// What is not as it should be: errors first, then by code and object.
    public internal(set) var findings: [Finding] = []
    /// What is not either, but is ignored with a reason.
    public internal(set) var ignored: [Ignored] = []
    /// What could not be looked at.
    public internal(set) var unseen: [Unseen] = []

    /// Findings of a severity.
    public func count(_ severity: Finding.Severity) -> Int { findings.count { $0.severity == severity } }

    /// The mending SQL of all findings as one script for psql, in an order that works; nil when no finding has any.
    ///
    /// One transaction: all or nothing. To be reviewed, and run as a superuser in the database.
    public var mendingScript: String? {
        var seen: Set<String> = []
        let repairs = findings.flatMap { finding in finding.repairs.map { (finding, $0) } }
            .sorted { ($0.1, $0.0.code, $0.0.object) < ($1.1, $1.0.code, $1.0.object) }
            .filter { seen.insert($0.1.sql).inserted }
        let others = findings.filter { $0.repairs.isEmpty && $0.mending == nil }
        guard !repairs.isEmpty || !others.isEmpty else { return nil }
        var lines = [
            "-- Mends what emaildb \(toolVersion) verify found in the database \(database).",
            "-- Review it, then run it as a superuser: psql -X -d \(database) -f FILE",
        ]
        if !others.isEmpty {
            lines.append("-- No SQL mends these; the page of finding codes says what to do:")
            lines += others.map { "--   \($0.code) \($0.object)" }
        }
        guard !repairs.isEmpty else { return lines.joined(separator: "\n") + "\n" }
        lines += [
            "\\set ON_ERROR_STOP on", "BEGIN;", "SET LOCAL search_path = pg_catalog, public, pg_temp;",
            "SET LOCAL check_function_bodies = off;", "SET LOCAL row_security = off;",
            "SET LOCAL lock_timeout = '30s';",
        ]
        var last = ""
        for (finding, repair) in repairs {
            let heading = "\n-- \(finding.code) \(finding.object): \(finding.message)"
            if heading != last { lines.append(heading) }
            last = heading
            lines.append(repair.sql)
        }
        lines.append("\nCOMMIT;")
        return lines.joined(separator: "\n") + "\n"
    }

    private enum CodingKeys: String, CodingKey {
        case format, database, serverVersion, toolVersion, role, schemaStep, parts, findings, ignored, unseen
    }
}
