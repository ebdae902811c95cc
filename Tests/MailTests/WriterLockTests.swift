import Postgres
import TestSupport
import Testing

/// A forgotten setting holds up no other tenant's writers, nor does a role that does not write.
@Suite(.needsServer) struct WriterLockTests {
    private func session(_ settings: ConnectionSettings, as role: String) throws -> Connection {
        let connection = try Connection(settings)
        try connection.script(
            "SET SESSION AUTHORIZATION \(role); SET lock_timeout = '2s'; SET app.current_tenant_id = ''")
        return connection
    }

    @Test(
        "A write without a tenant is refused before it takes a lock",
        arguments: [
            "INSERT INTO email_accounts (tenant_id, user_id) VALUES (gen_random_uuid(), gen_random_uuid())",
            "UPDATE email_messages SET is_read = true", "DELETE FROM email_folders", "DELETE FROM email_attachments",
        ])
    func aForgottenTenant(_ sql: String) async throws {
        try await TestDatabase.withSchema { settings in
            // Another tenant's open transaction, which holds the lock of all tenants shared.
            let writer = try session(settings, as: "email_service")
            try writer.script(
                "SET app.current_tenant_id = '00000000-0000-0000-0000-000000000001'; BEGIN; DELETE FROM email_folders")
            let forgetful = try session(settings, as: "email_service")
            do {
                try forgetful.query(sql)
                Issue.record("it was not refused")
            } catch let error as PostgresError {
                #expect(
                    error.sqlState == .insufficientPrivilege && error.hint?.contains("app.current_tenant_id") == true,
                    "\(error)")
            }
            // The control: a superuser's write without a tenant does wait for that transaction.
            let superuser = try Connection(settings)
            try superuser.query("SET lock_timeout = '100ms'")
            let waited = #expect(throws: PostgresError.self) { try superuser.query("DELETE FROM public.email_folders") }
            #expect(waited?.sqlState == .lockNotAvailable)
            try writer.query("ROLLBACK")
        }
    }

    @Test(
        "Roles that do not write cannot take the writers' locks",
        arguments: ["email_readonly", "email_worker", "email_monitor"])
    func otherRoles(_ role: String) async throws {
        try await TestDatabase.withSchema { settings in
            let connection = try session(settings, as: role)
            for function in [
                "pg_advisory_lock", "pg_try_advisory_lock", "pg_advisory_xact_lock_shared", "pg_advisory_unlock",
            ] {
                let error = #expect(throws: PostgresError.self) { try connection.query("SELECT \(function)(0, 0)") }
                #expect(error?.sqlState == .insufficientPrivilege, "\(function)")
            }
            // The control: locks of one key are the application's own.
            try connection.query("SELECT pg_advisory_lock(0), pg_advisory_unlock(0)")
        }
    }
}
