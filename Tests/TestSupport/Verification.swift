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
        // As psql sends it: each statement by itself, but what is between BEGIN and COMMIT here in one go.
        let text = script.replacing("\\set ON_ERROR_STOP on", with: "")
        let parts = text.split(separator: "\nBEGIN;", maxSplits: 1)
        let rest = parts.count > 1 ? parts[1].split(separator: "\nCOMMIT;", maxSplits: 1) : []
        for statement in SQLText.statements(of: String(parts[0])) { try query(statement) }
        if let transaction = rest.first { try self.script("BEGIN;\(transaction)\nCOMMIT;") }
        if rest.count > 1 { for statement in SQLText.statements(of: String(rest[1])) { try query(statement) } }
        try query("RESET search_path")
    }
}
