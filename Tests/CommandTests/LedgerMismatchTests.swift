import Postgres
import TestSupport
import Testing

/// Whatever contradicts the ledger ends `init` with status 6 and nothing written.
@Suite(.needsServer) struct LedgerMismatchTests {
    /// A change to the applied files or to the ledger, and what the message must say of it.
    struct Contradiction: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let change: @Sendable (TemporaryFolder, ConnectionSettings) throws -> Void
        let says: [String]
    }

    static let contradictions = [
        Contradiction(
            testDescription: "an applied file was edited",
            change: { folder, _ in
                let text = try folder.read("0002_slow_table.sql")
                try folder.write("0002_slow_table.sql", text + "-- a word more\n")
            },
            says: ["step 2 (0002_slow_table)", "recorded sha256:", "present sha256:", "git checkout"]),
        Contradiction(
            testDescription: "an applied file was renamed",
            change: { folder, _ in
                try folder.write("0002_other_name.sql", try folder.read("0002_slow_table.sql"))
                try folder.remove("0002_slow_table.sql")
            },
            says: ["step 2", "recorded 0002_slow_table (sha256:", "present 0002_other_name"]),
        Contradiction(
            testDescription: "the ledger has a gap",
            change: { _, settings in try Connection(settings).query("DELETE FROM emaildb.ledger WHERE step = 2") },
            says: ["step 2 (0002_slow_table) is not in the ledger", "emaildb.ledger_event"]),
        Contradiction(
            testDescription: "the ledger's chain was edited",
            change: { _, settings in
                try Connection(settings).query("UPDATE emaildb.ledger SET chain = 'sha256:0' WHERE step = 2")
            },
            says: ["step 2 (0002_slow_table) has another history", "recorded chain sha256:0,"]),
        Contradiction(
            testDescription: "the database is newer than the program",
            change: { folder, _ in try folder.remove("0003_slow_index.sql") },
            says: ["the database has step 3 (0003_slow_index, applied by emaildb", "a later one"]),
    ]

    @Test(arguments: contradictions)
    func isRefusedWithStatusSix(_ contradiction: Contradiction) async throws {
        let folder = try TemporaryFolder.withSlowIndex(milliseconds: 1)
        try await TestDatabase.withEmpty { settings in
            let first = try await CommandRunner.emaildb(
                ["init", "--sql", folder.path], environment: settings.environment)
            try #require(first.status == 0, "\(first.errors)")
            try contradiction.change(folder, settings)
            let connection = try Connection(settings)
            let before = try Self.writes(connection)
            let result = try await CommandRunner.emaildb(
                ["init", "--sql", folder.path], environment: settings.environment)
            #expect(result.status == 6)
            for words in contradiction.says { #expect(result.errors.contains(words), "\(result.errors)") }
            #expect(try Self.writes(connection) == before, "nothing was written")
            let status = try await CommandRunner.emaildb(
                ["status", "--sql", folder.path], environment: settings.environment)
            #expect(status.status == 6)
        }
    }

    @Test(arguments: ["\r\n", "\u{FEFF}"])
    func otherLineEndsAndAByteOrderMarkAreTheSameFile(_ change: String) async throws {
        let folder = try TemporaryFolder.withSlowIndex(milliseconds: 1)
        try await TestDatabase.withEmpty { settings in
            _ = try await CommandRunner.emaildb(["init", "--sql", folder.path], environment: settings.environment)
            let text = try folder.read("0002_slow_table.sql")
            let changed =
                change == "\r\n"
                ? text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: change)
                : change + text
            #expect(changed.unicodeScalars.count > text.unicodeScalars.count)
            try folder.write("0002_slow_table.sql", changed)
            let result = try await CommandRunner.emaildb(
                ["init", "--sql", folder.path], environment: settings.environment)
            #expect(result.status == 0, "\(result.errors)")
            #expect(result.output.contains("nothing to do"))
        }
    }

    @Test func aSecondInitWritesNothingAndTakesNoLockOnTables() async throws {
        try await TestDatabase.withSchema { settings in
            let blocker = try Connection(settings)
            try blocker.script(
                "BEGIN; LOCK TABLE email_accounts, email_folders, email_messages, email_attachments"
                    + " IN ACCESS EXCLUSIVE MODE")
            let connection = try Connection(settings)
            let before = try Self.writes(connection)
            let result = try await CommandRunner.emaildb(
                ["init", "--lock-timeout", "2"], environment: settings.environment)
            #expect(result.status == 0, "\(result.errors)")
            #expect(result.output.contains("nothing to do"))
            #expect(try Self.writes(connection) == before)
            // The control: a write is seen by the same measure.
            try connection.query("UPDATE emaildb.ledger SET duration_ms = 0 WHERE step = 1")
            #expect(try Self.writes(connection) != before)
        }
    }

    /// What any write in this database moves: the rows of the ledger, and the newest transaction id that touched it.
    private static func writes(_ connection: borrowing Connection) throws -> [String?] {
        let rows = try connection.query(
            """
            SELECT (SELECT string_agg(l::text || l.xmin::text, ';' ORDER BY step) FROM emaildb.ledger l),
              (SELECT count(*) FROM emaildb.ledger_event), (SELECT string_agg(c.oid::text || c.xmin::text || c.reltuples,
                ';' ORDER BY c.oid) FROM pg_class c WHERE relnamespace IN ('public'::regnamespace, 'emaildb'::regnamespace))
            """)
        return [rows.first?[0], rows.first?[1], rows.first?[2]]
    }
}
