import Postgres

/// A column of `email_messages` that the bench fills: the documented ones, and additions an application would fill.
enum MessageColumn: String, CaseIterable, Sendable {
    case id
    case folder = "folder_id"
    case messageID = "message_id"
    case uid = "imap_uid"
    case inReplyTo = "in_reply_to"
    case from
    case to
    case cc
    case bcc
    case replyTo = "reply_to"
    case subject
    case textBody = "text_body"
    case htmlBody = "html_body"
    case isRead = "is_read"
    case isFlagged = "is_flagged"
    case isDraft = "is_draft"
    case thread = "thread_id"
    case sentAt = "sent_at"
    case receivedAt = "received_at"
    case hasAttachments = "has_attachments"
    case references = "refs"
    case size = "size_bytes"

    var type: String {
        switch self {
        case .id, .folder, .thread: "uuid"
        case .to, .cc, .bcc: "jsonb"
        case .isRead, .isFlagged, .isDraft, .hasAttachments: "boolean"
        case .sentAt, .receivedAt, .size: "bigint"
        case .references: "varchar[]"
        default: "text"
        }
    }
}

/// One generated message, with its values in SQL's text form.
struct BenchMessage: Sendable {
    private var values: [MessageColumn: String] = [:]
    /// The `Message-ID`s of the thread, of which ``MessageColumn/references`` holds the SQL array.
    var references: [String] = []
    /// The files that came with it, each as ``BenchStore/insertAttachments`` takes it, from the message's key on.
    var attachments: [[String]] = []

    /// A value in SQL's text form; nil for NULL.
    subscript(column: MessageColumn) -> String? {
        get { values[column] }
        set { values[column] = newValue }
    }

    /// A value in JSON; nil for NULL.
    func json(_ column: MessageColumn) -> String? {
        guard let value = values[column] else { return nil }
        return switch column.type {
        case "jsonb", "boolean", "bigint": value
        case "varchar[]": "[" + references.map(TextForm.json).joined(separator: ",") + "]"
        default: TextForm.json(value)
        }
    }
}

private let vocabulary = BenchVocabulary.shared

/// The messages of one delivery.
struct BenchBatch: Sendable {
    let account: BenchWorld.Account
    let messages: [BenchMessage]

    /// Makes the same messages for the same seed and delivery.
    init(_ world: BenchWorld, _ delivery: BenchWorld.Delivery) {
        account = world.accounts[delivery.account]
        var random = BenchRandom(seed: world.seed, part: account.id, delivery.sequence)
        let first = delivery.sequence * world.batchSize
        // Two years up to 2026-01-01, evenly over the account's messages.
        let step = 63_072_000_000 / max(1, account.batches * world.batchSize)
        var messages: [BenchMessage] = []
        for number in 0..<world.batchSize {
            let parent = number > 0 && random.happens(0.55) ? messages[max(0, number - 1 - random.below(40))] : nil
            var message = Self.headers(account, replyTo: parent, &random)
            message[.uid] = String(first + number + 1)
            let received = 1_704_153_600_000 + (first + number) * step + random.below(max(1, step))
            message[.receivedAt] = String(received)
            message[.sentAt] = random.happens(0.98) ? String(received - 1000 - random.below(60_000)) : nil
            Self.content(&message, &random)
            messages.append(message)
        }
        self.messages = messages
    }

    private static func headers(
        _ account: BenchWorld.Account, replyTo parent: BenchMessage?, _ random: inout BenchRandom
    ) -> BenchMessage {
        var message = BenchMessage()
        message[.id] = random.uuid()
        message[.messageID] = "<\(random.hex(24))@mail.example>"
        var draw = random.unit()
        let folder = account.folders.first { folder in
            draw -= folder.share
            return draw < 0
        }
        message[.folder] = (folder ?? account.folders[0]).id
        message[.isDraft] = folder?.type == "drafts" ? "true" : "false"
        message[.isRead] = random.happens(folder?.type == "inbox" ? 0.8 : 0.6) ? "true" : "false"
        message[.isFlagged] = random.happens(0.04) ? "true" : "false"
        let sender = random.below(60) * random.below(60)
        message[.from] =
            "\(vocabulary.word(5000 + sender)) \(vocabulary.word(9000 + sender)) <\(address(sender))>"
        let others = (0..<random.below(3)).map { _ in address(random.below(3600)) }
        message[.to] = json([account.address] + others)
        if random.happens(0.15) { message[.cc] = json([address(random.below(3600))]) }
        if random.happens(0.05) { message[.replyTo] = address(random.below(3600)) }
        if let parent {
            message[.thread] = parent[.thread]
            message[.inReplyTo] = parent[.messageID]
            message.references = Array((parent.references + [parent[.messageID] ?? ""]).suffix(10))
            let subject = parent[.subject] ?? ""
            message[.subject] = subject.hasPrefix("Re: ") ? subject : "Re: " + subject
        } else {
            message[.thread] = random.uuid()
            message[.subject] = vocabulary.phrase(3 + random.below(7), &random)
        }
        return message
    }

    private static func content(
        _ message: inout BenchMessage, _ random: inout BenchRandom
    ) {
        let bytes = min(20_000, max(40, random.logNormal(median: 500, deviation: 0.8)))
        let text = vocabulary.body(bytes: Int(bytes), &random)
        message[.textBody] = text
        if random.happens(0.1) { message[.htmlBody] = "<html><body><p>" + text + "</p></body></html>" }
        var size = text.utf8.count + 800
        if random.happens(0.12) {
            for _ in 0..<(1 + random.below(2)) {
                let hash = random.hex(64)
                let id = random.uuid()
                let filename = vocabulary.phrase(2, &random) + ".pdf"
                let type = random.happens(0.6) ? "application/pdf" : "image/png"
                let bytes = Int(random.logNormal(median: 80_000, deviation: 1.4))
                size += bytes
                message.attachments.append([
                    message[.messageID] ?? "", id, filename, type, String(bytes), "mail/\(hash.prefix(2))/\(hash)",
                    hash,
                ])
            }
        }
        message[.hasAttachments] = message.attachments.isEmpty ? "false" : "true"
        message[.references] = message.references.isEmpty ? nil : SQL.array(message.references)
        message[.size] = String(size)
    }

    private static func address(_ number: Int) -> String {
        "\(vocabulary.word(12_000 + number))@\(vocabulary.word(20_000 + number % 97)).example"
    }

    private static func json(_ addresses: [String]) -> String {
        "[" + addresses.map { "\"\($0)\"" }.joined(separator: ",") + "]"
    }
}
