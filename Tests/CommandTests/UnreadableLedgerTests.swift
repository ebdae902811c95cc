import Postgres
import TestSupport
import Testing

/// Something else stands where the ledger should be: every command that reads it says so.
@Suite(.needsServer) struct UnreadableLedgerTests {
    @Test(arguments: [
        "CREATE VIEW emaildb.ledger AS SELECT 1 / (random() * 0)::int AS step",
        "CREATE TABLE emaildb.ledger (step text); INSERT INTO emaildb.ledger VALUES ('x')",
        "CREATE TYPE emaildb.ledger AS (step int)",
    ])
    func isNamed(_ sql: String) async throws {
        try await TestDatabase.withSchema { settings in
            try Connection(settings).script("ALTER TABLE emaildb.ledger RENAME TO former_ledger; " + sql)
            for command in [
                ["init"], ["init", "--plan"], ["status"], ["ready"], ["verify"], ["verify", "--only", "layout"],
            ] {
                let result = try await CommandRunner.emaildb(command, environment: settings.environment)
                #expect(
                    result.status == 6 && result.errors.contains("cannot be read as a ledger"), "\(command): \(result)")
            }
        }
    }
}
