import Postgres

/// One delivery as the statements take it, encoded before any clock runs.
struct EncodedBatch: Sendable {
    let account: BenchWorld.Account
    /// Parameters of each call of the storing statement; all calls make one transaction.
    let calls: [[String?]]
    /// Parameters of ``BenchStore/insertAttachments``.
    let attachments: [String?]
    let attachmentCount: Int

    private init(_ batch: BenchBatch, calls: [[String?]]) {
        account = batch.account
        self.calls = calls
        let files = batch.messages.flatMap(\.attachments)
        attachmentCount = files.count
        let columns = (files.first ?? []).indices
        attachments = [account.tenant, account.id] + columns.map { column in TextForm.array(files.map { $0[column] }) }
    }

    /// For ``BenchStore/insertMessages``: an array per column.
    static func arrays(_ batch: BenchBatch, columns: [MessageColumn]) -> EncodedBatch {
        let arrays = columns.map { column in TextForm.array(batch.messages.map { $0[column] }) }
        return EncodedBatch(batch, calls: [[batch.account.tenant, batch.account.id] + arrays])
    }

    /// For ``BenchStore/ingestFunction``, which takes the messages of one folder as JSON: a call for each folder.
    static func objects(_ batch: BenchBatch, columns: [MessageColumn]) -> EncodedBatch {
        let columns = columns.filter { $0 != .id && $0 != .folder }
        let calls = batch.account.folders.compactMap { folder -> [String?]? in
            let messages = batch.messages.filter { $0[.folder] == folder.id }
            if messages.isEmpty { return nil }
            let objects = messages.map { message in
                let members = columns.compactMap { column in
                    message.json(column).map { "\"\(column.rawValue)\":" + $0 }
                }
                return "{" + members.joined(separator: ",") + "}"
            }
            return [batch.account.id, folder.id, "[" + objects.joined(separator: ",") + "]"]
        }
        return EncodedBatch(batch, calls: calls)
    }
}

extension BenchBatch {
    /// The rows of `email_messages` as COPY takes them: tenant, account, columns.
    func copyText(_ columns: [MessageColumn]) -> String {
        messages.map { message in
            TextForm.copy([account.tenant, account.id] + columns.map { message[$0] })
        }.joined()
    }
}

extension BenchWorld {
    /// SHA-256 over the COPY form of every message.
    var checksum: String {
        deliveries.reduce("") { chain, delivery in
            SHA256.hexadecimal(chain + BenchBatch(self, delivery).copyText(MessageColumn.allCases))
        }
    }
}

/// Text forms of values, by bytes: bench runs make some hundred megabytes of them.
enum TextForm {
    private static let backslash = UInt8(ascii: "\\")

    /// An SQL array; nil is NULL.
    static func array(_ values: [String?]) -> String {
        let elements = values.map {
            $0.map { "\"" + escape($0) { isQuoteOrBackslash($0) ? $0 : nil } + "\"" } ?? "NULL"
        }
        return "{" + elements.joined(separator: ",") + "}"
    }

    /// A JSON string; the generator makes no control character but the line end.
    static func json(_ text: String) -> String {
        let inner = escape(text) { byte in
            byte == UInt8(ascii: "\n") ? UInt8(ascii: "n") : isQuoteOrBackslash(byte) ? byte : nil
        }
        return "\"" + inner + "\""
    }

    /// A line of COPY's text format; nil is NULL.
    static func copy(_ values: [String?]) -> String {
        let cells = values.map { value in
            guard let value else { return "\\N" }
            return escape(value) { byte in
                switch byte {
                case backslash: backslash
                case UInt8(ascii: "\t"): UInt8(ascii: "t")
                case UInt8(ascii: "\n"): UInt8(ascii: "n")
                default: nil
                }
            }
        }
        return cells.joined(separator: "\t") + "\n"
    }

    private static func isQuoteOrBackslash(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\"") || byte == backslash }

    /// The text with a backslash, and the letter that stands for it, in place of each byte that has such a letter.
    private static func escape(_ text: String, letter: (UInt8) -> UInt8?) -> String {
        guard text.utf8.contains(where: { letter($0) != nil }) else { return text }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count + 64)
        for byte in text.utf8 {
            if let letter = letter(byte) {
                bytes.append(backslash)
                bytes.append(letter)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
