import Core
import Fix
import Postgres

/// What `verify` found; the value behind all its outputs.
package struct VerifyReport: Sendable, Encodable {
    /// What became of one part.
    package struct Part: Sendable, Encodable {
        /// Which.
        package let section: FindingCode.Section
        /// How many facts, questions, queries or attacks it held against the database.
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

    /// Something that was asked for and could not be looked at, which is not the same as nothing found.
    package struct Unseen: Sendable, Hashable, Encodable {
        /// Which part of `verify`.
        package let section: FindingCode.Section
        /// What was not looked at.
        package let what: String
        /// Why not.
        package let reason: String
        /// What to type to have it looked at; nil when it cannot be here.
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
    /// The role that looked.
    package let role: String
    /// The number of the last step that the ledger has; nil without a ledger that can be read.
    package var schemaStep: Int?
    /// The parts that were asked for, in order.
    package var parts: [Part] = []
    /// What is not as it should be: errors first, then by code and object.
    package internal(set) var findings: [Finding] = []
    /// What is not either, but is ignored with a reason.
    package internal(set) var ignored: [Ignored] = []
    /// What could not be looked at.
    package internal(set) var unseen: [Unseen] = []

    /// Findings of a severity.
    package func count(_ severity: Finding.Severity) -> Int { findings.count { $0.severity == severity } }

    /// The mending SQL of all findings as one script for psql, in an order that works; nil when no finding has any.
    ///
    /// One transaction: all or nothing. To be reviewed, and run as a superuser in the database.
    package var mendingScript: String? {
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
