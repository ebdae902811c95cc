import FoundationEssentials
import Postgres
import TestSupport
import Testing

/// A worker that was written from the guide alone files every mail there is, once, and loses none.
@Suite struct WorkerTests {
    private func python(_ script: String, _ arguments: [String], _ environment: [String: String]) async throws -> String
    {
        let result = try await CommandRunner.run(
            "python3", ["Tests/Worker/" + script] + arguments, environment: environment)
        try #require(result.status == 0, "\(result.errors)")
        return result.output
    }

    private func environment(_ database: MailDatabase) -> [String: String] {
        var environment = database.user().environment
        environment["PYTHONPATH"] = FileManager.default.currentDirectoryPath + "/.emaildb/python"
        return environment
    }

    @Test("SQLAlchemy's automap, asyncpg and psycopg work with the schema as it is") func mappersAndTypedDrivers()
        async throws
    {
        let database = try await MailDatabase.shared
        _ = try await python("mappers.py", [UUID().uuidString.lowercased()], environment(database))
    }

    @Test func oddMailOfMaildirAndMboxIsFiledOnce() async throws {
        let database = try await MailDatabase.shared
        let superuser = try Connection(database.superuser)
        let tenant = try Tenant(superuser)
        let folder = try TemporaryFolder()
        let count = try await python("odd_mail.py", [folder.path], [:]).trimmingPrefix { $0 == " " }.prefix {
            $0.isNumber
        }
        let environment = environment(database)
        let arguments =
            [tenant.id, "Worker.\(tenant.mark)@example.com"] + ["Odd", "Kept", "Box"].map { folder.path + "/" + $0 }
        let application = try database.application()
        try application.serve(tenant.id)
        let rows = "SELECT count(*) FROM email_messages WHERE folder_id <> $1::uuid AND NOT is_deleted"
        let last = "SELECT max(change_seq) FROM email_messages"

        let first = try await python("worker.py", arguments, environment)
        let stored = try application.value(rows, [tenant.inbox])
        #expect(stored == count, "\(first)")
        #expect(first.contains("Kept copied=2"), "\(first)")
        #expect(first.contains("Odd stored=39 variant=2"), "\(first)")
        let state = try application.value(last)
        let second = try await python("worker.py", arguments, environment)
        #expect(!second.contains("stored") && !second.contains("variant") && !second.contains("copied"), "\(second)")
        let after = try application.value(last)
        #expect(after == state, "nothing new, no change")

        for (header, expression, expected) in [
            ("<10@x>", "from_address", "evil@example.org"), ("<11@x>", "from_address", "evil@example.org"),
            ("<5@example.org>", "from_address || ' ' || (length(from_full) > 1000)", "a@example.org true"),
            (
                "<6@example.org>", "(length(subject_full) > 3000) || ' ' || (reply_to_full LIKE '%<r@example.org>')",
                "true true"
            ),
            ("<22@example.org>", "has_attachments || ' ' || btrim(html_body)", "false <p>newsletter</p>"),
            ("<23@example.org>", "has_attachments || ' ' || btrim(text_body)", "true there"),
            ("<28@example.org>", "refs[1] || ' ' || cardinality(refs) || ' ' || in_reply_to", "<a@x> 3 <a@x>"),
            ("<13@x>", "subject", "caf\u{FFFD}"),
        ] {
            let value = try application.value(
                "SELECT \(expression) FROM email_messages WHERE message_id = $1", [header])
            #expect(value == expected, "\(header)")
        }

        // Moved and deleted by others.
        let moved = try application.value(
            "SELECT id FROM email_messages WHERE message_id_full = '<1@example.org>' AND imap_uid = '3'")
        #expect(!moved.isEmpty)
        try FileManager.default.removeItem(atPath: folder.path + "/Odd/cur/121:2,S")
        try FileManager.default.moveItem(
            atPath: folder.path + "/Kept/cur/2:2,S", toPath: folder.path + "/Odd/cur/500:2,S")
        let third = try await python("worker.py", arguments, environment)
        #expect(third.contains("duplicate"))
        let place = try application.value(
            "SELECT f.path FROM email_messages AS m JOIN email_folders AS f ON f.id = m.folder_id WHERE m.id = $1::uuid",
            [moved])
        #expect(place == "Odd", "it kept its id")
        let left = try application.value(rows, [tenant.inbox])
        #expect(Int(left) == Int(count).map { $0 - 1 })
        let wrong = try application.query("SELECT FROM email_check_counters()").count
        #expect(wrong == 0)
    }
}
