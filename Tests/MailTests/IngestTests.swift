import FoundationEssentials
import Postgres
import TestSupport
import Testing

/// `email_ingest` answers for every message given, whatever sender, server and worker do.
@Suite struct IngestTests {
    private struct Answer: Equatable {
        var id: String?
        let outcome: String
        var reason: String?
    }

    /// Ingests messages, JSON objects without their braces.
    private func ingest(
        _ connection: borrowing Connection, _ tenant: Tenant, _ messages: String..., into folder: String? = nil
    ) throws -> [Answer] {
        let rows = try connection.query(
            "SELECT * FROM email_ingest($1::uuid, $2::uuid, $3::jsonb)",
            [tenant.account, folder ?? tenant.inbox, "[" + messages.map { "{\($0)}" }.joined(separator: ",") + "]"])
        #expect(rows.map { $0.integer("ordinal") } == Array(1...messages.count), "a row for each, in order")
        return rows.map { Answer(id: $0["id"], outcome: $0.text("outcome"), reason: $0["reason"]) }
    }

    private func read(_ connection: borrowing Connection, _ id: String?, _ expression: String) throws -> String {
        try connection.value("SELECT \(expression) FROM email_messages WHERE id = $1::uuid", [id])
    }

    private let mail =
        #""message_id": "<1@example.org>", "subject": "One", "from": "a@example.org", "text_body": "Body""#

    // MARK: - The same content

    @Test func aDuplicateBringsPlaceAndFlagsUpToDateAndNothingElse() async throws {
        try await MailDatabase.withMailbox { connection, tenant in
            let first = try ingest(connection, tenant, mail + #", "imap_uid": "7", "is_flagged": true"#)[0]
            #expect(first.outcome == "stored")
            let before = try read(connection, first.id, "change_seq")
            let same = try ingest(connection, tenant, mail + #", "imap_uid": "7""#)
            #expect(same == [Answer(id: first.id, outcome: "duplicate")])
            let value1 = try read(connection, first.id, "change_seq")
            #expect(value1 == before, "nothing new, no change")
            let again = try ingest(connection, tenant, mail + #", "imap_uid": "9", "is_read": true"#)
            #expect(again == same)
            let state = try read(connection, first.id, "concat_ws(' ', imap_uid, is_read, is_flagged, is_draft)")
            #expect(state == "9 t t f", "flags that are not given are left alone")
            let value2 = try connection.value("SELECT count(*) FROM email_messages")
            #expect(value2 == "2")
        }
    }

    @Test func whatWasMissingIsFilled() async throws {
        try await MailDatabase.withMailbox { connection, tenant in
            let headers = try ingest(
                connection, tenant, #""message_id": "<1@example.org>", "subject": "One", "imap_uid": "7""#)[0]
            let whole = try ingest(connection, tenant, mail + #", "imap_uid": "7", "size_bytes": 400"#)
            #expect(whole == [Answer(id: headers.id, outcome: "completed")])
            let state = try read(connection, headers.id, #"concat_ws(' ', subject, "from", text_body, size_bytes)"#)
            #expect(state == "One a@example.org Body 400")
            let found = try connection.column("SELECT message_id FROM email_search('body')")
            #expect(found == [headers.id])
            let less = try ingest(
                connection, tenant, #""message_id": "<1@example.org>", "subject": "One", "imap_uid": "7""#)
            #expect(less == [Answer(id: headers.id, outcome: "duplicate")])
            let value3 = try read(connection, headers.id, "text_body")
            #expect(value3 == "Body")
        }
    }

    @Test func aMailInAnotherFolderIsACopyWithAPlaceAndFlagsOfItsOwn() async throws {
        try await MailDatabase.withMailbox { connection, tenant in
            let first = try ingest(connection, tenant, mail + #", "imap_uid": "7""#)[0]
            let sent = mail + #", "imap_uid": "7", "is_read": true"#
            let second = try ingest(connection, tenant, sent, into: tenant.archive)[0]
            #expect(second.outcome == "copied")
            let header = try read(connection, second.id, "message_id_full")
            #expect(header == "<1@example.org>")
            for _ in 0..<2 {
                let scans = [
                    try ingest(connection, tenant, mail + #", "imap_uid": "7""#)[0],
                    try ingest(connection, tenant, sent, into: tenant.archive)[0],
                ]
                #expect(scans == [first, second].map { Answer(id: $0.id, outcome: "duplicate") })
            }
            let states = try [first, second].map { try read(connection, $0.id, "folder_id || ' ' || is_read") }
            #expect(states == ["\(tenant.inbox) false", "\(tenant.archive) true"])
        }
    }

    @Test func whatVanishesHereAndAppearsThereKeepsItsID() async throws {
        try await MailDatabase.withMailbox { connection, tenant in
            let both = try ingest(connection, tenant, mail)[0]
            let copy = try ingest(connection, tenant, mail, into: tenant.archive)[0]
            let third = try connection.value(
                """
                INSERT INTO email_folders (tenant_id, account_id, path) VALUES ($1::uuid, $2::uuid, 'Third') RETURNING id
                """, [tenant.id, tenant.account])
            for (id, from, to) in [(both.id, tenant.inbox, third), (copy.id, tenant.archive, tenant.inbox)] {
                try connection.query("UPDATE email_messages SET is_deleted = true WHERE id = $1::uuid", [id])
                let moved = try ingest(connection, tenant, mail, into: to)
                #expect(moved == [Answer(id: id, outcome: "duplicate")], "\(from)")
                let value4 = try read(connection, id, "folder_id || ' ' || is_deleted")
                #expect(value4 == "\(to) false")
            }
            let wrong = try connection.query("SELECT FROM email_check_counters()").count
            #expect(wrong == 0)
        }
    }

    @Test("Two copies in one folder are two messages, by their UIDs") func twoInOneFolder() async throws {
        try await MailDatabase.withMailbox { connection, tenant in
            let messages = [mail + #", "imap_uid": "5""#, mail + #", "imap_uid": "6""#]
            let first = try ingest(connection, tenant, messages[0], messages[1])
            #expect(first.map(\.outcome) == ["stored", "copied"])
            let second = try ingest(connection, tenant, messages[1], messages[0])
            #expect(second.map(\.id) == [first[1].id, first[0].id])
            #expect(second.map(\.outcome) == ["duplicate", "duplicate"])
        }
    }

    // MARK: - A known Message-ID

    @Test("Who reuses a Message-ID neither suppresses, nor rewrites, nor digs up a mail") func variants() async throws {
        try await MailDatabase.withMailbox { connection, tenant in
            let first = try ingest(connection, tenant, mail + #", "imap_uid": "5""#)[0]
            let row = try read(connection, first.id, "email_messages::text")
            let forged = #""message_id": "<1@example.org>", "subject": "Other", "imap_uid": "6""#
            let second = try ingest(connection, tenant, forged)[0]
            #expect(second.outcome == "variant")
            let header = try read(connection, second.id, "message_id_full || ' ' || subject")
            #expect(header == "<1@example.org> Other")
            let value5 = try read(connection, first.id, "email_messages::text")
            #expect(value5 == row)
            let value6 = try ingest(connection, tenant, forged)
            #expect(value6 == [Answer(id: second.id, outcome: "duplicate")])

            try connection.query("UPDATE email_messages SET is_deleted = true WHERE id = $1::uuid", [first.id])
            // The sender of the deleted mail sends its headers alone.
            for message in [forged + #", "text_body": "x""#, #""message_id": "<1@example.org>", "subject": "One""#] {
                let other = try ingest(connection, tenant, message, into: tenant.archive)[0]
                #expect(other.id != first.id)
                let value7 = try read(connection, first.id, "is_deleted")
                #expect(value7 == "t")
            }
        }
    }

    @Test func theHashOfTheRawMailDecidesWhereBothHaveIt() async throws {
        try await MailDatabase.withMailbox { connection, tenant in
            func message(_ raw: String, _ subject: String) -> String {
                #""message_id": "<1@example.org>", "subject": "\#(subject)", "raw_sha256": "\#(SHA256.hexadecimal(raw))""#
            }
            let first = try ingest(connection, tenant, message("a", "One"))[0]
            #expect(
                try ingest(connection, tenant, message("a", "One, parsed otherwise")) == [
                    Answer(id: first.id, outcome: "duplicate")
                ])
            let value8 = try ingest(connection, tenant, message("b", "One"))[0].outcome
            #expect(value8 == "variant")
        }
    }

    @Test func anEditedDraftKeepsItsIDAndMailOfItsMessageIDDoesNotTouchIt() async throws {
        try await MailDatabase.withMailbox { connection, tenant in
            let draft = #""message_id": "<1@example.org>", "is_draft": true, "text_body": "#
            let first = try ingest(connection, tenant, draft + #""v1", "to": ["a@example.org"], "imap_uid": "1""#)[0]
            let edited = try ingest(connection, tenant, draft + #""v2", "imap_uid": "2""#)
            #expect(edited == [Answer(id: first.id, outcome: "replaced")])
            let value9 = try read(connection, first.id, #"concat_ws(' ', text_body, "to", imap_uid)"#)
            #expect(value9 == "v2 2")
            let found = try connection.column("SELECT message_id FROM email_search('v2')")
            #expect(found == [first.id])
            for (message, folder) in [
                (#""message_id": "<1@example.org>", "text_body": "forged""#, tenant.inbox),
                (draft + #""elsewhere""#, tenant.archive),
            ] {
                let value10 = try ingest(connection, tenant, message, into: folder)[0].outcome
                #expect(value10 == "variant")
            }
            let value11 = try read(connection, first.id, "text_body")
            #expect(value11 == "v2")
        }
    }

    @Test func blanksAroundAMessageIDMakeNoOther() async throws {
        try await MailDatabase.withMailbox { connection, tenant in
            let ids = try [#""<1@example.org>""#, #""\r\n <1@example.org>\t""#].flatMap { header in
                try [tenant.inbox, tenant.archive].map { folder in
                    try ingest(connection, tenant, #""message_id": \#(header), "subject": "s""#, into: folder)[0].id
                }
            }
            #expect(Array(ids[2...]) == Array(ids[..<2]))
            let headers = try ids[..<2].map { try read(connection, $0, "coalesce(message_id_full, message_id)") }
            #expect(headers == ["<1@example.org>", "<1@example.org>"])
        }
    }

    // MARK: - What is refused

    @Test func aMessageIsRefusedForItselfAndTheOthersAreStored() async throws {
        try await MailDatabase.withMailbox { connection, tenant in
            let wrong = [
                #""subject": "no key""#, #""message_id": "<>""#, #""message_id": null, "raw_sha256": null"#,
                #""message_id": "<1@x>", "sent_at": "yesterday""#, #""message_id": "<2@x>", "size_bytes": -1"#,
                #""message_id": "<3@x>", "raw_sha256": "abc""#, #""message_id": "<4@x>", "refs": "<5@x>""#,
                #""message_id": "<6@x>", "thread_id": "7""#,
                #""message_id": "<8@x>", "received_at": 99999999999999999999"#,
                #""message_id": "<9@x>", "imap_uid": "\#(String(repeating: "1", count: 101))""#,
                #""message_id": "<10@x>", "is_read": "perhaps""#,
            ]
            for message in wrong {
                let good = #""message_id": "<\#(UUID())@x>""#
                let answers = try ingest(connection, tenant, good, message, good)
                #expect(answers.map(\.outcome) == ["stored", "refused", "duplicate"], "\(message)")
                #expect(answers[1].id == nil)
                #expect(answers[1].reason?.isEmpty == false, "\(message)")
            }
            let count = try connection.value("SELECT count(*) FROM email_messages")
            #expect(count == String(wrong.count + 1))
        }
    }

    @Test func twoMailsWithOneUIDAreRefusedAndOneMailTwiceIsNot() async throws {
        try await MailDatabase.withMailbox { connection, tenant in
            let answers = try ingest(
                connection, tenant, #""message_id": "<1@x>", "imap_uid": "5""#,
                #""message_id": "<2@x>", "imap_uid": "5""#,
                #""message_id": "<3@x>", "imap_uid": "6""#, #""message_id": "<3@x>", "imap_uid": "6", "subject": "s""#,
                #""message_id": "<4@x>", "imap_uid": "7", "subject": "a""#,
                #""message_id": "<4@x>", "imap_uid": "7", "subject": "b""#)
            let outcomes = ["refused", "refused", "stored", "completed", "refused", "refused"]
            #expect(answers.map(\.outcome) == outcomes)
            #expect(answers[0].reason == "UID 5 is given to two messages")
        }
    }

    @Test func unknownKeysAreRefusedByName() async throws {
        try await MailDatabase.withMailbox { connection, tenant in
            for (messages, name) in [
                (
                    #"[{"message_id": "<1@x>"}, {"message_id": "<2@x>", "seen": true, "uid": 4}]"#,
                    "message 2: uid, seen"
                ),
                ("[7]", "message 1 is no object"), (#"{"message_id": "<1@x>"}"#, "no array"), ("null", "no array"),
            ] {
                let error = try failure {
                    try connection.query(
                        "SELECT FROM email_ingest($1::uuid, $2::uuid, $3::jsonb)",
                        [tenant.account, tenant.inbox, messages])
                }
                #expect(error.sqlState?.rawValue == "22023")
                #expect(error.message.contains(name), "\(error.message)")
            }
            let nothing = try connection.query(
                "SELECT FROM email_ingest($1::uuid, $2::uuid, '[]')", [tenant.account, tenant.inbox])
            #expect(nothing.isEmpty)
        }
    }

    @Test func whatConcernsTheCallIsAnErrorOfTheCall() async throws {
        try await MailDatabase.withMailbox { connection, tenant in
            for (account, folder, state) in [
                (tenant.account, tenant.message, "23503"), (tenant.inbox, tenant.inbox, "23514"),
            ] {
                let error = try failure {
                    try connection.query(
                        #"SELECT FROM email_ingest($1::uuid, $2::uuid, '[{"message_id": "<1@x>"}]')"#,
                        [account, folder])
                }
                #expect(error.sqlState?.rawValue == state)
            }
        }
    }

    // MARK: - Headers

    @Test func longHeadersAreKeptInFullAndTheAddressSurvives() async throws {
        try await MailDatabase.withMailbox { connection, tenant in
            let long = String(repeating: "very ", count: 200)
            let answer = try ingest(
                connection, tenant,
                #""message_id": "<1@x>", "from": "\#(long)<Sender@Example.org>", "reply_to": "\#(long)<reply@example.org>""#
            )
            let state = try read(
                connection, answer[0].id,
                #"concat_ws(' ', from_address, length("from"), length(reply_to), from_full LIKE '%<Sender@Example.org>')"#
            )
            #expect(state == "sender@example.org 500 255 t")
            let value12 = try read(connection, answer[0].id, "reply_to_full")
            #expect(value12 == long + "<reply@example.org>")
        }
    }

    @Test(arguments: [
        ("a@b.example", "a@b.example"), ("Name <A@B.example>", "a@b.example"),
        (#""ceo@bank.example" <evil@x.example>"#, "evil@x.example"),
        (#""<ceo@bank.example>" <evil@x.example>"#, "evil@x.example"),
        (#""q\"<ceo@bank.example>" <evil@x.example>"#, "evil@x.example"),
        ("(ceo@bank.example) evil@x.example", "evil@x.example"),
        ("(a (b <ceo@bank.example>) c) <evil@x.example>", "evil@x.example"),
        ("<ceo@bank.example> <evil@x.example>", "evil@x.example"),
        (#""Evil <ceo@bank.example> <evil@x.example>"#, "evil@x.example"),
        ("ceo@bank.example (really) <evil@x.example>", "evil@x.example"),
        ("A <a@x.example>, B <b@y.example>", "a@x.example"), ("Doe, John <j@x.example>", "j@x.example"),
        (#""Doe, John" <j@x.example>"#, "j@x.example"), (#""john doe"@x.example"#, #""john doe"@x.example"#),
        ("Group: a@x.example, b@y.example;", "a@x.example"), ("<@relay.example:a@x.example>", "a@x.example"),
        ("undisclosed-recipients:;", "undisclosed-recipients:;"), (" nobody ", "nobody"), ("", ""),
    ])
    func theAddressIsWhatIsNeitherQuotedNorComment(_ header: String, _ address: String) async throws {
        try await MailDatabase.withMailbox { connection, _ in
            let value13 = try connection.value("SELECT email_address_of($1)", [header])
            #expect(value13 == address)
        }
    }
}
