package import Postgres
import Schema
package import Verify

extension VerifyReport {
    /// What `verify` finds in the database of some settings.
    package static func of(
        _ settings: ConnectionSettings, _ sections: Set<FindingCode.Section> = [.layout, .security]
    ) throws -> VerifyReport {
        var verifier = Verifier(settings: settings, database: settings["dbname"] ?? "", source: .embedded())
        verifier.sections = sections
        return try verifier.run()
    }

    /// The findings, one a line.
    package var summary: String {
        findings.map { "\($0.code) \($0.object): \($0.expected ?? "-") / \($0.actual ?? "-")" }.joined(separator: "\n")
    }
}

extension Connection {
    /// Runs a script of `verify --fix-sql` without psql.
    package func runFix(_ script: String) throws {
        let parts = script.replacing("\\set ON_ERROR_STOP on", with: "").split(separator: "\nCOMMIT;", maxSplits: 1)
        try self.script(parts[0] + "\nCOMMIT;")
        // What runs alone, as psql sends it.
        for statement in parts.count > 1 ? SQLText.statements(of: String(parts[1])) : [] { try query(statement) }
        try query("RESET search_path")
    }
}
