import Postgres
import TestSupport
import Testing

/// The attacks that take more than one statement, session or program.
@Suite struct AttackSequenceTests {
    // 10. What a foreign key says must not depend on whether the row exists.
    @Test func aStrangersRowAndAMissingOneGiveTheSameError() async throws {
        try await Duel.with { database, mine, theirs in
            let connection = try database.application()
            try connection.serve(mine.id)
            let missing = try connection.value("SELECT gen_random_uuid()")
            let insert = "INSERT INTO email_attachments (tenant_id, message_id) VALUES ($1::uuid, $2::uuid)"
            func refusal(_ message: String) throws -> String {
                let error = try failure { try connection.query(insert, [mine.id, message]) }
                return "\(error)".replacing(message, with: "<key>")
            }
            let strange = try refusal(theirs.message)
            let absent = try refusal(missing)
            #expect(strange == absent)
            #expect(strange.contains("email_attachments_message_fkey"))
            try connection.query("BEGIN")
            #expect(try connection.query(insert, [mine.id, mine.message]).affectedRows == 1, "control")
            try connection.query("ROLLBACK")
        }
    }

    // 14. Whatever the application may select from shows no other tenant.
    @Test func everyViewAndTableShowsOwnRowsOnly() async throws {
        try await Duel.with { database, mine, theirs in
            let superuser = try Connection(database.superuser)
            let relations = try superuser.query(
                """
                SELECT c.oid::regclass::text AS name,
                       has_table_privilege('email_service', c.oid, 'SELECT') AS readable,
                       EXISTS (SELECT FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id') AS tenants
                  FROM pg_class AS c
                 WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
                   AND c.relnamespace IN ('public'::regnamespace, 'emaildb'::regnamespace)
                """)
            #expect(relations.count >= 10)
            let application = try database.application()
            try application.serve(mine.id)
            var own = 0
            for relation in relations {
                let name = relation.text("name")
                if !relation.flag("readable") {
                    let error = try failure { try application.query("SELECT FROM \(name)") }
                    #expect(error.sqlState == .insufficientPrivilege, "\(name)")
                } else if relation.flag("tenants") {
                    let seen = try application.column("SELECT DISTINCT tenant_id FROM \(name)")
                    #expect(Set(seen).isSubset(of: [mine.id]), "\(name)")
                    own += seen.count
                } else {
                    let text = try application.column("SELECT v::text FROM \(name) AS v").joined()
                    #expect(!text.contains(theirs.mark), "\(name)")
                    #expect(!text.contains(theirs.id), "\(name)")
                }
            }
            #expect(own == 5, "control: four tables and the audit log")
        }
    }

    // 17. COPY TO shows what SELECT shows.
    @Test func aCopyHoldsOwnRowsOnly() async throws {
        try await Duel.with { database, mine, theirs in
            func copy(_ tenant: Tenant) async throws -> String {
                let script = "SET app.current_tenant_id = '\(tenant.id)'; COPY email_messages TO STDOUT"
                let result = try await CommandRunner.run(
                    "psql", ["-X", "-c", script], environment: database.user().environment)
                #expect(result.status == 0, "\(result.errors)")
                return result.output
            }
            let copied = try await copy(mine)
            #expect(copied.contains(mine.word))
            #expect(!copied.contains(theirs.mark))
            let control = try await copy(theirs)
            #expect(control.contains(theirs.word))
        }
    }

    // 20. A partition that a role was granted would be outside the policies of its parent.
    @Test func noTableIsPartitionedOrInherited() async throws {
        let connection = try Connection(await MailDatabase.attacked.superuser)
        let children = try connection.column(
            "SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent::regclass::text LIKE '%email_%'")
        #expect(children.filter { !$0.contains("idx") }.isEmpty)
        let partitioned = try connection.column("SELECT relname FROM pg_class WHERE relkind = 'p'")
        #expect(partitioned.isEmpty)
    }

    // 24. A condition of the attacker's must not be asked about rows that are not his.
    @Test func aConditionIsNeverAskedOfAStrangersRow() async throws {
        try await Duel.with { database, mine, theirs in
            let superuser = try Connection(database.superuser)
            try superuser.query(
                """
                CREATE FUNCTION public.test_tell(value text) RETURNS boolean LANGUAGE plpgsql COST 0.0001 AS
                $$ BEGIN RAISE NOTICE 'told %', value; RETURN true; END $$
                """)
            let tell = "SELECT FROM email_messages WHERE test_tell(subject)"
            let divide =
                "SELECT FROM email_messages WHERE 1 / (CASE WHEN subject LIKE '%\(theirs.word)' THEN 0 ELSE 1 END) = 1"
            let application = try database.application()
            try application.serve(mine.id)
            let seen = try application.query(tell)
            #expect(seen.count == 1)
            let told = application.takeNotices().map(\.message).joined()
            #expect(told.contains(mine.word))
            #expect(!told.contains(theirs.mark))
            try application.query(divide)
            try superuser.query(tell)
            let control = superuser.takeNotices().map(\.message).joined()
            #expect(control.contains(theirs.word), "control: who is bound by no policy is told")
            let error = try failure { try superuser.query(divide) }
            #expect(error.sqlState?.rawValue == "22012", "control")
            try superuser.query("DROP FUNCTION public.test_tell")
        }
    }

    // 25. A plan is kept, and must not keep the tenant it was made for.
    @Test func aPreparedStatementServesTheTenantOfNow() async throws {
        try await Duel.with { database, mine, theirs in
            for mode in ["force_generic_plan", "force_custom_plan", "auto"] {
                let connection = try database.application()
                try connection.query("SET plan_cache_mode = \(mode)")
                try connection.serve(theirs.id)
                try connection.prepare("page", "SELECT tenant_id FROM email_messages")
                try connection.prepare(
                    "found",
                    "SELECT m.tenant_id FROM email_messages AS m JOIN email_search($1) AS s ON s.message_id = m.id")
                for tenant in [theirs, mine, theirs, mine, mine, mine, mine, mine, mine] {
                    try connection.serve(tenant.id)
                    let page = try connection.execute("page").map { $0[0] }
                    #expect(page == [tenant.id])
                    let found = try connection.execute("found", [theirs.word]).count
                    #expect(found == (tenant.id == theirs.id ? 1 : 0))
                }
            }
        }
    }

    // Two sessions, each in a transaction of its own, statement by statement.
    @Test func interleavedTransactionsSeeTheirOwn() async throws {
        try await Duel.with { database, mine, theirs in
            let first = try database.application()
            let second = try database.application()
            for _ in 1...3 {
                for (connection, tenant) in [(0, mine), (1, theirs)] {
                    let sql = "BEGIN; SELECT set_config('app.current_tenant_id', '\(tenant.id)', true)"
                    if connection == 0 { try first.script(sql) } else { try second.script(sql) }
                }
                for _ in 1...2 {
                    let one = try first.column("SELECT tenant_id FROM email_messages")
                    let other = try second.column("SELECT tenant_id FROM email_messages")
                    #expect(one == [mine.id])
                    #expect(other == [theirs.id])
                }
                try first.query("ROLLBACK")
                try second.query("COMMIT")
            }
        }
    }

    // 26. All tenants share a role, and a role may see its own sessions.
    @Test func otherSessionsCannotBeReadOrEnded() async throws {
        try await Duel.with { database, mine, theirs in
            let victim = try database.application()
            try victim.serve(theirs.id)
            let secret = "SELECT 'the secret of \(theirs.mark)'"
            try victim.query(secret)
            // pg_stat_statements keeps the literals of statements that it does not normalise.
            let utility = "SET emaildb.secret = '\(theirs.mark)'"
            try victim.query(utility)
            let process = String(victim.announcedProcessID)
            let attacker = try database.application()
            try attacker.serve(mine.id)
            for function in ["pg_terminate_backend", "pg_cancel_backend"] {
                let error = try failure { try attacker.query("SELECT \(function)(\(process))") }
                #expect(error.sqlState == .insufficientPrivilege)
            }
            let texts = [
                "SELECT query FROM pg_stat_activity", "SELECT query FROM pg_stat_get_activity(\(process))",
                "SELECT pg_stat_get_backend_activity(b) FROM pg_stat_get_backend_idset() AS b",
                "SELECT query FROM pg_stat_statements", "SELECT query FROM pg_stat_statements(true)",
            ]
            for sql in texts {
                let seen = (try? attacker.column(sql).joined()) ?? ""
                #expect(!seen.contains(theirs.mark), "\(sql)")
            }
            let superuser = try Connection(database.superuser)
            try superuser.query(secret)
            let monitor = try Connection(database.superuser)
            let control = try monitor.column("SELECT query FROM pg_stat_activity").joined()
            #expect(control.contains(theirs.mark), "control: the text of a session that is tracked")
            let kept = try monitor.column("SELECT query FROM pg_stat_statements").joined()
            #expect(kept.contains("SET emaildb.secret"), "control")
            #expect(try victim.value("SELECT count(*) FROM email_messages") == "1", "control: it lives")
        }
    }
}
