import Core
import Postgres

/// What the catalogued queries ask for, as SQL expressions by name.
enum PlanValues {
    /// Values of the data that the plan gate's tests load; no row need have them.
    static let synthetic = [
        "tenant": "md5('t1')::uuid", "other_tenant": "md5('t7')::uuid", "user": "md5('u1-1')::uuid",
        "account": "md5('a1-1')::uuid", "other_account": "md5('a1-2')::uuid", "folder": "md5('f1-1-1')::uuid",
        "address": "'box1-1@example.com'",
        "thread": "md5('th1-1-5')::uuid",
        "key": "'<100@example.com>'", "parent_key": "'<99@example.com>'", "uid": "'100'",
        "received_at": "1605000000000",
        "message": "md5('m100')::uuid", "absent_word": "'absent'", "common_word": "'common'",
        "filename_part": "'file104.'",
        "attached_message": "md5('m104')::uuid", "content_hash": "md5('104')", "storage_path": "'path/104'",
        "blob": "md5('b104')::uuid", "actor": "'user 7'",
    ]

    /// Values of the fullest folder of the database, of a message and an attachment in it; nil when there is none.
    ///
    /// One round trip; reads every folder, and one message by an index. The role must not be bound by row security.
    static func live(_ connection: borrowing Connection) throws -> [String: String]? {
        let rows = try connection.query(SQLFile("plan_values"))
        return rows.first.map { row in
            Dictionary(uniqueKeysWithValues: rows.columns.map { ($0, row.text($0)) })
        }
    }
}
