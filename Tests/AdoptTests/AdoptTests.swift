import Core
import Foundation
import Postgres
import TestSupport
import Testing

@testable import Adopt

/// The founding document's database, adopted and given back.
@Suite(.needsServer, .serialized) struct AdoptTests {
    private static let document = [FoundingDocument.schema, FoundingDocument.rows()]

    @Test("The document's own database: nothing is lost, verify is clean, and undone it is as it was")
    func document() async throws {
        try await OldDatabase.with(Self.document) { settings in
            let before = try await OldDatabase.dump(settings)
            let plan = try OldDatabase.adopter(settings).plan()
            #expect(plan.problems.isEmpty && plan.dependants.isEmpty, "\(plan)")
            #expect(try await OldDatabase.dump(settings) == before, "a plan writes nothing")

            let report = try OldDatabase.adopter(settings).run()
            #expect(report.outcome == .adopted && report.refused == 0, "\(report)")
            #expect(report.tables.map(\.taken) == [10, 30, 600, 120])
            #expect(plan.tables.map(\.taken) == report.tables.map(\.taken))
            #expect(plan.tables.map { $0.changes.map(\.what) } == report.tables.map { $0.changes.map(\.what) })
            try OldDatabase.expectClean(settings)
            let connection = try Connection(settings)
            let altered = try connection.number(
                """
                SELECT count(*) FROM email_before.email_messages o FULL JOIN public.email_messages n USING (id)
                WHERE (o.tenant_id, o.account_id, o.folder_id, o.message_id, o.imap_uid, o."from", o."to", o.cc, o.subject, o.text_body, o.is_read,
                  o.thread_id, o.sent_at, o.received_at, o.created_at, o.updated_at) IS DISTINCT FROM (n.tenant_id, n.account_id, n.folder_id,
                  n.message_id, n.imap_uid, n."from", n."to", n.cc, n.subject, n.text_body, n.is_read, n.thread_id, n.sent_at, n.received_at,
                  n.created_at, n.updated_at)
                """)
            #expect(altered == 0)
            let addresses = try connection.number(
                "SELECT count(*) FROM public.email_accounts WHERE email_address LIKE 'user_@example.com'")
            #expect(addresses == 5)
            let again = try OldDatabase.adopter(settings).run()
            #expect(again.outcome == .adopted && again.tables.map(\.taken) == report.tables.map(\.taken))
            connection.close()

            #expect(try OldDatabase.adopter(settings).undo(discardingChanges: false).outcome == .undone)
            let after = try await OldDatabase.dump(settings)
            #expect(after == before, "\(after.difference(from: before))")
        }
    }

    @Test("What was written since keeps it from being undone, unless that may be lost")
    func changedSince() async throws {
        try await OldDatabase.with(Self.document) { settings in
            let before = try await OldDatabase.dump(settings)
            _ = try OldDatabase.adopter(settings).run()
            try Connection(settings).query(
                "UPDATE public.email_accounts SET account_name = 'new' WHERE email_address = '1.2@example.com'")
            let failure = try #require(throws: Failure.self) {
                try OldDatabase.adopter(settings).undo(discardingChanges: false)
            }
            #expect(
                failure.status == .refused && failure.problems.contains { $0.problem.contains("1 rows were written") },
                "\(failure)")
            _ = try OldDatabase.adopter(settings).undo(discardingChanges: true)
            #expect(try await OldDatabase.dump(settings) == before)
        }
    }

    @Test("What others have on the old tables is listed, and refused unless it is forced")
    func dependants() async throws {
        let others = """
            CREATE VIEW subjects AS SELECT id, subject FROM email_messages;
            CREATE FUNCTION counted() RETURNS bigint LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT count(*) FROM email_messages); END';
            CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no''; END';
            CREATE TRIGGER refusing BEFORE INSERT OR UPDATE OR DELETE ON email_messages FOR EACH ROW EXECUTE FUNCTION refuse();
            CREATE TABLE notes (message uuid REFERENCES email_messages);
            GRANT SELECT ON email_messages TO pg_monitor;
            CREATE FUNCTION email_now_ms() RETURNS bigint LANGUAGE sql RETURN 1;
            """
        try await OldDatabase.with(Self.document + [others]) { settings in
            let before = try await OldDatabase.dump(settings)
            let plan = try OldDatabase.adopter(settings).plan()
            #expect(
                Set(plan.dependants.map(\.kind)) == ["view", "function", "trigger", "foreign key", "grant"],
                "\(plan.dependants)")
            let failure = try #require(throws: Failure.self) { try OldDatabase.adopter(settings).run() }
            #expect(failure.status == .refused)
            #expect(try await OldDatabase.dump(settings) == before)
            var adopter = OldDatabase.adopter(settings)
            adopter.forcesDependants = true
            let report = try adopter.run()
            #expect(report.outcome == .adopted && report.table("email_messages")?.taken == 600)
            let connection = try Connection(settings)
            #expect(try connection.number("SELECT count(*) FROM subjects") == 600, "their view goes on reading")
            connection.close()
            _ = try adopter.undo(discardingChanges: false)
            let after = try await OldDatabase.dump(settings)
            #expect(after == before, "\(after.difference(from: before))")
        }
    }

    @Test("The application's role that owned everything owns nothing afterwards, and all again when it is undone")
    func owner() async throws {
        let server = TestServer()
        let maintenance = try Connection(await server.connectionSettings())
        try maintenance.query("CREATE ROLE email_service SUPERUSER LOGIN")
        try await OldDatabase.with([], on: server) { settings in
            let connection = try Connection(settings)
            try connection.query("ALTER DATABASE \(settings["dbname"] ?? "") OWNER TO email_service")
            try connection.script("SET ROLE email_service")
            for part in Self.document { try connection.script(part) }
            connection.close()
            let before = try await OldDatabase.dump(settings)
            let plan = try OldDatabase.adopter(settings).plan()
            #expect(
                plan.notes.contains { $0.contains("is a superuser") } && plan.notes.contains { $0.contains("owns") },
                "\(plan.notes)")
            #expect(try OldDatabase.adopter(settings).run().outcome == .adopted)
            try OldDatabase.expectClean(settings)
            let roles =
                "SELECT string_agg(rolname || rolsuper, ' ' ORDER BY rolname) FROM pg_roles WHERE rolname LIKE 'email%'"
            #expect(try maintenance.query(roles + " AND rolname = 'email_service'").first?[0] == "email_servicefalse")
            let owned = try maintenance.number(
                "SELECT count(*) FROM pg_shdepend WHERE refobjid = 'email_service'::regrole AND deptype = 'o'")
            #expect(owned == 0)
            _ = try OldDatabase.adopter(settings).undo(discardingChanges: false)
            let after = try await OldDatabase.dump(settings)
            #expect(after == before, "\(after.difference(from: before))")
            #expect(try maintenance.query(roles).first?[0] == "email_servicetrue", "no role is left behind")
        }
        maintenance.close()
        try await server.stop()
    }
}
