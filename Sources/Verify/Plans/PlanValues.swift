import Core
import Postgres

/// What the catalogued queries ask for, as SQL expressions by name.
package struct PlanValues: Sendable {
    private let expressions: [String: String]

    func fill(_ sql: String) -> String { expressions.reduce(sql) { $0.replacing("{\($1.key)}", with: $1.value) } }

    var tenant: String { expressions["tenant"] ?? "''" }

    /// Values of the data that the plan gate's tests load; no row need have them.
    static let synthetic = PlanValues(expressions: [
        "tenant": "md5('t1')::uuid", "otherTenant": "md5('t7')::uuid", "user": "md5('u1-1')::uuid",
        "account": "md5('a1-1')::uuid", "otherAccount": "md5('a1-2')::uuid", "folder": "md5('f1-1-1')::uuid",
        "address": "'box1-1@example.com'",
        "thread": "md5('th1-1-5')::uuid", "sender": "'user7@example.com'", "senderStart": "'user77@'",
        "key": "'<100@example.com>'", "parentKey": "'<99@example.com>'", "uid": "'100'", "receivedAt": "1605000000000",
        "message": "md5('m100')::uuid", "word": "'rare100'", "absentWord": "'absent'", "commonWord": "'common'",
        "recipient": "'rcpt100@example.com'", "subjectPart": "'are100 '", "filenamePart": "'file104.'",
        "attachedMessage": "md5('m104')::uuid", "contentHash": "md5('104')", "storagePath": "'path/104'",
        "blob": "md5('b104')::uuid", "actor": "'user 7'",
    ])

    /// Values of the fullest folder of the database, of a message and an attachment in it; nil when there is none.
    ///
    /// One round trip; reads every folder, and one message by an index. The role must not be bound by row security.
    static func live(_ connection: borrowing Connection) throws -> PlanValues? {
        let row = try connection.query(SQLFile("plan_values")).first
        guard let row else { return nil }
        func uuid(_ column: String) -> String { SQL.literal(row[column] ?? row.text("message")) + "::uuid" }
        func text(_ column: String) -> String { SQL.literal(row.text(column)) }
        let words = row.text("subject").split { (character: Character) in !character.isLetter }
        let word = words.max { $0.count < $1.count }.map { String($0) } ?? "absent"
        let sender = row.text("sender")
        return PlanValues(expressions: [
            "tenant": uuid("tenant_id"), "otherTenant": uuid("tenant_id"), "user": uuid("user_id"),
            "account": uuid("account_id"), "otherAccount": uuid("account_id"), "folder": uuid("folder_id"),
            "address": text("address"),
            "thread": uuid("thread"), "sender": text("sender"), "senderStart": SQL.literal(String(sender.prefix(8))),
            "key": text("key"), "parentKey": text("key"), "uid": text("uid"), "receivedAt": row.text("received_at"),
            "message": uuid("message"), "word": SQL.literal(word), "absentWord": "'\(word)emaildbabsent'",
            "commonWord": SQL.literal(word), "recipient": text("address"), "subjectPart": SQL.literal(word),
            "filenamePart": SQL.literal(String(row.text("filename").prefix(12)) + "absent"),
            "attachedMessage": uuid("message"), "contentHash": text("content_hash"),
            "storagePath": text("storage_path"),
            "blob": uuid("blob_id"), "actor": "'nobody'",
        ])
    }
}
