import Postgres
import Schema
import TestSupport
import Testing

@testable import Verify

/// How much the functions read, in the plans that a session has from its sixth call on.
extension PlanGateTests {
    private struct Call {
        let user: String
        let sql: String

        init(_ sql: String, as user: String = "email_service") {
            self.user = user
            self.sql = sql.filling(PlanValues.synthetic)
        }
    }

    private static let noChanges = Call("SELECT * FROM email_changes({account}, 9000000000000)")
    private static let newMail = Call(
        "SELECT * FROM email_ingest({account}, {folder}, "
            + "'[{\"message_id\": \"<new@example.com>\", \"imap_uid\": \"999999\"}]')")

    private static let calls = [
        noChanges, newMail,
        Call("SELECT * FROM email_changes({account}, 0)"),
        Call("SELECT * FROM email_change_state({account})"),
        Call(
            "SELECT * FROM email_ingest({account}, {folder}, "
                + "jsonb_build_array(jsonb_build_object('message_id', {key}::text)))"),
        Call("SELECT email_move_messages(ARRAY[{message}], md5('f1-1-2')::uuid)"),
        Call("SELECT email_reset_uidvalidity({folder}, 9, 100)"),
        Call("UPDATE email_messages SET is_read = NOT is_read WHERE folder_id = {folder} AND imap_uid = {uid}"),
        Call("SELECT * FROM email_search({absent_word})"),
        Call("SELECT * FROM email_search({common_word})"),
        Call("SELECT * FROM email_search_recipients('rcpt100@example.com')"),
        Call("SELECT * FROM email_search_attachments({filename_part})"),
        Call("SELECT * FROM email_search_attachments('pdf')"),
        Call("SELECT * FROM email_search_references(ARRAY[{parent_key}])"),
        Call("SELECT * FROM email_claim_accounts(5)", as: "email_worker"),
        Call("SELECT email_renew_claim({account}, gen_random_uuid())", as: "email_worker"),
        Call("SELECT email_release_account({account}, gen_random_uuid())", as: "email_worker"),
        Call("SELECT email_purge_deleted(1000, 100)", as: "email_owner"),
        Call("SELECT email_purge_tombstones(email_now_ms() - 300, 100)", as: "email_owner"),
        Call("SELECT email_purge_audit(email_now_ms() - 300, 100)", as: "email_owner"),
        Call("SELECT * FROM email_offboard_tenant({other_tenant}, 100)", as: "email_owner"),
    ]

    /// Calls a function seven times in one session; what the last call read too much of, if anything.
    private func excess(_ call: Call, _ database: MailDatabase) throws -> String? {
        let connection = try Connection(call.user == "email_owner" ? database.superuser : database.user(call.user))
        // Settings of the database, which superusers change: here every plan is shown with what it read.
        var excess: String?
        for _ in 1...7 {
            try connection.query("BEGIN")
            if call.user == "email_owner" { try connection.query("SET LOCAL ROLE email_owner") }
            if call.user == "email_service" {
                try connection.query(
                    "SELECT set_config('app.current_tenant_id', md5('t1')::uuid::text, true), "
                        + "set_config('app.current_account_id', md5('a1-1')::uuid::text, true)")
            }
            _ = connection.takeNotices()
            let rows = try connection.script(call.sql).last?.count ?? 0
            let plans = connection.takeNotices().map(\.message).filter { $0.contains("plan:") }.joined(separator: "\n")
            #expect(plans.contains("actual rows="), "control: plans are seen: \(plans)")
            excess = PlanCounts(plans).excess(returned: rows, walks: call.sql.contains("email_search"))
                .map { "\($0)\n\(plans)" }
            try connection.query("ROLLBACK")
        }
        return excess
    }

    func everyFunctionStaysBounded(_ database: MailDatabase) throws {
        for call in Self.calls {
            let excess = try excess(call, database)
            #expect(excess == nil, "\(call.sql)")
        }
    }

    /// Two faults that this project had: conditions that no index serves.
    func unusableConditionsAreNoticed(_ database: MailDatabase, _ superuser: borrowing Connection) throws {
        let cases: [(call: Call, function: String, replacing: [(String, String)])] = [
            (Self.noChanges, "email_changes", [("> start", "> coalesce(email_changes.since_seq, 0)")]),
            (
                Self.newMail, "email_ingest_find",
                [
                    (
                        "(m.message_id, m.account_id) >= (g.key, email_ingest_find.account_id)",
                        "m.account_id = email_ingest_find.account_id"
                    ),
                    (
                        "(m.message_id, m.account_id) <= (g.key, email_ingest_find.account_id)",
                        "m.message_id IS NOT DISTINCT FROM g.key"
                    ),
                ]
            ),
        ]
        for (call, function, replacements) in cases {
            let sound = try superuser.value(
                "SELECT pg_get_functiondef(oid) FROM pg_proc WHERE proname = $1", [function])
            var broken = sound
            for (old, new) in replacements { broken = broken.replacing(old, with: new) }
            #expect(broken != sound)
            try superuser.script(broken)
            let found = try excess(call, database)
            #expect(found?.contains("in vain") == true, "\(function)")
            if function == "email_changes" {
                let report = try VerifyReport.of(database.superuser, [.plans])
                #expect(report.findings.contains { $0.actual?.contains("in vain") == true }, "\(report.summary)")
            }
            try superuser.script(sound)
        }
    }
}
