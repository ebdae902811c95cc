import FoundationEssentials
import Postgres
import TestSupport
import Testing

/// Hostile messages: each gets an outcome, none raises, and what is said to be stored is there.
@Suite struct IngestFuzzTests {
    private static let texts = [
        "imap_uid", "in_reply_to", "from", "to", "cc", "bcc", "reply_to", "subject", "text_body", "html_body",
        "raw_headers",
    ]
    private static let others = [
        "message_id", "raw_sha256", "is_read", "is_flagged", "is_draft", "thread_id", "sent_at", "received_at",
        "has_attachments", "refs", "size_bytes",
    ]

    private static let pieces = [
        "<", ">", "<>", "@", ",", ";", ":", "\\\"", "\\\\", "(", ")", "<a@b.example>", "<script>", "</style>", "<!--",
        "&#x1F4E7;",
        "&amp", "data:text/html;base64,AAAA", "=?utf-8?q?=00?=", "\\u00e9", "\\u0301", "\\u200b", "\\u00ad", "\\ufeff",
        "\\ud83d\\udce7", "\\u4f60\\u597d", "\\u0e2a\\u0e27", "\\uac00", "\\uff21", "\\u202e", "\\t", "\\n", "\\r",
        "\\u0001",
        "\\u007f", "%", "_", "'", "--", "/*", "$$", "sha256:", "copy:", "variant:", "http://x.example/a?b=c",
        "INV-2024/42", " ",
        "'; DROP TABLE email_messages; --", "a", "word", "0", "-1",
    ]

    private static let values = [
        "null", "true", "false", "0", "-1", "1.5", "1e400", "9223372036854775807", "9223372036854775808", "\"\"", "[]",
        "{}",
        "[null]", "[[\"a@b\"]]", "[1, true, null, {\"address\": \"A <a@b>\"}]", "\"true\"", "\"2024-01-01\"", "\"7\"",
        "{\"a\": {\"b\": [\"c@d\"]}}", "\"00000000-0000-0000-0000-000000000000\"",
    ]

    private static func text(_ random: inout SeededGenerator) -> String {
        let count = Int.random(in: 0...20, using: &random)
        var text = (0..<count).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
        if Int.random(in: 0..<40, using: &random) == 0 { text = String(repeating: text, count: 2000) }
        return "\"\(text)\""
    }

    private static func message(_ random: inout SeededGenerator) -> String {
        var fields = ["\"message_id\": \"<\(Int.random(in: 0..<300, using: &random))@x>\""]
        for name in texts where Bool.random(using: &random) { fields.append("\"\(name)\": \(text(&random))") }
        // Of a key that is given twice the last one counts.
        if Int.random(in: 0..<4, using: &random) == 0, let name = (texts + others).randomElement(using: &random) {
            fields.append("\"\(name)\": \(values.randomElement(using: &random) ?? "null")")
        }
        return "{\(fields.joined(separator: ", "))}"
    }

    @Test func hostileMessagesRaiseNothingAndLoseNothing() async throws {
        var random = SeededGenerator(printing: "hostile messages")
        let seed = random.next()
        try await MailDatabase.withMailbox { connection, tenant in
            var random = SeededGenerator(seed: seed)
            var outcomes: [String: Int] = [:]
            for _ in 0..<Rounds.few(50, soak: 500) {
                let messages = (0..<10).map { _ in Self.message(&random) }
                let text = "[\(messages.joined(separator: ", "))]"
                let before = try connection.value("SELECT count(*) FROM email_messages")
                let answers = try connection.query(
                    "SELECT id, outcome, reason FROM email_ingest($1::uuid, $2::uuid, $3::jsonb)",
                    [tenant.account, Bool.random(using: &random) ? tenant.inbox : tenant.archive, text])
                try #require(answers.count == messages.count)
                for answer in answers {
                    let outcome = answer.text("outcome")
                    outcomes[outcome, default: 0] += 1
                    #expect((answer["id"] == nil) == (outcome == "refused"), "\(text)")
                    #expect((answer["reason"] == nil) == (outcome != "refused"), "\(text)")
                }
                let new = answers.filter { ["stored", "copied", "variant"].contains($0["outcome"]) }.count
                let after = try connection.value("SELECT count(*) FROM email_messages")
                #expect(Int(after) == Int(before).map { $0 + new }, "\(text)")
            }
            #expect(outcomes["refused", default: 0] > 0 && outcomes["stored", default: 0] > 0)
            print(
                "hostile messages: \(outcomes.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", "))"
            )
        }
    }
}
