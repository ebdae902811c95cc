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

    @Test("What somebody has put into email_before is not dropped with it")
    func strangersInTheSchema() async throws {
        try await OldDatabase.with(Self.document) { settings in
            _ = try OldDatabase.adopter(settings).run()
            try Connection(settings).script("CREATE TABLE email_before.notes AS SELECT 1 AS kept")
            let failure = try #require(throws: Failure.self) {
                try OldDatabase.adopter(settings).undo(discardingChanges: false)
            }
            #expect(failure.status == .refused && failure.problems.count == 1, "\(failure)")
            let fix = try #require(failure.problems.first?.fix)
            #expect(fix.hasPrefix("ALTER TABLE email_before.\"notes\" SET SCHEMA public;"), "\(fix)")
            // Nothing was written: the old tables are still there.
            let connection = try Connection(settings)
            #expect(try connection.number("SELECT count(*) FROM email_before.email_messages") ?? 0 > 0)
            try connection.query(fix)
            connection.close()
            #expect(try OldDatabase.adopter(settings).undo(discardingChanges: false).outcome == .undone)
            #expect(try Connection(settings).number("SELECT kept FROM public.notes") == 1)
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

    @Test("Where reading would run code of others, it is refused until that is gone")
    func codeOfOthers() async throws {
        let trap = """
            CREATE FUNCTION trap(value text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
              BEGIN
                IF current_setting('trap.armed', true) = 'on' THEN RAISE EXCEPTION 'it ran as %', current_user; END IF;
                RETURN value;
              END $$;
            CREATE INDEX trapped ON email_messages ((trap('x') || subject));
            """
        try await OldDatabase.with(Self.document + [trap]) { settings in
            let connection = try Connection(settings)
            try connection.query("ALTER DATABASE \(settings["dbname"] ?? "") SET trap.armed = 'on'")
            let armed = try Connection(settings)
            let control = try failure { try armed.query("SELECT count(*) FROM email_messages") }
            #expect(control.message.contains("it ran as"), "the control: planning runs it")
            let plan = try OldDatabase.adopter(settings).plan()
            #expect(
                plan.problems.contains { $0.problem.contains("trap(text)") && $0.fix?.contains("DROP INDEX") == true },
                "\(plan.problems)")
            let refused = try #require(throws: Failure.self) { try OldDatabase.adopter(settings).run() }
            #expect(refused.status == .refused, "\(refused)")
            try connection.query("DROP INDEX trapped")
            armed.close()
            connection.close()
            #expect(try OldDatabase.adopter(settings).run().outcome == .adopted)
        }
    }

    @Test("The program's plan, run and undo: text and JSON, and how each ends")
    func program() async throws {
        try await OldDatabase.with(Self.document + ["CREATE VIEW subjects AS SELECT subject FROM email_messages"]) {
            settings in
            func emaildb(_ arguments: String...) async throws -> CommandResult {
                try await CommandRunner.emaildb(["adopt"] + arguments, environment: settings.environment)
            }
            let plan = try await emaildb("--plan")
            #expect(plan.status == 1 && plan.output.contains("the view public.subjects"), "\(plan)")
            #expect(!plan.output.contains("Subject of message"), "no content")
            let forced = try await emaildb("--plan", "--force-dependants", "--format", "json")
            #expect(try forced.status == 0 && forced.json(AdoptReport.self).taken == 760, "\(forced)")
            let refused = try await emaildb()
            #expect(refused.status == 4 && refused.errors.contains("--force-dependants"), "\(refused)")
            let held = try Connection(settings)
            let adopted = try await emaildb("--force-dependants")
            #expect(adopted.status == 0 && adopted.output.contains("DROP SCHEMA email_before CASCADE"), "\(adopted)")
            held.close()
            let undone = try await emaildb("--undo")
            #expect(undone.status == 0, "\(undone)")
            let nothing = try await emaildb("--undo")
            #expect(nothing.status == 4 && nothing.errors.contains("nothing to undo"), "\(nothing)")
            let wrong = try await emaildb("--undo", "--plan")
            #expect(wrong.status == 64)
        }
    }

    @Test("While rows are missing, nobody takes the database for whole or repairs it")
    func underWay() async throws {
        try await OldDatabase.with(Self.document) { settings in
            let initial = try await CommandRunner.emaildb(["init"], environment: settings.environment)
            #expect(initial.status == 4 && initial.errors.contains("emaildb adopt --plan"), "\(initial)")
            try OldDatabase.adopter(settings).begin()
            for command in [["init"], ["status", "--exit-code"], ["init", "--repair"]] {
                let result = try await CommandRunner.emaildb(command, environment: settings.environment)
                #expect(result.status == (command.contains("--repair") ? 4 : 1), "\(result)")
                #expect((result.output + result.errors).contains("being copied"), "\(command): \(result)")
            }
            let connection = try Connection(settings)
            let mayConnect = try connection.query(
                "SELECT has_database_privilege('email_service', current_database(), 'CONNECT') AS may"
            ).first?.flag("may")
            #expect(mayConnect == false)
            connection.close()
            #expect(try OldDatabase.adopter(settings).run().outcome == .adopted)
            let whole = try await CommandRunner.emaildb(["status", "--exit-code"], environment: settings.environment)
            #expect(whole.status == 0, "\(whole)")
        }
    }

    @Test("An old table that was written to, or rewritten, in between ends the run; what differs is named")
    func writtenMeanwhile() async throws {
        try await OldDatabase.with(Self.document) { settings in
            try OldDatabase.adopter(settings).begin()
            let connection = try Connection(settings)
            let adoption = try #require(try OldDatabase.adopter(settings).state(connection))
            try OldDatabase.adopter(settings).decide(adoption, connection)
            try connection.query("DELETE FROM email_before.email_messages WHERE message_id = '<2@example.com>'")
            try connection.query("VACUUM FULL email_before.email_messages")
            let failure = try #require(throws: Failure.self) { try OldDatabase.adopter(settings).run() }
            #expect(failure.status == .failed && failure.message.contains("found again"), "\(failure)")
            connection.close()
            #expect(try OldDatabase.adopter(settings).undo(discardingChanges: false).outcome == .undone)
        }
        try await OldDatabase.with(Self.document) { settings in
            _ = try OldDatabase.adopter(settings).run()
            let connection = try Connection(settings)
            try connection.query("UPDATE email_before.adoption SET state = 'copying'")
            try connection.query(
                "UPDATE public.email_messages SET subject = 'changed' WHERE message_id = '<1@example.com>'")
            let report = try OldDatabase.adopter(settings).run()
            #expect(
                report.outcome == .differs && report.differences.map(\.table) == ["email_messages"],
                "\(report.differences)")
        }
    }

    @Test("A role that was given everything in the schema and the database is given it back")
    func givenRights() async throws {
        let server = TestServer()
        try Connection(await server.connectionSettings()).query("CREATE ROLE email_service LOGIN")
        let grants = """
            GRANT ALL ON SCHEMA public TO email_service;
            GRANT ALL ON ALL TABLES IN SCHEMA public TO email_service;
            DO $$ BEGIN EXECUTE format('GRANT ALL ON DATABASE %I TO email_service', current_database()); END $$;
            """
        try await OldDatabase.with(Self.document + [grants], on: server) { settings in
            let before = try await OldDatabase.dump(settings)
            #expect(try OldDatabase.adopter(settings).run().outcome == .adopted)
            try OldDatabase.expectClean(settings)
            _ = try OldDatabase.adopter(settings).undo(discardingChanges: false)
            let after = try await OldDatabase.dump(settings)
            #expect(after == before, "\(after.difference(from: before))")
        }
        try await server.stop()
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
