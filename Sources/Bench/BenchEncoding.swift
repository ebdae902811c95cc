/// One delivery as the statements take it, encoded before any clock runs.
struct EncodedBatch: Sendable {
    let tenant: String
    let account: String
    /// Parameters of each call of the storing statement; all calls make one transaction.
    let calls: [[String?]]
    /// Parameters of ``BenchStore/insertAttachments``; empty when no message has any.
    let attachments: [String?]
    let attachmentCount: Int

    private init(_ batch: BenchBatch, calls: [[String?]]) {
        tenant = batch.account.tenant
        account = batch.account.id
        self.calls = calls
        let files = batch.messages.flatMap { message in message.attachments.map { (message[.messageID], $0) } }
        attachmentCount = files.count
        attachments =
            files.isEmpty
            ? []
            : [
                tenant, account, ArrayText.make(files.map(\.0)), ArrayText.make(files.map(\.1.id)),
                ArrayText.make(files.map(\.1.filename)), ArrayText.make(files.map(\.1.mimeType)),
                ArrayText.make(files.map { String($0.1.size) }), ArrayText.make(files.map(\.1.path)),
                ArrayText.make(files.map(\.1.hash)),
            ]
    }

    /// For ``BenchStore/insertMessages``: an array per column.
    static func arrays(_ batch: BenchBatch, columns: [MessageColumn]) -> EncodedBatch {
        let arrays = columns.map { column in ArrayText.make(batch.messages.map { $0[column] }) }
        return EncodedBatch(batch, calls: [[batch.account.tenant, batch.account.id] + arrays])
    }

    /// For ``BenchStore/ingestFunction``, which takes the messages of one folder as JSON: a call for each folder.
    static func objects(_ batch: BenchBatch, columns: [MessageColumn]) -> EncodedBatch {
        let calls = batch.account.folders.compactMap { folder -> [String?]? in
            let messages = batch.messages.filter { $0[.folder] == folder.id }
            if messages.isEmpty { return nil }
            let objects = messages.map { message in
                let members = columns.compactMap { column -> String? in
                    if column == .id || column == .folder { return nil }
                    guard let value = message[column] else { return nil }
                    let keys = message.references.map(JSONText.make).joined(separator: ",")
                    let text =
                        column == .references
                        ? "[\(keys)]" : column.isLiteralInJSON ? value : JSONText.make(value)
                    return "\"\(column.rawValue)\":" + text
                }
                return "{" + members.joined(separator: ",") + "}"
            }
            return [batch.account.id, folder.id, "[" + objects.joined(separator: ",") + "]"]
        }
        return EncodedBatch(batch, calls: calls)
    }
}

/// SQL arrays in text form, with NULLs, by bytes: bench runs make some hundred megabytes of them.
enum ArrayText {
    static func make(_ values: [String?]) -> String {
        var bytes: [UInt8] = [UInt8(ascii: "{")]
        for (position, value) in values.enumerated() {
            if position > 0 { bytes.append(UInt8(ascii: ",")) }
            guard let value else {
                bytes += Array("NULL".utf8)
                continue
            }
            bytes.append(UInt8(ascii: "\""))
            for byte in value.utf8 {
                if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { bytes.append(UInt8(ascii: "\\")) }
                bytes.append(byte)
            }
            bytes.append(UInt8(ascii: "\""))
        }
        bytes.append(UInt8(ascii: "}"))
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// JSON strings; the generator makes no control character but the line end.
enum JSONText {
    static func make(_ text: String) -> String {
        var bytes: [UInt8] = [UInt8(ascii: "\"")]
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
            case UInt8(ascii: "\n"): bytes += [UInt8(ascii: "\\"), UInt8(ascii: "n")]
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// Rows in COPY's text format.
enum CopyText {
    static func make(_ batch: BenchBatch, columns: [MessageColumn]) -> [UInt8] {
        var bytes: [UInt8] = []
        for message in batch.messages {
            bytes += Array("\(batch.account.tenant)\t\(batch.account.id)".utf8)
            for column in columns {
                bytes.append(UInt8(ascii: "\t"))
                guard let value = message[column] else {
                    bytes += [UInt8(ascii: "\\"), UInt8(ascii: "N")]
                    continue
                }
                for byte in value.utf8 {
                    switch byte {
                    case UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), UInt8(ascii: "\\")]
                    case UInt8(ascii: "\t"): bytes += [UInt8(ascii: "\\"), UInt8(ascii: "t")]
                    case UInt8(ascii: "\n"): bytes += [UInt8(ascii: "\\"), UInt8(ascii: "n")]
                    default: bytes.append(byte)
                    }
                }
            }
            bytes.append(UInt8(ascii: "\n"))
        }
        return bytes
    }
}
