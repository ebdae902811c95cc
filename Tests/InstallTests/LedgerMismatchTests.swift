import Core
import Install
import Postgres
import Schema
import TestSupport
import Testing

/// Whatever contradicts the ledger ends an installation with nothing written.
@Suite(.needsServer) struct LedgerMismatchTests {
    @Test("Of several steps that do not give their layout the first is named") func theFirstStepIsNamed() async throws {
        try await TestDatabase.withEmpty { settings in
            let folder = try TemporaryFolder.withSteps()
            for (name, table) in [("0005_accounts_and_folders", "gone"), ("0019_retention", "lost")] {
                let layout = try folder.read("layout/\(name).txt")
                try folder.write("layout/\(name).txt", layout + "table \(table) = permanent\n")
            }
            let source = try SchemaSource.directory(folder.path)
            let failure = #expect(throws: Failure.self) {
                try Installer(settings: settings, database: settings["dbname"] ?? "", source: source).run()
            }
            #expect(failure?.step == "0005_accounts_and_folders", "\(String(describing: failure))")
        }
    }

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
            testDescription: "the ledger has a number far behind all others",
            change: { _, settings in
                try Connection(settings).query("UPDATE emaildb.ledger SET step = 2147483647 WHERE step = 3")
            },
            says: ["step 3 (0003_slow_index) is not in the ledger", "the database has step 2147483647"]),
        Contradiction(
            testDescription: "the ledger has a number far before all others",
            change: { _, settings in
                try Connection(settings).script(
                    "ALTER TABLE emaildb.ledger DROP CONSTRAINT ledger_step_check;"
                        + "UPDATE emaildb.ledger SET step = -2147483648 WHERE step = 3")
            },
            says: ["the database has step -2147483648"]),
        Contradiction(
            testDescription: "a row of the ledger has no number",
            change: { _, settings in
                try Connection(settings).script(
                    "ALTER TABLE emaildb.ledger DROP CONSTRAINT ledger_pkey CASCADE, ALTER step DROP NOT NULL;"
                        + "INSERT INTO emaildb.ledger SELECT (jsonb_populate_record(l, '{\"step\": null}')).* FROM emaildb.ledger l WHERE step = 2"
                )
            },
            says: ["rows of emaildb.ledger have no step number"]),
        Contradiction(
            testDescription: "a row of the ledger has an unknown state",
            change: { _, settings in
                try Connection(settings).script(
                    "ALTER TABLE emaildb.ledger DROP CONSTRAINT ledger_state_check, DROP CONSTRAINT ledger_started_check,"
                        + " DROP CONSTRAINT ledger_finished_check; UPDATE emaildb.ledger SET state = 'x' WHERE step = 3"
                )
            },
            says: ["or a state that is none"]),
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
    func isRefused(_ contradiction: Contradiction) async throws {
        let folder = try TemporaryFolder.withSlowIndex(milliseconds: 1)
        try await TestDatabase.withEmpty { settings in
            try install(settings, .directory(folder.path))
            try contradiction.change(folder, settings)
            let source = try SchemaSource.directory(folder.path)
            let connection = try Connection(settings)
            let before = try Self.writes(connection)
            let failure = try refusal(settings, source)
            #expect(failure.status == .ledgerMismatch)
            for words in contradiction.says { #expect(failure.said.contains(words), "\(failure)") }
            #expect(try Self.writes(connection) == before, "nothing was written")
            let status = try StatusReport.read(
                settings: settings, database: try #require(settings["dbname"]), source: source)
            #expect(!status.problems.isEmpty)
        }
    }

    @Test(arguments: ["\r\n", "\u{FEFF}"])
    func otherLineEndsAndAByteOrderMarkAreTheSameFile(_ change: String) async throws {
        let folder = try TemporaryFolder.withSlowIndex(milliseconds: 1)
        try await TestDatabase.withEmpty { settings in
            try install(settings, .directory(folder.path))
            let text = try folder.read("0002_slow_table.sql")
            let changed =
                change == "\r\n"
                ? text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: change)
                : change + text
            #expect(changed.unicodeScalars.count > text.unicodeScalars.count)
            try folder.write("0002_slow_table.sql", changed)
            #expect(try install(settings, .directory(folder.path)).applied.isEmpty)
        }
    }

    @Test func aSecondRunWritesAndLocksNothing() async throws {
        try await TestDatabase.withSchema { settings in
            let blocker = try Connection(settings)
            try blocker.script(
                "BEGIN; LOCK TABLE email_accounts, email_folders, email_messages, email_attachments"
                    + " IN ACCESS EXCLUSIVE MODE")
            let connection = try Connection(settings)
            let before = try Self.writes(connection)
            // A lock that it waited for would end it, by the timeout of its own session.
            var hurried = settings
            hurried["options"] = "-c lock_timeout=2s"
            #expect(try install(hurried).applied.isEmpty)
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
