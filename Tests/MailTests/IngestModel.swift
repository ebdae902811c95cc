import FoundationEssentials
import TestSupport

/// An account's messages, by the rules of `email_ingest` written once more, in memory.
struct IngestModel {
    /// A message as a worker gives it: what is nil it does not know.
    struct Mail: Codable {
        var messageID: String
        var uid: String?
        var subject: String?
        var body: String?
        var size: Int?
        var isRead: Bool?
        var isFlagged: Bool?
        var isDraft: Bool?

        enum CodingKeys: String, CodingKey {
            case messageID = "message_id"
            case uid = "imap_uid"
            case subject
            case body = "text_body"
            case size = "size_bytes"
            case isRead = "is_read"
            case isFlagged = "is_flagged"
            case isDraft = "is_draft"
        }
    }

    /// A stored message.
    struct Row {
        var id: String
        let messageID: String
        var folder: String
        var uid: String?
        var subject: String?
        var body: String?
        var size: Int?
        var isRead: Bool
        var isFlagged: Bool
        var isDraft: Bool
        var isDeleted = false
        /// Whether its key is made of the Message-ID itself.
        var hasOwnKey: Bool

        /// As ``IngestModelTests`` reads it from the database.
        var description: String {
            let key = hasOwnKey ? messageID : "other"
            let fields = [id, key, folder, uid, subject, body, size.map { String($0) }].map { $0 ?? "-" }
            return (fields + [isRead, isFlagged, isDraft, isDeleted].map { $0 ? "t" : "f" }).joined(separator: " ")
        }
    }

    enum Outcome: String {
        case stored, duplicate, completed, replaced, copied, variant
    }

    var rows: [Row] = []

    /// Ingests a message into a folder.
    ///
    /// The caller gives new rows their id.
    /// - Parameter batch: all UIDs of the call.
    /// - Returns: the outcome, and the place of the row in ``rows``.
    mutating func ingest(_ mail: Mail, into folder: String, batch: [String]) -> (outcome: Outcome, place: Int) {
        var best: (rank: Int, order: [String], place: Int)?
        for (place, row) in rows.enumerated() where row.messageID == mail.messageID {
            let isHere = row.folder == folder
            let fits = row.uid == nil || mail.uid == nil || row.uid == mail.uid
            let isAwaited = !fits && batch.contains(row.uid ?? "")
            let fields = [(row.subject, mail.subject), (row.body, mail.body)]
            let differs = fields.contains { $0.0 != nil && $0.1 != nil && $0.0 != $0.1 }
            let hasMore = fields.contains { $0.0 == nil && $0.1 != nil }
            let hasLess = fields.contains { $0.0 != nil && $0.1 == nil }
            let isProven = !hasLess || (row.size != nil && row.size == mail.size)
            let rank =
                if !differs, isHere, !row.isDeleted, fits {
                    1
                } else if !differs, !hasMore, !hasLess, isHere, !row.isDeleted, !isAwaited {
                    2
                } else if differs, isHere, row.isDraft, mail.isDraft == true, !isAwaited {
                    3
                } else if !differs, row.isDeleted, isProven {
                    4
                } else if !differs {
                    5
                } else {
                    6
                }
            // Of equals one whose UID fits, that lives, is here, and has the lowest id.
            let order = [fits ? "0" : "1", row.isDeleted ? "1" : "0", isHere ? "0" : "1", row.id]
            let isBetter = best.map { rank == $0.rank ? order.lexicographicallyPrecedes($0.order) : rank < $0.rank }
            if isBetter ?? true { best = (rank, order, place) }
        }
        let known = best.flatMap { $0.rank <= 4 ? $0 : nil }
        for place in rows.indices
        where rows[place].folder == folder && rows[place].uid == mail.uid && place != known?.place {
            rows[place].uid = nil
        }
        guard let known else {
            rows.append(
                Row(
                    id: "", messageID: mail.messageID, folder: folder, uid: mail.uid, subject: mail.subject,
                    body: mail.body,
                    size: mail.size, isRead: mail.isRead ?? false, isFlagged: mail.isFlagged ?? false,
                    isDraft: mail.isDraft ?? false,
                    hasOwnKey: !rows.contains { $0.messageID == mail.messageID && $0.hasOwnKey }))
            let outcome: Outcome = best == nil ? .stored : best?.rank == 5 ? .copied : .variant
            return (outcome, rows.count - 1)
        }
        return (update(known.place, mail, folder, isReplaced: known.rank == 3), known.place)
    }

    private mutating func update(_ place: Int, _ mail: Mail, _ folder: String, isReplaced: Bool) -> Outcome {
        var row = rows[place]
        row.uid = row.folder == folder ? mail.uid ?? row.uid : mail.uid
        row.folder = folder
        row.isDeleted = false
        row.isRead = mail.isRead ?? row.isRead
        row.isFlagged = mail.isFlagged ?? row.isFlagged
        row.isDraft = mail.isDraft ?? row.isDraft
        var outcome = Outcome.duplicate
        if isReplaced {
            (row.subject, row.body, row.size) = (mail.subject, mail.body, mail.size)
            outcome = .replaced
        } else {
            if row.subject == nil, let subject = mail.subject { (row.subject, outcome) = (subject, .completed) }
            if row.body == nil, let body = mail.body { (row.body, outcome) = (body, .completed) }
            if row.size == nil, let size = mail.size { (row.size, outcome) = (size, .completed) }
        }
        rows[place] = row
        return outcome
    }
}
